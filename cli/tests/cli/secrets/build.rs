//! What docker is told, and what becomes of what it says.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::world::World;

const AWKWARD: [&str; 6] = ["a b", "'\"$(x)\\", "a\nb\n", "-----BEGIN X-----\nab\n-----END X-----\n", "é ✓", " "];

#[test]
fn docker_gets_values_in_its_environment_alone() {
    let world = World::new(&["A", "B", "C", "PATH"]);
    for value in AWKWARD {
        world.write("app/c,1.txt", value);
        let secret = format!("A={value}");
        let output = world.run(
            &[
                "build",
                "plan.json",
                "--secret",
                &secret,
                "--secret",
                "id=B,env=X",
                "--secret",
                "id=C,\"src=c,1.txt\"",
                "--",
                "-t",
                "x y",
            ],
            &[("X", value), ("RAILPACK2DOCKER_HASH_KEY", "key")],
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(output.stdout, b"built\n");
        let arguments = world.log("arguments");
        let file = world.path("app/c,1.txt").canonicalize().unwrap();
        let hash = world.hash(
            &["--secret", &secret, "--secret", "id=B,env=X", "--secret", "id=C,\"src=c,1.txt\""],
            &[("X", value)],
        );
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
fn docker_is_asked_to_build_the_folder_of_the_plan() {
    let world = World::new(&[]);
    let plan = world.path("app/plan.json");
    for (arguments, context) in [
        (vec!["build", plan.to_str().unwrap()], world.path("app").to_str().unwrap().to_owned()),
        (vec!["build", "../app/plan.json"], "../app".to_owned()),
        (vec!["build", "plan.json", "--context", "../bin"], "../bin".to_owned()),
    ] {
        world.prints(&arguments, &[]);
        let said = world.log("arguments");
        assert_eq!(said[4..], [context], "no secrets, no hash");
    }
}

#[test]
fn the_status_is_that_of_docker() {
    let world = World::new(&[]);
    for status in [0, 1, 2, 17, 255] {
        let output = world.run(&["build", "plan.json"], &[("STATUS", &status.to_string())]);
        assert_eq!(output.status.code(), Some(status));
        assert!(world.is_clean());
    }
}

#[test]
fn a_dockerfile_is_built_if_it_is_what_the_plan_gives() {
    let world = World::new(&[]);
    let build = ["build", "plan.json", "-f", "Dockerfile", "--cache-prefix", "a b"];
    let mend = "`railpack2docker plan.json -o Dockerfile '--cache-prefix=a b'`";
    let said = world.fails(1, &build, &[]);
    assert!(said.contains("`Dockerfile` does not exist") && said.contains(mend), "{said}");
    world.prints(&["plan.json", "-o", "Dockerfile", "--cache-prefix=a b"], &[]);
    world.prints(&build, &[]);
    assert_eq!(world.log("arguments"), ["buildx", "build", "-f", "Dockerfile", "."]);

    for (file, said_of_it) in [
        ("app/Dockerfile", "`Dockerfile` was edited by hand"),
        ("app/Dockerfile.dockerignore", "`Dockerfile.dockerignore` was edited by hand"),
    ] {
        let before = world.read(file);
        world.write(file, format!("{before}# more\n"));
        let said = world.fails(1, &build, &[]);
        assert!(said.contains(said_of_it) && said.contains(mend), "{said}");
        world.write(file, before);
    }
    let said = world.fails(1, &["build", "plan.json", "-f", "Dockerfile"], &[]);
    assert!(said.contains("run `railpack2docker plan.json -o Dockerfile`"), "{said}");
    fs_err::remove_file(world.path("app/Dockerfile.dockerignore")).unwrap();
    assert!(world.fails(1, &build, &[]).contains("`Dockerfile.dockerignore` does not exist"));
}

#[test]
fn what_no_variable_can_hold_stops_the_build() {
    let world = World::new(&["A"]);
    world.write("app/a", "b\0c");
    let said = world.fails(2, &["build", "plan.json", "--secret", "id=A,src=a"], &[]);
    assert!(said.contains("the secret `A` holds a NUL byte"), "{said}");
    world.write("app/a", vec![b'x'; 200 * 1024]);
    world.prints(&["build", "plan.json", "--secret", "id=A,src=a"], &[]);
}

#[test]
fn a_pipe_is_read_once() {
    let world = World::new(&["A"]);
    let mut child = world
        .command(&["build", "plan.json", "--secret", "id=A,src=/dev/stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"piped").unwrap();
    assert!(child.wait().unwrap().success());
    assert!(world.log("environment").contains(&"RAILPACK2DOCKER_SECRET_A=piped".to_owned()));
}

#[test]
fn optional_secrets_can_be_missing() {
    let world = World::new(&["A"]);
    world.prints(&["build", "plan.json", "--optional-secrets"], &[("RAILPACK2DOCKER_HASH_KEY", "key")]);
    let hash = world.hash(&["--secret", "A=", "--allow-empty"], &[]);
    assert_eq!(world.log("arguments")[4..], ["--build-arg", &format!("SECRETS_HASH={}", hash.trim()), "."]);
}

#[test]
fn a_missing_docker_is_said() {
    let world = World::new(&[]);
    let said = world.fails(2, &["build", "plan.json"], &[("PATH", "/nowhere")]);
    assert!(said.contains("no program `docker`") && said.contains("install Docker"), "{said}");
    let said = world.fails(2, &["build", "plan.json"], &[("BUILDX_STATUS", "1")]);
    assert!(said.contains("no buildx"), "{said}");
    let down = ("ENGINE_SAYS", "Cannot connect to the Docker daemon");
    let said = world.fails(2, &["build", "plan.json"], &[down]);
    assert!(
        said.contains("no Docker Engine answers: Cannot connect") && said.contains("systemctl start docker"),
        "{said}"
    );
    assert!(!world.is_built() && world.is_clean());
    world.prints(&["build", "plan.json", "--dry-run"], &[("PATH", "/nowhere")]);
    assert!(!world.is_built());
    world.prints(&["build", "plan.json"], &[down, ("DRIVER", "kubernetes")]);
    world.prints(&["build", "plan.json", "--", "--builder=x"], &[down]);
}

#[test]
fn a_temporary_file_is_not_in_the_context() {
    let world = World::new(&[]);
    let said = world.fails(2, &["build", "plan.json", "--context", ".."], &[]);
    assert!(said.contains("is in the build context `..`") && said.contains("TMPDIR"), "{said}");
}

/// Ctrl-C goes to both; a SIGTERM only to the one that was started.
#[test]
fn a_signal_ends_docker_and_leaves_no_file() {
    use std::os::unix::process::CommandExt;
    for (signal, is_group, status) in [("INT", true, 130), ("TERM", false, 143)] {
        let world = World::new(&[]);
        let mut child = world
            .command(&["build", "plan.json"])
            .env("WAIT", "1")
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        while !world.path("log/waiting").exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let to = format!("{}{}", if is_group { "-" } else { "" }, child.id());
        // the shell's own: not every machine has the program
        let sent = Command::new("bash").args(["-c", r#"kill -"$0" -- "$1""#, signal, &to]).status();
        let is_sent = sent.is_ok_and(|status| status.success());
        if !is_sent {
            child.kill().unwrap();
        }
        assert!(is_sent);
        assert_eq!(child.wait().unwrap().code(), Some(status), "{signal}");
        assert_eq!(world.read("log/signal").trim(), signal);
        assert!(world.is_clean());
    }
}
