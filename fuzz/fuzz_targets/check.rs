//! Fuzzes `--check` with any text as a Dockerfile and as its ignore file: parsing the header and printing the findings
//! never fail, and the check passes only if the text is as generated.
#![no_main]

#[allow(dead_code)]
mod shown;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use railpack2docker::escape::escape_invisible_text;
use railpack2docker::header::{Header, emitted_kind, is_generated, with_line_feeds};
use railpack2docker::{Options, Severity, Transpiled, transpile};
use railpack2docker_cli::fuzzing;

/// A plan that excludes files, and one that does not.
const PLANS: [&str; 2] = [
    include_str!("../../examples/node-private-registry/plan.json"),
    include_str!("../../examples/static-caddy/plan.json"),
];

/// The files that the plans generate.
static WANTED: LazyLock<[Transpiled; 2]> = LazyLock::new(|| {
    PLANS.map(|plan| match transpile(plan, &Options::default()) {
        Ok(generated) => generated,
        Err(why) => panic!("{why}"),
    })
});

fuzz_target!(|data: &[u8]| {
    // as `--check` reads a file
    let text = String::from_utf8_lossy(data);
    let (dockerfile, ignore) = match text.split_once('\0') {
        Some((dockerfile, ignore)) => (dockerfile, Some(ignore)),
        None => (&*text, None),
    };
    let wanted = &WANTED[text.len() % 2];
    look_at(Some(dockerfile), ignore, wanted);
    let ignore = ignore.map(|text| spliced(text, wanted.dockerignore.as_deref().unwrap_or_default()));
    look_at(Some(&spliced(dockerfile, &wanted.dockerfile)), ignore.as_deref(), wanted);
    look_at((text.len() % 3 == 0).then_some(&wanted.dockerfile), ignore.as_deref(), wanted);
});

/// The generated file, with a text inserted between two of its lines.
fn spliced(text: &str, wanted: &str) -> String {
    let lines: Vec<&str> = wanted.split_inclusive('\n').collect();
    let (before, after) = lines.split_at(text.len() % (lines.len() + 1));
    format!("{}{text}{}", before.concat(), after.concat())
}

fn look_at(dockerfile: Option<&str>, ignore: Option<&str>, wanted: &Transpiled) {
    for text in dockerfile.into_iter().chain(ignore) {
        header(text);
    }
    let (said, diffs) = fuzzing::check(dockerfile.map(str::to_owned), ignore.map(str::to_owned), wanted);
    shown::check_report(&diffs);
    shown::check_report(&fuzzing::report(&said, ""));
    let is = |text: Option<&str>, wanted: Option<&str>| text.map(with_line_feeds) == wanted.map(Into::into);
    // a plan without excludes leaves the user's own ignore file alone
    let is_own = |text: &str| is_generated(text.as_bytes()) && emitted_kind(text).is_none();
    let ignore = ignore.filter(|text| wanted.dockerignore.is_some() || is_own(text));
    let passes = is(dockerfile, Some(&wanted.dockerfile)) && is(ignore, wanted.dockerignore.as_deref());
    assert_eq!(passes, said.iter().all(|finding| finding.severity < Severity::Error), "{said:?}");
    let seen = |text: &str| escape_invisible_text(&with_line_feeds(text)).into_owned();
    let text = dockerfile.unwrap_or_default();
    assert_eq!(fuzzing::diff(text, &wanted.dockerfile).is_empty(), seen(text) == seen(&wanted.dockerfile), "{text:?}");
}

fn header(text: &str) {
    let Some(header) = Header::parse(text) else { return };
    assert!(is_generated(text.as_bytes()), "{text:?}");
    let _ = fuzzing::plan_of(&header).map(|plan| assert!(plan.starts_with("folder"), "{plan:?}"));
    // the checksum covers all but its own line, so it changes with an added line
    assert!(!header.is_untouched(text) || !header.is_untouched(&format!("{text}#\n")));
}
