//! Warnings of files in the build context that would end up in the image.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;
use tempfile::TempDir;

/// A plan that copies the context in the way of this input, and leaves out these patterns.
fn plan(input: &str, exclude: &str) -> String {
    format!(
        r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "x" }}, {input}], "secrets": ["A"] }}], "secrets": ["A"],
          "exclude": [{exclude}], "deploy": {{ "base": {{ "step": "build" }} }} }}"#
    )
}

const WHOLE: &str = r#"{ "local": true, "include": ["."] }"#;

/// A folder with a plan and these files.
fn folder(plan: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("plan.json", plan)].iter().chain(files) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder).args(arguments).env_clear().output().unwrap()
}

/// Runs it, and gives what it said.
fn says(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

const CHECK: [&str; 5] = ["plan.json", "--context", ".", "-o", "Dockerfile"];
const BUILD: [&str; 5] = ["build", "plan.json", "--dry-run", "--secret", "id=A,src=token"];

#[test]
fn what_nothing_excludes_is_said() {
    let files = [(".env", "A=hunter2"), ("api/.env.local", ""), (".env.example", "")];
    let folder = folder(&plan(WHOLE, ""), &files);
    let said = says(folder.path(), &CHECK);
    let expected = "warning[exposed-file]: the build context holds `.env` and `api/.env.local`, and nothing excludes \
                    them: each is sent to the builder and copied into a layer\n";
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("help: add `**/.env*` to the end of `.dockerignore`"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert!(folder.path().join("Dockerfile").exists());
    for arguments in [&["plan.json", "--context", "."][..], &["plan.json", "--context", ".", "--dockerignore"]] {
        assert!(says(folder.path(), arguments).contains("warning[exposed-file]"));
    }
    assert!(!says(folder.path(), &["plan.json"]).contains("exposed-file"), "no context, no warning");
    assert!(!says(folder.path(), &[&CHECK[..], &["--allow", "exposed-file"]].concat()).contains("exposed-file"));
    let said = says(folder.path(), &[&CHECK[..], &["--message-format", "json"]].concat());
    assert!(said.contains(r#""code":"exposed-file""#), "{said}");
}

#[test]
fn what_is_excluded_or_not_copied_is_not_said() {
    let part = r#"{ "local": true, "include": ["src"] }"#;
    let filtered = r#"{ "local": true, "include": ["."], "exclude": [".env*"] }"#;
    for (input, exclude, files) in [
        (WHOLE, r#"".env*""#, &[(".env", "")][..]),
        (WHOLE, "", &[(".env", ""), (".dockerignore", "# all\n/.env\n")]),
        (WHOLE, "", &[(".env", ""), (".dockerignore", ""), ("Dockerfile.dockerignore", ".env\n")]),
        (WHOLE, "", &[(".env.example", ""), ("env", ""), ("a/b/c/.env", ""), ("node_modules/.env", "")]),
        (WHOLE, "", &[]),
        (part, "", &[(".env", "")]),
        (filtered, "", &[(".env", "")]),
    ] {
        let folder = folder(&plan(input, exclude), files);
        let said = says(folder.path(), &CHECK);
        assert!(!said.contains("exposed-file"), "{input} {exclude} {files:?}: {said}");
    }
}

#[test]
fn the_plan_and_the_file_beside_the_dockerfile_go_before_dockerignore() {
    for (exclude, files) in [
        (r#""*.md""#, &[(".env", ""), (".dockerignore", ".env")][..]),
        (r#""/.env""#, &[(".env", ""), (".dockerignore", ".env")]),
        (r#"".env*", "!.env""#, &[(".env", "")]),
        ("", &[(".env", ""), (".dockerignore", ".env"), ("Dockerfile.dockerignore", "*.md\n")]),
    ] {
        let folder = folder(&plan(WHOLE, exclude), files);
        let said = says(folder.path(), &CHECK);
        assert!(said.contains("holds `.env`, and nothing excludes it: it is sent"), "{exclude} {files:?}: {said}");
        let location =
            if exclude.is_empty() { "`Dockerfile.dockerignore`" } else { "`.dockerignore`, and make the plan" };
        assert!(said.contains(&format!("help: add `.env*` to the end of {location}")), "{said}");
    }
}

#[test]
fn a_copy_command_and_a_base_copy_the_context_too() {
    for steps in [
        r#"{ "name": "build", "inputs": [{ "image": "x" }], "commands": [{ "src": ".", "dest": "." }] }"#,
        r#"{ "name": "build", "inputs": [{ "local": true }], "commands": [] }"#,
    ] {
        let plan = format!(r#"{{ "steps": [{steps}], "deploy": {{ "base": {{ "step": "build" }} }} }}"#);
        let said = says(folder(&plan, &[(".env", "")]).path(), &CHECK);
        assert!(said.contains("exposed-file"), "{steps}: {said}");
    }
    let unneeded = format!(
        r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}, {WHOLE}] }}], "deploy": {{ "base": {{ "image": "x" }} }} }}"#
    );
    assert!(!says(folder(&unneeded, &[(".env", "")]).path(), &CHECK).contains("exposed-file"));
}

#[test]
fn build_looks_for_the_files_of_secrets() {
    let inside = folder(&plan(WHOLE, ""), &[("token", "hunter2"), (".env.build", "A=swordfish"), ("vars", "A=1")]);
    let said = says(inside.path(), &BUILD);
    assert!(said.contains("holds `.env.build` and `token`, and nothing excludes them"), "{said}");
    assert!(said.contains("help: add `.env*` and `token` to the end of"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let said = says(inside.path(), &["build", "plan.json", "--dry-run", "--env-file", "vars"]);
    assert!(said.contains("holds `.env.build` and `vars`, and"), "{said}");
    assert!(!says(inside.path(), &[&BUILD[..], &["--allow=exposed-file"]].concat()).contains("exposed-file"));

    let excluded = folder(&plan(WHOLE, r#""token""#), &[("token", "hunter2")]);
    assert!(!says(excluded.path(), &BUILD).contains("exposed-file"));

    let elsewhere = folder(&plan(WHOLE, ""), &[("token", "hunter2"), ("app/x", "")]);
    let arguments = [&BUILD[..], &["--context", "app"]].concat();
    assert!(!says(elsewhere.path(), &arguments).contains("exposed-file"));
}

#[test]
fn a_context_that_is_not_there_is_an_error() {
    let folder = folder(&plan(WHOLE, ""), &[]);
    for (context, why) in [("missing", "there is no such directory"), ("plan.json", "it is no directory")] {
        let output = run(folder.path(), &["plan.json", "--context", context, "-o", "Dockerfile"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("can't read the build context `{context}`: {why}")), "{said}");
        assert!(!folder.path().join("Dockerfile").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_elsewhere_is_no_such_file() {
    let folder = folder(&plan(WHOLE, ""), &[]);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join(".env")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("token")).unwrap();
    assert!(!says(folder.path(), &CHECK).contains("exposed-file"));
    assert!(!says(folder.path(), &BUILD).contains("exposed-file"));
}
