//! Lines of an ignore file.

use std::fmt;

use super::spelling::{Inexpressible, one_line, pattern as check_pattern};

/// The longest pattern, in bytes: Docker limits the lines of ignore files, and `./` may be prepended.
const LONGEST_PATTERN: usize = 65_000;

/// A pattern in an ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IgnorePattern(String);

impl IgnorePattern {
    /// Accepts a pattern, with a leading `!` if it makes an exception to earlier ones. A line that starts
    /// with `#` is a comment, so such a pattern gets `./` as a prefix.
    ///
    /// # Errors
    /// A line feed or a NUL; an invalid pattern; a pattern that exceeds Docker's line limit.
    pub(crate) fn new(pattern: &str) -> Result<Self, Inexpressible> {
        one_line(pattern, "an ignore file")?;
        check_pattern(pattern)?;
        let pattern = pattern.trim();
        if pattern.len() > LONGEST_PATTERN {
            return Err(Inexpressible::LongPattern(pattern.len()));
        }
        Ok(Self(if pattern.starts_with('#') { format!("./{pattern}") } else { pattern.to_owned() }))
    }
}

impl fmt::Display for IgnorePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled() {
        for (pattern, line) in [("*.md", "*.md"), ("!README.md", "!README.md"), ("# x", "./# x"), (" a ", "a")] {
            assert_eq!(IgnorePattern::new(pattern).unwrap().to_string(), line);
        }
        assert!(IgnorePattern::new("a\nb").is_err());
        assert!(IgnorePattern::new(&"a".repeat(65_000)).is_ok());
        assert!(IgnorePattern::new(&"a".repeat(65_001)).is_err());
    }
}
