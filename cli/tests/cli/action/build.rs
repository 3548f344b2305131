//! Builds with secrets.

use std::path::Path;

use testkit::command::anything;
use testkit::root;

use crate::BINARY;
use crate::secrets::world::World;

/// A repository whose plan has these secrets.
struct Repository(World);

impl Repository {
    fn new(secrets: &[&str]) -> Self {
        let world = World::new(secrets);
        world.run(&["plan.json", "-o", "Dockerfile"]).stderr(anything()).check();
        // the build does not pass on the variable of the stand-in
        let log = world.path("log");
        fs_err::rename(world.path("bin/docker"), world.path("bin/stand-in")).unwrap();
        let script = format!("#!/bin/sh\necho ::error::forged\nLOG='{}' exec stand-in \"$@\"\n", log.display());
        world.write_program("bin/docker", &script);
        Self(world)
    }

    /// Builds the images, which must exit with this status. Returns the log.
    fn build(&self, status: i32, variables: &[(&str, &str)]) -> String {
        let tool = Path::new(BINARY).parent().unwrap();
        let path = format!("{}:{}:/usr/bin:/bin", self.0.path("bin").display(), tool.display());
        let run = self.0.run_program("bash", [root().join("action/build")]).within("app").env("PATH", path);
        let run =
            run.envs([("PLANS", "plan.json"), ("ALL", "false"), ("DOCKERFILE", ""), ("SECRETS", ""), ("IMAGE", "")]);
        let output = run.envs(variables.iter().copied()).status(status).stdout(anything()).stderr(anything()).check();
        format!("{}{}", output.stdout, output.stderr)
    }
}

#[test]
fn a_build_sees_the_secrets_that_the_workflow_names() {
    let repository = Repository::new(&["TOKEN", "OTHER"]);
    let variables = [
        ("SECRETS", "TOKEN\n  OTHER"),
        ("TOKEN", "secret-value"),
        ("OTHER", "other-value"),
        ("UNLISTED", "unlisted-value"),
        ("not-a-name", "unlisted-value"),
        ("IMAGE", "ghcr.io/o/r:1"),
    ];
    let log = repository.build(0, &variables);
    assert!(!log.contains("-value"), "{log}");
    let (before, _) = log.split_once("\n::error::forged").unwrap();
    assert!(before.contains("::stop-commands::"), "{log}");
    let environment = repository.0.log("environment");
    assert!(environment.iter().any(|variable| variable == "TOKEN=secret-value"), "{environment:?}");
    assert!(!environment.iter().any(|variable| variable.contains("unlisted-value")), "{environment:?}");
    let arguments = repository.0.log("arguments");
    // a builder that keeps images in its cache only would build nothing to run or push
    assert!(arguments.windows(3).any(|words| words == ["--tag", "ghcr.io/o/r:1", "--load"]), "{arguments:?}");
    assert!(!arguments.iter().any(|argument| argument.contains("-value")), "{arguments:?}");
}

#[test]
fn a_secret_that_only_the_plan_names_is_missing() {
    let repository = Repository::new(&["TOKEN", "STOLEN"]);
    let log = repository.build(1, &[("SECRETS", "TOKEN"), ("TOKEN", "secret-value"), ("STOLEN", "stolen-value")]);
    assert!(log.contains("`STOLEN` is missing"), "{log}");
    assert!(log.contains("\n::error title=railpack2docker::The image of `Dockerfile` can't be built"), "{log}");
    assert!(!repository.0.is_built());
}

#[test]
fn a_secret_without_a_value_is_reported_before_the_build() {
    let repository = Repository::new(&["TOKEN"]);
    let fork = repository.build(1, &[("SECRETS", "TOKEN"), ("TOKEN", "")]);
    assert!(fork.contains("::error title=railpack2docker::The secret `TOKEN` has no value."), "{fork}");
    let wrong = repository.build(1, &[("SECRETS", "TOKEN=secret-value"), ("TOKEN", "secret-value")]);
    assert!(wrong.contains("The input `secrets` contains a word that is not the name of a variable."), "{wrong}");
    assert!(!wrong.contains("secret-value"), "{wrong}");
    assert!(!repository.0.is_built());
}

#[test]
fn a_stale_dockerfile_is_not_built() {
    let repository = Repository::new(&[]);
    repository.0.replace("app/Dockerfile", "RUN make", "RUN make install");
    let log = repository.build(1, &[]);
    assert!(log.contains("edited-file"), "{log}");
    assert!(!repository.0.is_built());
}

#[test]
fn a_name_is_for_one_image() {
    let repository = Repository::new(&[]);
    repository.0.write("app/two.json", repository.0.read("app/plan.json"));
    let log = repository.build(1, &[("PLANS", "*.json"), ("IMAGE", "x")]);
    assert!(
        log.contains("::error title=railpack2docker::The input `image` can only be used with a single plan."),
        "{log}"
    );
}
