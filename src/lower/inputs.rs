//! Files that a stage takes from other stages, from images and from the build context.

use std::collections::{BTreeMap, BTreeSet};

use super::copy::can_be_sent;
use super::gopath::{base, join, under_app};
use super::{Context, Problem};
use crate::dockerfile::{Copy, CopyPaths, Exclude, From, Instruction};
use crate::graph::{Edge, Origin};
use crate::plan::Located;

/// The COPY instructions for the inputs behind the first one.
pub(super) fn copies(context: &mut Context<'_, '_>, base: Edge<'_>, inputs: &[Edge<'_>]) -> Vec<Located<Instruction>> {
    let link = merges(base, inputs);
    let mut copies = Vec::new();
    for edge in inputs {
        if edge.includes().is_empty() {
            continue;
        }
        let Ok(from) = context.origin(edge.origin) else { continue };
        let exclude: Vec<Exclude> = edge.input.exclude.iter().filter_map(|pattern| context.exclude(pattern)).collect();
        for include in edge.includes() {
            let is_local = matches!(edge.origin, Origin::Local);
            let (source, destination) = resolve(&include.value, is_local);
            if is_local && !can_be_sent(context, include, &source) {
                continue;
            }
            let paths = CopyPaths::new(&source, &destination).problem(context, "the path", include);
            context.count(edge.input.exclude.iter().map(|pattern| pattern.value.len()).sum());
            if context.is_over {
                return copies;
            }
            copies.extend(paths.map(|paths| {
                let copy = Copy { comment: None, from: from.clone(), link, exclude: exclude.clone(), paths };
                Located::at(&include.place, Instruction::Copy(copy))
            }));
        }
    }
    copies
}

/// It could not be said, and a finding says so.
pub(super) struct Reported;

impl Context<'_, '_> {
    fn exclude(&mut self, pattern: &Located<String>) -> Option<Exclude> {
        Exclude::new(&pattern.value).problem(self, "the pattern", pattern)
    }

    /// What a COPY copies from: none is the build context.
    pub(super) fn origin(&mut self, origin: Origin<'_>) -> Result<Option<From>, Reported> {
        match origin {
            Origin::Local => Ok(None),
            Origin::Image(image) => self.image(image).map(From::Image).map(Some).ok_or(Reported),
            Origin::Step(id) => self.stage_name(id).map(From::Stage).map(Some).ok_or(Reported),
        }
    }
}

/// Source and destination of an include (`resolvePaths` in `buildkit/build_llb/layers.go`): local
/// files lose their folders, others keep their place.
fn resolve(include: &str, is_local: bool) -> (String, String) {
    if is_local {
        let source = if include.is_empty() { "." } else { include };
        return (source.to_owned(), join("/app", base(include)));
    }
    let path = match include {
        "." | "/app" | "/app/" => "/app".to_owned(),
        absolute if absolute.starts_with('/') => absolute.to_owned(),
        relative => join("/app", relative),
    };
    (path.clone(), path)
}

/// Whether Railpack merges the inputs onto the base, so that their layers are independent of each
/// other, or copies them one after the other (`shouldLLBMerge` in `buildkit/build_llb/layers.go`).
fn merges(base: Edge<'_>, inputs: &[Edge<'_>]) -> bool {
    let is_plain = |edge: &Edge<'_>| {
        edge.input.include.is_some()
            && !matches!(edge.origin, Origin::Local)
            && edge.includes().iter().all(|include| include.value != "/")
    };
    !matches!(base.origin, Origin::Local) && inputs.iter().all(is_plain) && !overlap(inputs)
}

/// Whether two inputs hold the same path, what one of them excludes aside.
fn overlap(inputs: &[Edge<'_>]) -> bool {
    let included = Included::of(inputs);
    let differ = |includes: &[Include<'_>], input| {
        // in the order of the inputs
        [includes.first(), includes.last()].into_iter().flatten().any(|include| include.input != input)
    };
    let is_twice = included.at_one_path().any(|includes| includes.first().is_some_and(|it| differ(includes, it.input)));
    is_twice
        || included.within().any(|within| {
            let outer = within.outer.iter().filter(|outer| differ(within.inner, outer.input));
            outer.filter_map(|outer| included.excludes(outer)).any(|excludes| !excludes.hold(within.rest))
        })
}

/// What inputs include, by the path in the image.
pub(crate) struct Included<'p> {
    /// What each input excludes.
    excludes: Vec<Excludes<'p>>,
    by_path: BTreeMap<String, Vec<Include<'p>>>,
}

/// An include of an input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Include<'p> {
    /// The number of its input.
    pub(crate) input: usize,
    pub(crate) text: &'p Located<String>,
}

/// What an input does not take.
pub(crate) struct Excludes<'p> {
    pub(crate) patterns: &'p [Located<String>],
    texts: BTreeSet<&'p str>,
}

impl<'p> Excludes<'p> {
    fn of(patterns: &'p [Located<String>]) -> Self {
        Self { patterns, texts: patterns.iter().map(|pattern| pattern.value.as_str()).collect() }
    }

    /// Whether Railpack's rule for overlaps takes a path for excluded: a part of it, a folder that it
    /// is in, or itself.
    pub(crate) fn hold(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(slash, _)| path.get(..slash));
        path.split('/').chain(folders).chain([path]).any(|part| self.texts.contains(part))
    }
}

/// Includes of a path, and others of a folder that it is in.
pub(crate) struct Within<'i, 'p> {
    pub(crate) outer: &'i [Include<'p>],
    pub(crate) inner: &'i [Include<'p>],
    /// The path of the inner ones.
    pub(crate) path: &'i str,
    /// The path from there to the inner ones.
    pub(crate) rest: &'i str,
}

impl<'p> Included<'p> {
    pub(crate) fn of(inputs: &[Edge<'p>]) -> Self {
        let mut by_path: BTreeMap<String, Vec<Include<'p>>> = BTreeMap::new();
        for (input, edge) in inputs.iter().enumerate() {
            for text in edge.includes() {
                by_path.entry(under_app(&text.value)).or_default().push(Include { input, text });
            }
        }
        Self { excludes: inputs.iter().map(|edge| Excludes::of(&edge.input.exclude)).collect(), by_path }
    }

    /// The includes of each path, in the order of the inputs.
    pub(crate) fn at_one_path(&self) -> impl Iterator<Item = &[Include<'p>]> {
        self.by_path.values().map(Vec::as_slice)
    }

    /// Each path with each folder that it is in and that is included as well. The root does not
    /// count.
    pub(crate) fn within(&self) -> impl Iterator<Item = Within<'_, 'p>> {
        self.by_path.iter().flat_map(|(path, inner)| {
            let folders = folders_of(path).filter_map(|(folder, rest)| Some((self.by_path.get(folder)?, rest)));
            folders.map(move |(outer, rest)| Within { outer, inner, path, rest })
        })
    }

    /// What the input of an include excludes.
    pub(crate) fn excludes(&self, include: &Include<'_>) -> Option<&Excludes<'p>> {
        self.excludes.get(include.input)
    }
}

/// Each folder that an absolute path is in, and the path from there. The root does not count.
fn folders_of(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let slashes = path.match_indices('/').filter(|(at, _)| *at > 0);
    slashes.filter_map(|(at, _)| Some((path.get(..at)?, path.get(at + 1..)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{Path, Place};
    use crate::{Options, transpile};

    #[test]
    fn container_paths_keep_their_place_and_local_ones_lose_their_folders() {
        for (include, is_local, source, destination) in [
            (".", false, "/app", "/app"),
            ("/app/", false, "/app", "/app"),
            ("dist", false, "/app/dist", "/app/dist"),
            ("build/", false, "/app/build", "/app/build"),
            ("/build/", false, "/build/", "/build/"),
            ("../x", false, "/x", "/x"),
            ("/mise/*", false, "/mise/*", "/mise/*"),
            (".", true, ".", "/app"),
            ("packages/a", true, "packages/a", "/app/a"),
            ("*.json", true, "*.json", "/app/*.json"),
        ] {
            assert_eq!(resolve(include, is_local), (source.to_owned(), destination.to_owned()));
        }
    }

    #[test]
    fn inputs_are_linked_unless_two_of_them_hold_the_same_path() {
        let is_linked = |inputs: &str| {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}] }}, {{ "name": "b", "inputs": [{{ "image": "x" }}] }}],
                  "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{inputs}] }} }}"#
            );
            let dockerfile = transpile(&json, &Options::default()).unwrap().dockerfile;
            let mut copies = dockerfile.lines().filter(|line| line.starts_with("COPY"));
            let is_linked = copies.next().unwrap().starts_with("COPY --link");
            assert!(copies.all(|copy| copy.starts_with("COPY --link") == is_linked), "all or none: {dockerfile}");
            is_linked
        };
        let input = |step, include, exclude| {
            format!(r#"{{ "step": "{step}", "include": [{include}], "exclude": [{exclude}] }}"#)
        };
        for (of_a, excluded, of_b, linked) in [
            (r#""/x""#, "", r#""/y""#, true),
            (r#""/x""#, "", r#""/xy""#, true),
            (r#""/x", "/x", "/x/y""#, "", r#""/y""#, true),
            (r#""/x""#, "", r#""/x/""#, false),
            (r#"".""#, "", r#""/app""#, false),
            (r#""dist""#, "", r#""/app/dist""#, false),
            (r#""/x""#, "", r#""/x/y""#, false),
            (r#""/x/y""#, "", r#""/z", "/x""#, false),
            (r#""/x""#, r#""y""#, r#""/x/y""#, true),
            (r#""/x""#, r#""y/z""#, r#""/x/y/z""#, true),
            (r#""/x""#, r#""z""#, r#""/x/y""#, false),
            (r#""/x""#, r#""x""#, r#""/x/y""#, false),
            (r#""/x""#, r#""x""#, r#""/x""#, false),
            (r#""/x""#, "", r#""/""#, false),
        ] {
            let inputs = [input("a", of_a, excluded), input("b", of_b, "")].join(", ");
            assert_eq!(is_linked(&inputs), linked, "{inputs}");
        }
        assert!(!is_linked(r#"{ "step": "a", "include": ["/x"] }, { "local": true, "include": ["."] }"#));
    }

    #[test]
    fn what_is_excluded_does_not_overlap() {
        let pattern = |pattern: &str| vec![Located::at(&Place::new(Path::default(), 0..0), pattern.to_owned())];
        let is_excluded = |path, excluded| Excludes::of(&pattern(excluded)).hold(path);
        assert!(is_excluded("node_modules", "node_modules"));
        assert!(is_excluded("a/node_modules/b", "node_modules"));
        assert!(is_excluded("a/b/c", "a/b"));
        assert!(!is_excluded("a/bc", "a/b"));
        assert!(!is_excluded("a.txt", "*.txt"));
    }
}
