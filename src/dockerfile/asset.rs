//! Files that are written to a directory of the build context, and their paths there.

use std::fmt;
use std::sync::Arc;

use super::spelling::{Inexpressible, check_path};
use crate::diagnostic::Located;

/// A relative path that is the same text in a COPY, in a pattern and in a comment, and that is a legal path on
/// every system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AssetPath(String);

impl AssetPath {
    /// Accepts components of ASCII letters, digits, `.`, `_` and `-`, with `/` between them.
    ///
    /// # Errors
    /// Anything else; a component that is `.` or `..`, or that starts with `-`; a path that exceeds the limits of
    /// Linux.
    pub(crate) fn new(path: &str) -> Result<Self, Inexpressible> {
        let is_part =
            |part: &str| !matches!(part, "" | "." | "..") && !part.starts_with('-') && part.bytes().all(is_plain);
        if !path.split('/').all(is_part) {
            return Err(Inexpressible::Malformed("a relative path of ASCII letters, digits, `.`, `_` and `-`"));
        }
        check_path(path)?;
        Ok(Self(path.to_owned()))
    }

    /// The path of a file in this directory.
    pub(crate) fn join(&self, name: &AssetName) -> Self {
        Self(format!("{}/{}", self.0, name.0))
    }

    /// This path and the paths of the directories that contain it, the outermost first.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = Self> {
        let ends = self.0.match_indices('/').map(|(slash, _)| slash).chain([self.0.len()]);
        ends.filter_map(|end| self.0.get(..end).map(|path| Self(path.to_owned())))
    }

    /// The path.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AssetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a file. No tool gives it a meaning, as git does for `.gitignore`, and Windows for `aux`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AssetName(String);

impl AssetName {
    /// The length to which a name is truncated, in bytes. It leaves room for a prefix and a number.
    const LONGEST: usize = 100;

    /// The last component of a path, or a name that is similar to it.
    pub(crate) fn from_path(path: &str) -> Self {
        let base = path.rsplit('/').next().unwrap_or_default();
        let plain: String = base.chars().map(|c| if c.is_ascii() && is_plain(c as u8) { c } else { '-' }).collect();
        let name = plain.trim_start_matches(['.', '-']);
        let name = name.get(..Self::LONGEST).unwrap_or(name).trim_end_matches('.');
        match name {
            "" => Self("file".to_owned()),
            name if is_device(name) => Self(format!("file-{name}")),
            name => Self(name.to_owned()),
        }
    }

    /// The name with a number before its extension, except for number 1.
    #[must_use]
    pub(crate) fn numbered(&self, number: usize) -> Self {
        match self.0.rsplit_once('.') {
            _ if number == 1 => self.clone(),
            Some((stem, extension)) => Self(format!("{stem}-{number}.{extension}")),
            None => Self(format!("{}-{number}", self.0)),
        }
    }

    /// The name, in lower case: two names that differ only in capitalization are one file on some systems.
    pub(crate) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(&byte)
}

/// Whether Windows takes a name for that of a device, whatever its extension is.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" => true,
        stem => ["com", "lpt"].iter().any(|port| {
            let number = stem.strip_prefix(port).unwrap_or_default();
            number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit())
        }),
    }
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AssetText(Arc<str>);

impl AssetText {
    /// Adds a final line feed to a content without one, so that the file is the same as from a
    /// [`Heredoc`](super::Heredoc). Empty content stays empty.
    pub(crate) fn new(content: &str) -> Self {
        if content.is_empty() || content.ends_with('\n') {
            return Self(content.into());
        }
        Self(format!("{content}\n").into())
    }

    /// The content.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file that COPY reads from the build context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    /// The path, relative to the Dockerfile.
    pub(crate) path: AssetPath,
    /// The path, relative to the build context.
    pub(crate) path_in_context: AssetPath,
    /// The content, with the location of the first asset that has it.
    pub(crate) text: Located<AssetText>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in ["docker", "a/b-c", ".docker/A_1.x", "a/...", &"n".repeat(255)] {
            assert_eq!(AssetPath::new(path).unwrap().to_string(), path);
        }
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "a/.", "..", "a/../b", "-a", "a/-b", "a b", "é", "a\\b", "$a", "a*",
            "a\n",
        ] {
            assert!(AssetPath::new(path).is_err(), "{path}");
        }
        assert!(AssetPath::new(&"n".repeat(256)).is_err());
    }

    #[test]
    fn ancestors_of_a_path() {
        let ancestors = |path: &str| -> Vec<String> {
            AssetPath::new(path).unwrap().ancestors().map(|path| path.to_string()).collect()
        };
        assert_eq!(ancestors("a"), ["a"]);
        assert_eq!(ancestors("a/b/c"), ["a", "a/b", "a/b/c"]);
    }

    #[test]
    fn names_are_those_of_files_where_they_are_harmless() {
        for (path, name) in [
            ("/Caddyfile", "Caddyfile"),
            ("/usr/local/etc/php/php.ini", "php.ini"),
            ("/app/.gitignore", "gitignore"),
            ("/app/..a", "a"),
            ("/app/--force", "force"),
            ("/app/my file.txt", "my-file.txt"),
            ("/app/über", "ber"),
            ("/app/a.", "a"),
            ("/app/✓", "file"),
            ("/app/aux", "file-aux"),
            ("/app/Com1.txt", "file-Com1.txt"),
            ("/app/com10", "com10"),
            ("/app/console", "console"),
            ("/", "file"),
        ] {
            assert_eq!(AssetName::from_path(path).0, name);
            assert!(AssetPath::new(name).is_ok(), "{name}");
        }
        assert_eq!(AssetName::from_path(&"n".repeat(255)).0.len(), AssetName::LONGEST);
    }

    #[test]
    fn number_comes_before_the_extension() {
        for (name, number, numbered) in
            [("php.ini", 1, "php.ini"), ("php.ini", 2, "php-2.ini"), ("Caddyfile", 12, "Caddyfile-12")]
        {
            assert_eq!(AssetName::from_path(name).numbered(number).0, numbered);
        }
    }

    #[test]
    fn text_is_that_of_a_heredoc() {
        for content in ["", "a", "a\n", "\n", "a\r", "a\nb"] {
            assert_eq!(AssetText::new(content).as_str(), super::super::Heredoc::new(content).unwrap().to_string());
        }
    }
}
