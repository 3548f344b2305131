//! Lines of an ignore file.

use std::fmt;

use super::spelling::{Inexpressible, one_line, pattern as check_pattern};

/// The longest line that Docker's reader of ignore files takes, without room for `./` in front.
const LONGEST_PATTERN: usize = 65_000;

/// One pattern of an ignore file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IgnorePattern(String);

impl IgnorePattern {
    /// Takes a pattern, with `!` in front where it takes back an earlier one. A line is a comment
    /// when it begins with `#`, so such a pattern is spelled as a path from here.
    ///
    /// # Errors
    /// A line feed or NUL in it; what is no pattern; what is longer than a line that Docker reads.
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
