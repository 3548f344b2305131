//! Any text is answered with a Dockerfile or with findings, and each finding has a place in the text.
//! A Dockerfile is one that BuildKit reads, and shows all that is in it or says so.
#![no_main]

mod mutate;
mod shown;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use railpack2docker::{Code, Diagnostic, Options, transpile};
use railpack2docker_cli::fuzzing;
use testkit::buildkit;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let options = Options::default();
    match transpile(text, &options) {
        Err(findings) => {
            assert!(!findings.0.is_empty(), "no reason is given");
            findings.0.iter().for_each(|finding| has_a_location(finding, text));
            shown::check_report(&fuzzing::report(&findings.0, text));
        }
        Ok(generated) => {
            generated.findings.iter().for_each(|finding| has_a_location(finding, text));
            shown::check_report(&fuzzing::report(&generated.findings, text));
            if let Err(why) = buildkit::parse(&generated.dockerfile) {
                panic!("{why}:\n{}", generated.dockerfile);
            }
            shown::check(&generated);
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::plan(data, size, max_size, seed, fuzzer_mutate)
});

/// A place is a part of the text. Only a text that is blank, an image that is too large, and blanks in the
/// header, which holds no text of the plan, are nowhere.
fn has_a_location(finding: &Diagnostic, text: &str) {
    let related = finding.related.iter().map(|(location, _)| location);
    for location in finding.location.iter().chain(related) {
        assert!(text.get(location.span()).is_some(), "{:?} of {finding:?}", location.span());
    }
    let is_nowhere = [Code::EmptyPlan, Code::LargeDockerfile, Code::HugeDockerfile].contains(&finding.code);
    assert!(finding.location.is_some() || is_nowhere, "{finding:?}");
}
