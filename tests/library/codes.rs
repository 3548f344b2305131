//! Every code has a page. Every code of `lint` has a row in the index and, if it is about plans, a plan in
//! `tests/lint` that causes it.

use std::collections::BTreeSet;

use fs_err as fs;
use railpack2docker::{Code, Options, lint};
use testkit::{options_with, plan_with, root};

/// The codes of findings in a plan: all but the one about the build context, which `lint` does not read.
fn of_plans() -> impl Iterator<Item = Code> {
    Code::LINTS.iter().copied().filter(|code| *code != Code::ExposedFile)
}

/// The names of the files in a folder that have this extension, without it.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|it| it == extension));
    paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn names(codes: impl IntoIterator<Item = Code>) -> BTreeSet<String> {
    codes.into_iter().map(|code| code.name().to_owned()).collect()
}

/// The code of a second finding that comes with a code: an invalid string command also gets the warning about string
/// commands, and a small plan needs many secrets to become a large Dockerfile.
fn beside(code: Code) -> Option<Code> {
    match code {
        Code::InvalidStringCommand => Some(Code::StringCommand),
        Code::HugeDockerfile | Code::LargeDockerfile => Some(Code::ManySecrets),
        _ => None,
    }
}

#[test]
fn codes_are_in_order() {
    for codes in [Code::LINTS, Code::ERRORS] {
        let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
    assert_eq!(names(Code::all()).len(), Code::all().count(), "two codes of one name");
    assert!(Code::OPTIONAL.iter().all(|code| Code::LINTS.contains(code)));
}

#[test]
fn codes_and_pages_match() {
    let mut pages = stems("docs/lints", "md");
    assert!(pages.remove("README"));
    assert_eq!(pages, names(Code::LINTS.iter().copied()));
    assert_eq!(stems("docs/errors", "md"), names(Code::ERRORS.iter().copied()));
    for code in Code::all() {
        let heading = code.page().lines().next().unwrap();
        assert_eq!(heading.replace('`', ""), format!("# {code}"));
        assert_eq!(code.page(), fs::read_to_string(root().join(code.path())).unwrap());
    }
}

#[test]
fn the_index_has_a_row_for_each_code() {
    let index = fs::read_to_string(root().join("docs/lints/README.md")).unwrap();
    let (_, rows) = index.split_once("|---|---|---|\n").unwrap();
    let expected =
        Code::LINTS.iter().map(|code| format!("| [`{code}`]({code}.md) | {} | {} |", code.severity(), code.summary()));
    assert!(rows.lines().eq(expected), "it needs a row for each of `Code::LINTS`:\n{rows}");
}

#[test]
fn plans_have_exactly_the_finding_of_their_name() {
    assert_eq!(stems("tests/lint", "json"), names(of_plans()));
    for code in of_plans() {
        let plan = fs::read_to_string(plan_with(code)).unwrap();
        let found = lint(&plan, &options_with(code));
        let found: BTreeSet<_> = found.iter().map(|found| (found.severity, found.code)).collect();
        let expected = std::iter::once(code).chain(beside(code)).map(|code| (code.severity(), code));
        assert_eq!(found, expected.collect());
    }
}

#[test]
fn pages_show_what_is_in_the_plans() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    for code in of_plans().filter(|code| *code != Code::EmptyPlan) {
        let plan = dense(&fs::read_to_string(plan_with(code)).unwrap());
        let shown: Vec<&str> =
            code.page().split("```json\n").skip(1).map(|it| it.split("```").next().unwrap()).collect();
        assert!(!shown.is_empty() && shown.iter().all(|shown| plan.contains(&dense(shown))), "{code}");
    }
}

#[test]
fn examples_have_few_findings() {
    let mut seen = Vec::new();
    for (name, plan) in testkit::examples() {
        seen.extend(lint(&plan, &Options::default()).iter().map(|found| format!("{name}: {}", found.code)));
    }
    // Railpack itself uses an image with this tag, copies nothing from the step `install` of Rust, and redirects the
    // output of Caddy
    assert_eq!(seen, ["php: latest-image", "rust: unused-step", "rust: empty-input", "static-caddy: shell-as-pid-1"]);
}
