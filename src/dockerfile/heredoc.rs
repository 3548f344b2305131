//! File contents as heredocs of COPY.

use std::collections::BTreeSet;
use std::fmt;

use super::spelling::{Inexpressible, LONGEST_LINE};

/// The text between `<<'EOF'` and `EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heredoc {
    delimiter: String,
    body: String,
}

impl Heredoc {
    /// Accepts a file's content. It is kept as it is, except for the final line feed that a heredoc
    /// always has: content without one gets one. Empty content stays empty.
    ///
    /// # Errors
    /// A NUL, or a line that exceeds the line limit of a Dockerfile.
    pub(crate) fn new(content: &str) -> Result<Self, Inexpressible> {
        if content.contains('\0') {
            return Err(Inexpressible::Nul);
        }
        if let Some(line) = content.split('\n').find(|line| line.len() > LONGEST_LINE) {
            return Err(Inexpressible::LongLine(line.len()));
        }
        let mut body = content.to_owned();
        if !body.is_empty() && !body.ends_with('\n') {
            body.push('\n');
        }
        Ok(Self { delimiter: free_delimiter(&body), body })
    }

    /// The word that ends the content.
    #[must_use]
    pub(crate) fn delimiter(&self) -> Delimiter {
        Delimiter(self.delimiter.clone())
    }
}

impl fmt::Display for Heredoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body)
    }
}

/// The word that ends a heredoc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delimiter(String);

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `EOF`, or the first of `EOF2`, `EOF3`, … that is not a line of the content. Lines are trimmed for the
/// comparison: BuildKit ignores a carriage return after the delimiter, and hadolint ignores blanks around
/// it.
fn free_delimiter(body: &str) -> String {
    let taken: BTreeSet<&str> = body.split('\n').map(str::trim).filter(|line| line.starts_with("EOF")).collect();
    let mut delimiter = "EOF".to_owned();
    let mut number = 1;
    while taken.contains(delimiter.as_str()) {
        number += 1;
        delimiter = format!("EOF{number}");
    }
    delimiter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_final_line_feed_is_added() {
        for (content, body) in [("", ""), ("a", "a\n"), ("a\n", "a\n"), ("\n", "\n"), ("a\r", "a\r\n")] {
            assert_eq!(Heredoc::new(content).unwrap().to_string(), body);
        }
    }

    #[test]
    fn delimiter_is_not_a_line_of_the_content() {
        for (content, delimiter) in [
            ("x", "EOF"),
            ("EOF", "EOF2"),
            ("EOF\r\n", "EOF2"),
            ("EOF\nEOF2\n", "EOF3"),
            ("\tEOF\nEOF2 \n<<EOF3", "EOF3"),
        ] {
            assert_eq!(Heredoc::new(content).unwrap().delimiter().to_string(), delimiter);
        }
    }

    #[test]
    fn rejected() {
        assert!(Heredoc::new("a\0b").is_err());
        assert!(Heredoc::new(&"x".repeat(LONGEST_LINE + 1)).is_err());
        assert!(Heredoc::new(&"x".repeat(LONGEST_LINE)).is_ok());
    }
}
