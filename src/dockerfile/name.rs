//! Names of images and stages.

use std::fmt;
use std::sync::Arc;

use super::spelling::Inexpressible;

/// A reference to an image: `[host[:port]/]name[:tag][@digest]`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImageRef(Arc<str>);

impl ImageRef {
    /// Accepts a reference in the grammar that registries use.
    ///
    /// # Errors
    /// Anything else, and `scratch`, which is not an image.
    pub(crate) fn new(reference: &str) -> Result<Self, Inexpressible> {
        if is_reference(reference) && reference != "scratch" {
            Ok(Self(reference.into()))
        } else {
            Err(Inexpressible::Malformed("an image reference"))
        }
    }

    /// The same reference with a digest instead of its own.
    ///
    /// # Errors
    /// An invalid digest.
    pub(crate) fn with_digest(&self, digest: &str) -> Result<Self, Inexpressible> {
        let without = self.0.split('@').next().unwrap_or_default();
        Self::new(&format!("{without}@{digest}"))
    }

    /// The tag, if there is one.
    pub(crate) fn tag(&self) -> Option<&str> {
        split_reference(&self.0).1
    }

    /// The digest, if there is one.
    pub(crate) fn digest(&self) -> Option<&str> {
        split_reference(&self.0).2
    }

    /// The reference as it was written.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.bytes().all(|b| b.is_ascii_digit()) {
            // `COPY --from=0` is the first stage, not an image
            return write!(f, "docker.io/library/{}", self.0);
        }
        f.write_str(&self.0)
    }
}

fn is_reference(reference: &str) -> bool {
    let (name, tag, digest) = split_reference(reference);
    is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

/// The name, tag and digest of a reference to an image.
pub(crate) fn split_reference(reference: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, digest) = split_off(reference, '@');
    // a colon before the last slash belongs to a port
    let name_start = rest.rfind('/').map_or(0, |slash| slash + 1);
    match rest.get(name_start..).and_then(|last| last.find(':')) {
        Some(colon) => {
            let (name, tag) = rest.split_at(name_start + colon);
            (name, tag.get(1..), digest)
        }
        None => (rest, None, digest),
    }
}

fn split_off(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Whether a name without a tag and a digest is legal.
pub(super) fn is_name(name: &str) -> bool {
    let mut parts = name.split('/');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let first_is_legal = if rest.is_empty() { is_path_part(first) } else { is_path_part(first) || is_host(first) };
    name.len() <= 255 && first_is_legal && rest.iter().all(|part| is_path_part(part))
}

/// Whether a component of a name is legal: `[a-z0-9]+` parts joined by `.`, `_`, `__` or dashes.
fn is_path_part(part: &str) -> bool {
    let is_alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators: Vec<&str> = part.split(is_alphanumeric).filter(|s| !s.is_empty()).collect();
    part.starts_with(is_alphanumeric)
        && part.ends_with(is_alphanumeric)
        && separators.iter().all(|s| matches!(*s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

fn is_host(host: &str) -> bool {
    let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let legal = !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
            return legal && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
        }
        None => split_off(host, ':'),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|c: char| c.is_ascii_alphabetic())
            && algorithm.bytes().all(|b| b.is_ascii_alphanumeric() || b"+._-".contains(&b))
            && hex.len() >= 32
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// The name of a stage. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StageName(Arc<str>);

impl StageName {
    /// The longest name, in bytes.
    pub(crate) const MAX: usize = 60;

    /// Accepts a name that matches `[a-z][a-z0-9]*(-[a-z0-9]+)*`, with at most 60 bytes.
    ///
    /// # Errors
    /// Anything else, and the names that Docker reserves: `scratch` and `context`.
    pub(crate) fn new(name: &str) -> Result<Self, Inexpressible> {
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let legal = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= Self::MAX
            && name.split('-').all(is_part)
            && !["scratch", "context"].contains(&name);
        if legal { Ok(Self(name.into())) } else { Err(Inexpressible::Malformed("a stage name")) }
    }

    /// The name.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for reference in [
            "alpine",
            "alpine:latest",
            "ghcr.io/railwayapp/railpack-builder:mise-2026.8.6",
            "a/b__c/d.e",
            "localhost:5000/x",
            "[::1]:5000/x",
            "x@sha256:0123456789abcdef0123456789abcdef",
            "0",
            "Host.example/x",
            "Ho-st.1/x",
            "[::1]/x",
            "x:V1_.-",
            "a---b/c",
            "x@sha256+b64._-:0123456789ABCDEF0123456789abcdef",
            &format!("x:{}", "t".repeat(128)),
            &"n".repeat(255),
        ] {
            assert_eq!(ImageRef::new(reference).unwrap().as_str(), reference);
        }
        for reference in [
            "",
            "Alpine",
            "a b",
            "$IMAGE",
            "a:",
            "a:b:c",
            "a/",
            "/a",
            "a:-x",
            "x@sha256:123",
            "scratch",
            "a\nRUN x",
            "a..b",
            "é",
            "host/",
            "--platform=x",
            "[::1/x",
            "[]/x",
            "[::g]/x",
            "[::1]x/y",
            "[::1]:/x",
            "-Host/x",
            "Host-/x",
            "Host..example/x",
            "Host_/x",
            "Host:/x",
            "Host:a/x",
            "Host",
            "a-/b",
            "a/-b",
            "a/b_",
            "a___b",
            "a.-b",
            "x:.a",
            "x@sha256:0123456789abcdef0123456789abcde",
            "x@sha256:0123456789abcdef0123456789abcdeg",
            "x@256:0123456789abcdef0123456789abcdef",
            "x@sha 256:0123456789abcdef0123456789abcdef",
            "x@sha256",
            &format!("x:{}", "t".repeat(129)),
            &"n".repeat(256),
        ] {
            assert!(ImageRef::new(reference).is_err(), "{reference}");
        }
    }

    #[test]
    fn colon_before_the_last_slash_belongs_to_a_port() {
        const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef";
        for (reference, tag, digest) in [
            ("alpine", None, None),
            ("alpine:3", Some("3"), None),
            ("localhost:5000/x", None, None),
            ("localhost:5000/x:3", Some("3"), None),
            (&format!("x@{DIGEST}"), None, Some(DIGEST)),
            (&format!("a/x:3@{DIGEST}"), Some("3"), Some(DIGEST)),
        ] {
            let image = ImageRef::new(reference).unwrap();
            assert_eq!((image.tag(), image.digest()), (tag, digest), "{reference}");
        }
    }

    #[test]
    fn numeric_image_name_is_not_a_stage_number() {
        assert_eq!(ImageRef::new("0").unwrap().to_string(), "docker.io/library/0");
    }

    #[test]
    fn stage_names() {
        for name in ["build", "packages-mise", "a1-2b"] {
            assert_eq!(StageName::new(name).unwrap().as_str(), name);
        }
        for name in ["", "Build", "1st", "-a", "a-", "a--b", "a_b", "scratch", "context", &"x".repeat(61)] {
            assert!(StageName::new(name).is_err(), "{name}");
        }
    }
}
