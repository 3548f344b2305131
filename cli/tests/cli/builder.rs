//! Tests of `--builder`: the header, the config file, and what is refused.
#![cfg(unix)]

use testkit::command::anything;

use crate::secrets::world::World;

const PLAN: &str = r#"{
  "secrets": ["A"],
  "steps": [{ "name": "build", "inputs": [{ "image": "x:1" }], "secrets": ["A"], "commands": [{ "cmd": "npm ci" }] }],
  "deploy": { "base": { "image": "x:1" }, "inputs": [{ "step": "build", "include": ["."], "exclude": ["src"] }] }
}"#;

#[test]
fn a_dockerfile_keeps_its_builder() {
    let world = World::with(PLAN);
    world.run(&["plan.json", "-o", "Dockerfile", "--builder", "buildah@1.43"]).check();
    let dockerfile = world.read("app/Dockerfile");
    let header = "\
#   railpack2docker plan.json -o Dockerfile --builder buildah@1.43
# Build the image:
#   buildah build --format docker --layers -f Dockerfile \\
#     --secret id=A,env=A \\
#     --build-arg SECRETS_HASH=\"$(date +%s)\" .
";
    assert!(dockerfile.contains(header), "{dockerfile}");
    assert!(!dockerfile.contains("syntax=") && dockerfile.contains("--exclude=app/src /app /app\n"), "{dockerfile}");
    world.run(&["--check", "-o", "Dockerfile"]).check();
    // the defaults of the builder are not repeated
    world
        .run(&["plan.json", "--builder=buildah@1.43", "--syntax=none", "--secret-mount=file", "-o", "Dockerfile"])
        .check();
    assert_eq!(world.read("app/Dockerfile"), dockerfile);
    let refused = [
        "error[invalid-option]: `build` runs docker, but the Dockerfile is for `buildah@1.43`",
        "run the command in its header",
    ];
    world.fails(&["build", "-f", "Dockerfile"], &[("A", "1")], refused);
    // the config file has it, too
    world.write("app/railpack2docker.toml", "[transpile]\nbuilder = 'buildah@1.43'\n");
    world.run(&["plan.json", "-o", "Dockerfile"]).check();
    let same = world.read("app/Dockerfile");
    assert!(same.contains("buildah build") && !same.contains("--builder"), "{same}");
    world.run(&["--check", "-o", "Dockerfile"]).check();
    world.write("app/railpack2docker.toml", "[transpile]\nbuilder = 'buildah@1.44'\n");
    let stale = world.run(&["--check", "-o", "Dockerfile"]).status(1).stdout(anything()).stderr(anything()).check();
    assert!(stale.stdout.contains("+RUN --mount=type=secret,id=A,env=A,required=true"), "{}", stale.stdout);
    world.write("app/railpack2docker.toml", "[transpile]\nbuilder = 'buildha@1.44'\n");
    let unknown = [
        "error[invalid-option]: unknown builder `buildha` (in `railpack2docker.toml`, line 2)",
        "did you mean `buildah`?",
    ];
    world.fails(&["plan.json", "-o", "Dockerfile"], &[], unknown);
}

#[test]
fn a_dockerfile_for_railway_has_the_id_of_its_service() {
    let cached = PLAN.replace(
        r#""steps": [{"#,
        r#""caches": { "npm": { "directory": "/root/.npm" } }, "steps": [{ "caches": ["npm"], "#,
    );
    let world = World::with(&cached);
    let missing =
        ["error[invalid-option]: `--builder railway` requires `--service-id`", "`railway status --json` prints"];
    world.fails(&["plan.json", "-o", "Dockerfile", "--builder", "railway"], &[], missing);
    // the ID of a service is in the config file of its application
    world.write("app/railpack2docker.toml", "[transpile]\nbuilder = 'railway'\nservice-id = '4cb9c6c7-e563'\n");
    let warned = world.run(&["plan.json", "-o", "Dockerfile"]).stderr(anything()).check();
    assert!(warned.stderr.contains("warning[secret-in-build-arg]: secret `A` is a build arg"), "{}", warned.stderr);
    let dockerfile = world.read("app/Dockerfile");
    let header = "\
#   railpack2docker plan.json -o Dockerfile
# The builder can't mount secrets, so they are build args: their values stay in its cache, but not in the image.
# Build the image as it does:
#   docker build \\
#     --build-arg A .
";
    assert!(dockerfile.contains(header), "{dockerfile}");
    assert!(dockerfile.contains("id=s/4cb9c6c7-e563-/root/.npm,"), "{dockerfile}");
    world.run(&["--check", "-o", "Dockerfile"]).stderr(anything()).check();
    let refused = ["`build` runs docker, but the Dockerfile is for `railway`", "run the command in its header"];
    world.fails(&["build", "-f", "Dockerfile"], &[("A", "1")], refused);
    // the defaults of the builder are not repeated
    world
        .run(&[
            "plan.json",
            "-o",
            "Dockerfile",
            "--secrets-scope=step",
            "--secrets-hash=off",
            "--allow=secret-in-build-arg",
        ])
        .check();
    let allowed = world.read("app/Dockerfile");
    assert!(allowed.contains("-o Dockerfile --allow=secret-in-build-arg\n"), "{allowed}");
}

#[test]
fn a_version_of_docker_replaces_the_syntax_line() {
    let world = World::with(PLAN);
    for (options, has_line) in [
        (&["--builder", "docker"][..], true),
        (&["--builder", "docker@28.5"], false),
        (&["--builder", "docker@28.5", "--syntax", "docker/dockerfile:1"], true),
        (&["--builder", "docker@20.10"], false),
    ] {
        if options[1] == "docker@20.10" {
            let old = ["error[invalid-option]: `docker@20.10` is too old", "use `docker` 23.0 or newer"];
            world.fails(&[&["plan.json"], options].concat(), &[], old);
            continue;
        }
        world.run(&[&["plan.json", "-o", "Dockerfile"], options].concat()).check();
        let dockerfile = world.read("app/Dockerfile");
        assert_eq!(dockerfile.starts_with("# syntax="), has_line, "{options:?}: {dockerfile}");
        world.run(&["--check", "-o", "Dockerfile"]).check();
    }
    world.builds(&["--builder", "buildkit@0.32"], &[("A", "1")]);
}
