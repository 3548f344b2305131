//! Copies of files that the plan excludes.

use super::Subject;
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::{Ignored, is_pattern};
use crate::diagnostic::{Code, Diagnostic, Findings, Location};
use crate::graph::{Edge, Graph};
use crate::plan::{Command, Located};

/// The maximum number of comparisons of a path with a pattern: enough for any handwritten plan.
const MAX_COMPARISONS: usize = 2_000_000;

/// Warns about copies whose source is excluded by the plan or by their own input.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    check_context(graph, findings);
    for edge in graph.copied_inputs() {
        check_own(edge, findings);
    }
}

/// Checks paths of the build context against the plan's `exclude`: copying an excluded path fails.
fn check_context(graph: &Graph, findings: &mut Findings) {
    let exclude = &graph.plan().exclude;
    if exclude.is_empty() {
        return;
    }
    let ignored = Ignored::by(exclude.iter().map(|pattern| pattern.value.as_str()));
    let max = MAX_COMPARISONS / ignored.count().max(1);
    for source in sources(graph).filter(|source| !is_pattern(&source.value)).take(max) {
        let path = clean(&format!("/{}", source.value));
        let path = path.trim_start_matches('/');
        if path.is_empty() || !ignored.holds(path) || may_be_reincluded(exclude, path) {
            continue;
        }
        let message = format!("`{}` is excluded by the plan: copying it fails the build", source.value);
        let mut found = Diagnostic::new(Code::ExcludedCopy, message).at(&source.location);
        if let Some(location) = last_match(exclude, path) {
            found = found.with_related(location, "excluded here");
        }
        findings.push(found.with_help(format!(
            "remove the pattern, or add `!{path}` to the end of `exclude`, which Railpack reads from `.dockerignore`"
        )));
    }
}

/// The paths that are copied from the build context.
fn sources(graph: &Graph) -> impl Iterator<Item = &Located<String>> {
    let local = graph.copied_inputs().filter(|edge| edge.is_local()).flat_map(Edge::includes);
    local.chain(graph.commands().filter_map(|(_, command)| match command {
        Command::Copy { src, image: None, .. } => Some(src),
        _ => None,
    }))
}

/// Whether a pattern with `!` may re-include something below `path`, if that is a directory.
fn may_be_reincluded(exclude: &[Located<String>], path: &str) -> bool {
    let negated = exclude.iter().filter_map(|pattern| pattern.value.trim().strip_prefix('!'));
    negated
        .map(|pattern| clean(pattern.trim()))
        .any(|pattern| is_pattern(&pattern) || pattern.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}

/// The location of the last pattern that matches the path on its own.
fn last_match<'p>(exclude: &'p [Located<String>], path: &str) -> Option<&'p Location> {
    let alone = |pattern: &&Located<String>| Ignored::by([pattern.value.as_str()]).holds(path);
    exclude.iter().rev().find(alone).map(|pattern| &pattern.location)
}

/// Checks an input that excludes the whole content of a directory. The directory itself is always copied.
fn check_own(edge: Edge<'_>, findings: &mut Findings) {
    let exclude = &edge.input.exclude;
    if exclude.is_empty() || exclude.iter().any(|pattern| pattern.value.trim().starts_with('!')) {
        return;
    }
    let ignored = Ignored::by(exclude.iter().map(|pattern| pattern.value.as_str()));
    // only a pattern such as `*` matches both names
    if !(ignored.holds("a") && ignored.holds("Z.9")) {
        return;
    }
    for include in edge.includes().iter().filter(|include| is_directory(&include.value)) {
        let message = format!("the input excludes everything in `{}`, so it copies an empty directory", include.value);
        let mut found = Diagnostic::new(Code::ExcludedCopy, message).at(&include.location);
        if let Some(location) = last_match(exclude, "a") {
            found = found.with_related(location, "excluded here");
        }
        findings.push(found.with_help("remove the pattern, or the input"));
    }
}

/// Whether a path is certainly a directory.
fn is_directory(path: &str) -> bool {
    path.is_empty() || path.ends_with('/') || matches!(clean(path).as_str(), "." | "/app" | "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::JsonPath;

    fn patterns(patterns: &[&str]) -> Vec<Located<String>> {
        let location = Location::new(JsonPath::default(), 0..0);
        patterns.iter().map(|p| Located { value: (*p).to_owned(), location: location.clone() }).collect()
    }

    #[test]
    fn part_of_a_directory_can_be_reincluded() {
        assert!(may_be_reincluded(&patterns(&["docs", "!docs/README.md"]), "docs"));
        assert!(may_be_reincluded(&patterns(&["docs", "! ./docs/a"]), "docs"));
        assert!(may_be_reincluded(&patterns(&["docs", "!**/*.md"]), "docs"));
        assert!(!may_be_reincluded(&patterns(&["docs", "!docs2/README.md"]), "docs"));
        assert!(!may_be_reincluded(&patterns(&["docs"]), "docs"));
    }

    #[test]
    fn recognizes_certain_directories() {
        for path in ["", ".", "/app", "/app/", "dist/", "./"] {
            assert!(is_directory(path), "{path}");
        }
        for path in ["dist", "/app/x", "server.js"] {
            assert!(!is_directory(path), "{path}");
        }
    }
}
