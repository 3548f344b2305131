//! Fuzzes `transpile` with any text: the result is a Dockerfile or findings, and each finding has a location in the
//! text. BuildKit can parse the Dockerfile, and it hides nothing without a warning.
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

/// Checks that the locations of a finding are in the text. Only a Dockerfile that is too large has no location.
fn has_a_location(finding: &Diagnostic, text: &str) {
    let related = finding.related.iter().map(|(location, _)| location);
    for location in finding.location.iter().chain(related) {
        assert!(text.get(location.span()).is_some(), "{:?} of {finding:?}", location.span());
    }
    let is_nowhere = [Code::LargeDockerfile, Code::HugeDockerfile].contains(&finding.code);
    assert!(finding.location.is_some() || is_nowhere, "{finding:?}");
}
