//! The review: the script runs in a repository.

use std::path::Path;

use testkit::command::{Folder, anything};
use testkit::root;

use crate::git::{commit, git, init};
use crate::{BINARY, folder};

/// A stand-in for `gh`: answers a query for comments with `$COMMENTS`, and records all other calls.
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
    folder: Folder,
    base: String,
}

/// The results of a run of the action.
struct Ran {
    log: String,
    summary: String,
    asked: String,
    body: String,
    output: String,
}

impl Repository {
    fn new() -> Self {
        let this = Self { folder: folder().file("app/railpack-plan.json", PLAN), base: String::new() };
        this.folder.write_program("bin/gh", GH);
        this.transpile();
        init(&this.folder, ".");
        let base = commit(&this.folder, ".", "app");
        Self { base, ..this }
    }

    fn transpile(&self) {
        self.folder.run(["-o", "Dockerfile"]).within("app").stderr(anything()).check();
    }

    /// Changes the plan and its Dockerfile, as a pull request does.
    fn change(&self, old: &str, new: &str) {
        self.folder.replace("app/railpack-plan.json", old, new);
        self.transpile();
    }

    /// Runs the action, which must exit with this status.
    fn review(&self, status: i32, variables: &[(&str, &str)]) -> Ran {
        for file in ["summary", "asked", "body", "output"] {
            self.folder.write(file, "");
        }
        #[expect(clippy::disallowed_methods, reason = "the programs that the action runs")]
        let path = std::env::var("PATH").unwrap();
        let tool = Path::new(BINARY).parent().unwrap();
        let path = format!("{}:{}:{path}", self.folder.path("bin").display(), tool.display());
        let output = self
            .folder
            .run_program("bash", [root().join("action/review")])
            .within("app")
            .env("PATH", path)
            .envs([("PLANS", "railpack-plan.json"), ("DOCKERFILE", ""), ("FAIL_ON", "warning")])
            .envs([("COMMENT", "true"), ("BASE", &self.base), ("PULL_REQUEST", "7")])
            .envs([("GITHUB_REPOSITORY", "o/r"), ("GH_TOKEN", "t")])
            .env("RUNNER_TEMP", self.folder.path("temp"))
            .env("GITHUB_STEP_SUMMARY", self.folder.path("summary"))
            .env("GITHUB_OUTPUT", self.folder.path("output"))
            .env("ASKED", self.folder.path("asked"))
            .env("BODY", self.folder.path("body"))
            .envs(variables.iter().copied())
            .status(status)
            .stdout(anything())
            .stderr(anything())
            .check();
        let log = format!("{}{}", output.stdout, output.stderr);
        Ran {
            log,
            summary: self.folder.read("summary"),
            asked: self.folder.read("asked"),
            body: self.folder.read("body"),
            output: self.folder.read("output"),
        }
    }
}

#[test]
fn an_unchanged_plan_gets_no_comment() {
    let ran = Repository::new().review(0, &[]);
    assert_eq!(ran.asked, "");
    assert!(!ran.log.contains("::error") && !ran.log.contains("::warning"), "{}", ran.log);
}

#[test]
fn the_comment_is_updated_by_the_next_run() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(0, &[]);
    assert!(ran.asked.contains("--method POST repos/o/r/issues/7/comments"), "{}", ran.asked);
    assert!(ran.body.starts_with("<!-- railpack2docker review ") && ran.body.contains("npm install"), "{}", ran.body);
    assert!(ran.summary.contains("npm install"), "{}", ran.summary);

    let again = repository.review(0, &[("COMMENTS", "99\n")]);
    assert!(again.asked.contains("--method PATCH repos/o/r/issues/comments/99"), "{}", again.asked);
    let quiet = repository.review(0, &[("COMMENT", "false")]);
    assert!(quiet.asked.is_empty() && quiet.summary.contains("npm install"));
}

#[test]
fn a_stale_file_fails_with_an_annotation() {
    let repository = Repository::new();
    repository.folder.write("app/railpack-plan.json", PLAN.replace("npm ci", "npm install"));
    let ran = repository.review(1, &[]);
    assert!(ran.log.contains("\n::error file=app/Dockerfile,title=railpack2docker::"), "{}", ran.log);
    assert!(ran.summary.contains("    -RUN npm ci\n    +RUN npm install\n"), "{}", ran.summary);
    assert!(ran.summary.contains("the plan changed (`plan: "), "{}", ran.summary);
}

#[test]
fn findings_are_annotated_and_fail_on_request() {
    let repository = Repository::new();
    repository.change("\"npm ci\"", "\"rm -rf dist/*\"");
    for (fail_on, status) in [("warning", 1), ("error", 0), ("never", 0)] {
        let ran = repository.review(status, &[("FAIL_ON", fail_on)]);
        assert!(ran.log.contains("::warning file=app/railpack-plan.json,line=3,"), "{}", ran.log);
    }
}

#[test]
fn a_read_only_token_is_not_a_failure() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(0, &[("READ_ONLY", "1")]);
    assert!(ran.log.contains("::warning title=railpack2docker::The comment could not be written."), "{}", ran.log);
}

#[test]
fn a_push_is_checked_but_not_compared() {
    let repository = Repository::new();
    repository.change("npm ci", "npm install");
    let ran = repository.review(0, &[("BASE", ""), ("PULL_REQUEST", "")]);
    assert_eq!(ran.asked, "", "{}", ran.log);
}

#[test]
fn a_monorepo_gets_one_comment_and_annotations_from_its_root() {
    let repository = Repository::new();
    let folder = &repository.folder;
    for app in ["api", "web", "worker"] {
        folder.write(&format!("app/apps/{app}/railpack-plan.json"), PLAN);
        folder.run(["-o", "Dockerfile"]).within(format!("app/apps/{app}")).stderr(anything()).check();
    }
    let base = commit(folder, ".", "app");
    folder.replace("app/apps/web/railpack-plan.json", "npm ci", "npm install");
    folder.run(["-o", "Dockerfile"]).within("app/apps/web").stderr(anything()).check();
    folder.replace("app/apps/api/railpack-plan.json", "npm ci", "rm -rf dist/*");
    folder.write("app/apps/new/railpack-plan.json", PLAN);
    let variables = [("PLANS", "apps/*/railpack-plan.json"), ("BASE", base.as_str())];
    let ran = repository.review(1, &variables);
    for said in [
        "\n::error file=app/apps/api/Dockerfile,title=railpack2docker::",
        "\n::error file=app/apps/new/Dockerfile,title=railpack2docker::",
        "\n::warning file=app/apps/api/railpack-plan.json,line=3,",
    ] {
        assert!(ran.log.contains(said), "{said}\n{}", ran.log);
    }
    assert!(!ran.log.contains("file=app/apps/worker"), "{}", ran.log);
    assert_eq!(ran.asked.matches("--method POST").count(), 1, "{}", ran.asked);
    for said in [
        "**4 build plans: 2 changed, 1 new, 1 unchanged**",
        "\n### `app/apps/api`\n",
        "\n### `app/apps/web`\n",
        "\nNew: `app/apps/new`\n",
        "\nUnchanged: `app/apps/worker`\n",
    ] {
        assert!(ran.body.contains(said), "{said}\n{}", ran.body);
    }
    // a run of another workflow has a comment of its own
    let marker = |ran: &Ran| ran.body.lines().next().unwrap().to_owned();
    let other = repository.review(1, &[("PLANS", "apps/api/railpack-plan.json"), ("BASE", &base)]);
    assert_ne!(marker(&ran), marker(&other));
    let again = repository.review(1, &[variables[0], variables[1], ("COMMENTS", "99\n")]);
    assert!(again.asked.contains("--method PATCH repos/o/r/issues/comments/99"), "{}", again.asked);
    assert_eq!(marker(&ran), marker(&again));
    let none = repository.review(1, &[("PLANS", "nowhere/*.json")]);
    assert!(none.log.contains("No plan matches the input `plans`"), "{}", none.log);
}

#[test]
fn all_plans_that_git_does_not_ignore_are_reviewed() {
    let repository = Repository::new();
    let folder = &repository.folder;
    for app in ["api", "two words", "ignored", "gone"] {
        folder.write(&format!("app/apps/{app}/railpack-plan.json"), PLAN.replace("npm ci", "rm -rf dist/*"));
        folder.run(["-o", "Dockerfile"]).within(format!("app/apps/{app}")).stderr(anything()).check();
    }
    git(folder, ".", &["add", "app/apps/gone"]);
    folder.remove("app/apps/gone/railpack-plan.json");
    folder.write(".gitignore", "ignored\n");
    let ran = repository.review(1, &[("ALL", "true")]);
    let annotated = |app: &str| ran.log.contains(&format!("::warning file=app/apps/{app}/railpack-plan.json,line=3,"));
    assert!(annotated("api") && annotated("two words") && !annotated("ignored") && !annotated("gone"), "{}", ran.log);
    assert!(ran.body.contains("**3 build plans: 2 new, 1 unchanged**"), "{}", ran.body);
    // a comment of its own
    let marker = |ran: &Ran| ran.body.lines().next().unwrap().to_owned();
    let some = repository.review(1, &[("PLANS", "apps/*/railpack-plan.json")]);
    assert_ne!(marker(&ran), marker(&some));

    let empty = Repository::new();
    empty.folder.remove("app/railpack-plan.json");
    let ran = empty.review(1, &[("ALL", "true")]);
    assert!(ran.log.contains("::error title=railpack2docker::There is no `railpack-plan.json`"), "{}", ran.log);
}

#[test]
fn findings_are_written_as_sarif() {
    let repository = Repository::new();
    repository.change("\"npm ci\"", "\"rm -rf dist/*\"");
    let ran = repository.review(1, &[("SARIF", "findings.sarif")]);
    assert_eq!(ran.output, "sarif=app/findings.sarif\n");
    let sarif: serde_json::Value = serde_json::from_str(&repository.folder.read("app/findings.sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "no-shell", "{result}");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/railpack-plan.json");
    assert_eq!(repository.review(1, &[]).output, "");
    // in no file of the repository, if it is only uploaded
    repository.folder.make("temp");
    let ran = repository.review(1, &[("UPLOAD_SARIF", "true")]);
    assert_eq!(ran.output, format!("sarif={}\n", repository.folder.path("temp/railpack2docker.sarif").display()));
    assert_eq!(repository.folder.read("temp/railpack2docker.sarif"), repository.folder.read("app/findings.sarif"));
}

#[test]
fn the_source_is_checked_on_request() {
    let repository = Repository::new();
    // a stand-in for Railpack, which finds another plan
    repository.folder.write_program(
        "bin/railpack",
        "#!/bin/sh\n[ \"$1\" = --version ] && echo railpack version 0.37.0 || cat other.json\n",
    );
    repository.folder.write("app/other.json", PLAN);
    let ran = repository.review(0, &[("SOURCE", "true")]);
    assert!(!ran.log.contains("::error"), "{}", ran.log);
    repository.folder.write("app/other.json", PLAN.replace("npm ci", "npm install"));
    assert!(!repository.review(0, &[]).log.contains("npm install"));
    let ran = repository.review(1, &[("SOURCE", "true")]);
    assert!(ran.log.contains("\n::error title=railpack2docker::The plans and Dockerfiles are not what"), "{}", ran.log);
    assert!(ran.summary.contains("### Out of sync with the source\n"), "{}", ran.summary);
    // `sync` takes a directory, and writes both files there
    let path = |name: &str| repository.folder.path(name);
    fs_err::copy(path("app/railpack-plan.json"), path("app/plan.json")).unwrap();
    for (variable, message) in [
        (("DOCKERFILE", "docker/Dockerfile"), "The inputs `source` and `dockerfile` can't be combined"),
        (("PLANS", "plan.json"), "With the input `source`, every plan must be named `railpack-plan.json`: plan.json"),
    ] {
        let ran = repository.review(1, &[("SOURCE", "true"), variable]);
        assert!(ran.log.starts_with(&format!("::error title=railpack2docker::{message}")), "{}", ran.log);
    }
}

#[test]
fn a_program_that_the_pull_request_names_sees_no_token_and_no_secret_of_the_build() {
    let repository = Repository::new();
    let environment = repository.folder.path("environment");
    repository.folder.write_program("app/evil", &format!("#!/bin/sh\nenv >'{}'\n", environment.display()));
    repository.folder.write("app/railpack2docker.toml", "[railpack]\ncommand = \"./evil\"\n");
    repository.review(
        1,
        &[
            ("SOURCE", "true"),
            ("SECRETS", "NPM_TOKEN\n  SENTRY_TOKEN"),
            ("NPM_TOKEN", "secret-1"),
            ("SENTRY_TOKEN", "secret-2"),
            ("GH_TOKEN", "secret-3"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret-4"),
            ("RAILPACK_INSTALL_CMD", "npm ci"),
        ],
    );
    let environment = repository.folder.read("environment");
    assert!(environment.contains("RAILPACK_INSTALL_CMD=npm ci\n") && !environment.contains("secret-"), "{environment}");
}

/// A checkout like that of `actions/checkout`: shallow, without the base of the pull request.
#[test]
fn a_base_that_cannot_be_fetched_is_an_error_but_not_the_end() {
    let repository = Repository::new();
    repository.change("\"npm ci\"", "\"rm -rf dist/*\"");
    let absent = "0123456789012345678901234567890123456789";
    let ran = repository.review(1, &[("BASE", absent), ("SARIF", "findings.sarif"), ("FAIL_ON", "never")]);
    assert!(ran.log.contains("\n::error title=railpack2docker::The base of the pull request can't"), "{}", ran.log);
    assert!(ran.log.contains("\n::warning file=app/railpack-plan.json,line=3,"), "{}", ran.log);
    assert!(repository.folder.has("app/findings.sarif"));
    assert_eq!(ran.asked, "");
}

/// The checkout of a private repository, if it did not keep the token.
#[test]
fn the_base_is_fetched_with_the_token_if_necessary() {
    let repository = Repository::new();
    // a stand-in for git, whose server wants the token
    let git = "#!/bin/sh
case $* in
*cat-file*) [ -s \"$ASKED\" ] || exit 1 ;;
*fetch*)
  [ -n \"${GIT_CONFIG_COUNT:-}\" ] || exit 128
  echo \"$GIT_CONFIG_KEY_0=$GIT_CONFIG_VALUE_0\" >>\"$ASKED\"
  exit ;;
esac
PATH=${PATH#*:} exec git \"$@\"
";
    repository.folder.write_program("bin/git", git);
    repository.change("npm ci", "npm install");
    let ran = repository.review(0, &[("COMMENT", "false"), ("GH_TOKEN", "secret")]);
    assert_eq!(ran.asked, "http.https://github.com/.extraheader=AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0\n");
    assert!(ran.summary.contains("npm install"), "{}", ran.summary);
}

#[test]
fn plans_cannot_inject_workflow_commands() {
    let repository = Repository::new();
    repository.folder.write(
        "app/railpack-plan.json",
        PLAN.replace("npm ci", "sh -c 'x\\n::error::forged\\n  ::add-mask::y'").replace("node .", "a\\n::notice::b"),
    );
    let ran = repository.review(1, &[]);
    let mut stopped: Option<&str> = None;
    for line in ran.log.lines() {
        match (stopped, line.trim_start().strip_prefix("::")) {
            (None, Some(command)) => {
                let known = [
                    "stop-commands::",
                    "error file=",
                    "warning file=",
                    "notice file=",
                    "warning title=",
                    "error title=",
                ];
                assert!(known.iter().any(|known| command.starts_with(known)), "{line}");
                stopped = command.strip_prefix("stop-commands::");
            }
            (Some(word), Some(command)) if command == format!("{word}::") => stopped = None,
            _ => {}
        }
    }
    assert_eq!(stopped, None);
}
