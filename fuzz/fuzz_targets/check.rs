//! Whatever stands in the place of a Dockerfile: its header is read, and a diff to it can be printed.
#![no_main]

#[allow(dead_code)]
mod shown;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use railpack2docker::header::{Header, checksum, is_generated, with_line_feeds};
use railpack2docker::visible::visible_text;
use railpack2docker::{Options, fuzzing, transpile};

const PLAN: &str = include_str!("../../examples/node-private-registry/plan.json");

/// What the plan gives.
static WANTED: LazyLock<String> = LazyLock::new(|| match transpile(PLAN, &Options::default()) {
    Ok(made) => made.dockerfile,
    Err(why) => panic!("{why}"),
});

fuzz_target!(|data: &[u8]| {
    // as `--check` reads a file
    let text = String::from_utf8_lossy(data);
    for text in [text.to_string(), spliced(&text)] {
        look_at(&text);
    }
});

/// The file as it was made, its middle replaced.
fn spliced(text: &str) -> String {
    let lines: Vec<&str> = WANTED.split_inclusive('\n').collect();
    let at = text.len() % lines.len();
    format!("{}{text}{}", lines[..at].concat(), lines[at..].concat())
}

fn look_at(text: &str) {
    let header = Header::of(text);
    if let Some(header) = &header {
        assert!(is_generated(text.as_bytes()), "{text:?}");
        let _ = fuzzing::plan_of(header).map(|plan| assert!(plan.starts_with("folder"), "{plan:?}"));
        let is_untouched = header.is_untouched(text);
        assert_eq!(is_untouched, header.checksum == checksum(&with_line_feeds(text)));
        // the checksum covers all but its own line, and so tells an added line
        assert!(!is_untouched || !header.is_untouched(&format!("{text}#\n")));
    }
    let diff = fuzzing::diff(text, &WANTED);
    shown::check_report(&diff);
    let seen = |text: &str| visible_text(&with_line_feeds(text)).into_owned();
    assert_eq!(diff.is_empty(), seen(text) == seen(&WANTED), "{diff}");
}
