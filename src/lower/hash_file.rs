//! The file with a secrets hash, if it is part of a stage: it must not get into the image.

use std::collections::BTreeSet;

use super::include_paths::resolve;
use crate::compat::gopath::{clean, is_in};
use crate::compat::patternmatcher::{is_pattern, matches_name};
use crate::graph::{Graph, Origin};
use crate::plan::StepId;

/// The file in a stage.
const FILE: &str = "/run/secrets-hash";

/// The steps whose stages can contain the file: no image or other stage gets it from them, except stages that are
/// based on them.
pub(super) fn steps(graph: &Graph) -> BTreeSet<StepId> {
    let copied = graph.copied_inputs().filter(|edge| {
        let paths = edge.includes().iter().map(|include| resolve(&include.value, edge.is_local()).0);
        edge.step().is_some() && paths.into_iter().any(|path| contains_file(&path))
    });
    let sources = copied.map(|edge| edge.origin).chain([graph.base().origin]);
    let leaking: BTreeSet<StepId> =
        sources.flat_map(|origin| graph.lineage(origin).collect::<Vec<_>>()).filter_map(step).collect();
    graph.running().map(|(id, _)| id).filter(|id| !leaking.contains(id)).collect()
}

fn step(origin: Origin<'_>) -> Option<StepId> {
    match origin {
        Origin::Step(id) => Some(id),
        Origin::Image(_) | Origin::Local => None,
    }
}

/// Whether a path or pattern may contain the file.
fn contains_file(path: &str) -> bool {
    let path = clean(path);
    if !is_pattern(&path) {
        return is_in(FILE, &path);
    }
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    parts(&path).iter().zip(parts(FILE)).all(|(pattern, part)| matches_name(pattern, &part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_contain_the_file() {
        for path in ["/", "/run", "/run/", "/run/secrets-hash", "/r*", "/*/secrets*", "/run/*"] {
            assert!(contains_file(path), "{path}");
        }
        for path in ["/app", "/run/secrets", "/run/secrets-hash/x", "/mise/*", "/run/x*"] {
            assert!(!contains_file(path), "{path}");
        }
    }
}
