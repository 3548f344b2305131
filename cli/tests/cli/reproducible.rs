//! Tests of `--reproducible`, up to the command that docker gets. The builds are in the tests with Docker.

use testkit::command::{Folder, anything};

use crate::folder;

const PLAN: &str = r#"{ "steps": [], "deploy": { "base": { "image": "node:22" } } }"#;

const ARCHIVE: &str = "--provenance=false --output type=docker,dest=-,rewrite-timestamp=true";

fn with_plan() -> Folder {
    folder().file("plan.json", PLAN)
}

/// Checks the command that `build` prints, with these arguments for docker.
fn prints(folder: &Folder, epoch: &str, more: &[&str], expected: &str) {
    let arguments = [&["build", "plan.json", "--reproducible", "--dry-run", "--"], more].concat();
    let expected = format!("docker buildx build -f '<temporary>/Dockerfile' {expected}\n");
    folder.run(arguments).env("SOURCE_DATE_EPOCH", epoch).stdout(expected).stderr(anything()).check();
}

#[test]
fn docker_gets_the_time_and_loads_the_image() {
    let folder = with_plan();
    let archive = |seconds: &str| format!("--build-arg SOURCE_DATE_EPOCH={seconds} {ARCHIVE}");
    prints(&folder, "", &[], &format!("{} . | docker load", archive("0")));
    prints(&folder, "1700000000", &["-t", "app"], &format!("{} -t app . | docker load", archive("1700000000")));
    let own = ["--build-arg", "SOURCE_DATE_EPOCH=1"];
    prints(&folder, "2", &own, &format!("{ARCHIVE} --build-arg SOURCE_DATE_EPOCH=1 . | docker load"));
}

#[test]
fn an_output_of_ones_own_must_rewrite_times() {
    let folder = with_plan();
    let output = "type=image,push=true,rewrite-timestamp=true";
    let expected = format!("--build-arg SOURCE_DATE_EPOCH=0 --output {output} .");
    prints(&folder, "", &["--output", output], &expected);
    for export in ["--push", "--load", "--output=type=oci,dest=x"] {
        let said = format!("error[invalid-option]: `{export}` exports the image with the times of this build");
        let build = ["build", "plan.json", "--reproducible", "--dry-run", "--", export];
        folder.run(build).status(2).stderr([said.as_str(), "rewrite-timestamp=true"]).check();
    }
}

#[test]
fn the_time_must_be_a_number() {
    let folder = with_plan();
    for epoch in ["yesterday", "-1", "1.5"] {
        let said = format!("error[invalid-option]: `SOURCE_DATE_EPOCH` is not a number of seconds: `{epoch}`");
        let build = folder.run(["build", "plan.json", "--reproducible", "--dry-run"]);
        build.env("SOURCE_DATE_EPOCH", epoch).status(2).stderr([said.as_str(), "git log"]).check();
    }
    // without the option, it is docker's
    let build = folder.run(["build", "plan.json", "--dry-run"]).env("SOURCE_DATE_EPOCH", "yesterday");
    build.stdout(["buildx build"]).stderr(anything()).check();
}

#[test]
fn the_header_has_the_option_and_the_command() {
    let folder = with_plan();
    folder.run(["plan.json", "-o", "Dockerfile", "--reproducible"]).check();
    let dockerfile = folder.read("Dockerfile");
    assert!(dockerfile.contains("#   railpack2docker plan.json -o Dockerfile --reproducible\n"), "{dockerfile}");
    assert!(dockerfile.contains("rewrite-timestamp=true . | docker load\n"), "{dockerfile}");
    folder.run(["--check"]).check();
    folder.write("railpack2docker.toml", "[transpile]\nreproducible = true\n");
    folder.run(["plan.json", "-o", "Dockerfile"]).check();
    assert_eq!(folder.read("Dockerfile").lines().filter(|line| line.contains("--reproducible")).count(), 0);
    assert!(folder.read("Dockerfile").contains("| docker load\n"));
    folder.run(["--check"]).check();
}
