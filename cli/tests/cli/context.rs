//! Warnings about files in the build context that would end up in the image.

use testkit::command::{Folder, Run, anything, without};

use crate::folder;

/// A plan with this input of the build context, and with these exclude patterns.
fn plan(input: &str, exclude: &str) -> String {
    format!(
        r#"{{ "steps": [{{ "name": "build", "inputs": [{{ "image": "x" }}, {input}], "commands": [{{ "cmd": "make" }}],
            "secrets": ["A"] }}], "secrets": ["A"],
          "exclude": [{exclude}], "deploy": {{ "base": {{ "step": "build" }} }} }}"#
    )
}

const WHOLE: &str = r#"{ "local": true, "include": ["."] }"#;

/// A folder with a plan and these files.
fn with(plan: &str, files: &[(&str, &str)]) -> Folder {
    let folder = folder().file("plan.json", plan);
    for (name, content) in files {
        folder.write(name, content);
    }
    folder
}

const CHECK: [&str; 5] = ["plan.json", "--context", ".", "-o", "Dockerfile"];
const BUILD: [&str; 5] = ["build", "plan.json", "--dry-run", "--secret", "id=A,src=token"];

/// Checks that a run succeeds and warns about no file.
fn is_silent(run: Run<'_>) {
    run.stdout(anything()).stderr(without(["exposed-file"])).check();
}

#[test]
fn files_that_nothing_excludes_are_reported() {
    let files = [(".env", "A=hunter2"), ("api/.env.local", ""), (".env.example", "")];
    let folder = with(&plan(WHOLE, ""), &files);
    let said = [
        "warning[exposed-file]: `.env` and `api/.env.local` are in the build context and not excluded: they are sent \
         to the builder and copied into a layer\n",
        "help: append `**/.env*` to `.dockerignore`",
    ];
    let said = folder.run(CHECK).stderr(said).check().stderr;
    assert!(!said.contains("hunter2"), "{said}");
    assert!(folder.has("Dockerfile"));
    folder.run(["plan.json", "--context", "."]).stdout(anything()).stderr(["warning[exposed-file]"]).check();
    folder.write("excluding.json", plan(WHOLE, r#""*.md""#));
    let ignored = folder.run(["excluding.json", "--context", ".", "--dockerignore"]).stdout(["*.md"]);
    ignored.stderr(["warning[exposed-file]"]).check();
    // without `--context`
    is_silent(folder.run(["plan.json"]));
    is_silent(folder.run([&CHECK[..], &["--allow", "exposed-file"]].concat()));
    let json = [&CHECK[..], &["--message-format", "json"]].concat();
    folder.run(json).stderr([r#""code":"exposed-file""#]).check();
}

#[test]
fn files_that_are_excluded_or_not_copied_are_not_reported() {
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
        with(&plan(input, exclude), files).run(CHECK).stderr(without(["exposed-file"])).check();
    }
}

#[test]
fn a_copied_folder_includes_its_files() {
    let part = r#"{ "local": true, "include": ["src"] }"#;
    let folder = with(&plan(part, ""), &[("src/.env", "A=hunter2"), (".env", "")]);
    let said = "`src/.env` is in the build context and not excluded: it is sent";
    let said = folder.run(CHECK).stderr(["warning[exposed-file]", said]).check().stderr;
    assert!(!said.contains("hunter2"), "{said}");
    let check = ["plan.json", "--check", "--context", ".", "-o", "Dockerfile"];
    folder.run(check).stderr(["warning[exposed-file]", "`src/.env`"]).check();
    // along with other findings
    folder.write("Dockerfile", format!("{}# more\n", folder.read("Dockerfile")));
    folder.run(check).status(1).stdout(anything()).stderr(["warning[exposed-file]", "error[edited-file]"]).check();
    is_silent(with(&plan(part, r#""src/.env""#), &[("src/.env", "")]).run(CHECK));
}

#[test]
fn dockerignore_has_the_lowest_precedence() {
    for (exclude, files) in [
        (r#""*.md""#, &[(".env", ""), (".dockerignore", ".env")][..]),
        (r#""/.env""#, &[(".env", ""), (".dockerignore", ".env")]),
        (r#"".env*", "!.env""#, &[(".env", "")]),
        ("", &[(".env", ""), (".dockerignore", ".env"), ("Dockerfile.dockerignore", "*.md\n")]),
    ] {
        let location =
            if exclude.is_empty() { "`Dockerfile.dockerignore`" } else { "`.dockerignore`, then regenerate the plan" };
        let help = format!("help: append `.env*` to {location}");
        let said = ["`.env` is in the build context and not excluded: it is sent", &help];
        with(&plan(WHOLE, exclude), files).run(CHECK).stderr(said).check();
    }
}

#[test]
fn copy_commands_and_local_bases_copy_the_context_too() {
    for steps in [
        r#"{ "name": "build", "inputs": [{ "image": "x" }], "commands": [{ "src": ".", "dest": "." }] }"#,
        r#"{ "name": "build", "inputs": [{ "local": true }], "commands": [] }"#,
    ] {
        let plan = format!(r#"{{ "steps": [{steps}], "deploy": {{ "base": {{ "step": "build" }} }} }}"#);
        with(&plan, &[(".env", "")]).run(CHECK).stderr(["exposed-file"]).check();
    }
    let unneeded = format!(
        r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}, {WHOLE}] }}], "deploy": {{ "base": {{ "image": "x" }} }} }}"#
    );
    is_silent(with(&unneeded, &[(".env", "")]).run(CHECK));
}

#[test]
fn build_looks_for_the_files_of_secrets() {
    let inside = with(&plan(WHOLE, ""), &[("token", "hunter2"), (".env.build", "A=swordfish"), ("vars", "A=1")]);
    let said =
        ["`.env.build` and `token` are in the build context and not excluded", "help: append `.env*` and `token` to"];
    let said = inside.run(BUILD).stdout(anything()).stderr(said).check().stderr;
    assert!(!said.contains("hunter2"), "{said}");
    let said = ["`.env.build` and `vars` are in the build context and not excluded"];
    inside.run(["build", "plan.json", "--dry-run", "--env-file", "vars"]).stdout(anything()).stderr(said).check();
    is_silent(inside.run([&BUILD[..], &["--allow=exposed-file"]].concat()));

    let excluded = with(&plan(WHOLE, r#""token""#), &[("token", "hunter2")]);
    is_silent(excluded.run(BUILD));

    let elsewhere = with(&plan(WHOLE, ""), &[("token", "hunter2"), ("app/x", "")]);
    is_silent(elsewhere.run([&BUILD[..], &["--context", "app"]].concat()));
}

#[test]
fn a_missing_context_is_an_error() {
    let folder = with(&plan(WHOLE, ""), &[]);
    for (context, why) in [("missing", "no such directory"), ("plan.json", "it is not a directory")] {
        let said = format!("can't read the build context `{context}`: {why}");
        folder.run(["plan.json", "--context", context, "-o", "Dockerfile"]).status(2).stderr([said.as_str()]).check();
        assert!(!folder.has("Dockerfile"));
    }
}

#[cfg(unix)]
#[test]
fn links_to_files_elsewhere_are_not_reported() {
    let folder = with(&plan(WHOLE, ""), &[]);
    std::os::unix::fs::symlink("/etc/passwd", folder.path(".env")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path("token")).unwrap();
    is_silent(folder.run(CHECK));
    is_silent(folder.run(BUILD));
}
