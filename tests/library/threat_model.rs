//! Each claim of the threat model names a test, and every test that it names exists.

use testkit::root;

const PAGE: &str = "docs/threat-model.md";

/// Whether a file has a test with this name.
fn has_test(source: &str, name: &str) -> bool {
    let is_test =
        |(at, _): (usize, &str)| source[..at].trim_end().lines().rev().take(6).any(|line| line.trim() == "#[test]");
    source.match_indices(&format!("fn {name}(")).any(is_test)
}

/// The files and tests that a text names: a file in backticks, and after it the names of tests.
fn named(text: &str) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    let mut file = None;
    for code in text.split('`').skip(1).step_by(2) {
        let is_name =
            code.contains('_') && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if code.strip_suffix(".rs").is_some() {
            file = Some(code.to_owned());
            found.push((code.to_owned(), None));
        } else if let (Some(file), true) = (&file, is_name) {
            found.push((file.clone(), Some(code.to_owned())));
        }
    }
    found
}

#[test]
fn every_named_test_exists() {
    let page = fs_err::read_to_string(root().join(PAGE)).unwrap();
    let mut tests = 0;
    for line in page.lines() {
        for (file, test) in named(line) {
            let source = fs_err::read_to_string(root().join(&file)).unwrap_or_else(|error| panic!("{line}: {error}"));
            let Some(test) = test else { continue };
            assert!(has_test(&source, &test), "{file} has no test `{test}`");
            tests += 1;
        }
    }
    assert!(tests > 40, "{tests}");
}

#[test]
fn every_claim_names_a_test() {
    let page = fs_err::read_to_string(root().join(PAGE)).unwrap();
    let mut claims = 0;
    for table in page.split("| claim | test |\n|---|---|\n").skip(1) {
        for row in table.lines().take_while(|line| line.starts_with('|')) {
            let (claim, tests) = row.trim_matches('|').split_once(" | ").unwrap();
            // a fuzz target is a test by itself
            let is_tested = named(tests).iter().any(|(file, test)| test.is_some() || file.starts_with("fuzz/"));
            assert!(is_tested, "{claim}");
            claims += 1;
        }
    }
    assert!(claims > 25, "{claims}");
}
