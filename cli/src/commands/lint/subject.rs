//! A plan with its findings, as reports name it, and the identity of findings.

use std::collections::BTreeMap;

use railpack2docker::{Code, Diagnostic, Location};
use sha2::{Digest, Sha256};

use crate::files::paths::relative_to_repository;
use crate::files::plan_file::PlanFile;
use crate::output::location::Source;

/// A plan to report on.
pub(super) struct Subject<'t> {
    /// Its path with `/` as the separator, relative to the root of the repository. `None` for standard input.
    pub(super) path: Option<String>,
    /// Its text. The name is the path.
    pub(super) source: Source<'t>,
    pub(super) findings: &'t [Diagnostic],
}

/// The range of a value, from 1. The end is exclusive. Columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl<'t> Subject<'t> {
    pub(super) fn new(plan: &'t PlanFile, findings: &'t [Diagnostic]) -> Self {
        let path = plan.path.as_deref().map(relative_to_repository);
        let mut source = Source::new(plan);
        if let Some(path) = &path {
            source.name.clone_from(path);
        }
        Self { path, source, findings }
    }

    pub(super) fn region(&self, location: &Location) -> Region {
        let span = location.span();
        let (line, column) = self.source.lines.line_and_column(span.start);
        let (end_line, end_column) = self.source.lines.line_and_column(span.end);
        Region { line, column, end_line, end_column }
    }

    /// The findings, each with its identity in hexadecimal. It stays the same if lines around the finding change, and
    /// in every directory.
    pub(super) fn with_fingerprints(&self) -> impl Iterator<Item = (&'t Diagnostic, String)> {
        self.findings.iter().zip(self.fingerprints())
    }

    fn fingerprints(&self) -> Vec<String> {
        let mut seen: BTreeMap<(Code, &str), usize> = BTreeMap::new();
        let fingerprint = |found: &Diagnostic, number: usize| {
            let path = self.path.as_deref().unwrap_or_default();
            let parts = [found.code.name(), path, &found.message, &number.to_string()];
            let digest = Sha256::digest(parts.join("\0").as_bytes());
            data_encoding::HEXLOWER.encode(&digest)
        };
        self.findings
            .iter()
            .map(|found| {
                let number = seen.entry((found.code, &found.message)).or_default();
                *number += 1;
                fingerprint(found, *number)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> PlanFile {
        PlanFile { path: Some("plan.json".into()), text: text.to_owned() }
    }

    #[test]
    fn columns_count_characters_and_no_byte_order_mark() {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{{\"é🎉\": 12, \"steps\": 3}}");
            let found = railpack2docker::lint(&text, &railpack2docker::Options::default());
            let location = found.iter().find(|found| found.code == Code::WrongType).unwrap().location.clone().unwrap();
            let region = Region { line: 1, column: 21, end_line: 1, end_column: 22 };
            assert_eq!(Subject::new(&plan(&text), &[]).region(&location), region);
        }
    }

    #[test]
    fn fingerprints_are_distinct_and_stable() {
        let found = [Code::NoShell, Code::NoShell, Code::MixedCache].map(|code| Diagnostic::new(code, "a"));
        let (first, second) = (plan("{}"), plan("\n\n{}"));
        let fingerprints = Subject::new(&first, &found).fingerprints();
        assert_eq!(fingerprints, Subject::new(&second, &found).fingerprints());
        let distinct: std::collections::BTreeSet<_> = fingerprints.iter().collect();
        assert_eq!(distinct.len(), 3);
    }
}
