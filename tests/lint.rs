//! Every kind of finding: its page in `docs/lints`, and a plan in `tests/lint` that has it, with
//! what people get to see of that in `snapshots/lint`.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs_err as fs;
use railpack2docker::codes::{CODES, OPTIONAL};
use railpack2docker::{Options, Severity, lint};

/// It is of the build context, which `lint` does not look at; `tests/context.rs` has it.
const OF_THE_CONTEXT: &str = "exposed-file";

fn names() -> BTreeSet<String> {
    CODES.iter().map(|code| code.name.to_owned()).collect()
}

/// The files of a folder without their extension.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|it| it == extension));
    paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn plan_of(code: &str) -> PathBuf {
    Path::new("tests/lint").join(format!("{code}.json"))
}

/// Where a code is one of a check that is off by default, the option that turns it on.
fn turned_on(code: &str) -> Option<&str> {
    OPTIONAL.contains(&code).then_some(code)
}

#[test]
fn the_table_is_in_order() {
    let names: Vec<&str> = CODES.iter().map(|code| code.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for code in OPTIONAL {
        assert!(names.contains(&code));
    }
}

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let mut pages = stems("docs/lints", "md");
    assert!(pages.remove("README"));
    assert_eq!(pages, names());
    for code in CODES {
        assert!(code.page.starts_with(&format!("# `{}`\n\n", code.name)), "{}", code.name);
        assert!((8..=30).contains(&code.page.lines().count()) || code.name == "empty-plan", "{}", code.name);
        assert_eq!(code.page, fs::read_to_string(code.path()).unwrap());
    }
}

#[test]
fn each_code_has_a_row() {
    let index = fs::read_to_string("docs/lints/README.md").unwrap();
    let (_, rows) = index.split_once("|---|---|---|\n").unwrap();
    let expected =
        CODES.iter().map(|code| format!("| [`{0}`]({0}.md) | {1} | {2} |", code.name, code.severity, code.summary));
    assert!(rows.lines().eq(expected), "it needs a row for each of `codes::CODES`:\n{rows}");
}

#[test]
fn each_plan_has_the_finding_of_its_name_and_no_other() {
    let mut plans = stems("tests/lint", "json");
    assert!(plans.insert(OF_THE_CONTEXT.to_owned()));
    assert_eq!(plans, names());
    for code in CODES.iter().filter(|code| code.name != OF_THE_CONTEXT) {
        let plan = fs::read_to_string(plan_of(code.name)).unwrap();
        let optional = turned_on(code.name).into_iter().map(str::to_owned).collect();
        let found = lint(&plan, &Options::default(), &optional);
        let found: BTreeSet<_> = found.iter().map(|found| (found.severity, found.code)).collect();
        assert_eq!(found, BTreeSet::from([(code.severity, code.name)]));
    }
}

#[test]
fn what_a_page_shows_is_in_the_plan() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    for code in CODES.iter().filter(|code| ![OF_THE_CONTEXT, "empty-plan"].contains(&code.name)) {
        let plan = dense(&fs::read_to_string(plan_of(code.name)).unwrap());
        let shown: Vec<&str> = code.page.split("```json\n").skip(1).map(|it| it.split("```").next().unwrap()).collect();
        assert!(!shown.is_empty() && shown.iter().all(|shown| plan.contains(&dense(shown))), "{}", code.name);
    }
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

#[test]
fn people_see_this() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/lint");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for code in CODES.iter().filter(|code| code.name != OF_THE_CONTEXT) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
        command.arg("lint").arg(format!("{}.json", code.name)).current_dir("tests/lint").env_clear();
        command.args(turned_on(code.name).map(|code| format!("--warn={code}")));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(i32::from(code.severity > Severity::Note)), "{}", code.name);
        assert!(output.stderr.is_empty(), "{output:?}");
        // how large a Dockerfile is changes with its words
        let seen = String::from_utf8(output.stdout).unwrap();
        let seen: Vec<&str> =
            seen.split(' ').map(|word| if word.len() > 6 && is_number(word) { "…" } else { word }).collect();
        let seen = seen.join(" ");
        settings.bind(|| insta::assert_snapshot!(code.name, seen));
    }
}

/// The codes that the library gives, read off its source.
fn given() -> BTreeSet<String> {
    let mut given = BTreeSet::new();
    let mut open = vec![PathBuf::from("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path != Path::new("src/cli") {
                open.push(path);
            } else if path.is_file() {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                for call in code.split("Diagnostic::").skip(1) {
                    let arguments = ["error(", "warning(", "note("].iter().find_map(|name| call.strip_prefix(name));
                    given.extend(arguments.and_then(|it| first_string(it, code)));
                }
            }
        }
    }
    given
}

/// The first argument: a string, or the constant of a string.
fn first_string(arguments: &str, file: &str) -> Option<String> {
    let argument = arguments.split(',').next()?.trim();
    let constant = || file.split(&format!("{argument}: &str = ")).nth(1)?.split(';').next();
    let text = if argument.starts_with('"') { argument } else { constant()? };
    Some(text.trim_matches('"').to_owned())
}

#[test]
fn the_table_has_each_code_that_is_given() {
    let mut given = given();
    // of the tool and what it is asked, not of a plan
    for other in ["broken-template", "invalid-option", "no-such-secret", "no-such-step", "outside-context"] {
        assert!(given.remove(other), "{other}");
    }
    // of the command line
    given.insert(OF_THE_CONTEXT.to_owned());
    assert_eq!(given, names());
}

#[test]
fn standard_input_has_no_name_but_in_a_report_that_needs_one() {
    let plan = fs::read_to_string(plan_of("no-shell")).unwrap();
    for (format, expected) in [
        ("github", "::warning title=no-shell::no shell runs"),
        ("gitlab", "\"path\": \"railpack-plan.json\""),
        ("json", "\"plan\": null"),
        ("sarif", "\"fullyQualifiedName\": \"steps[0].commands[0].cmd\""),
        ("human", " --> <stdin>:6:29\n"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
        command.args(["lint", "-", "--format", format]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(plan.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(expected), "{said}");
        assert!(format != "sarif" || !said.contains("physicalLocation"), "{said}");
    }
}

#[test]
fn each_service_has_its_own_words_for_how_bad_it_is() {
    let said = |code: &str, format: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
        command.arg("lint").arg(plan_of(code)).args(["--format", format]).env_clear();
        serde_json::from_slice::<serde_json::Value>(&command.output().unwrap().stdout).unwrap()
    };
    let result = |code: &str| said(code, "sarif")["runs"][0]["results"][0].clone();
    for (code, gitlab, sarif) in
        [("duplicate-step", "critical", "error"), ("no-shell", "minor", "warning"), ("info-file", "info", "note")]
    {
        assert_eq!(said(code, "gitlab")[0]["severity"], gitlab);
        assert_eq!(result(code)["level"], sarif);
    }
    let related = &result("duplicate-step")["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "the first is here");
    assert_eq!(related["logicalLocations"][0]["fullyQualifiedName"], "steps[0].name");
}

#[test]
fn the_examples_are_what_their_authors_meant() {
    let mut seen = Vec::new();
    for entry in fs::read_dir("examples").unwrap() {
        let folder = entry.unwrap();
        let plan = fs::read_to_string(folder.path().join("plan.json")).unwrap();
        for found in lint(&plan, &Options::default(), &BTreeSet::new()) {
            seen.push(format!("{}: {}", folder.file_name().to_string_lossy(), found.code));
        }
    }
    seen.sort();
    // an image that Railpack writes so, and a star that Railpack leaves to no shell
    assert_eq!(seen, ["php: latest-image", "rust: no-shell"]);
}
