//! The paths of an include: where its files come from, and where they go.

use crate::compat::gopath::{base, join};
use crate::graph::Edge;

/// The destination of an include.
pub(crate) fn destination(edge: Edge<'_>, include: &str) -> String {
    resolve(include, edge.is_local()).1
}

/// The source and destination of an include (`resolvePaths` in `buildkit/build_llb/layers.go`): local
/// files lose their directories, other files keep their paths.
pub(super) fn resolve(include: &str, is_local: bool) -> (String, String) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_paths_lose_their_folders_and_others_keep_them() {
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
}
