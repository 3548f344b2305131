//! `lint` reports every finding of `transpile`, each one once, in the order of the text.

use proptest::prelude::*;
use railpack2docker::{Code, Options, lint, transpile};
use testkit::options;

use testkit::plans::Plan;
use testkit::runner;
use testkit::wild::plan;

#[test]
fn lint_finds_what_transpiling_finds() {
    let property = |plan: Plan| {
        let text = plan.json().to_string();
        let warn = Code::OPTIONAL.iter().map(|code| code.name().to_owned()).collect();
        let found = lint(&text, &options! { warn });
        let transpiled = transpile(&text, &Options::default());
        for expected in transpiled.map_or_else(|diagnostics| diagnostics.0, |made| made.findings) {
            prop_assert!(found.contains(&expected), "{:?}", expected);
        }
        let starts: Vec<usize> = found
            .iter()
            .map(|found| found.location.as_ref().map_or(usize::MAX, |location| location.span().start))
            .collect();
        prop_assert!(starts.is_sorted());
        for (at, finding) in found.iter().enumerate() {
            prop_assert!(!found[..at].contains(finding), "{:?}", finding);
            prop_assert!(Code::LINTS.contains(&finding.code), "{}", finding.code);
        }
        Ok(())
    };
    runner().run(&plan(), property).unwrap_or_else(|failure| panic!("{failure}"));
}
