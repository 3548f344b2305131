//! The plan as reports name it, and the identity of findings.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use railpack2docker::{Code, Diagnostic, Location};
use sha2::{Digest, Sha256};

use crate::files::plan_file::PlanFile;
use crate::output::location::Source;

/// A plan to report on.
pub(super) struct Subject<'t> {
    /// Its path with `/` as the separator, relative to the working directory unless it is outside. `None` for
    /// standard input.
    pub(super) path: Option<String>,
    /// Its text. The name is the path.
    pub(super) source: Source<'t>,
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
    pub(super) fn new(plan: &'t PlanFile) -> Self {
        let path = plan.path.as_deref().map(reported_path);
        let mut source = Source::new(plan);
        if let Some(path) = &path {
            source.name.clone_from(path);
        }
        Self { path, source }
    }

    pub(super) fn region(&self, location: &Location) -> Region {
        let span = location.span();
        let (line, column) = self.source.lines.line_and_column(span.start);
        let (end_line, end_column) = self.source.lines.line_and_column(span.end);
        Region { line, column, end_line, end_column }
    }

    /// The hexadecimal identity of each finding, in their order. It stays the same if lines around the finding
    /// change.
    pub(super) fn fingerprints(&self, findings: &[Diagnostic]) -> Vec<String> {
        let mut seen: BTreeMap<(Code, &str), usize> = BTreeMap::new();
        let fingerprint = |found: &Diagnostic, number: usize| {
            let path = self.path.as_deref().unwrap_or_default();
            let parts = [found.code.name(), path, &found.message, &number.to_string()];
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

/// A path for reports: relative, without `.` and without `..` where possible, with slashes.
fn reported_path(path: &Path) -> String {
    let directory = std::env::current_dir().unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for component in path.strip_prefix(&directory).unwrap_or(path).components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => parts.push(String::new()),
            Component::ParentDir if parts.last().is_some_and(|last| !last.is_empty() && last != "..") => {
                parts.pop();
            }
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts.join("/")
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
            assert_eq!(Subject::new(&plan(&text)).region(&location), region);
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
    fn fingerprints_are_distinct_and_stable() {
        let found = [Code::NoShell, Code::NoShell, Code::MixedCache].map(|code| Diagnostic::new(code, "a"));
        let (first, second) = (plan("{}"), plan("\n\n{}"));
        let fingerprints = Subject::new(&first).fingerprints(&found);
        assert_eq!(fingerprints, Subject::new(&second).fingerprints(&found));
        let distinct: std::collections::BTreeSet<_> = fingerprints.iter().collect();
        assert_eq!(distinct.len(), 3);
    }
}
