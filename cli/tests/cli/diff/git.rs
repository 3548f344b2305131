//! Plans of revisions of a git repository.

use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;

const PLAN: &str = r#"{"steps": [{"name": "a", "inputs": [{"image": "x"}], "commands": [{"cmd": "make"}]}],
  "deploy": {"base": {"image": "x"}, "inputs": [{"step": "a", "include": ["."]}]}}"#;

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    for name in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{name}_NAME"), "a").env(format!("GIT_{name}_EMAIL"), "a@example.com");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A repository whose first commit, tagged `v1`, has a plan that another one has since taken the place of.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("sub")).unwrap();
    fs::write(path.join("sub/plan.json"), PLAN).unwrap();
    git(path, &["init", "--quiet", "--initial-branch", "main"]);
    git(path, &["add", "."]);
    git(path, &["commit", "--quiet", "--message", "first"]);
    git(path, &["tag", "v1"]);
    fs::write(path.join("sub/plan.json"), PLAN.replace("make", "make all")).unwrap();
    folder
}

fn diff(folder: &Path, old: &str, new: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").args(["diff", "--", old, new]);
    command.output().unwrap()
}

/// What it says, having failed.
fn fails(folder: &Path, old: &str, new: &str) -> String {
    let output = diff(folder, old, new);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_plan_comes_from_a_revision() {
    let repository = repository();
    let path = repository.path();
    for old in ["v1:sub/plan.json", "HEAD:./sub/plan.json", ":sub/plan.json", "main:sub/plan.json"] {
        let output = diff(path, old, "sub/plan.json");
        assert_eq!(output.status.code(), Some(1), "{old}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("`make` → `make all`"), "{output:?}");
    }
    assert_eq!(diff(path, "v1:sub/plan.json", "HEAD:sub/plan.json").status.code(), Some(0));
    let below = path.join("sub");
    assert_eq!(diff(&below, "v1:./plan.json", "plan.json").status.code(), Some(1));
}

#[test]
fn a_file_of_that_name_wins() {
    let repository = repository();
    fs::write(repository.path().join("v1:sub"), PLAN.replace("make", "other")).unwrap();
    fs::write(repository.path().join("-x:y"), PLAN).unwrap();
    let output = diff(repository.path(), "v1:sub", "sub/plan.json");
    assert!(String::from_utf8_lossy(&output.stdout).contains("`other` → `make all`"), "{output:?}");
    assert_eq!(diff(repository.path(), "-x:y", "sub/plan.json").status.code(), Some(1));
}

#[test]
fn what_is_not_there_is_said() {
    let repository = repository();
    let path = repository.path();
    for (old, said) in [
        ("v2:sub/plan.json", "git knows no revision `v2`"),
        ("v1:plan.json", "`plan.json` is not there in `v1`"),
        ("v1:sub", "`sub` is no file in `v1`"),
        (":other.json", "`other.json` is not there in the index"),
        ("--output=x:y", "git knows no revision `--output=x`"),
        ("-:y", "git knows no revision `-`"),
        ("other.json", "there is no such file"),
    ] {
        let all = fails(path, old, "sub/plan.json");
        assert!(all.contains(said), "{old}: {all}");
    }
    assert!(!path.join("x:y").exists());
}

#[test]
fn without_a_repository_or_git_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    fs::write(&file, PLAN).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder.path()).env_clear().args(["diff", "main:plan.json", "plan.json"]);
    // a folder above may be in a repository
    command.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
    let without_repository = command.env("PATH", "/usr/bin:/bin").output().unwrap();
    assert!(
        String::from_utf8_lossy(&without_repository.stderr).contains("no git repository here"),
        "{without_repository:?}"
    );
    let without_git = command.env("PATH", folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&without_git.stderr).contains("git is not installed"), "{without_git:?}");
}
