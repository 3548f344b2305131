//! `sync` with a stand-in for Railpack, which prints the file `source.json` of a directory as its plan.
#![cfg(unix)]

use testkit::command::{Folder, Run, anything, that};

/// The stand-in: has a version, fails with the status in the file `fail`, and logs its arguments and a variable.
const RAILPACK: &str = r#"#!/bin/sh
if [ "$1" = --version ]; then
    echo "railpack version ${RAILPACK_VERSION:-0.17.1}"
    exit
fi
echo "$* TOKEN=${TOKEN-unset} MODE=${MODE-unset}" >>"$LOG"
for directory; do :; done
if [ -e "$directory/fail" ]; then
    printf 'could not determine how to build\033[2J the app\n' >&2
    exit "$(cat "$directory/fail")"
fi
if [ -e "$directory/wait" ]; then
    echo >"$directory/waiting"
    # until the folder of the test is removed
    while [ -e "$directory/wait" ]; do :; done
fi
cat "$directory/source.json"
"#;

fn plan(command: &str) -> String {
    format!(
        r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "node:22" }}], "secrets": ["TOKEN"],
                        "commands": [{{ "cmd": "{command}" }}] }}],
          "secrets": ["TOKEN"],
          "deploy": {{ "base": {{ "image": "node:22" }}, "startCommand": "node .",
                       "inputs": [{{ "step": "build", "include": ["."] }}] }} }}"#
    )
}

fn folder() -> Folder {
    let folder = crate::folder();
    folder.write_program("bin/railpack", RAILPACK);
    folder
}

/// An application with a source and nothing else.
fn with_app(folder: &Folder, name: &str) {
    folder.write(&format!("{name}/source.json"), plan("npm ci"));
}

fn sync<'f>(folder: &'f Folder, arguments: &[&'f str]) -> Run<'f> {
    let path = format!("{}:/usr/bin:/bin", folder.path("bin").display());
    let run = folder.run(["sync"].iter().chain(arguments));
    run.env("PATH", path).env("LOG", folder.path("log"))
}

/// Five applications: one unchanged, one with another source, one with an edit, one that fails, one without a plan.
fn five() -> Folder {
    let folder = folder();
    for name in ["apps/a-same", "apps/b-new", "apps/c-edited", "apps/d-fails"] {
        with_app(&folder, name);
    }
    let created = "apps/d-fails: created with 3 stages, 1 secret\n4 applications: 4 updated\n";
    sync(&folder, &["apps/a-same", "apps/b-new", "apps/c-edited", "apps/d-fails"])
        .stdout([created])
        .stderr(anything())
        .check();
    folder.write("apps/b-new/source.json", plan("npm install"));
    folder.replace("apps/c-edited/Dockerfile", "RUN", "# mine\nRUN");
    folder.write("apps/d-fails/fail", "1");
    with_app(&folder, "apps/e-none");
    folder
}

const FIVE: [&str; 5] = ["apps/a-same", "apps/b-new", "apps/c-edited", "apps/d-fails", "apps/e-none"];

#[test]
fn each_of_five_applications_is_checked_for_its_own_cause() {
    let folder = five();
    let arguments: Vec<&str> = ["--check"].into_iter().chain(FIVE).collect();
    let output = folder.unchanged(|| {
        sync(&folder, &arguments)
            .env("LOG", "/dev/null")
            .status(2)
            .stdout([
                "apps/a-same: up to date\n",
                "  command: `npm ci` → `npm install`\n",
                "apps/b-new: stale\n",
                "\n-# mine\n",
                "apps/c-edited: stale\n",
                "apps/d-fails: failed\n",
                "apps/e-none: stale\n",
                "5 applications: 1 up to date, 3 stale, 1 failed\n",
            ])
            .stderr(anything())
            .check()
    });
    for said in [
        "error[stale-plan]: stale `apps/b-new/railpack-plan.json`: Railpack gives another plan for the source\n",
        "help: run `railpack2docker sync apps/b-new`",
        "error[edited-file]: `apps/c-edited/Dockerfile` was edited by hand",
        "`railpack2docker sync apps/c-edited --force`",
        "railpack | could not determine how to build\\u{1b}[2J the app\n",
        "error[railpack-failed]: `railpack` failed for `apps/d-fails` (exit status: 1)",
        "error[missing-file]: `apps/e-none/railpack-plan.json` does not exist",
    ] {
        assert!(output.stderr.contains(said), "{said}\n{}", output.stderr);
    }
    let stale = ["--check", "apps/a-same", "apps/b-new"];
    sync(&folder, &stale).status(1).stdout(anything()).stderr(anything()).check();
    sync(&folder, &["--check", "apps/a-same"])
        .stdout("apps/a-same: up to date\n".to_owned())
        .stderr(anything())
        .check();
}

#[test]
fn five_applications_are_written_as_far_as_they_can_be() {
    let folder = five();
    let before = [folder.read("apps/c-edited/railpack-plan.json"), folder.read("apps/d-fails/Dockerfile")];
    sync(&folder, &FIVE)
        .status(2)
        .stdout([
            "apps/a-same: up to date\n",
            "apps/b-new: updated, 1 of 5 layers rebuilds, 1 more if files differ; build: command: `npm ci` → `npm install`\n",
            "apps/c-edited: failed\n",
            "apps/d-fails: failed\n",
            "apps/e-none: created with 3 stages, 1 secret\n",
            "5 applications: 2 updated, 1 up to date, 2 failed\n",
        ])
        .stderr(["error[edited-file]: refusing to overwrite `apps/c-edited/Dockerfile`, which was edited by hand"])
        .check();
    assert_eq!([folder.read("apps/c-edited/railpack-plan.json"), folder.read("apps/d-fails/Dockerfile")], before);
    assert!(folder.read("apps/b-new/Dockerfile").contains("npm install"));
    assert!(folder.has_no_temporary_files());
    folder.remove("apps/d-fails/fail");
    sync(&folder, &["--force", "-q", "--all"]).stderr(anything()).check();
    folder.run(["--check", "--all"]).stderr(["5 Dockerfiles: 5 up to date"]).check();
    assert!(!folder.read("apps/c-edited/Dockerfile").contains("# mine"));
}

#[test]
fn an_interrupted_run_writes_nothing() {
    let folder = five();
    folder.write("apps/b-new/wait", "");
    let before = folder.read("apps/b-new/Dockerfile");
    let mut started = sync(&folder, &["apps/b-new"]).killed().stdout(anything()).stderr(anything()).start();
    while !folder.has("apps/b-new/waiting") {
        std::thread::yield_now();
    }
    started.child().kill().unwrap();
    let _ = started.check();
    assert_eq!(folder.read("apps/b-new/Dockerfile"), before);
    assert!(folder.read("apps/b-new/railpack-plan.json").contains("npm ci"));
    assert!(folder.has_no_temporary_files());
}

#[test]
fn a_temporary_failure_has_its_own_status() {
    let folder = folder();
    with_app(&folder, "a");
    with_app(&folder, "b");
    folder.write("b/fail", "75");
    sync(&folder, &["a", "b"])
        .status(75)
        .stdout(["a: created", "b: failed", "2 applications: 1 updated, 1 failed temporarily"])
        .stderr(anything())
        .check();
    folder.write("a/fail", "1");
    sync(&folder, &["a", "b"]).status(2).stdout(anything()).stderr(anything()).check();
}

#[test]
fn railpack_must_be_there_and_have_the_version() {
    let folder = folder();
    with_app(&folder, "a");
    folder.write("railpack2docker.toml", "[railpack]\nversion = \"0.17.0\"\n");
    let said = "`railpack` has version 0.17.1, but the plans are made with 0.17.0 (in `railpack2docker.toml`, line 2)";
    sync(&folder, &["a"]).status(2).stdout("a: failed\n".to_owned()).stderr([said]).check();
    assert_eq!(folder.names_in("a"), ["source.json"]);
    sync(&folder, &["a"]).env("RAILPACK_VERSION", "v0.17.0").stdout(["a: created"]).stderr(anything()).check();
    sync(&folder, &["--check", "a"]).status(1).stdout("a: stale\n".to_owned()).stderr([said]).check();

    folder.write("railpack2docker.toml", "[railpack]\ncommand = \"nowhere\"\n");
    with_app(&folder, "b");
    let once = |text: &str| text.matches("error[no-railpack]").count() == 1;
    sync(&folder, &["a", "b"]).status(2).stdout(anything()).stderr(that(once)).check();
    let said = ["error[no-railpack]: `nowhere` was not found", "help: install Railpack"];
    folder.unchanged(|| sync(&folder, &["a"]).status(2).stdout("a: failed\n".to_owned()).stderr(said).check());
    folder.replace("a/railpack-plan.json", "npm ci", "npm install");
    let updated = "a: Dockerfile updated: 3 stages, 1 secret; the plan is unchanged\n";
    sync(&folder, &["--keep-plan", "a"]).stdout(updated.to_owned()).stderr(anything()).check();
}

#[test]
fn values_reach_railpack_through_the_environment_only() {
    let folder = folder();
    with_app(&folder, "apps/a");
    folder.write(
        "railpack2docker.toml",
        "[railpack]\ncommand = [\"bin/railpack\"]\nenv = { MODE = \"production\" }\nsecrets = [\"TOKEN\"]\nargs = [\"--config-file\", \"x.json\"]\n",
    );
    sync(&folder, &["apps/a"]).env("TOKEN", "hunter2").stdout(anything()).stderr(anything()).check();
    let log = folder.read("log");
    assert_eq!(log, "plan --config-file x.json --env MODE --env TOKEN -- apps/a TOKEN=hunter2 MODE=production\n");
    // a secret without a value is empty, so that the plan does not depend on the machine
    sync(&folder, &["apps/a"]).stdout(anything()).stderr(anything()).check();
    assert!(folder.read("log").ends_with(" TOKEN= MODE=production\n"));
    folder.write("railpack2docker.toml", "[railpack]\nsource = \".\"\n");
    folder.write("source.json", plan("make"));
    sync(&folder, &["apps/a"]).stdout(["`npm ci` → `make`"]).stderr(anything()).check();
    assert!(folder.read("apps/a/railpack-plan.json").contains("make"));
    // the source is the build context
    assert!(
        folder.read("apps/a/Dockerfile").contains("docker build -f Dockerfile \\\n"),
        "{}",
        folder.read("apps/a/Dockerfile")
    );
    assert!(folder.read("apps/a/Dockerfile").contains(" ../..\n"));
    let build = ["build", "apps/a", "-f", "apps/a/Dockerfile", "--secret", "TOKEN=x", "--dry-run"];
    folder.run(build).stdout(that(|command| command.ends_with(" apps/a/../..\n"))).stderr(anything()).check();
}

#[test]
fn a_plan_with_another_name_keeps_it() {
    let folder = folder();
    with_app(&folder, "a");
    folder.write("a/plan.json", plan("npm ci"));
    folder.run(["plan.json", "-o", "Dockerfile", "--cache-prefix", "x-"]).within("a").stderr(anything()).check();
    sync(&folder, &["a"]).stdout("a: up to date\n".to_owned()).stderr(anything()).check();
    folder.write("a/source.json", plan("make"));
    sync(&folder, &["a/plan.json"]).stdout(["a: updated"]).stderr(anything()).check();
    assert_eq!(folder.names_in("a"), ["Dockerfile", "plan.json", "source.json"]);
    assert!(folder.read("a/Dockerfile").contains("--cache-prefix=x-"));
}

#[test]
fn a_document_without_a_plan_is_an_error() {
    let folder = folder();
    folder.write("a/source.json", r#"{ "$schema": "https://schema.railpack.com" }"#);
    let said = "error[railpack-failed]: `railpack` printed no plan for `a`: it can't build this directory";
    sync(&folder, &["a"]).status(2).stdout("a: failed\n".to_owned()).stderr([said]).check();
    sync(&folder, &["x"]).status(2).stderr(["there is no directory `x`"]).check();
    sync(&folder, &["--all"]).status(2).stderr(["there is no application with a plan below this directory"]).check();
    with_app(&folder, "b");
    sync(&folder, &["x", "b", "y*"])
        .status(2)
        .stdout(["b: created", "3 applications: 1 updated, 2 failed"])
        .stderr(["there is no directory `x`", "no plan matches `y*`"])
        .check();
}

#[test]
fn other_files_are_never_overwritten_with_a_plan() {
    let folder = folder();
    with_app(&folder, "a");
    let others = [
        ("package.json", r#"{ "name": "x", "private": true }"#),
        ("railpack.json", r#"{ "$schema": "https://schema.railpack.com", "deploy": { "startCommand": "x" } }"#),
        ("tsconfig.json", "{}"),
        ("notes.txt", "remember"),
    ];
    for (name, text) in others {
        folder.write(&format!("a/{name}"), text);
        let path = format!("a/{name}");
        let said = format!("error[not-a-plan]: refusing to overwrite `{path}`, which is not a build plan");
        sync(&folder, &[&path]).status(2).stdout("a: failed\n".to_owned()).stderr([said.as_str()]).check();
    }
    sync(&folder, &["a"]).stdout(["a: created"]).stderr(anything()).check();
    sync(&folder, &["a/**"]).stdout("a: up to date\n".to_owned()).stderr(anything()).check();
    for (name, text) in others {
        assert_eq!(folder.read(format!("a/{name}")), text);
    }
}

#[test]
fn another_version_of_railpack_is_told_apart_from_another_source() {
    let folder = folder();
    let source = |version: &str| {
        plan("npm ci").replace(
            "\"inputs\": [{ \"step",
            &format!("\"variables\": {{ \"RAILPACK_VERSION\": \"{version}\" }}, \"inputs\": [{{ \"step"),
        )
    };
    folder.write("a/source.json", source("0.37.0"));
    sync(&folder, &["a"]).stdout(["a: created"]).stderr(anything()).check();
    folder.write("a/source.json", source("0.38.0"));
    let said = [
        "error[railpack-version]: the plan was made with Railpack 0.37.0, and this is Railpack 0.38.0",
        "error[stale-plan]",
        "help: use the same version of Railpack, or accept the new one with `railpack2docker sync a`",
    ];
    sync(&folder, &["--check", "a"]).status(1).stdout(["RAILPACK_VERSION"]).stderr(said).check();
}

#[test]
fn a_dockerfile_from_standard_input_is_checked_by_its_plan() {
    let folder = folder();
    with_app(&folder, ".");
    folder.write("railpack-plan.json", plan("npm ci"));
    folder.run(["-", "-o", "Dockerfile"]).stdin(plan("npm ci")).stderr(anything()).check();
    assert!(folder.read("Dockerfile").contains("from standard input"));
    folder.run(["--check"]).check();
    folder.run(["where", "Dockerfile:30"]).stdout(anything()).check();
    // sync knows the name of the plan
    sync(&folder, &[]).stdout([".: Dockerfile updated"]).stderr(anything()).check();
    assert!(folder.read("Dockerfile").contains("from railpack-plan.json"));
}

#[test]
fn an_application_that_is_named_twice_is_planned_once() {
    let folder = folder();
    with_app(&folder, "app");
    let line = ".: created with 3 stages, 1 secret\n";
    sync(&folder, &[".", "../app"]).within("app").stdout(line).check();
    assert_eq!(folder.read("log").lines().count(), 1);
}
