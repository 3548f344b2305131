//! Caches that get in the way of each other, or of what uses them.

use std::collections::{BTreeMap, BTreeSet};

use super::is_in;
use crate::diagnostic::{Diagnostic, Findings};
use crate::graph::{Graph, Node, Origin, StepId};
use crate::lower::gopath::under_app;
use crate::plan::{Cache, Located};

/// Directories that apt and dpkg lock while they work.
const LOCKED: [&str; 3] = ["/var/cache/apt", "/var/lib/apt", "/var/lib/dpkg"];

/// Directories that hold what was downloaded, the same on every system.
const DOWNLOADS: [&str; 10] = [
    "/root/.npm",
    "/root/.m2/repository",
    "/app/.m2/repository",
    "/root/.cargo/registry",
    "/root/.cargo/git",
    "/root/.bun/install/cache",
    "/root/.nuget/packages",
    "/app/.yarn/cache",
    "/opt/cache/composer",
    "/root/go/pkg/mod",
];

/// The caches of steps that run something, with the step and the place where it names the cache.
fn uses<'p>(graph: &Graph<'p>) -> impl Iterator<Item = (StepId, &'p Located<String>, &'p Cache)> {
    let caches = &graph.plan.caches;
    let steps = graph.running();
    steps.flat_map(move |(id, node)| {
        node.step.caches.iter().filter_map(move |key| Some((id, key, caches.get(&key.value)?)))
    })
}

/// Warns of caches that two builds at a time would break, or fail over.
pub(super) fn check_locks(graph: &Graph<'_>, findings: &mut Findings) {
    for (_, key, cache) in uses(graph).filter(|(_, _, cache)| !cache.locked) {
        let directory = under_app(&cache.directory.value);
        if LOCKED.iter().any(|locked| is_in(&directory, locked)) {
            let message = format!("cache `{}` at `{directory}` is not locked, and apt needs it to itself", key.value);
            findings.push(
                Diagnostic::warning("unlocked-cache", message)
                    .at(&cache.directory.place)
                    .with_related(&key.place, "used here")
                    .with_help("add `\"type\": \"locked\"`: then a build waits for another one to finish with it"),
            );
        }
    }
}

/// Warns of two caches of a step that are mounted at one directory: only the last one is seen.
pub(super) fn check_directories(graph: &Graph<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<(StepId, String), &Located<String>> = BTreeMap::new();
    for (id, key, cache) in uses(graph) {
        let directory = under_app(&cache.directory.value);
        let message = |earlier: &str| {
            format!(
                "caches `{earlier}` and `{}` are both mounted at `{directory}`, so `{earlier}` is never used",
                key.value
            )
        };
        if let Some(earlier) = seen.insert((id, directory.clone()), key) {
            findings.push(
                Diagnostic::warning("same-cache-directory", message(&earlier.value))
                    .at(&key.place)
                    .with_related(&earlier.place, "the other is here")
                    .with_help("remove one of them from the step"),
            );
        }
    }
}

/// Warns of caches that are used on different base images: what a program on one of them put
/// there may not run on the other.
pub(super) fn check_images(graph: &Graph<'_>, findings: &mut Findings) {
    let images = base_images(graph);
    let mut first: BTreeMap<&str, (&Located<String>, &str)> = BTreeMap::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (id, key, cache) in uses(graph) {
        let Some(image) = images.get(id).copied().flatten() else { continue };
        let directory = under_app(&cache.directory.value);
        if LOCKED.iter().chain(&DOWNLOADS).any(|harmless| is_in(&directory, harmless)) {
            continue;
        }
        let (earlier, earlier_image) = *first.entry(&key.value).or_insert((key, image));
        if system(image) == system(earlier_image) || !told.insert(&key.value) {
            continue;
        }
        let message = format!("cache `{}` is used on image `{image}` and on `{earlier_image}`", key.value);
        findings.push(
            Diagnostic::warning("mixed-cache", message)
                .at(&key.place)
                .with_related(&earlier.place, format!("on `{earlier_image}` here"))
                .with_help("what was built on one may not run on the other: give each a cache of its own"),
        );
    }
}

/// The image that each step goes back to.
fn base_images<'p>(graph: &Graph<'p>) -> Vec<Option<&'p str>> {
    let mut images: Vec<Option<&str>> = vec![None; graph.nodes.len()];
    for id in &graph.order {
        let first = |node: &Node<'p>| node.inputs.first().map(|edge| edge.origin);
        let image = match graph.nodes.get(*id).and_then(first) {
            Some(Origin::Image(image)) => Some(image.value.as_str()),
            Some(Origin::Step(base)) => images.get(base).copied().flatten(),
            Some(Origin::Local) | None => None,
        };
        if let Some(slot) = images.get_mut(*id) {
            *slot = image;
        }
    }
    images
}

/// What programs for an image run on. Railpack's builder and runtime of one release are the same
/// Debian, and so are an image and its slim variant.
fn system(image: &str) -> &str {
    const OWN: &str = "ghcr.io/railwayapp/railpack-";
    let tag = image.strip_prefix(OWN).and_then(|rest| rest.split_once(':'));
    tag.map_or(image, |(_, tag)| tag).trim_end_matches("-slim")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builder_and_the_runtime_of_a_release_are_one_system() {
        let builder = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";
        assert_eq!(system(builder), system("ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6"));
        assert_ne!(system(builder), system("ghcr.io/railwayapp/railpack-runtime:mise-2026.6.1"));
        assert_eq!(system("node:24-slim"), system("node:24"));
        assert_ne!(system("debian:12"), system("alpine:12"));
    }
}
