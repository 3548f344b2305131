//! Dockerfiles for Railway and kaniko: Docker accepts the text, and the build args of Railway stay out of the image.

use std::collections::BTreeMap;
use std::process::Command;

use fs_err as fs;
use railpack2docker::builder::Builder;
use railpack2docker::{Options, transpile};
use serde_json::json;

use testkit::command::anything;
use testkit::engine::{self, engine};

const IMAGE: &str = "railpack2docker-test/railway:1";
const BUILT: &str = "railpack2docker-test/railway-built:1";

/// A plan whose commands use two secrets. The result shows that they did.
fn plan() -> String {
    let command = |script: &str| json!({ "cmd": format!("sh -c '{script}'") });
    json!({
        "secrets": ["A_TOKEN", "B_TOKEN"],
        "caches": { "npm": { "directory": "/root/.npm" } },
        "steps": [
            { "name": "install", "inputs": [{ "image": IMAGE }], "secrets": ["A_TOKEN"], "caches": ["npm"],
              "commands": [command("echo -n \"$A_TOKEN\" | wc -c > /app/a; test -z \"$B_TOKEN\"")] },
            { "name": "build", "inputs": [{ "step": "install" }], "secrets": ["B_TOKEN"],
              "commands": [command("echo -n \"$B_TOKEN\" | wc -c > /app/b")] },
        ],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "build", "include": ["."] }] },
    })
    .to_string()
}

/// The Dockerfile for a builder, without a syntax line: no frontend can be pulled.
fn dockerfile(builder: &str) -> String {
    let mut options = Options::for_builder(Builder::parse(builder).unwrap());
    options.syntax = None;
    options.service_id = (builder == "railway").then(|| "4cb9c6c7-e563-42f5-9ea2-08e7b5d8f9a1".to_owned());
    transpile(&plan(), &options).unwrap().dockerfile
}

#[test]
fn docker_has_no_objections() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    for builder in ["railway", "kaniko"] {
        let said = engine::check(&dockerfile(builder), tempfile::tempdir().unwrap().path());
        assert!(said.contains("Check complete, no warnings found."), "{builder}: {said}");
    }
}

#[test]
fn build_args_reach_the_commands_but_not_the_image() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let folder = crate::folder().file("plan.json", plan()).file("Dockerfile", dockerfile("railway"));
    // a service has more variables than the plan has secrets
    let values =
        [("A_TOKEN", "a-canary-of-27-characters--"), ("B_TOKEN", "b-canary-of-19-char"), ("OTHER", "c-canary-x")];
    let mut docker = Command::new("docker");
    docker.args(["build", "--provenance=false", "-t", BUILT]).envs(values);
    for (name, _) in values {
        docker.args(["--build-arg", name]);
    }
    let files = folder.path("files");
    let output = docker.arg(folder.root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = docker.arg(format!("--output=type=local,dest={}", files.display())).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        [
            fs::read_to_string(files.join("app/a")).unwrap().trim(),
            fs::read_to_string(files.join("app/b")).unwrap().trim()
        ],
        ["27", "19"]
    );
    let run = folder.run(["leaks", BUILT, "--plan", "plan.json", "--secret", "OTHER"]).with_docker();
    let run = values.into_iter().fold(run, |run, (name, value)| run.env(name, value));
    assert_eq!(run.stdout(anything()).check().stdout, "no leaks found (3 secrets searched for)\n");
}
