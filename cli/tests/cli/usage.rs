//! Usage errors, and what they suggest.

use serde_json::Value;
use testkit::command::{Folder, anything, that};

const PLAN: &str = r#"{ "steps": [], "deploy": { "base": { "image": "node:22" } } }"#;

fn folder() -> Folder {
    crate::folder().file("good.json", PLAN)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(' ').filter(|word| !word.is_empty())
}

/// Checks that a line of arguments is refused with this text.
fn refused(line: &str, said: &str) {
    folder().run(words(line)).status(2).stderr([said]).check();
}

#[test]
fn help_is_a_command() {
    let folder = folder();
    for (line, option) in [("help", "--help"), ("help help", "--help"), ("help lint", "lint --help")] {
        let expected = folder.run(words(option)).stdout(["Usage: railpack2docker"]).check().stdout;
        folder.run(words(line)).stdout(expected).check();
    }
    refused("help lnit", "unrecognized subcommand 'lnit'\n\n  tip: a similar subcommand exists: 'lint'");
    folder.write("help", PLAN);
    folder.run(["./help"]).stdout(["FROM node:22"]).check();
}

#[test]
fn misspelled_commands_are_recognized() {
    for (line, command) in [("explian good.json", "explain"), ("buid", "build"), ("buid good.json -o x", "build")] {
        refused(line, &format!("  tip: a similar subcommand exists: '{command}'"));
    }
    // a file with such a name, and a name that is similar to none
    let folder = folder().file("buid", PLAN);
    folder.run(["buid"]).stdout(["FROM node:22"]).check();
    folder.run(["foo"]).status(2).stderr(["error[unreadable-plan]"]).check();
}

#[test]
fn words_in_the_wrong_place_are_recognized() {
    refused("good.json Dockerfile", "to write the Dockerfile, run `railpack2docker good.json -o Dockerfile`");
    refused("good.json lint", "tip: a command is before its plan: 'railpack2docker lint good.json'");
}

#[test]
fn options_of_other_commands_are_recognized() {
    for (line, tip) in [
        ("--dry-run", "this is an option of another command: 'railpack2docker build --dry-run'"),
        ("--format svg", "this is an option of another command: 'railpack2docker explain --format svg'"),
        ("--format=gitlab good.json", "this is an option of another command: 'railpack2docker lint --format gitlab'"),
        ("lint --dry-run", "this is an option of another command: 'railpack2docker build --dry-run'"),
        ("-v", "'-V' prints the version"),
    ] {
        let said = format!("  tip: {tip}\n");
        let run = folder().run(words(line)).status(2).stderr([said.as_str()]).check();
        // neither as a value of nothing, nor as `--force`
        assert_eq!(run.stderr.matches("tip:").count(), 1, "{}", run.stderr);
        assert!(!run.stderr.contains("--force"), "{}", run.stderr);
    }
    refused("build --dry-ru", "  tip: a similar argument exists: '--dry-run'\n");
}

#[test]
fn options_of_docker_are_recognized() {
    for (line, after) in [
        ("build --push", "--push"),
        ("build good.json -t app", "-t app"),
        ("build --tag=app", "--tag app"),
        ("--platform linux/arm64", "--platform linux/arm64"),
        // a value may be a secret
        ("build --build-arg TOKEN=hunter2", "--build-arg"),
    ] {
        let said = format!("  tip: docker's options go after '--': 'railpack2docker build -- {after}'\n");
        refused(line, &said);
    }
    refused("--platform linux/arm64", "  tip: a similar argument exists: '--platforms'\n");
    let no_value = |text: &str| text.contains("'railpack2docker build --secret'") && !text.contains("hunter2");
    folder().run(["--secret", "A=hunter2"]).status(2).stderr(that(no_value)).check();
}

#[test]
fn usage_errors_are_json_on_request() {
    for (line, message, help) in [
        ("--message-format json --nosuch", "unexpected argument '--nosuch' found", None),
        ("--message-format=json buid", "unrecognized subcommand 'buid'", Some("a similar subcommand exists: 'build'")),
        ("lint --fail-on x --message-format json", "invalid value 'x' for '--fail-on <SEVERITY>'", None),
        ("where --message-format json", "the following required arguments were not provided: <FILE:LINE>", None),
    ] {
        let output = folder().run(words(line)).status(2).stderr(anything()).check();
        let lines: Vec<&str> = output.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let found: Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!((&found["severity"], &found["code"]), (&"error".into(), &"usage".into()));
        assert!(found["message"].as_str().unwrap().starts_with(message), "{found}");
        assert_eq!(found["help"].as_str(), help, "{found}");
        assert!(found["location"].is_null() && found["related"].as_array().unwrap().is_empty());
    }
}
