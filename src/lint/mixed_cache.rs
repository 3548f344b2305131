//! Caches that are used on different base images.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::caches::{is_locked_by_apt, uses};
use crate::compat::gopath::{is_in, under_app};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::Origin;
use crate::plan::Located;

/// Directories with downloads, which do not depend on the system.
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

/// Warns about caches that are used on different base images: files from one may not work on the other.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    let mut first: BTreeMap<&str, (&Located<String>, &str)> = BTreeMap::new();
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for (id, key, cache) in uses(graph) {
        let Some(image) = graph.root_image(Origin::Step(id)).map(|image| image.value.as_str()) else { continue };
        let directory = under_app(&cache.directory.value);
        if is_locked_by_apt(&directory) || DOWNLOADS.iter().any(|harmless| is_in(&directory, harmless)) {
            continue;
        }
        let (earlier, earlier_image) = *first.entry(&key.value).or_insert((key, image));
        if system(image) == system(earlier_image) || !reported.insert(&key.value) {
            continue;
        }
        let message =
            format!("cache `{}` is used on different base images: `{image}` and `{earlier_image}`", key.value);
        findings.push(
            Diagnostic::new(Code::MixedCache, message)
                .at(&key.location)
                .with_related(&earlier.location, format!("used on `{earlier_image}` here"))
                .with_help("use a separate cache for each: files built on one may not work on the other"),
        );
    }
}

/// The system of an image, for comparison. The builder and the runtime of a Railpack release are based on the same
/// Debian, and an image has the same system as its slim variant.
fn system(image: &str) -> &str {
    const OWN: &str = "ghcr.io/railwayapp/railpack-";
    let tag = image.strip_prefix(OWN).and_then(|rest| rest.split_once(':'));
    tag.map_or(image, |(_, tag)| tag).trim_end_matches("-slim")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builder_and_runtime_of_a_release_are_one_system() {
        let builder = "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6";
        assert_eq!(system(builder), system("ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6"));
        assert_ne!(system(builder), system("ghcr.io/railwayapp/railpack-runtime:mise-2026.6.1"));
        assert_eq!(system("node:24-slim"), system("node:24"));
        assert_ne!(system("debian:12"), system("alpine:12"));
    }
}
