//! Detects inputs that include the same paths.

use std::collections::{BTreeMap, BTreeSet};

use super::Edge;
use crate::compat::gopath::under_app;
use crate::plan::Located;

/// The includes of some inputs, by their absolute path.
pub(crate) struct IncludedPaths<'p> {
    /// The excludes of each input.
    excludes: Vec<Excludes<'p>>,
    by_path: BTreeMap<String, Vec<Include<'p>>>,
}

/// An include of an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Include<'p> {
    /// The index of the input that has the include.
    pub(crate) input: usize,
    pub(crate) text: &'p Located<String>,
}

/// The exclude patterns of an input.
pub(crate) struct Excludes<'p> {
    pub(crate) patterns: &'p [Located<String>],
    texts: BTreeSet<&'p str>,
}

impl<'p> Excludes<'p> {
    pub(crate) fn new(patterns: &'p [Located<String>]) -> Self {
        Self { patterns, texts: patterns.iter().map(|pattern| pattern.value.as_str()).collect() }
    }

    /// Whether Railpack's rule for overlaps considers a path excluded: because of a path component, a
    /// parent directory, or the path itself.
    pub(crate) fn hold(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(slash, _)| path.get(..slash));
        path.split('/').chain(folders).chain([path]).any(|part| self.texts.contains(part))
    }
}

/// Includes of a path, and includes of one of its parent directories.
pub(crate) struct Within<'i, 'p> {
    pub(crate) outer: &'i [Include<'p>],
    pub(crate) inner: &'i [Include<'p>],
    /// The path of the inner includes.
    pub(crate) path: &'i str,
    /// The same path, relative to that of the outer includes.
    pub(crate) rest: &'i str,
}

impl<'p> IncludedPaths<'p> {
    pub(crate) fn new(inputs: &[Edge<'p>]) -> Self {
        let mut by_path: BTreeMap<String, Vec<Include<'p>>> = BTreeMap::new();
        for (input, edge) in inputs.iter().enumerate() {
            for text in edge.includes() {
                by_path.entry(under_app(&text.value)).or_default().push(Include { input, text });
            }
        }
        Self { excludes: inputs.iter().map(|edge| Excludes::new(&edge.input.exclude)).collect(), by_path }
    }

    /// The includes of each path, in input order.
    pub(crate) fn at_one_path(&self) -> impl Iterator<Item = &[Include<'p>]> {
        self.by_path.values().map(Vec::as_slice)
    }

    /// Each path with each of its parent directories that is included as well. The root doesn't count.
    pub(crate) fn within(&self) -> impl Iterator<Item = Within<'_, 'p>> {
        self.by_path.iter().flat_map(|(path, inner)| {
            let folders = folders_of(path).filter_map(|(folder, rest)| Some((self.by_path.get(folder)?, rest)));
            folders.map(move |(outer, rest)| Within { outer, inner, path, rest })
        })
    }

    /// The excludes of an include's input.
    pub(crate) fn excludes(&self, include: &Include<'_>) -> Option<&Excludes<'p>> {
        self.excludes.get(include.input)
    }
}

/// The parent directories of an absolute path, each with the rest of the path. The root doesn't count.
fn folders_of(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let slashes = path.match_indices('/').filter(|(at, _)| *at > 0);
    slashes.filter_map(|(at, _)| Some((path.get(..at)?, path.get(at + 1..)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{JsonPath, Location};

    #[test]
    fn exclude_matches_components_folders_and_paths() {
        let pattern = |pattern: &str| vec![Located::at(&Location::new(JsonPath::default(), 0..0), pattern.to_owned())];
        let is_excluded = |path, excluded| Excludes::new(&pattern(excluded)).hold(path);
        assert!(is_excluded("node_modules", "node_modules"));
        assert!(is_excluded("a/node_modules/b", "node_modules"));
        assert!(is_excluded("a/b/c", "a/b"));
        assert!(!is_excluded("a/bc", "a/b"));
        assert!(!is_excluded("a.txt", "*.txt"));
    }
}
