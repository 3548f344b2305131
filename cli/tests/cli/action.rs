//! What the GitHub action does in a workflow: its script, run in a repository, with a stand-in for
//! GitHub's own command.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test ends where it fails")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;
use tempfile::TempDir;

/// Answers a question for comments with `$COMMENTS`, and writes down what else it is asked to do.
const GH: &str = r#"#!/bin/bash
set -euo pipefail
case "$*" in
*--jq*) printf '%s' "${COMMENTS:-}" ;;
*) [ -z "${READ_ONLY:-}" ] || { echo "HTTP 403" >&2; exit 1; }
   printf '%s\n' "$*" >>"$ASKED"
   for argument; do case "$argument" in body=@*) cat "${argument#body=@}" >"$BODY" ;; esac; done ;;
esac
"#;

const PLAN: &str = r#"{
  "steps": [
    { "name": "build", "inputs": [{ "image": "node:22" }, { "local": true, "include": ["."] }], "commands": [{ "cmd": "npm ci" }] }
  ],
  "deploy": { "base": { "image": "node:22" }, "inputs": [{ "step": "build", "include": ["."] }], "startCommand": "node ." }
}"#;

/// A repository with a plan and its Dockerfile in the base of a pull request.
struct Repository {
    folder: TempDir,
    base: String,
}

/// What a run of the action left.
struct Ran {
    status: Option<i32>,
    log: String,
    summary: String,
    asked: String,
    body: String,
}

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut this = Self { folder, base: String::new() };
        this.write("app/railpack-plan.json", PLAN);
        this.write("bin/gh", GH);
        fs::set_permissions(this.path("bin/gh"), std::fs::Permissions::from_mode(0o755)).unwrap();
        this.transpile();
        this.git(&["init", "--quiet"]);
        this.git(&["add", "app"]);
        this.git(&["-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "base"]);
        let base = this.git(&["rev-parse", "HEAD"]).stdout;
        this.base.push_str(String::from_utf8(base).unwrap().trim());
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> Output {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output
    }

    fn transpile(&self) {
        let binary = env!("CARGO_BIN_EXE_railpack2docker");
        let status = Command::new(binary).args(["-o", "Dockerfile"]).current_dir(self.path("app")).status().unwrap();
        assert!(status.success());
    }

    /// The plan of the pull request, and the Dockerfile that is made of it.
    fn change(&self, old: &str, new: &str) {
        assert!(PLAN.contains(old));
        self.write("app/railpack-plan.json", &PLAN.replace(old, new));
        self.transpile();
    }

    fn review(&self, variables: &[(&str, &str)]) -> Ran {
        let tool = Path::new(env!("CARGO_BIN_EXE_railpack2docker")).parent().unwrap();
        let path = format!("{}:{}:{}", self.path("bin").display(), tool.display(), std::env::var("PATH").unwrap());
        for file in ["summary", "asked", "body"] {
            self.write(file, "");
        }
        let output = Command::new("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("action/review"))
            .current_dir(self.path("app"))
            .env_clear()
            .env("PATH", path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("PLAN", "railpack-plan.json"), ("DOCKERFILE", "Dockerfile"), ("FAIL_ON", "warning")])
            .envs([("COMMENT", "true"), ("BASE", &self.base), ("PULL_REQUEST", "7")])
            .envs([("GITHUB_REPOSITORY", "o/r"), ("GH_TOKEN", "t")])
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("ASKED", self.path("asked"))
            .env("BODY", self.path("body"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let read = |name: &str| fs::read_to_string(self.path(name)).unwrap();
        let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Ran { status: output.status.code(), log, summary: read("summary"), asked: read("asked"), body: read("body") }
    }
}

#[test]
fn nothing_is_said_of_a_plan_that_did_not_change() {
    let ran = Repository::new().review(&[]);
    assert_eq!(ran.status, Some(0), "{}", ran.log);
    assert_eq!(ran.asked, "");
    assert!(!ran.log.contains("::error") && !ran.log.contains("::warning"), "{}", ran.log);
}

#[test]
fn a_comment_says_what_changed_and_is_written_anew_the_next_time() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(&[]);
    assert_eq!(ran.status, Some(0), "{}", ran.log);
    assert!(ran.asked.contains("--method POST repos/o/r/issues/7/comments"), "{}", ran.asked);
    assert!(ran.body.starts_with("<!-- railpack2docker review ") && ran.body.contains("npm install"), "{}", ran.body);
    assert!(ran.summary.contains("npm install"), "{}", ran.summary);

    let again = repository.review(&[("COMMENTS", "99\n")]);
    assert!(again.asked.contains("--method PATCH repos/o/r/issues/comments/99"), "{}", again.asked);
    let quiet = repository.review(&[("COMMENT", "false")]);
    assert!(quiet.asked.is_empty() && quiet.summary.contains("npm install"));
}

#[test]
fn a_stale_file_fails_and_is_annotated() {
    let repository = Repository::new();
    repository.write("app/railpack-plan.json", &PLAN.replace("npm ci", "npm install"));
    let ran = repository.review(&[]);
    assert_eq!(ran.status, Some(1), "{}", ran.log);
    assert!(ran.log.contains("\n::error file=Dockerfile,title=railpack2docker::"), "{}", ran.log);
    assert!(ran.summary.contains("    -RUN npm ci\n    +RUN npm install\n"), "{}", ran.summary);
    assert!(ran.summary.contains("the plan changed since"), "{}", ran.summary);
}

#[test]
fn findings_are_annotated_and_fail_as_asked() {
    let repository = Repository::new();
    repository.change("\"npm ci\"", "\"rm -rf dist/*\"");
    for (fail_on, status) in [("warning", 1), ("error", 0), ("never", 0)] {
        let ran = repository.review(&[("FAIL_ON", fail_on)]);
        assert_eq!(ran.status, Some(status), "{fail_on}: {}", ran.log);
        assert!(ran.log.contains("::warning file=railpack-plan.json,line=3,"), "{}", ran.log);
    }
}

#[test]
fn a_token_that_can_not_write_is_no_failure() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(&[("READ_ONLY", "1")]);
    assert_eq!(ran.status, Some(0), "{}", ran.log);
    assert!(ran.log.contains("::warning title=railpack2docker::The comment could not be written."), "{}", ran.log);
}

#[test]
fn a_push_is_checked_and_not_compared() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(&[("BASE", ""), ("PULL_REQUEST", "")]);
    assert_eq!((ran.status, ran.asked.as_str()), (Some(0), ""), "{}", ran.log);
}

#[test]
fn nothing_of_a_plan_becomes_a_command_of_the_workflow() {
    let repository = Repository::new();
    repository.write(
        "app/railpack-plan.json",
        &PLAN.replace("npm ci", "sh -c 'x\\n::error::forged\\n  ::add-mask::y'").replace("node .", "a\\n::notice::b"),
    );
    let ran = repository.review(&[]);
    let mut stopped: Option<&str> = None;
    for line in ran.log.lines() {
        match (stopped, line.trim_start().strip_prefix("::")) {
            (None, Some(command)) => {
                let known = ["stop-commands::", "error file=", "warning file=", "notice file=", "warning title="];
                assert!(known.iter().any(|known| command.starts_with(known)), "{line}");
                stopped = command.strip_prefix("stop-commands::");
            }
            (Some(word), Some(command)) if command == format!("{word}::") => stopped = None,
            _ => {}
        }
    }
    assert_eq!(stopped, None);
}
