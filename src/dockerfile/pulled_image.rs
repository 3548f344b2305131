//! The images that a build pulls.

use super::ImageRef;
use super::mirror::full_reference;
use crate::diagnostic::Location;

/// An image that a build pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledImage {
    name: ImageRef,
    source: ImageRef,
    location: Option<Location>,
}

impl PulledImage {
    pub(crate) fn new(name: ImageRef, source: ImageRef, location: Option<&Location>) -> Self {
        Self { name, source, location: location.cloned() }
    }

    /// The name in the plan or in the option, which is the key of its digest in
    /// [`Options::pins`](crate::Options::pins).
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The name with its registry and its tag, as BuildKit completes it, such as `docker.io/library/debian:latest`.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_reference(&self.name)
    }

    /// The reference in its mirror, or else the name itself. It has a digest only if the name has one.
    #[must_use]
    pub fn source(&self) -> String {
        self.source.to_string()
    }

    /// The reference in its mirror, with its registry and its tag, as BuildKit completes it.
    #[must_use]
    pub fn full_source(&self) -> String {
        full_reference(&self.source)
    }

    /// Whether the name has a digest.
    #[must_use]
    pub fn has_digest(&self) -> bool {
        self.name.digest().is_some()
    }

    /// The first location in the plan. `None` for the image of the `# syntax=` line.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }
}
