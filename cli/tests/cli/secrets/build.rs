//! The input that `build` passes to docker, and its handling of docker's results.

use std::process::Command;

use testkit::command::{anything, that};

use super::world::World;

const AWKWARD: [&str; 6] = ["a b", "'\"$(x)\\", "a\nb\n", "-----BEGIN X-----\nab\n-----END X-----\n", "é ✓", " "];

#[test]
fn docker_gets_values_only_in_its_environment() {
    let world = World::new(&["A", "B", "C", "PATH"]);
    for value in AWKWARD {
        world.write("app/c,1.txt", value);
        let secret = format!("A={value}");
        let sources = ["--secret", &secret, "--secret", "id=B,env=X", "--secret", "id=C,\"src=c,1.txt\""];
        let environment = [("X", value), ("RAILPACK2DOCKER_HASH_KEY", "key")];
        world.builds(&[&sources[..], &["--", "-t", "x y"]].concat(), &environment);
        let arguments = world.log("arguments");
        let file = world.path("app/c,1.txt").canonicalize().unwrap();
        let hash = world.hash(&sources, &[("X", value)]);
        assert_eq!(arguments[..3], ["buildx", "build", "-f"]);
        assert_eq!(
            arguments[4..],
            [
                "--secret",
                "id=A,env=RAILPACK2DOCKER_SECRET_A",
                "--secret",
                "id=B,env=X",
                "--secret",
                &format!("id=C,\"src={}\"", file.display()),
                "--secret",
                "id=PATH,env=PATH",
                "--build-arg",
                &format!("SECRETS_HASH={}", hash.trim()),
                "-t",
                "x y",
                ".",
            ]
        );
        let environment = world.log("environment");
        assert!(environment.contains(&format!("RAILPACK2DOCKER_SECRET_A={value}")), "{environment:?}");
        assert!(environment.contains(&format!("X={value}")), "{environment:?}");
        assert!(!environment.iter().any(|variable| variable.starts_with("RAILPACK2DOCKER_HASH_KEY")));
        assert!(world.is_clean());
    }
    assert!(world.read("log/Dockerfile").contains("FROM x AS build"));
    assert!(world.read("log/dockerignore").contains("*.md"));
}

#[test]
fn docker_builds_the_folder_of_the_plan() {
    let world = World::new(&[]);
    let plan = world.path("app/plan.json");
    for (arguments, context) in [
        (vec!["build", plan.to_str().unwrap()], world.path("app").to_str().unwrap().to_owned()),
        (vec!["build", "../app/plan.json"], "../app".to_owned()),
        (vec!["build", "plan.json", "--context", "../bin"], "../bin".to_owned()),
    ] {
        world.run(&arguments).stdout("built\n").check();
        let said = world.log("arguments");
        assert_eq!(said[4..], [context], "no secrets, no hash");
    }
}

#[test]
fn the_status_is_that_of_docker() {
    let world = World::new(&[]);
    for status in [0, 1, 2, 17, 255] {
        let build = world.run(&["build", "plan.json"]).env("STATUS", status.to_string());
        build.status(status).stdout("built\n").check();
        assert!(world.is_clean());
    }
}

#[test]
fn an_existing_dockerfile_is_built_if_it_is_current() {
    let world = World::new(&[]);
    let build = ["build", "plan.json", "-f", "Dockerfile", "--cache-prefix", "a b"];
    let fails = |said: &str, help: &str| world.run(&build).status(1).stderr([said, help]).check();
    let help = "`railpack2docker plan.json -o Dockerfile '--cache-prefix=a b'";
    fails("`Dockerfile` does not exist", help);
    world.run(&["plan.json", "-o", "Dockerfile", "--cache-prefix=a b"]).check();
    world.run(&build).stdout("built\n").check();
    assert_eq!(world.log("arguments"), ["buildx", "build", "-f", "Dockerfile", "."]);

    for (file, said) in [
        ("app/Dockerfile", "`Dockerfile` was edited by hand"),
        ("app/Dockerfile.dockerignore", "`Dockerfile.dockerignore` was edited by hand"),
    ] {
        let before = world.read(file);
        world.write(file, format!("{before}# more\n"));
        fails(said, help);
        world.write(file, before);
    }
    let said = ["error[changed-options]", "run `railpack2docker plan.json -o Dockerfile --cache-prefix=c`"];
    let other = ["build", "plan.json", "-f", "Dockerfile", "--cache-prefix=c"];
    world.run(&other).status(1).stderr(said).check();
    world.remove("app/Dockerfile.dockerignore");
    fails("`Dockerfile.dockerignore` does not exist", "");
}

#[test]
fn unusable_values_stop_the_build() {
    let world = World::new(&["A"]);
    world.write("app/a", "b\0c");
    let said = ["the secret `A` contains a NUL byte"];
    world.fails(&["build", "plan.json", "--secret", "id=A,src=a"], &[], said);
    world.write("app/a", vec![b'x'; 200 * 1024]);
    world.builds(&["--secret", "id=A,src=a"], &[]);
}

#[test]
fn a_pipe_is_read_once() {
    let world = World::new(&["A"]);
    let build = world.run(&["build", "plan.json", "--secret", "id=A,src=/dev/stdin"]).stdin("piped");
    build.stdout("built\n").stderr(anything()).check();
    assert!(world.log("environment").contains(&"RAILPACK2DOCKER_SECRET_A=piped".to_owned()));
}

#[test]
fn optional_secrets_can_be_missing() {
    let world = World::new(&["A"]);
    world.builds(&["--optional-secrets"], &[("RAILPACK2DOCKER_HASH_KEY", "key")]);
    let hash = world.hash(&["--secret", "A=", "--allow-empty"], &[]);
    assert_eq!(world.log("arguments")[4..], ["--build-arg", &format!("SECRETS_HASH={}", hash.trim()), "."]);
}

#[test]
fn a_missing_docker_is_reported() {
    let world = World::new(&[]);
    let build = ["build", "plan.json"];
    world.fails(&build, &[("PATH", "/nowhere")], ["`docker` was not found on PATH", "install Docker"]);
    world.fails(&build, &[("BUILDX_STATUS", "1")], ["no buildx"]);
    let down = ("ENGINE_SAYS", "Cannot connect to the Docker daemon");
    world.fails(&build, &[down], ["can't connect to the Docker Engine: Cannot connect", "systemctl start docker"]);
    assert!(!world.is_built() && world.is_clean());
    world
        .run(&["build", "plan.json", "--dry-run"])
        .env("PATH", "/nowhere")
        .stdout(anything())
        .stderr(anything())
        .check();
    assert!(!world.is_built());
    world.builds(&[], &[down, ("DRIVER", "kubernetes")]);
    world.builds(&["--", "--builder=x"], &[down]);
}

#[test]
fn temporary_files_stay_out_of_the_context() {
    let world = World::new(&[]);
    let said = ["is inside the build context `..`", "TMPDIR"];
    world.fails(&["build", "plan.json", "--context", ".."], &[], said);
}

/// Ctrl-C signals both processes, and SIGTERM only the one that was started.
#[test]
fn a_signal_ends_docker_and_leaves_no_file() {
    use std::os::unix::process::CommandExt;
    for (signal, is_group, status) in [("INT", true, 130), ("TERM", false, 143)] {
        let world = World::new(&[]);
        for pipe in ["log/waiting", "log/never"] {
            assert!(Command::new("mkfifo").arg(world.path(pipe)).status().unwrap().success());
        }
        let build = world.run(&["build", "plan.json"]).env("WAIT", "1").started(|command| {
            command.process_group(0);
        });
        let mut started = build.status(status).stdout("built\n").stderr(anything()).start();
        // readable once docker waits
        assert_eq!(world.read("log/waiting"), "\n");
        let to = format!("{}{}", if is_group { "-" } else { "" }, started.child().id());
        // the builtin of the shell: not every machine has the program `kill`
        let sent = Command::new("bash").args(["-c", r#"kill -"$0" -- "$1""#, signal, &to]).status();
        let is_sent = sent.is_ok_and(|status| status.success());
        if !is_sent {
            started.child().kill().unwrap();
        }
        assert!(is_sent);
        started.check();
        assert_eq!(world.read("log/signal").trim(), signal);
        assert!(world.is_clean());
    }
}

/// Two steps with a secret each, of which one is not built, and a secret that no step lists.
const SCOPED: &str = r#"{
  "secrets": ["A", "B", "UNUSED"],
  "steps": [
    { "name": "a", "inputs": [{ "image": "x" }], "secrets": ["A"], "commands": [{ "cmd": "make a" }] },
    { "name": "b", "inputs": [{ "image": "x" }], "secrets": ["B"], "commands": [{ "cmd": "make b" }] }
  ],
  "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "a", "include": ["."] }] }
}"#;

#[test]
fn only_mounted_secrets_need_a_value() {
    let world = World::with(SCOPED);
    let scope = "--secrets-scope=step";
    let key = [("RAILPACK2DOCKER_HASH_KEY", "key")];
    let ids = |text: &str| {
        let words = text.split([' ', '\0', '\n']).filter_map(|word| word.strip_prefix("id="));
        words.map(|word| word.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for command in ["build", "hash", "bundle"] {
        let run = |more: &[&str], a: &[(&str, &str)]| {
            let run = world.run(&[&[command, "plan.json"], more].concat()).envs(key);
            run.envs(a.iter().copied())
        };
        let with_a = [("A", "a")];
        let stdout = if command == "build" { "built\n".into() } else { that(|text| !text.is_empty()) };
        run(&[scope], &with_a).stdout(stdout).stderr(anything()).check();
        run(&[scope], &[]).status(2).stderr(["`A` is missing"]).check();
        let said = run(&[], &with_a).status(2).stderr(["`B` is missing", "`UNUSED` is missing"]).check().stderr;
        assert!(!said.contains("`A`"), "{said}");
    }
    // the header lists the secrets that the build needs
    let header = world.run(&["plan.json", scope]).stdout(anything()).stderr(anything()).check().stdout;
    let (header, stages) = header.split_once("\n\n").unwrap();
    assert_eq!(ids(header), ["A"], "{header}");
    assert!(!stages.contains("id=B") && !stages.contains("UNUSED"), "{stages}");
    world.builds(&[scope], &[("A", "a"), key[0]]);
    assert_eq!(ids(&world.log("arguments").join("\0")), ["A"]);
    // a secret that is not mounted does not change the hash
    let hash = |environment: &[(&str, &str)]| world.hash(&[scope], environment);
    assert_eq!(hash(&[("A", "a")]), hash(&[("A", "a"), ("B", "b"), ("UNUSED", "c")]));
    assert_ne!(hash(&[("A", "a")]), hash(&[("A", "b")]));
}

#[test]
fn a_dockerfile_is_built_with_the_options_in_its_header() {
    let world = World::new(&[]);
    world.run(&["plan.json", "-o", "Dockerfile", "--syntax", "none", "--cache-prefix=a b"]).check();
    for arguments in [&["build", "-f", "Dockerfile"][..], &["build", "plan.json", "-f", "Dockerfile"]] {
        world.run(arguments).stdout("built\n").check();
        assert_eq!(world.log("Dockerfile"), [world.read("app/Dockerfile")]);
    }
    // options that are given replace all of them
    let said = ["error[changed-options]", "run `railpack2docker plan.json -o Dockerfile --syntax none`"];
    world.run(&["build", "-f", "Dockerfile", "--syntax", "none"]).status(1).stderr(said).check();
}

#[test]
fn another_dockerfile_next_to_the_plan_is_noted() {
    let world = World::new(&[]);
    let note = "note[other-dockerfile]: `Dockerfile` is not built, and differs from the Dockerfile that is";
    world.run(&["plan.json", "-o", "Dockerfile"]).check();
    world.run(&["build", "plan.json"]).stdout("built\n").check();
    world
        .run(&["build", "plan.json", "--syntax=none"])
        .stdout("built\n")
        .stderr([note, "pass `-f Dockerfile`"])
        .check();
    world.run(&["build", "-f", "Dockerfile"]).stdout("built\n").check();
    world.replace("app/Dockerfile", "RUN make", "RUN make it");
    world.run(&["build", "plan.json"]).stdout("built\n").stderr([note]).check();
    // a file of someone else
    world.write("app/Dockerfile", "FROM scratch\n");
    world.run(&["build", "plan.json"]).stdout("built\n").check();
}

#[test]
fn the_failing_line_is_found_in_the_plan() {
    let world = World::new(&[]);
    world.run(&["plan.json", "-o", "Dockerfile"]).check();
    for arguments in [&["build", "plan.json"][..], &["build", "plan.json", "-f", "Dockerfile"]] {
        world.run(arguments).stdout("built\n").check();
        let built = world.log("Dockerfile").remove(0);
        let line = built.lines().position(|line| line == "RUN make").unwrap() + 1;
        let messages = format!(
            "#5 ERROR: \u{1b}[31mé\nDockerfile:{line}\n--------------------\n  {line} | >>> RUN make\nERROR: failed"
        );
        let run = world.run(arguments).env("MESSAGES", &messages).env("STATUS", "1").status(1).stdout("built\n");
        let found = format!(
            "note[where]: line {line} of the Dockerfile, at which the build fails, comes from `steps[0].commands[0].cmd`"
        );
        let said = run.stderr([found.as_str(), " --> plan.json:1:"]).check().stderr;
        assert!(said.starts_with(&messages), "docker's messages are unchanged: {said}");
        // a build that succeeds, and one that fails for another reason
        world.run(arguments).env("MESSAGES", &messages).stdout("built\n").stderr(messages.as_str()).check();
        let other = world.run(arguments).env("MESSAGES", "ERROR: no").env("STATUS", "1");
        other.status(1).stdout("built\n").stderr("ERROR: no").check();
    }
}

#[test]
fn a_secret_is_not_written_into_the_image() {
    let world = World::new(&["A"]);
    let said = that(|text: &str| {
        text.contains("error[invalid-option]: `--env A=…` would write the secret `A` into the image")
            && text.contains("pass it to the build with `--secret A`")
            && !text.contains("hunter2")
    });
    for arguments in
        [&["build", "plan.json", "--secret", "A=x", "--env", "A=hunter2"][..], &["plan.json", "--env=A=hunter2"]]
    {
        world.run(arguments).status(2).stderr(said.clone()).check();
    }
    world.run(&["build", "plan.json", "--secret", "A=x", "--env", "TZ=UTC"]).stdout("built\n").check();
    assert!(world.log("Dockerfile")[0].contains("TZ=\"UTC\""));
}
