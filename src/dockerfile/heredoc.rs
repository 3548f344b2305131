//! The content of a file, as a heredoc of COPY.

use std::collections::BTreeSet;
use std::fmt;

use super::spelling::{Inexpressible, LONGEST_LINE};

/// What stands between `<<'EOF'` and `EOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heredoc {
    delimiter: String,
    body: String,
}

impl Heredoc {
    /// Takes a file's content. It stays as it is, but for a final line feed, which a heredoc
    /// always has: content without one gets one. Empty content stays empty.
    ///
    /// # Errors
    /// A NUL, or a line that is longer than a Dockerfile's line can be.
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

/// `EOF`, or the first of `EOF2`, `EOF3`, … that stands alone in no line. To BuildKit a carriage
/// return behind it does not make it another word; to hadolint no blank around it does.
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
    fn a_final_line_feed_is_added_and_only_where_it_lacks() {
        for (content, body) in [("", ""), ("a", "a\n"), ("a\n", "a\n"), ("\n", "\n"), ("a\r", "a\r\n")] {
            assert_eq!(Heredoc::new(content).unwrap().to_string(), body);
        }
    }

    #[test]
    fn the_delimiter_stands_alone_in_no_line() {
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
    fn refused() {
        assert!(Heredoc::new("a\0b").is_err());
        assert!(Heredoc::new(&"x".repeat(LONGEST_LINE + 1)).is_err());
        assert!(Heredoc::new(&"x".repeat(LONGEST_LINE)).is_ok());
    }
}
