//! `--output-version`: a later release checks and builds a file as the version that it is of.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;
use std::process::Command;

use fs_err as fs;

const PLAN: &str = r#"{ "steps": [], "exclude": ["*.md"], "deploy": { "base": { "image": "node:22" } } }"#;

/// Runs the tool in a folder, and gives its status and what it said.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let binary = env!("CARGO_BIN_EXE_railpack2docker");
    let output = Command::new(binary).current_dir(folder).args(arguments).env_clear().output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn with_plan() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("railpack-plan.json"), PLAN).unwrap();
    folder
}

const DONE: (i32, String) = (0, String::new());

#[test]
fn the_first_version_is_said_nowhere() {
    let folder = with_plan();
    let made = |arguments: &[&str]| {
        assert_eq!(run(folder.path(), &[&["-o", "Dockerfile"], arguments].concat()), DONE);
        fs::read_to_string(folder.path().join("Dockerfile")).unwrap()
    };
    let plain = made(&[]);
    assert!(!plain.contains("output-version"), "{plain}");
    assert_eq!(made(&["--output-version", "1"]), plain);
    fs::write(folder.path().join("railpack2docker.toml"), "[transpile]\noutput-version = 1\n").unwrap();
    assert_eq!(made(&[]), plain);
}

#[test]
fn a_version_can_be_said_of_a_file_and_its_other_options_stay() {
    let folder = with_plan();
    assert_eq!(run(folder.path(), &["-o", "Dockerfile", "--syntax", "none"]), DONE);
    assert_eq!(run(folder.path(), &["--check"]), DONE);
    assert_eq!(run(folder.path(), &["--check", "--output-version", "1"]), DONE);
    let (status, said) = run(folder.path(), &["--check", "--syntax", "docker/dockerfile:1"]);
    assert!(status == 1 && said.contains("error[changed-options]"), "{said}");
}

#[test]
fn a_version_that_nobody_knows_is_refused_wherever_it_is_said() {
    let folder = with_plan();
    for number in ["0", "2", "one"] {
        let (status, said) = run(folder.path(), &["--output-version", number]);
        assert!(status == 2 && said.contains("[possible values: 1]"), "{said}");
    }
    fs::write(folder.path().join("railpack2docker.toml"), "[transpile]\noutput-version = 2\n").unwrap();
    let (status, said) = run(folder.path(), &[]);
    assert_eq!(status, 2);
    let expected = "`, line 2, column 18: there is no output version `2`, but `1`";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn each_command_that_makes_the_text_takes_a_version() {
    let folder = with_plan();
    let plan = "railpack-plan.json";
    for command in [&["build", "--dry-run"][..], &["lint"], &["diff", plan, plan], &["explain"]] {
        let with = |number| run(folder.path(), &[command, &["--output-version", number]].concat());
        assert_eq!(with("1"), run(folder.path(), command));
        let (status, said) = with("2");
        assert!(status == 2 && said.contains("[possible values: 1]"), "{command:?}: {said}");
    }
}

#[test]
fn a_file_of_a_later_version_is_not_taken_for_an_edited_one() {
    let folder = with_plan();
    assert_eq!(run(folder.path(), &["-o", "Dockerfile"]), DONE);
    let file = folder.path().join("Dockerfile");
    let text = fs::read_to_string(&file).unwrap().replace("-o Dockerfile\n", "-o Dockerfile --output-version=2\n");
    let checksum = railpack2docker::header::checksum(&text);
    let old = railpack2docker::header::Header::of(&text).unwrap().checksum;
    fs::write(&file, text.replace(&old, &checksum)).unwrap();
    let (status, said) = run(folder.path(), &["--check"]);
    assert_eq!(status, 1);
    let expected = "made by another command: `railpack2docker railpack-plan.json -o Dockerfile --output-version=2`";
    assert!(said.contains(expected), "{said}");
}
