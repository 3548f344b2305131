//! Checks that nothing is hidden from a reader.

use railpack2docker::escape::{escape_invisible_text, hidden};
use railpack2docker::header::{Header, is_generated};
use railpack2docker::{Code, Diagnostic, Transpiled};

/// Checks that a report has no escape sequences but this tool's colors, and no invisible characters.
pub fn check_report(report: &str) {
    let mut plain = String::new();
    for (at, part) in report.split('\u{1b}').enumerate() {
        let part = if at == 0 { Some(part) } else { part.strip_prefix('[').and_then(after_colour) };
        plain.push_str(part.unwrap_or_else(|| panic!("an escape that is no colour in {report:?}")));
    }
    assert_eq!(escape_invisible_text(&plain), plain);
}

fn after_colour(part: &str) -> Option<&str> {
    let (numbers, rest) = part.split_once('m')?;
    numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';').then_some(rest)
}

/// Checks that a warning names each invisible character in a generated file, and that the header is intact.
pub fn check(generated: &Transpiled) {
    let warned = generated.findings.iter().filter(|finding| finding.code == Code::InvisibleText);
    let warned: Vec<&Diagnostic> = warned.collect();
    let files = [("Dockerfile", Some(&generated.dockerfile)), ("ignore file", generated.dockerignore.as_ref())];
    let files = files.into_iter().filter_map(|(file, text)| Some((file, text?)));
    let assets = generated.assets.iter().map(|asset| (asset.path.as_str(), &asset.text));
    for (file, text) in files.clone().chain(assets) {
        for c in hidden(text) {
            let is_named = |finding: &&Diagnostic| {
                let named = format!("U+{:04X}", u32::from(c));
                finding.message.contains(file) && (finding.message.contains(&named) || finding.message.contains("more"))
            };
            assert!(warned.iter().any(is_named), "U+{:04X} in the {file} and no warning:\n{text:?}", u32::from(c));
        }
    }
    for (_, text) in files {
        let header = Header::parse(text).unwrap_or_else(|| panic!("no header:\n{text}"));
        assert!(header.is_untouched(text) && is_generated(text.as_bytes()));
        assert_eq!(header.stamp.plan.len(), 12);
    }
}
