//! Tests of `--platforms`: what docker gets, which builds are refused, and the lines in a Dockerfile.
#![cfg(unix)]

use testkit::command::anything;

use crate::secrets::world::World;

const PLAN: &str = r#"{
  "caches": { "npm": { "directory": "/root/.npm" } },
  "steps": [{ "name": "build", "inputs": [{ "image": "x:1" }], "caches": ["npm"], "commands": [{ "cmd": "npm ci" }] }],
  "deploy": { "base": { "image": "x:1" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

const BOTH: &str = "linux/amd64,linux/arm64";

/// The arguments of docker after those for the Dockerfile.
fn arguments_of_docker(world: &World) -> Vec<String> {
    world.log("arguments")[4..].to_vec()
}

#[test]
fn docker_gets_the_platforms() {
    let world = World::with(PLAN);
    let option = format!("--platforms={BOTH}");
    world.builds(&[&option, "--", "-t", "x"], &[("DOCKER_DEFAULT_PLATFORM", "linux/s390x,linux/riscv64")]);
    assert_eq!(arguments_of_docker(&world), ["--platform", BOTH, "-t", "x", "."]);
    assert!(world.read("log/Dockerfile").contains("\nARG TARGETARCH\nRUN --mount=type=cache,id=npm-$TARGETARCH,"));
    world.builds(&["--platforms", "linux/arm64"], &[]);
    assert_eq!(arguments_of_docker(&world), ["--platform", "linux/arm64", "."]);
    // docker would build for the platforms of both flags
    for own in [&["--platform", "linux/arm64"][..], &["--platform=linux/arm64,linux/x86_64"]] {
        world.builds(&[&[&option, "--"], own].concat(), &[]);
        assert_eq!(arguments_of_docker(&world), [own, &["."]].concat());
    }
}

#[test]
fn platforms_that_would_share_caches_are_refused() {
    let world = World::with(PLAN);
    let said = [
        "error[invalid-option]: the Dockerfile is not generated for the platforms `linux/amd64,linux/arm64`",
        "pass `--platforms linux/amd64,linux/arm64`",
    ];
    for own in [
        &["--platform", BOTH][..],
        &["--platform=linux/arm64,linux/amd64"],
        &["--platform", "linux/amd64", "-t", "x", "--platform=linux/aarch64"],
    ] {
        for option in [&[][..], &["--platforms=linux/amd64"], &["--platforms=linux/amd64,linux/riscv64"]] {
            world.fails(&[&["build", "plan.json"], option, &["--"], own].concat(), &[], said);
        }
    }
    let variable = |value| [("DOCKER_DEFAULT_PLATFORM", value)];
    world.fails(&["build", "plan.json"], &variable(BOTH), said);
    world.run(&["plan.json", "-o", "Dockerfile"]).check();
    world.fails(&["build", "plan.json", "-f", "Dockerfile", "--", "--platform", BOTH], &[], said);
    assert!(!world.is_built());
    // one platform has no one to share with
    world.builds(&[], &variable("linux/arm64"));
    world.builds(&[], &variable(""));
    world.builds(&["--", "--platform", "linux/arm64"], &variable(BOTH));
    assert_eq!(arguments_of_docker(&world), ["--platform", "linux/arm64", "."]);
}

#[test]
fn a_dockerfile_keeps_its_platforms() {
    let world = World::with(PLAN);
    let option = format!("--platforms={BOTH}");
    world.run(&["plan.json", "-o", "Dockerfile", &option]).check();
    let dockerfile = world.read("app/Dockerfile");
    let header = format!("#   railpack2docker plan.json -o Dockerfile {option}\n");
    assert!(dockerfile.contains(&header), "{dockerfile}");
    assert!(dockerfile.contains(&format!("#   docker build \\\n#     --platform {BOTH} .\n")), "{dockerfile}");
    world.run(&["--check", "plan.json", "-o", "Dockerfile"]).check();
    let build = ["build", "plan.json", "-f", "Dockerfile", &option];
    world.run(&build).stdout("built\n").check();
    assert_eq!(arguments_of_docker(&world), ["--platform", BOTH, "."]);
    let help = format!("run `railpack2docker plan.json -o Dockerfile --platforms={BOTH},linux/riscv64`");
    let more = format!("{option},linux/riscv64");
    world.run(&["build", "plan.json", "-f", "Dockerfile", &more]).status(1).stderr([help.as_str()]).check();
    // the config file has them, too
    world.write("app/railpack2docker.toml", "[transpile]\nplatforms = ['linux/amd64', 'linux/arm64']\n");
    world.run(&["plan.json", "-o", "Dockerfile"]).check();
    let expected = dockerfile.lines().filter(|line| !line.contains("railpack2docker plan.json")).count();
    let same = |line: &&str| dockerfile.lines().any(|other| other == *line);
    let without_option = world.read("app/Dockerfile");
    assert!(!without_option.contains("--platforms"), "{without_option}");
    // all lines but the command and the stamp
    assert_eq!(without_option.lines().filter(same).count(), expected - 1, "{without_option}");
}

#[test]
fn the_build_arg_comes_from_the_cache() {
    let world = World::with(PLAN);
    world.run(&["plan.json", "-o", "Dockerfile", &format!("--platforms={BOTH}")]).check();
    let dockerfile = world.read("app/Dockerfile");
    let line = dockerfile.lines().position(|line| line == "ARG TARGETARCH").unwrap();
    for line in [line, line + 1] {
        let location = format!("Dockerfile:{line}");
        let found = world.run(&["where", &location, "--format=json"]).stdout(anything()).check().stdout;
        assert!(found.contains("\"steps[0].caches[0]\""), "{found}");
    }
}
