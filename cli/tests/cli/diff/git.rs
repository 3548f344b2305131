//! Plans from revisions of a git repository.

use testkit::command::{Folder, Run, anything};

use crate::folder;
use crate::git::{commit, git, init};

const PLAN: &str = r#"{"steps": [{"name": "a", "inputs": [{"image": "x"}], "commands": [{"cmd": "make"}]}],
  "deploy": {"base": {"image": "x"}, "inputs": [{"step": "a", "include": ["."]}]}}"#;

/// A repository whose first commit, tagged `v1`, has a plan that has been changed since.
fn repository() -> Folder {
    let folder = folder().file("sub/plan.json", PLAN);
    init(&folder, ".");
    commit(&folder, ".", ".");
    git(&folder, ".", &["tag", "v1"]);
    folder.write("sub/plan.json", PLAN.replace("make", "make all"));
    folder
}

fn diff<'f>(folder: &'f Folder, old: &str, new: &str) -> Run<'f> {
    folder.run(["diff", "--", old, new])
}

#[test]
fn plans_come_from_revisions() {
    let repository = repository();
    for old in ["v1:sub/plan.json", "HEAD:./sub/plan.json", ":sub/plan.json", "main:sub/plan.json"] {
        diff(&repository, old, "sub/plan.json").status(1).stdout(["`make` → `make all`"]).check();
    }
    diff(&repository, "v1:sub/plan.json", "HEAD:sub/plan.json").stdout(anything()).check();
    diff(&repository, "v1:./plan.json", "plan.json").within("sub").status(1).stdout(anything()).check();
}

#[test]
fn a_file_with_that_name_takes_precedence() {
    let repository = repository();
    repository.write("v1:sub", PLAN.replace("make", "other"));
    repository.write("-x:y", PLAN);
    diff(&repository, "v1:sub", "sub/plan.json").status(1).stdout(["`other` → `make all`"]).check();
    diff(&repository, "-x:y", "sub/plan.json").status(1).stdout(anything()).check();
}

#[test]
fn missing_revisions_and_files_are_reported() {
    let repository = repository();
    for (old, said) in [
        ("v2:sub/plan.json", "unknown git revision `v2`"),
        ("v1:plan.json", "`plan.json` does not exist in `v1`"),
        ("v1:sub", "`sub` is not a file in `v1`"),
        (":other.json", "`other.json` does not exist in the index"),
        ("--output=x:y", "unknown git revision `--output=x`"),
        ("-:y", "unknown git revision `-`"),
        ("other.json", "no such file"),
    ] {
        diff(&repository, old, "sub/plan.json").status(2).stderr([said]).check();
    }
    assert!(!repository.has("x:y"));
}

#[test]
fn a_revision_without_a_path_is_recognized() {
    let repository = repository();
    for (old, new, help) in [
        ("HEAD", "sub/plan.json", "pass `HEAD:./sub/plan.json`"),
        ("v1", "main:sub/plan.json", "pass `v1:./sub/plan.json`"),
        ("sub/plan.json", "v1", "pass `v1:./sub/plan.json`"),
    ] {
        let said = ["is a git revision without the path of a plan", help];
        diff(&repository, old, new).status(2).stderr(said).check();
    }
}

#[test]
fn a_missing_repository_or_git_is_reported() {
    let folder = folder().file("plan.json", PLAN);
    // a folder above may be in a repository
    let above = folder.root().parent().unwrap().to_owned();
    let run = || folder.run(["diff", "main:plan.json", "plan.json"]).env("GIT_CEILING_DIRECTORIES", &above).status(2);
    run().stderr(["not in a git repository"]).check();
    run().env("PATH", folder.root()).stderr(["git is not installed"]).check();
}
