//! Paths of COPY and WORKDIR, and patterns of `--exclude`.

use std::borrow::Cow;
use std::fmt;

use super::Layout;
use super::argv::json_string;
use super::spelling::{Inexpressible, check_path, escape, flag_text, fold, one_line, pattern as check_pattern};
use crate::compat::patternmatcher::is_pattern;

/// The source and the destination of a COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CopyPaths {
    source: String,
    destination: String,
    spelled: [String; 2],
}

impl CopyPaths {
    /// Spells a source and a destination, as words if that is legal, otherwise as JSON. The source is a
    /// pattern of Go's `filepath.Match`; variables are expanded in neither.
    ///
    /// # Errors
    /// A NUL in either, a path that exceeds the limits of Linux, or text that exceeds the line limit and
    /// can't be folded.
    pub(crate) fn new(source: &str, destination: &str) -> Result<Self, Inexpressible> {
        // a pattern may be longer than what it matches
        if !is_pattern(source) {
            check_path(source)?;
        }
        check_path(destination)?;
        let source = not_a_url(source);
        if source.contains('\0') || destination.contains('\0') {
            return Err(Inexpressible::Nul);
        }
        // at the start of a line, such a word would be a comment
        let is_plain = |path: &str| is_word(path) && !path.starts_with('#');
        let spelled = if is_plain(&source) && is_plain(destination) {
            [source.to_string(), destination.to_owned()]
        } else {
            [fold(format!("[{},", json_operand(&source)))?, fold(format!("{}]", json_operand(destination)))?]
        };
        Ok(Self { source: source.into_owned(), destination: destination.to_owned(), spelled })
    }

    /// Both on a line of their own, or each on one.
    #[must_use]
    pub(crate) fn layout(&self) -> Layout {
        Layout::pieces(&self.spelled, false)
    }

    /// The source, a path or pattern, before it is spelled.
    #[must_use]
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The destination before it is spelled.
    #[must_use]
    pub(crate) fn destination(&self) -> &str {
        &self.destination
    }
}

impl fmt::Display for CopyPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled.join(" "))
    }
}

/// The destination of a heredoc COPY, which can't be quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeredocPath(String);

impl HeredocPath {
    /// Accepts a path that is one plain word.
    ///
    /// # Errors
    /// Anything else, such as a path with blanks, quotes, `$`, backslashes or non-ASCII characters; a path
    /// that exceeds the limits of Linux.
    pub(crate) fn new(path: &str) -> Result<Self, Inexpressible> {
        check_path(path)?;
        if is_word(path) { Ok(Self(path.to_owned())) } else { Err(Inexpressible::Malformed("a plain word")) }
    }
}

impl fmt::Display for HeredocPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The directory of a WORKDIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directory(String);

impl Directory {
    /// Spells a path, bare if that is legal.
    ///
    /// # Errors
    /// A line feed or a NUL; a path that exceeds the line limit and can't be folded.
    pub(crate) fn new(path: &str) -> Result<Self, Inexpressible> {
        one_line(path, "WORKDIR")?;
        if is_word(path) {
            return Ok(Self(path.to_owned()));
        }
        Ok(Self(fold(format!("\"{}\"", escape(path, &['\\', '"', '$'])))?))
    }
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The pattern of an `--exclude=`, relative to the copied directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exclude {
    pattern: String,
    spelled: String,
}

impl Exclude {
    /// Spells a pattern. Variables in it are not expanded.
    ///
    /// # Errors
    /// Control characters and non-ASCII characters: flags are read byte by byte. A pattern that is
    /// invalid, or exceeds the line limit and can't be folded.
    pub(crate) fn new(pattern: &str) -> Result<Self, Inexpressible> {
        flag_text(pattern, "--exclude")?;
        check_pattern(pattern)?;
        let spelled = fold(escape(pattern, &[' ', '"', '\'', '\\']))?;
        Ok(Self { pattern: pattern.to_owned(), spelled })
    }

    /// The pattern before it is spelled.
    #[must_use]
    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether hadolint would read the pattern as two operands.
    #[must_use]
    pub(crate) fn has_blank(&self) -> bool {
        self.spelled.contains(' ')
    }
}

impl fmt::Display for Exclude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

/// Whether COPY reads `path` as one literal word.
fn is_word(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with(['-', '['])
        && !path.contains("<<")
        && path.chars().all(|c| c.is_ascii_graphic() && !"\"'$\\`".contains(c))
        && path.len() < 4096
}

/// Adds `./` before a relative source that COPY would mistake for a remote one.
fn not_a_url(source: &str) -> Cow<'_, str> {
    let remote = source.contains([':', '@']) || source.starts_with("github.com/");
    if remote && !source.starts_with('/') { Cow::Owned(format!("./{source}")) } else { Cow::Borrowed(source) }
}

/// The JSON form of an operand, escaped for the frontend's lexer, which processes the decoded text.
fn json_operand(path: &str) -> String {
    // the lexer drops a leading byte order mark
    let escaped = escape(path, &['\\', '$', '\'', '"', '\u{feff}']).replace("<<", r"\<\<");
    json_string(&escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_paths() {
        for (source, destination, spelled) in [
            ("package.json", "package.json", "package.json package.json"),
            ("/app/dist", "/app/dist", "/app/dist /app/dist"),
            ("lib*", "./", "lib* ./"),
            ("my file", "x", r#"["my file", "x"]"#),
            ("$x", "a\"b", r#"["\\$x", "a\\\"b"]"#),
            ("a\\*", "x", r#"["a\\\\*", "x"]"#),
            ("[ab].js", "x", r#"["[ab].js", "x"]"#),
            ("é", "x", r#"["é", "x"]"#),
            ("#x", "#y", r##"["#x", "#y"]"##),
            ("a<<b", "x", r#"["a\\<\\<b", "x"]"#),
            ("\u{feff}x", "x", r#"["\\\ufeffx", "x"]"#),
            ("git@host:x", "x", "./git@host:x x"),
            ("https://x", "x", "./https://x x"),
        ] {
            assert_eq!(CopyPaths::new(source, destination).unwrap().to_string(), spelled);
        }
    }

    #[test]
    fn paths_are_kept_unspelled() {
        let paths = CopyPaths::new("a b:c", "$x").unwrap();
        assert_eq!((paths.source(), paths.destination()), ("./a b:c", "$x"));
    }

    #[test]
    fn paths_that_exceed_limits_are_rejected() {
        let name = "n".repeat(256);
        assert!(CopyPaths::new("x", &name).is_err());
        assert!(CopyPaths::new(&name, "x").is_err());
        assert!(CopyPaths::new(&format!("{name}*"), "x").is_ok());
    }

    #[test]
    fn directories() {
        assert_eq!(Directory::new("/app").unwrap().to_string(), "/app");
        assert_eq!(Directory::new("/my $dir").unwrap().to_string(), r#""/my \$dir""#);
        assert!(Directory::new("/a\nb").is_err());
    }

    #[test]
    fn excludes() {
        assert_eq!(Exclude::new("node_modules").unwrap().to_string(), "node_modules");
        assert_eq!(Exclude::new(r"a b\*").unwrap().to_string(), r"a\ b\\*");
        assert!(Exclude::new("é").is_err());
    }

    #[test]
    fn heredoc_destinations() {
        assert_eq!(HeredocPath::new("/etc/x.toml").unwrap().to_string(), "/etc/x.toml");
        for path in ["/my dir/x", "/$x", "/é", "-x", ""] {
            assert!(HeredocPath::new(path).is_err(), "{path}");
        }
        assert!(HeredocPath::new(&"n".repeat(256)).is_err());
    }
}
