//! Mirrors: registries that serve the images of other registries.

use std::borrow::Cow;

use super::ImageRef;
use super::name::{is_name, split_reference};
use super::spelling::Inexpressible;

/// The registry of names without one.
const DOCKER_HUB: &str = "docker.io";

/// The start of image names: a registry, or a registry and the first components of a path in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImagePrefix(String);

impl ImagePrefix {
    /// Accepts a registry, such as `ghcr.io` or `localhost:5000`, and a path in one, such as `docker.io/library`.
    ///
    /// # Errors
    /// Anything else: a name without a registry, a tag, a digest, an empty component.
    pub(crate) fn new(prefix: &str) -> Result<Self, Inexpressible> {
        let registry = prefix.split('/').next().unwrap_or_default();
        if is_registry(registry) && is_name(&format!("{prefix}/x")) {
            Ok(Self(with_short_hub(prefix).into_owned()))
        } else {
            Err(Inexpressible::Malformed("the start of an image name with its registry"))
        }
    }

    /// The rest of a name that begins with these components: empty, or a slash and a path.
    fn rest<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(&self.0).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The mirrors of a build.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mirrors(Vec<(ImagePrefix, ImagePrefix)>);

impl Mirrors {
    /// Adds a mirror for the images whose names begin with a prefix.
    pub(crate) fn add(&mut self, prefix: ImagePrefix, mirror: ImagePrefix) {
        self.0.push((prefix, mirror));
    }

    /// The reference to an image in its mirror, which is that of the longest prefix of its full name. An image without
    /// a mirror stays as it is.
    ///
    /// # Errors
    /// A name that is too long.
    pub(crate) fn apply(&self, image: &ImageRef) -> Result<ImageRef, Inexpressible> {
        let (name, ..) = split_reference(image.as_str());
        let suffix = image.as_str().get(name.len()..).unwrap_or_default();
        let name = full_name(name);
        let matches = self.0.iter().filter_map(|(prefix, mirror)| Some((prefix.rest(&name)?, mirror)));
        match matches.min_by_key(|(rest, _)| rest.len()) {
            Some((rest, mirror)) => ImageRef::new(&format!("{}{rest}{suffix}", mirror.0)),
            None => Ok(image.clone()),
        }
    }
}

/// The name of an image with its registry and its tag, as BuildKit completes it: `docker.io/library/debian:latest` for
/// `debian`. A digest is not part of it.
pub(crate) fn full_reference(image: &ImageRef) -> String {
    let (name, tag, _) = split_reference(image.as_str());
    format!("{}:{}", full_name(name), tag.unwrap_or("latest"))
}

/// The name with its registry (`splitDockerDomain` in `github.com/distribution/reference`).
fn full_name(name: &str) -> Cow<'_, str> {
    let named = match name.split_once('/') {
        Some((registry, _)) if is_registry(registry) => with_short_hub(name),
        _ => Cow::Owned(format!("{DOCKER_HUB}/{name}")),
    };
    match named.split_once('/') {
        Some((DOCKER_HUB, path)) if !path.contains('/') => Cow::Owned(format!("{DOCKER_HUB}/library/{path}")),
        _ => named,
    }
}

/// Whether the first component of a name is a registry, and not a part of the path.
fn is_registry(component: &str) -> bool {
    component == "localhost" || component.contains(['.', ':']) || component.contains(|c: char| c.is_ascii_uppercase())
}

/// The name with `docker.io` for the older name of the same registry.
fn with_short_hub(name: &str) -> Cow<'_, str> {
    match name.strip_prefix("index.docker.io") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Cow::Owned(format!("{DOCKER_HUB}{rest}")),
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names() {
        for (image, full) in [
            ("debian", "docker.io/library/debian:latest"),
            ("debian:13", "docker.io/library/debian:13"),
            ("dunglas/frankenphp:1", "docker.io/dunglas/frankenphp:1"),
            ("docker.io/debian", "docker.io/library/debian:latest"),
            ("index.docker.io/library/debian:13", "docker.io/library/debian:13"),
            ("ghcr.io/debian", "ghcr.io/debian:latest"),
            ("localhost/x", "localhost/x:latest"),
            ("localhost:5000/x:1", "localhost:5000/x:1"),
            ("Registry/x", "Registry/x:latest"),
            ("registry/x", "docker.io/registry/x:latest"),
            ("index.docker.iox/a", "index.docker.iox/a:latest"),
            ("debian@sha256:0123456789abcdef0123456789abcdef", "docker.io/library/debian:latest"),
        ] {
            assert_eq!(full_reference(&ImageRef::new(image).unwrap()), full, "{image}");
        }
    }

    #[test]
    fn images_are_read_from_their_mirrors() {
        let mut mirrors = Mirrors::default();
        for (prefix, mirror) in [
            ("docker.io", "registry.internal/hub"),
            ("ghcr.io", "registry.internal/ghcr"),
            ("ghcr.io/railwayapp", "127.0.0.1:5000"),
            ("ghcr.io/railwayapp/one", "registry.internal/two"),
            ("registry.internal", "never.example"),
            ("index.docker.io/docker", "registry.internal/frontends"),
        ] {
            mirrors.add(ImagePrefix::new(prefix).unwrap(), ImagePrefix::new(mirror).unwrap());
        }
        for (image, expected) in [
            ("debian", "registry.internal/hub/library/debian"),
            ("debian:13", "registry.internal/hub/library/debian:13"),
            ("docker.io/library/debian:13", "registry.internal/hub/library/debian:13"),
            ("docker.io/debian:13", "registry.internal/hub/library/debian:13"),
            ("dunglas/frankenphp:1", "registry.internal/hub/dunglas/frankenphp:1"),
            ("docker/dockerfile:1", "registry.internal/frontends/dockerfile:1"),
            ("dockery/dockerfile:1", "registry.internal/hub/dockery/dockerfile:1"),
            ("ghcr.io/a/b:c", "registry.internal/ghcr/a/b:c"),
            ("ghcr.io/railwayapp/railpack-runtime:1", "127.0.0.1:5000/railpack-runtime:1"),
            ("ghcr.io/railwayapp/one:1", "registry.internal/two:1"),
            ("ghcr.io/railwayapp/one-more:1", "127.0.0.1:5000/one-more:1"),
            ("ghcr.io/railwayapps/x", "registry.internal/ghcr/railwayapps/x"),
            ("ghcr.iox/a", "ghcr.iox/a"),
            ("quay.io/a/b:1", "quay.io/a/b:1"),
            (
                "x@sha256:0123456789abcdef0123456789abcdef",
                "registry.internal/hub/library/x@sha256:0123456789abcdef0123456789abcdef",
            ),
        ] {
            assert_eq!(mirrors.apply(&ImageRef::new(image).unwrap()).unwrap().as_str(), expected, "{image}");
        }
        let long = ImageRef::new(&"n".repeat(250)).unwrap();
        assert!(mirrors.apply(&long).is_err() && Mirrors::default().apply(&long).is_ok());
    }

    #[test]
    fn prefixes_begin_with_a_registry() {
        for prefix in ["ghcr.io", "docker.io/library", "localhost", "localhost:5000", "[::1]:5000", "ghcr.io/a/b-c"] {
            assert!(ImagePrefix::new(prefix).is_ok(), "{prefix}");
        }
        for prefix in [
            "",
            "debian",
            "library/debian",
            "ghcr.io/",
            "/ghcr.io",
            "ghcr.io//a",
            "ghcr.io/a:1",
            "ghcr.io/A",
            "https://ghcr.io",
            "ghcr.io/a@sha256:0123456789abcdef0123456789abcdef",
            "ghcr.io\nRUN x",
            "$REGISTRY.io",
            "ghcr.io/*",
        ] {
            assert!(ImagePrefix::new(prefix).is_err(), "{prefix}");
        }
    }
}
