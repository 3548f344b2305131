//! The plan as reports name it, and the lines and columns of its places.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use sha2::{Digest, Sha256};

use super::PlanFile;
use crate::Diagnostic;
use crate::compat::gopath::clean;
use crate::diagnostic::{Lines, Location};

/// A plan to report on.
pub(super) struct Subject<'t> {
    /// Its path from the working directory, with `/` between the parts, or an absolute one where
    /// it is not in there. None for standard input.
    pub(super) path: Option<String>,
    lines: Lines<'t>,
    /// Whether the text begins with a byte order mark, which no column counts.
    has_mark: bool,
}

/// Where a value begins and where it ends, both from 1; the end is behind its last character.
/// Columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl<'t> Subject<'t> {
    pub(super) fn of(plan: &'t PlanFile) -> Self {
        Self {
            path: plan.path.as_deref().map(reported_path),
            lines: Lines::of(&plan.text),
            has_mark: plan.text.starts_with('\u{feff}'),
        }
    }

    pub(super) fn region(&self, location: &Location) -> Region {
        let position = |byte| {
            let (line, column) = self.lines.position(byte);
            let marks = usize::from(self.has_mark && line == 1 && column > 1);
            (line, column - marks)
        };
        let span = location.span();
        let ((line, column), (end_line, end_column)) = (position(span.start), position(span.end));
        Region { line, column, end_line, end_column }
    }

    /// What tells each finding from the others, and is the same for the same finding when the
    /// lines around it change. In the order of the findings, in hexadecimal.
    pub(super) fn fingerprints(&self, findings: &[Diagnostic]) -> Vec<String> {
        let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let fingerprint = |found: &Diagnostic, number: usize| {
            let parts = [found.code, self.path.as_deref().unwrap_or_default(), &found.message, &number.to_string()];
            let digest = Sha256::digest(parts.join("\0").as_bytes());
            data_encoding::HEXLOWER.encode(&digest)
        };
        findings
            .iter()
            .map(|found| {
                let number = seen.entry((found.code, &found.message)).or_default();
                *number += 1;
                fingerprint(found, *number)
            })
            .collect()
    }
}

/// A path as reports want it: relative, with slashes.
fn reported_path(path: &Path) -> String {
    let directory = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&directory).unwrap_or(path);
    let parts: Vec<_> = path
        .components()
        .map(|component| match component {
            Component::RootDir => "".into(),
            other => other.as_os_str().to_string_lossy(),
        })
        .collect();
    clean(&parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Path as Keys;

    fn subject(text: &str) -> PlanFile {
        PlanFile { path: Some("plan.json".into()), text: text.to_owned() }
    }

    #[test]
    fn columns_count_characters_and_no_byte_order_mark() {
        for text in ["{\"é🎉\": 12}", "\u{feff}{\"é🎉\": 12}"] {
            let plan = subject(text);
            let start = text.find('1').unwrap();
            let location = Location::new(Keys::default(), start..start + 2);
            let region = Region { line: 1, column: 8, end_line: 1, end_column: 10 };
            assert_eq!(Subject::of(&plan).region(&location), region);
        }
    }

    #[test]
    fn paths_are_relative_with_slashes() {
        for (path, reported) in [("./a/b.json", "a/b.json"), ("a/../b.json", "b.json"), ("../b.json", "../b.json")] {
            assert_eq!(reported_path(Path::new(path)), reported);
        }
        let absolute = std::env::current_dir().unwrap().join("a").join("b.json");
        assert_eq!(reported_path(&absolute), "a/b.json");
        #[cfg(unix)]
        assert_eq!(reported_path(Path::new("/nowhere/b.json")), "/nowhere/b.json");
    }

    #[test]
    fn fingerprints_differ_and_stay() {
        let found = [Diagnostic::warning("x", "a"), Diagnostic::warning("x", "a"), Diagnostic::warning("y", "a")];
        let (first, second) = (subject("{}"), subject("\n\n{}"));
        let fingerprints = Subject::of(&first).fingerprints(&found);
        assert_eq!(fingerprints, Subject::of(&second).fingerprints(&found));
        let distinct: std::collections::BTreeSet<_> = fingerprints.iter().collect();
        assert_eq!(distinct.len(), 3);
    }
}
