//! Tests of `--output-version`: a later release can check and build a file in the version that it was generated in.

use testkit::command::{Folder, anything};

use crate::folder;
use crate::stamp::restamped;

const PLAN: &str = r#"{ "steps": [], "exclude": ["*.md"], "deploy": { "base": { "image": "node:22" } } }"#;

fn with_plan() -> Folder {
    folder().file("railpack-plan.json", PLAN)
}

#[test]
fn the_first_version_is_not_recorded() {
    let folder = with_plan();
    let made = |arguments: &[&str]| {
        folder.run([&["-o", "Dockerfile"], arguments].concat()).check();
        folder.read("Dockerfile")
    };
    let plain = made(&[]);
    assert!(!plain.contains("output-version"), "{plain}");
    assert_eq!(made(&["--output-version", "1"]), plain);
    folder.write("railpack2docker.toml", "[transpile]\noutput-version = 1\n");
    assert_eq!(made(&[]), plain);
}

#[test]
fn a_check_with_a_version_keeps_the_other_options() {
    let folder = with_plan();
    folder.run(["-o", "Dockerfile", "--syntax", "none"]).check();
    folder.run(["--check"]).check();
    folder.run(["--check", "--output-version", "1"]).check();
    let other = folder.run(["--check", "--syntax", "docker/dockerfile:1"]);
    other.status(1).stdout(anything()).stderr(["error[changed-options]"]).check();
}

#[test]
fn unknown_versions_are_refused() {
    let folder = with_plan();
    for number in ["0", "2", "one"] {
        folder.run(["--output-version", number]).status(2).stderr(["[possible values: 1]"]).check();
    }
    folder.write("railpack2docker.toml", "[transpile]\noutput-version = 2\n");
    let said = ["`, line 2, column 18: unknown output version `2` (supported: 1)"];
    folder.run::<&str>([]).status(2).stderr(said).check();
}

#[test]
fn each_command_that_generates_text_takes_a_version() {
    let folder = with_plan();
    let plan = "railpack-plan.json";
    for command in [&["build", "--dry-run"][..], &["lint"], &["diff", plan, plan], &["explain"]] {
        let status = i32::from(command == ["lint"]);
        let with = |more: &[&str]| {
            let run = folder.run([command, more].concat()).status(status);
            run.stdout(anything()).stderr(anything()).check()
        };
        assert_eq!(with(&["--output-version", "1"]), with(&[]));
        let unknown = folder.run([command, &["--output-version", "2"]].concat());
        unknown.status(2).stderr(["[possible values: 1]"]).check();
    }
}

#[test]
fn a_file_of_a_later_version_does_not_count_as_edited() {
    let folder = with_plan();
    folder.run(["-o", "Dockerfile"]).check();
    let text = folder.read("Dockerfile").replace("-o Dockerfile\n", "-o Dockerfile --output-version=2\n");
    folder.write("Dockerfile", restamped(&text));
    let said = [
        "stale `Dockerfile`: it was generated with different options, by `railpack2docker railpack-plan.json -o Dockerfile --output-version=2`",
    ];
    folder.run(["--check"]).status(1).stdout(anything()).stderr(said).check();
}
