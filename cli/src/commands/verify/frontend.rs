//! Railpack's `BuildKit` frontend: its image, and the error if it can't be pulled.

use railpack2docker::{Code, Diagnostic};

/// The repository of the published images (<https://railpack.com/platforms/buildkit-frontend>).
const REPOSITORY: &str = "ghcr.io/railwayapp/railpack-frontend";

/// The published image of a version of Railpack, such as `0.17.1`, or the newest one.
pub(super) fn published(version: Option<&str>) -> String {
    match version {
        // the tags are those of the releases, such as `v0.17.1`
        Some(version) => format!("{REPOSITORY}:v{}", version.trim_start_matches('v')),
        None => REPOSITORY.to_owned(),
    }
}

/// The reason why docker could not pull the frontend. `None` if it failed otherwise.
///
/// `BuildKit` says `failed to resolve source metadata for NAME: REASON` (`util/resolver`, `solver/llbsolver`).
pub(super) fn pull_error<'m>(image: &str, messages: &'m str) -> Option<&'m str> {
    const FAILED: &str = "failed to resolve source metadata for ";
    let name = image.split('@').next().unwrap_or(image);
    let (name, tag) = match name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
        Some((name, tag)) => (name, tag),
        None => (name, ""),
    };
    messages.lines().rev().find_map(|line| {
        let (pulled, reason) = line.split_once(FAILED)?.1.split_once(": ")?;
        // the engine completes the name
        let rest = pulled.get(pulled.find(name)? + name.len()..)?;
        let is_frontend = rest.is_empty() || rest.starts_with('@') || rest.starts_with(':') && rest.contains(tag);
        is_frontend.then_some(reason.trim())
    })
}

/// The error if the frontend can't be pulled.
pub(super) fn cannot_pull(image: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::NoFrontend, format!("can't pull Railpack's frontend `{image}`: {reason}")).with_help(
        "pass `--frontend IMAGE` with a mirror of it, or an image that the engine has; or build with Railpack elsewhere, \
         and compare with `--images A B`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_image_has_the_version_of_railpack() {
        assert_eq!(published(None), "ghcr.io/railwayapp/railpack-frontend");
        assert_eq!(published(Some("0.17.1")), "ghcr.io/railwayapp/railpack-frontend:v0.17.1");
        assert_eq!(published(Some("v0.17.1")), "ghcr.io/railwayapp/railpack-frontend:v0.17.1");
    }

    #[test]
    fn only_the_frontend_counts() {
        let failed = |name: &str| {
            format!(
                "#1 x\nERROR: failed to build: failed to solve: failed to resolve source metadata for {name}: failed to do request: no such host\n"
            )
        };
        let published = failed("ghcr.io/railwayapp/railpack-frontend:latest");
        let reason = Some("failed to do request: no such host");
        assert_eq!(pull_error("ghcr.io/railwayapp/railpack-frontend", &published), reason);
        assert_eq!(pull_error("frontend", &failed("docker.io/library/frontend:latest")), reason);
        assert_eq!(pull_error("registry:5000/f:v1", &failed("registry:5000/f:v1")), reason);
        assert_eq!(pull_error("registry:5000/f@sha256:1", &failed("registry:5000/f@sha256:1")), reason);
        // an image of the plan
        assert_eq!(pull_error("frontend", &failed("docker.io/library/debian:13")), None);
        assert_eq!(pull_error("frontend", &failed("docker.io/library/frontend-x:latest")), None);
        assert_eq!(pull_error("f:v1", &failed("docker.io/library/f:v2")), None);
        assert_eq!(pull_error("frontend", "ERROR: process \"x\" did not complete successfully: exit code: 1"), None);
    }
}
