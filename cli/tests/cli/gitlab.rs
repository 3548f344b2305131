//! The template for GitLab: its script runs as in a job, with stand-ins for `cargo` and `curl`.
#![cfg(unix)]

use std::path::Path;

use testkit::command::{Folder, anything};
use testkit::root;
use yaml_rust2::{Yaml, YamlLoader};

use crate::git::{commit, init};
use crate::{BINARY, folder};

/// A stand-in for programs that use the network: records its arguments, and writes the installer.
const RECORDER: &str = r#"#!/bin/sh
echo "${0##*/} $*" >>"$ASKED"
for word; do
  [ "$word" != install-railpack2docker.sh ] || echo 'echo "installer $*" >>"$ASKED"' >"$word"
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

#[test]
fn a_dockerfile_in_sync_passes() {
    let ran = Repository::new().review(0, &[REPOSITORY], &[("REVIEW_TOKEN", "t")]);
    assert_eq!(ran.asked, "cargo install --quiet --locked --git https://github.com/o/r railpack2docker-cli\n");
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
fn changes_are_commented_and_findings_reported() {
    let repository = Repository::new();
    repository.change("npm ci", "rm -rf dist/*");
    repository.transpile();
    let ran = repository.review(1, &[REPOSITORY], &[("REVIEW_TOKEN", "t")]);
    assert!(ran.asked.contains("https://x/api/v4/projects/1/merge_requests/7/notes"), "{}", ran.asked);
    assert_eq!(ran.findings[0]["check_name"], "no-shell");
    assert!(repository.folder.read("here/changes.md").contains("rm -rf"));
    let quiet = repository.review(0, &[REPOSITORY, ("fail-on", "error"), ("plans", "--all")], &[]);
    assert!(!quiet.asked.contains("curl"), "{}", quiet.asked);
}

#[test]
fn a_stale_dockerfile_fails() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(1, &[REPOSITORY, ("plans", "*.json")], &[]);
    assert!(ran.log.contains("error[changed-plan]"), "{}", ran.log);
}
