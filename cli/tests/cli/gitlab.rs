//! The template for GitLab: its script runs as in a job, with stand-ins for `cargo` and `curl`.
#![cfg(unix)]

use std::path::Path;

use testkit::command::{Folder, anything};
use testkit::root;
use yaml_rust2::{Yaml, YamlLoader};

use crate::git::{commit, init};
use crate::{BINARY, folder};

/// A stand-in for programs that use the network: records its arguments, writes the installer, answers with the comments
/// of a merge request, and records a new one.
const RECORDER: &str = r#"#!/bin/sh
echo "${0##*/} $*" >>"$ASKED"
for word; do
  case $word in
  install-railpack2docker.sh) echo 'echo "installer $*" >>"$ASKED"' >"$word" ;;
  @-) IFS= read -r header && [ "$header" = "PRIVATE-TOKEN: ${REVIEW_TOKEN:-}" ] || exit 22 ;;
  *per_page*) [ -z "${OFFLINE:-}" ] || exit 22
    printf '%s' "${COMMENTS:-[]}" ;;
  esac
done
"#;

const PLAN: &str = r#"{
  "steps": [{ "name": "build", "inputs": [{ "image": "node:22" }], "commands": [{ "cmd": "npm ci" }] }],
  "deploy": { "base": { "image": "node:22" }, "inputs": [{ "step": "build", "include": ["."] }], "startCommand": "node ." }
}"#;

/// A repository with a plan and its Dockerfile in the base of a merge request.
struct Repository {
    folder: Folder,
    base: String,
}

/// The results of a job.
struct Ran {
    log: String,
    asked: String,
    findings: Vec<serde_json::Value>,
}

impl Repository {
    fn new() -> Self {
        let folder = folder().file("here/railpack-plan.json", PLAN);
        for program in ["cargo", "curl"] {
            folder.write_program(&format!("bin/{program}"), RECORDER);
        }
        let this = Self { folder, base: String::new() };
        this.transpile();
        init(&this.folder, "here");
        let base = commit(&this.folder, "here", ".");
        Self { base, ..this }
    }

    fn transpile(&self) {
        self.folder.run(["-o", "Dockerfile"]).within("here").stderr(anything()).check();
    }

    fn change(&self, old: &str, new: &str) {
        self.folder.replace("here/railpack-plan.json", old, new);
    }

    /// Runs the job with these inputs, which must exit with this status.
    fn review(&self, status: i32, inputs: &[(&str, &str)], variables: &[(&str, &str)]) -> Ran {
        self.folder.write("asked", "");
        let (job, script) = job(inputs);
        let tool = Path::new(BINARY).parent().unwrap();
        let path = format!("{}:{}:/usr/bin:/bin", self.folder.path("bin").display(), tool.display());
        let output = self
            .folder
            .run_program("bash", ["-eo", "pipefail", "-c", &script])
            .within("here")
            .env("PATH", path)
            .env("ASKED", self.folder.path("asked"))
            .envs(job.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .envs([("CI_MERGE_REQUEST_DIFF_BASE_SHA", self.base.as_str()), ("CI_API_V4_URL", "https://x/api/v4")])
            .envs([("CI_PROJECT_ID", "1"), ("CI_MERGE_REQUEST_IID", "7")])
            .envs(variables.iter().copied())
            .status(status)
            .stdout(anything())
            .stderr(anything())
            .check();
        let findings = self.folder.read("here/findings.json");
        Ran {
            log: format!("{}{}", output.stdout, output.stderr),
            asked: self.folder.read("asked"),
            findings: serde_json::from_str(&findings).unwrap(),
        }
    }
}

/// The variables and the script of the job. Inputs that are not given have their defaults.
fn job(inputs: &[(&str, &str)]) -> (Vec<(String, String)>, String) {
    let template = fs_err::read_to_string(root().join("gitlab/review.yml")).unwrap();
    let (header, jobs) = template.split_once("\n---\n").unwrap();
    let header = YamlLoader::load_from_str(header).unwrap();
    let mut jobs = jobs.to_owned();
    for (name, input) in header[0]["spec"]["inputs"].as_hash().unwrap() {
        let name = name.as_str().unwrap();
        let given = inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
        let value = given.or(input["default"].as_str()).unwrap_or_else(|| panic!("`{name}` is required"));
        jobs = jobs.replace(&format!("$[[ inputs.{name} ]]"), value);
    }
    assert!(!jobs.contains("$[["), "{jobs}");
    let jobs = YamlLoader::load_from_str(&jobs).unwrap();
    let job = &jobs[0]["railpack2docker"];
    let text = |value: &Yaml| value.as_str().unwrap().to_owned();
    let variables = job["variables"].as_hash().unwrap().iter().map(|(name, value)| (text(name), text(value)));
    let lines: Vec<String> = job["script"].as_vec().unwrap().iter().map(text).collect();
    (variables.collect(), lines.join("\n"))
}

const REPOSITORY: (&str, &str) = ("repository", "https://github.com/o/r");
const COMMIT: (&str, &str) = ("version", "0123456789012345678901234567890123456789");
const NOTES: &str = "https://x/api/v4/projects/1/merge_requests/7/notes";

#[test]
fn a_dockerfile_in_sync_passes() {
    let ran = Repository::new().review(0, &[REPOSITORY, COMMIT], &[]);
    let revision = COMMIT.1;
    assert_eq!(
        ran.asked,
        format!("cargo install --quiet --locked --git https://github.com/o/r --rev {revision} railpack2docker-cli\n")
    );
    assert!(ran.findings.is_empty());
}

#[test]
fn a_release_is_installed_with_its_installer() {
    let repository = Repository::new();
    let ran = repository.review(0, &[REPOSITORY, ("version", "0.1.0")], &[]);
    let url = "https://github.com/o/r/releases/download/v0.1.0/install.sh";
    assert!(ran.asked.starts_with("curl --proto =https ") && ran.asked.contains(url), "{}", ran.asked);
    assert!(ran.asked.contains("\ninstaller --to ") && !ran.asked.contains("cargo"), "{}", ran.asked);
    assert!(!repository.folder.has("here/install-railpack2docker.sh"));
}

#[test]
fn findings_are_reported() {
    let repository = Repository::new();
    repository.change("npm ci", "rm -rf dist/*");
    repository.transpile();
    let ran = repository.review(1, &[REPOSITORY, COMMIT], &[]);
    assert_eq!(ran.findings[0]["check_name"], "no-shell");
    let quiet = repository.review(0, &[REPOSITORY, COMMIT, ("fail-on", "error"), ("plans", "--all")], &[]);
    assert!(!quiet.asked.contains("curl"), "{}", quiet.asked);
}

#[test]
fn the_comment_is_updated_by_the_next_pipeline() {
    let repository = Repository::new();
    let token = ("REVIEW_TOKEN", "secret");
    let unchanged = repository.review(0, &[REPOSITORY, COMMIT], &[token]);
    assert!(unchanged.asked.ends_with(&format!("{NOTES}?sort=asc&per_page=100\n")), "{}", unchanged.asked);

    repository.change("npm ci", "npm install");
    repository.transpile();
    let first = repository.review(0, &[REPOSITORY, COMMIT], &[token]);
    assert!(first.asked.ends_with(&format!("--data-urlencode body@comment.md {NOTES}\n")), "{}", first.asked);
    assert!(!first.asked.contains("secret"), "{}", first.asked);
    let comment = repository.folder.read("here/comment.md");
    let (marker, text) = comment.split_once("\n\n").unwrap();
    assert!(marker.starts_with("[railpack2docker-") && text.contains("npm install"), "{comment}");

    // both shapes that GitLab's documentation has
    for kind in ["", r#""type":null,"#] {
        let others = r#"{"id":11,"type":"DiffNote","body":"see \"[railpack2docker-0]: #\"","author":{"id":5}}"#;
        let comments = format!(r#"[{others},{{"id":12,{kind}"body":"{marker}\n\nold","author":{{"id":5}}}}]"#);
        let again = repository.review(0, &[REPOSITORY, COMMIT], &[token, ("COMMENTS", &comments)]);
        assert!(again.asked.ends_with(&format!("{NOTES}/12\n")), "{}", again.asked);
        assert!(again.asked.contains(" --request PUT "), "{}", again.asked);
        // another job has other plans
        let other = repository.review(0, &[REPOSITORY, COMMIT, ("plans", "--all")], &[token, ("COMMENTS", &comments)]);
        assert!(other.asked.ends_with(&format!(" {NOTES}\n")), "{}", other.asked);
    }
}

#[test]
fn a_comment_that_cannot_be_written_is_not_a_failure() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    repository.transpile();
    let ran = repository.review(0, &[REPOSITORY, COMMIT], &[("REVIEW_TOKEN", "t"), ("OFFLINE", "1")]);
    assert!(ran.log.contains("the comment could not be written"), "{}", ran.log);
}

#[test]
fn a_base_that_cannot_be_fetched_fails_after_the_other_checks() {
    let repository = Repository::new();
    let absent = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "0123456789012345678901234567890123456789");
    repository.change("npm ci", "npm install");
    let ran = repository.review(1, &[REPOSITORY, COMMIT], &[absent, ("REVIEW_TOKEN", "t")]);
    assert!(ran.log.contains(absent.1) && ran.log.contains("error[changed-plan]"), "{}", ran.log);
    assert!(!ran.asked.contains("curl"), "{}", ran.asked);
}

#[test]
fn a_stale_dockerfile_fails() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(1, &[REPOSITORY, COMMIT, ("plans", "*.json")], &[]);
    assert!(ran.log.contains("error[changed-plan]"), "{}", ran.log);
}
