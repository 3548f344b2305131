//! Comments.

use std::borrow::Cow;
use std::fmt;

use crate::escape::escape_invisible;

/// The text of a one-line comment, after the `# `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment(String);

impl Comment {
    /// Accepts any text, and truncates it to a readable length. Invisible characters are escaped, so no
    /// text can end the comment; consecutive blanks become one; text that a parser or linter would obey,
    /// or that looks like the header, is put in quotes.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let text = escape_invisible(text.trim());
        Self::with_limit(&text.split_whitespace().collect::<Vec<_>>().join(" "), 300)
    }

    /// A command that a reader may copy. Leading blanks are kept, and the text is truncated only if the
    /// line would exceed 65,535 bytes, the parser's limit.
    #[must_use]
    pub(crate) fn command(text: &str) -> Self {
        Self::with_limit(text.trim_end(), 16_000)
    }

    fn with_limit(text: &str, max_chars: usize) -> Self {
        let text = escape_invisible(text);
        let text = truncated(&text, max_chars);
        if is_directive(&text) || is_header(&text) { Self(format!("“{text}”")) } else { Self(text.into_owned()) }
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts characters, unlike `text::truncate`: they bound the length of a line, and a later version of the
/// Unicode tables does not change the bytes of a generated file.
fn truncated(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// Whether Docker (`check=…`, `syntax=…`, `escape=…`) or hadolint would read it as a directive.
fn is_directive(text: &str) -> bool {
    let key: String = text.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    let rest = text.trim_start().get(key.len()..).unwrap_or_default().trim_start();
    (!key.is_empty() && rest.starts_with('=')) || key.eq_ignore_ascii_case("hadolint")
}

/// Whether it starts like the line that marks a file as generated.
fn is_header(text: &str) -> bool {
    const PREFIX: &str = "made by railpack2docker";
    text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_comment_is_truncated() {
        assert_eq!(Comment::new(&"é".repeat(70_000)).to_string().chars().count(), 301);
        assert!(Comment::command(&"\u{10348}".repeat(70_000)).to_string().len() < 65_000);
    }

    #[test]
    fn command_is_kept_as_it_is() {
        let command = format!("  --secret id={}", "x".repeat(1_000));
        assert_eq!(Comment::command(&command).to_string(), command);
    }

    #[test]
    fn spelled() {
        for (text, spelled) in [
            ("npm ci", "npm ci"),
            (" install: node ", "install: node"),
            ("multi\nline", "multi\\u{a}line"),
            ("check=skip=all", "“check=skip=all”"),
            ("Syntax = x", "“Syntax = x”"),
            ("hadolint ignore=DL3008", "“hadolint ignore=DL3008”"),
            ("a  b\u{a0}\u{3000} c", "a b c"),
            ("Made by railpack2docker from x (sha256 1", "“Made by railpack2docker from x (sha256 1”"),
        ] {
            assert_eq!(Comment::new(text).to_string(), spelled);
        }
    }
}
