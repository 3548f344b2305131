//! The list of the files next to a Dockerfile in its header. The files have no header themselves.

use std::fmt;

use super::digest::{digits, is_digits, with_line_feeds};
use crate::dockerfile::AssetPath;

/// The path of a file that a Dockerfile copies, and the start of its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssetDigest {
    /// The path relative to the Dockerfile's directory: one or more names with `/` between them, none of which is
    /// `..`.
    pub path: String,
    /// The first twelve digits of the SHA-256 of the content, in hexadecimal.
    digest: String,
}

/// The start of a line in the header, before a digest.
const MARK: &str = "#   ";

/// The text between a digest and a path, as `sha256sum` prints it.
const SEPARATOR: &str = "  ";

impl AssetDigest {
    pub(crate) fn new(path: &AssetPath, text: &str) -> Self {
        Self { path: path.to_string(), digest: digits([text]) }
    }

    /// Parses a line of a header. `None` for any other line: no other line of a header begins with a digest.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (digest, path) = line.strip_prefix(MARK)?.split_once(SEPARATOR)?;
        let path = AssetPath::new(path).ok().filter(|_| is_digits(digest))?;
        Some(Self { path: path.to_string(), digest: digest.to_owned() })
    }

    /// Whether this is the digest of a text, except for its line endings.
    #[must_use]
    pub fn is_of(&self, text: &str) -> bool {
        digits([text]) == self.digest || digits([&with_line_feeds(text)]) == self.digest
    }
}

impl fmt::Display for AssetDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{SEPARATOR}{}", self.digest, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_round_trips() {
        let digest = AssetDigest::new(&AssetPath::new("docker/php.ini").unwrap(), "a\n");
        assert_eq!(digest.to_string(), "87428fc52280  docker/php.ini");
        assert_eq!(AssetDigest::parse(&format!("#   {digest}")), Some(digest));
        for line in [
            "#   87428fc52280  ../php.ini",
            "#   87428fc52280  /etc/passwd",
            "#   87428fc52280  a b",
            "#   87428fc5228g  a",
            "#   87428fc5228  a",
            "# 87428fc52280  a",
            "#   87428fc52280 a",
        ] {
            assert_eq!(AssetDigest::parse(line), None, "{line}");
        }
    }

    #[test]
    fn line_endings_are_ignored() {
        let digest = AssetDigest::new(&AssetPath::new("a").unwrap(), "a\nb\n");
        for (text, is_same) in [("a\nb\n", true), ("a\r\nb\r\n", true), ("a\nb", false), ("a\nc\n", false)] {
            assert_eq!(digest.is_of(text), is_same, "{text:?}");
        }
        assert!(AssetDigest::new(&AssetPath::new("a").unwrap(), "a\r\n").is_of("a\r\n"));
    }
}
