//! What is written, where, and what is left alone.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fs_err as fs;
use tempfile::TempDir;

const PLAN: &str = r#"{ "steps": [], "deploy": { "base": { "image": "node:22" } } }"#;
const EXCLUDING: &str = r#"{ "steps": [], "exclude": ["*.md"], "deploy": { "base": { "image": "node:22" } } }"#;

/// A folder with a plan in it.
fn folder(plan: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.json"), plan).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder).args(arguments).env_clear();
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// Runs it, and gives what it said on standard error when it failed.
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    output.stdout
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn standard_output_and_file_hold_the_same() {
    let folder = folder(PLAN);
    let printed = succeeds(folder.path(), &["plan.json"]);
    assert!(succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]).is_empty());
    assert_eq!(fs::read(folder.path().join("Dockerfile")).unwrap(), printed);
    assert_eq!(names(folder.path()), ["Dockerfile", "plan.json"]);
}

#[test]
fn standard_input_is_read_for_a_dash() {
    let folder = folder(PLAN);
    let mut child = command(folder.path(), &["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PLAN.as_bytes()).unwrap();
    let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(printed.contains("# Made by railpack2docker from standard input (sha256 "), "{printed}");
    assert!(printed.contains("#   railpack2docker - -o Dockerfile\n"), "{printed}");
}

#[test]
fn the_ignore_file_comes_and_goes_with_what_is_excluded() {
    let folder = folder(EXCLUDING);
    succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
    assert_eq!(names(folder.path()), ["Dockerfile", "Dockerfile.dockerignore", "plan.json"]);
    let printed = succeeds(folder.path(), &["plan.json", "--dockerignore"]);
    assert_eq!(fs::read(folder.path().join("Dockerfile.dockerignore")).unwrap(), printed);

    fs::write(folder.path().join("plan.json"), PLAN).unwrap();
    succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
    assert_eq!(names(folder.path()), ["Dockerfile", "plan.json"]);

    fs::write(folder.path().join("Dockerfile.dockerignore"), "mine\n").unwrap();
    succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
    assert_eq!(fs::read_to_string(folder.path().join("Dockerfile.dockerignore")).unwrap(), "mine\n");
}

#[test]
fn a_file_that_this_tool_did_not_make_is_left_alone() {
    for theirs in ["Dockerfile", "Dockerfile.dockerignore"] {
        let folder = folder(EXCLUDING);
        fs::write(folder.path().join(theirs), "theirs\n").unwrap();
        let said = fails(folder.path(), &["plan.json", "-o", "Dockerfile"]);
        assert!(said.contains(&format!("`{theirs}` was not made by railpack2docker")), "{said}");
        assert!(said.contains("--force"), "{said}");
        assert_eq!(fs::read_to_string(folder.path().join(theirs)).unwrap(), "theirs\n");
        assert_eq!(names(folder.path()), [theirs, "plan.json"]);

        succeeds(folder.path(), &["plan.json", "-o", "Dockerfile", "--force"]);
        assert_ne!(fs::read_to_string(folder.path().join(theirs)).unwrap(), "theirs\n");
    }
}

#[test]
fn the_plan_is_never_overwritten() {
    let folder = folder(PLAN);
    for output in ["plan.json", "./plan.json"] {
        let said = fails(folder.path(), &["plan.json", "-o", output, "--force"]);
        assert!(said.contains("is the plan"), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("plan.json")).unwrap(), PLAN);
}

#[test]
fn many_runs_at_once_leave_one_whole_file() {
    let folder = folder(PLAN);
    fs::write(folder.path().join("other.json"), EXCLUDING).unwrap();
    let run = |plan| command(folder.path(), &[plan, "-o", "Dockerfile"]).stderr(Stdio::piped()).spawn().unwrap();
    let running: Vec<_> = (0..40).map(|at| run(if at % 2 == 0 { "plan.json" } else { "other.json" })).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let text = fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert!(text.starts_with("# syntax=") && text.ends_with("CMD [\"/bin/bash\"]\n"), "{text}");
    let left: Vec<String> = names(folder.path()).into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_plan_that_fails_leaves_the_old_file() {
    let folder = folder(PLAN);
    succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
    let before = fs::read(folder.path().join("Dockerfile")).unwrap();
    fs::write(folder.path().join("plan.json"), "{").unwrap();
    fails(folder.path(), &["plan.json", "-o", "Dockerfile"]);
    assert_eq!(fs::read(folder.path().join("Dockerfile")).unwrap(), before);
}

#[test]
fn a_directory_is_no_file() {
    let folder = folder(PLAN);
    fs::create_dir(folder.path().join("out")).unwrap();
    let said = fails(folder.path(), &["plan.json", "-o", "out"]);
    assert!(said.contains("`out`: it is a directory") && said.contains("-o out/Dockerfile"), "{said}");
    let said = fails(folder.path(), &["plan.json", "-o", "missing/Dockerfile"]);
    assert!(said.contains("`missing/Dockerfile`: its directory does not exist"), "{said}");
}

#[test]
fn the_header_names_the_plan_from_where_the_file_is() {
    let folder = folder(PLAN);
    fs::create_dir(folder.path().join("out")).unwrap();
    succeeds(folder.path(), &["plan.json", "-o", "out/My Dockerfile"]);
    let text = fs::read_to_string(folder.path().join("out/My Dockerfile")).unwrap();
    assert!(text.contains("# Made by railpack2docker from ../plan.json (sha256 "), "{text}");
    assert!(text.contains("#   railpack2docker ../plan.json -o 'My Dockerfile'\n"), "{text}");
    assert!(text.contains("#   docker build -f 'My Dockerfile' ..\n"), "{text}");
    let absolute = folder.path().join("plan.json");
    let same = succeeds(folder.path(), &[absolute.to_str().unwrap()]);
    assert_eq!(same, succeeds(folder.path(), &["plan.json"]), "an absolute path changes nothing");
}

#[test]
fn what_is_too_large_or_too_deep_is_refused() {
    let folder = folder(PLAN);
    let large = folder.path().join("large.json");
    fs::File::create(&large).unwrap().set_len(200 * 1024 * 1024).unwrap();
    let said = fails(folder.path(), &["large.json", "-o", "Dockerfile"]);
    assert!(said.contains("`large.json` is larger than 64 MiB"), "{said}");

    fs::write(folder.path().join("deep.json"), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).unwrap();
    let said = fails(folder.path(), &["deep.json", "-o", "Dockerfile"]);
    assert!(said.contains("recursion limit exceeded") && said.contains("nested this deeply"), "{said}");
    assert_eq!(names(folder.path()), ["deep.json", "large.json", "plan.json"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_that_would_not_change_is_not_written() {
        let folder = folder(EXCLUDING);
        let state = |name: &str| {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            (metadata.ino(), metadata.mtime_nsec(), metadata.ctime_nsec())
        };
        succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
        let before = ["Dockerfile", "Dockerfile.dockerignore"].map(state);
        succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
        assert_eq!(["Dockerfile", "Dockerfile.dockerignore"].map(state), before);
    }

    #[test]
    fn a_link_stays_a_link_and_a_mode_stays() {
        let folder = folder(PLAN);
        fs::create_dir(folder.path().join("real")).unwrap();
        let real = folder.path().join("real/Dockerfile");
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real/Dockerfile", folder.path().join("Dockerfile")).unwrap();
        succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
        assert!(fs::symlink_metadata(folder.path().join("Dockerfile")).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("FROM node:22"));
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(names(&folder.path().join("real")), ["Dockerfile"]);
    }

    #[test]
    fn a_link_to_nothing_is_filled() {
        let folder = folder(PLAN);
        fs::create_dir(folder.path().join("real")).unwrap();
        symlink("real/Dockerfile", folder.path().join("Dockerfile")).unwrap();
        succeeds(folder.path(), &["plan.json", "-o", "Dockerfile"]);
        assert!(fs::symlink_metadata(folder.path().join("Dockerfile")).unwrap().is_symlink());
        assert!(fs::read_to_string(folder.path().join("real/Dockerfile")).unwrap().contains("FROM node:22"));
        symlink("circle", folder.path().join("circle")).unwrap();
        assert!(fails(folder.path(), &["plan.json", "-o", "circle"]).contains("can't write `circle`"));
    }

    // elsewhere, there is no `/dev/full`
    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full_is_said() {
        let folder = folder(PLAN);
        let said = fails(folder.path(), &["plan.json", "-o", "/dev/full"]);
        assert!(said.contains("can't write `/dev/full`: the disk is full"), "{said}");
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(folder.path(), &["plan.json"]).stdout(full.into_parts().0).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("can't write to standard output"));
    }

    #[test]
    fn a_device_is_written_to() {
        let folder = folder(PLAN);
        fs::write(folder.path().join("plan.json"), EXCLUDING).unwrap();
        let output = run(folder.path(), &["plan.json", "-o", "/dev/stdout"]);
        assert!(String::from_utf8(output.stdout).unwrap().contains("FROM node:22"));
        assert!(
            String::from_utf8(output.stderr).unwrap().contains("note[ignore-file]"),
            "no ignore file beside a device"
        );
    }
}

#[test]
fn an_explanation_replaces_what_is_there_but_never_the_plan() {
    let folder = folder(PLAN);
    let drawn = succeeds(folder.path(), &["explain", "plan.json", "--format", "svg"]);
    fs::write(folder.path().join("build.svg"), "old").unwrap();
    assert!(succeeds(folder.path(), &["explain", "plan.json", "--format", "svg", "-o", "build.svg"]).is_empty());
    assert_eq!(fs::read(folder.path().join("build.svg")).unwrap(), drawn);
    fails(folder.path(), &["explain", "plan.json", "-o", "./plan.json"]);
    fails(folder.path(), &["explain", "plan.json", "--step", "x", "-o", "build.svg"]);
    assert_eq!(fs::read(folder.path().join("build.svg")).unwrap(), drawn);
    assert_eq!(fs::read_to_string(folder.path().join("plan.json")).unwrap(), PLAN);
    assert_eq!(names(folder.path()), ["build.svg", "plan.json"]);
}

#[test]
fn an_explanation_has_colours_where_they_are_asked_for_and_in_no_file() {
    let folder = folder(PLAN);
    let has_colours = |text: &[u8]| text.contains(&0x1b);
    assert!(!has_colours(&succeeds(folder.path(), &["explain", "plan.json"])));
    assert!(has_colours(&succeeds(folder.path(), &["explain", "plan.json", "--color", "always"])));
    succeeds(folder.path(), &["explain", "plan.json", "--color", "always", "-o", "build.txt"]);
    assert!(!has_colours(&fs::read(folder.path().join("build.txt")).unwrap()));
}
