//! `verify` with real builds: both images of a plan, and two builds of one Dockerfile. A frontend of the tests stands in
//! for Railpack's.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Once;

use railpack2docker::Options;
use testkit::command::{Folder, Run, anything, without};
use testkit::engine::engine_with_archives;

use crate::frontend;

const IMAGE: &str = "railpack2docker-test/verify:1";

/// A plan whose commands read a secret and files of the context, and write what is new in each build.
const PLAN: &str = r#"{
  "secrets": ["A_TOKEN"],
  "steps": [{
    "name": "build",
    "inputs": [{ "image": "railpack2docker-test/verify:1" }, { "local": true, "include": ["."] }],
    "secrets": ["*"],
    "commands": [
      { "path": "/opt/bin" },
      { "cmd": "sh -c 'test -n \"$A_TOKEN\" && echo built > out && ln out hard && ln -s out soft && chmod 4755 out'" },
      { "cmd": "sh -c 'mkdir -p /app/log /var/log && date +%s%N > /var/log/build.log && cat /proc/uptime >> /var/log/build.log'" }
    ]
  }],
  "deploy": {
    "base": { "image": "railpack2docker-test/verify:1" },
    "inputs": [{ "step": "build", "include": ["/app", "/var/log"] }],
    "startCommand": "node server.js",
    "variables": { "NODE_ENV": "production" }
  }
}"#;

/// The Dockerfile that the plan is turned into.
fn dockerfile() -> String {
    let mut options = Options::default();
    options.syntax = None;
    railpack2docker::transpile(PLAN, &options).unwrap().dockerfile
}

/// A folder with the plan. `None` without an engine whose builder exports archives.
fn folder() -> Option<Folder> {
    // tests run at the same time, and the engine can't give one name to two images at once
    static STAND_IN: Once = Once::new();
    let engine = engine_with_archives()?;
    STAND_IN.call_once(|| engine.stand_in(IMAGE, &BTreeMap::new()));
    Some(crate::folder().file("app/railpack-plan.json", PLAN).file("app/server.js", "serve()"))
}

fn verify<'f>(folder: &'f Folder, frontend: &str, more: &[&str]) -> Run<'f> {
    let arguments = [&["verify", "--syntax=none", "--frontend", frontend, "--show-new"], more].concat();
    let run = folder.run(arguments).within("app").with_docker().env("A_TOKEN", "hunter2-hunter2");
    run.env("RAILPACK2DOCKER_HASH_KEY", "key").stderr(anything())
}

#[test]
fn an_equal_image_is_the_same() {
    let Some(folder) = folder() else { return };
    let image = "railpack2docker-test/verify-frontend:same";
    frontend::build(image, &dockerfile(), &["=build-arg:secrets-hash="]);
    let run = verify(&folder, image, &["--", "--no-cache"]).stderr(without(["hunter2"]));
    let output = run.stdout(["\nthe images are the same: ", " new in each build\n"]).check().stdout;
    assert!(output.contains("new in each build, logs:\n  /var/log/build.log: content: "), "{output}");
}

#[test]
fn a_different_image_is_described() {
    let Some(folder) = folder() else { return };
    let image = "railpack2docker-test/verify-frontend:different";
    let changed = "RUN [\"/bin/sh\", \"-c\", \"chmod 700 /app/out && rm /app/soft\"]\nENV RAILPACK_BUILT_AT=now NODE_ENV=test\nUSER 1000\n";
    frontend::build(image, &(dockerfile() + "\n" + changed), &[]);
    let output = verify(&folder, image, &["--accept=user"]).status(1).stdout(anything()).check().stdout;
    for line in [
        "Railpack: built by `railpack2docker-test/verify-frontend:different`",
        "env.NODE_ENV: value: test (Railpack), production (Dockerfile)",
        "/app/out: mode: 0700 (Railpack), 4755 (Dockerfile)",
        "/app/soft: only in Dockerfile: symbolic link",
        "accepted by `user`:\n  user: only in Railpack: 1000",
        "  env.RAILPACK_BUILT_AT: only in Railpack: now",
    ] {
        assert!(output.contains(&format!("{line}\n")), "{line}:\n{output}");
    }
}

#[test]
fn a_frontend_that_is_not_there_is_an_error() {
    let Some(folder) = folder() else { return };
    // a registry that refuses connections
    let image = "127.0.0.1:1/railpack-frontend:v1";
    let messages =
        ["error[no-frontend]: can't pull Railpack's frontend `127.0.0.1:1/railpack-frontend:v1`: ", "--images A B"];
    verify(&folder, image, &[]).status(2).stderr(messages).check();
}

#[test]
fn two_builds_of_one_dockerfile_are_the_same() {
    let Some(folder) = folder() else { return };
    folder.write("app/Dockerfile", dockerfile());
    let images = ["railpack2docker-test/verify-build:1", "railpack2docker-test/verify-build:2"];
    for image in images {
        let mut docker = Command::new("docker");
        docker.args(["build", "--no-cache", "--secret=id=A_TOKEN", "-q", "-t", image]).arg(folder.path("app"));
        let output = docker.env("A_TOKEN", "hunter2-hunter2").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let [first, second] = images;
    let run = folder.run(["verify", "--images", first, second]).with_docker();
    run.stdout(["\nthe images are the same: ", "new in each build (`--show-new` lists them): logs (1)"]).check();
}
