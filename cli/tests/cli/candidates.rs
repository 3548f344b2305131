//! Dynamic completions: shells ask the command for codes, and for the names in a plan. Shells that are not installed are
//! skipped; with `REQUIRE_SHELLS=1` they are required.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};

use testkit::command::{Folder, anything};

use crate::BINARY;

const PLAN: &str = r#"{
  "steps": [
    { "name": "packages:mise", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "a" }], "secrets": ["TOKEN"] },
    { "name": "build", "inputs": [{ "step": "packages:mise" }], "commands": [{ "cmd": "b" }] },
    { "name": "$(touch attacked)", "inputs": [{ "image": "x" }] }
  ],
  "secrets": ["TOKEN", "OTHER"],
  "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

const SHELLS: [&str; 3] = ["bash", "fish", "zsh"];

fn folder() -> Folder {
    let other = PLAN.replace("build", "other-step").replace("TOKEN", "OTHER_TOKEN");
    crate::folder().file("railpack-plan.json", PLAN).file("apps/other/railpack-plan.json", other)
}

/// Whether a shell is installed.
fn has(shell: &str) -> bool {
    let found = Command::new(shell).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        testkit::skip(&format!("there is no {shell}"), "REQUIRE_SHELLS");
    }
    found
}

/// The candidates in a shell for the last of these words.
fn complete(folder: &Folder, shell: &str, words: &[&str]) -> Vec<String> {
    let script = folder.run(["completions", shell, "--dynamic"]).stdout(anything()).check().stdout;
    let [.., before, last] = words else { panic!("too few words") };
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let quoted = quoted.join(" ");
    let asks = match shell {
        "bash" => format!(
            "COMP_WORDS=(railpack2docker {quoted}); COMP_CWORD={}; COMP_TYPE=9\n\
             _clap_complete_railpack2docker railpack2docker '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.len()
        ),
        "fish" => format!("complete -C 'railpack2docker {}'", words.join(" ")),
        // the functions that are there while zsh completes
        _ => format!(
            "function _describe() {{ print -rl -- ${{(P)@[-1]}} }}\n\
             words=(railpack2docker {quoted}); CURRENT={}; _clap_dynamic_completer_railpack2docker",
            words.len() + 1
        ),
    };
    let before = if shell == "zsh" { "function compdef() { :; }\n" } else { "" };
    #[expect(clippy::disallowed_methods, reason = "the programs that the shell runs")]
    let path = format!("{}:{}", Path::new(BINARY).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = folder
        .run_program(shell, ["-c", &format!("{before}{script}\n{asks}")])
        .env("PATH", path)
        .env("TOKEN", "secret-value")
        .stdout(anything())
        .stderr(anything())
        .check();
    assert_eq!(output.stderr, "", "{shell} {words:?}");
    assert!(!output.stdout.contains("secret-value"), "{}", output.stdout);
    // fish and zsh have a description after the value, and zsh escapes colons in it
    let value = |line: &str| match shell {
        "zsh" => line.replace("\\:", "\u{0}").split(':').next().unwrap().replace('\u{0}', ":"),
        _ => line.split('\t').next().unwrap().to_owned(),
    };
    output.stdout.lines().filter(|line| !line.is_empty()).map(value).collect()
}

/// Checks the candidates in each shell.
fn completes(words: &[&str], expected: &[&str]) {
    let folder = folder();
    for shell in SHELLS.into_iter().filter(|shell| has(shell)) {
        assert_eq!(complete(&folder, shell, words), expected, "{shell} {words:?}");
    }
    assert!(!folder.has("attacked"));
}

#[test]
fn commands_and_options_are_completed() {
    completes(&["completions", "z"], &["zsh"]);
    completes(&["build", "--dry"], &["--dry-run"]);
    completes(&["man", "wh"], &["where"]);
}

#[test]
fn the_file_of_a_line_is_completed() {
    completes(&["where", "railpack-p"], &["railpack-plan.json"]);
}

#[test]
fn codes_are_completed() {
    completes(&["lint", "--warn", ""], &["fixed-architecture", "unpinned-image"]);
    completes(&["lint", "--explain", "edited-"], &["edited-file", "edited-syntax"]);
    completes(&["lint", "--allow", "no-s"], &["no-shell", "no-start-command"]);
}

#[test]
fn names_come_from_the_default_plan() {
    completes(&["explain", "--step", ""], &["packages:mise", "build"]);
    completes(&["build", "--secret", "T"], &["TOKEN"]);
    completes(&["sync", "--ssh-step", "b"], &["build"]);
}

#[test]
fn names_come_from_the_plan_of_the_command_line() {
    completes(&["explain", "apps/other/railpack-plan.json", "--step", "o"], &["other-step"]);
    completes(&["explain", "apps/other", "--secret", ""], &["OTHER_TOKEN", "OTHER"]);
}

#[test]
fn nothing_fails_without_a_plan() {
    let folder = crate::folder().file("railpack-plan.json", "{").file("pipe.json", "");
    for shell in SHELLS.into_iter().filter(|shell| has(shell)) {
        for words in [["explain", "--step", ""], ["build", "--secret", ""]] {
            // bash adds nothing by itself
            assert_eq!(complete(&folder, shell, &words), [""; 0], "{shell} {words:?}");
        }
    }
    // neither an unknown shell nor a broken request prints anything
    for shell in ["x", "bash"] {
        folder
            .run(["--", "railpack2docker", "explain", "--no-such-option"])
            .env("RAILPACK2DOCKER_COMPLETE", shell)
            .check();
    }
}
