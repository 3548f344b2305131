//! Copies of what the plan keeps out of the build.

use super::Subject;
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::{Ignored, is_pattern};
use crate::diagnostic::Location;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph};
use crate::plan::{Command, Located};

/// How many comparisons of a path with a pattern are made: enough for any plan that people write.
const MOST_COMPARISONS: usize = 2_000_000;

/// Warns of copies that find nothing, since the plan or their own input excludes it.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    check_context(graph, findings);
    for edge in graph.copied_inputs() {
        check_own(edge, findings);
    }
}

/// A path of the build context that the plan's `exclude` takes away: the build fails.
fn check_context(graph: &Graph, findings: &mut Findings) {
    let exclude = &graph.plan().exclude;
    if exclude.is_empty() {
        return;
    }
    let ignored = Ignored::by(exclude.iter().map(|pattern| pattern.value.as_str()));
    let most = MOST_COMPARISONS / ignored.count().max(1);
    for source in sources(graph).filter(|source| !is_pattern(&source.value)).take(most) {
        let path = clean(&format!("/{}", source.value));
        let path = path.trim_start_matches('/');
        if path.is_empty() || !ignored.holds(path) || may_come_back(exclude, path) {
            continue;
        }
        let message = format!("`{}` is excluded, so there is nothing to copy and the build fails", source.value);
        let mut found = Diagnostic::new(Code::ExcludedCopy, message).at(&source.location);
        if let Some(location) = by_what(exclude, path) {
            found = found.with_related(location, "excluded here");
        }
        findings.push(found.with_help(format!(
            "remove the pattern, or add `!{path}` to the end of `exclude`, which Railpack takes from `.dockerignore`"
        )));
    }
}

/// What is copied from the build context by its path.
fn sources(graph: &Graph) -> impl Iterator<Item = &Located<String>> {
    let local = graph.copied_inputs().filter(|edge| edge.is_local()).flat_map(Edge::includes);
    local.chain(graph.commands().filter_map(|(_, command)| match command {
        Command::Copy { src, image: None, .. } => Some(src),
        _ => None,
    }))
}

/// Whether a pattern with `!` may take back something in the folder that the path may be.
fn may_come_back(exclude: &[Located<String>], path: &str) -> bool {
    let taken_back = exclude.iter().filter_map(|pattern| pattern.value.trim().strip_prefix('!'));
    taken_back
        .map(|pattern| clean(pattern.trim()))
        .any(|pattern| is_pattern(&pattern) || pattern.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
}

/// The last pattern that takes the path away by itself.
fn by_what<'p>(exclude: &'p [Located<String>], path: &str) -> Option<&'p Location> {
    let alone = |pattern: &&Located<String>| Ignored::by([pattern.value.as_str()]).holds(path);
    exclude.iter().rev().find(alone).map(|pattern| &pattern.location)
}

/// An input of a folder that excludes all there is in it. The folder itself is always copied.
fn check_own(edge: Edge<'_>, findings: &mut Findings) {
    let exclude = &edge.input.exclude;
    if exclude.is_empty() || exclude.iter().any(|pattern| pattern.value.trim().starts_with('!')) {
        return;
    }
    let ignored = Ignored::by(exclude.iter().map(|pattern| pattern.value.as_str()));
    // no pattern but those of stars alone matches both
    if !(ignored.holds("a") && ignored.holds("Z.9")) {
        return;
    }
    for include in edge.includes().iter().filter(|include| is_folder(&include.value)) {
        let message = format!("the input excludes everything in `{}`, so it copies an empty folder", include.value);
        let mut found = Diagnostic::new(Code::ExcludedCopy, message).at(&include.location);
        if let Some(location) = by_what(exclude, "a") {
            found = found.with_related(location, "excluded here");
        }
        findings.push(found.with_help("remove the pattern, or the input"));
    }
}

/// Whether a path is that of a folder for sure.
fn is_folder(path: &str) -> bool {
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
    fn part_of_a_folder_can_come_back() {
        assert!(may_come_back(&patterns(&["docs", "!docs/README.md"]), "docs"));
        assert!(may_come_back(&patterns(&["docs", "! ./docs/a"]), "docs"));
        assert!(may_come_back(&patterns(&["docs", "!**/*.md"]), "docs"));
        assert!(!may_come_back(&patterns(&["docs", "!docs2/README.md"]), "docs"));
        assert!(!may_come_back(&patterns(&["docs"]), "docs"));
    }

    #[test]
    fn folders_that_are_surely_folders() {
        for path in ["", ".", "/app", "/app/", "dist/", "./"] {
            assert!(is_folder(path), "{path}");
        }
        for path in ["dist", "/app/x", "server.js"] {
            assert!(!is_folder(path), "{path}");
        }
    }
}
