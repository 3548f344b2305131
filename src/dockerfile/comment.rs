//! Comments.

use std::borrow::Cow;
use std::fmt;

use crate::escape::escape_invisible;

/// One line behind `# `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment(String);

impl Comment {
    /// Takes any text, and as much of it as someone reads. What a reader can't see is spelled, so
    /// that no text ends the comment; blanks in a row are one; what a parser or linter would obey,
    /// or a reader take for the header, is put in quotes.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        let text = escape_invisible(text.trim());
        Self::of(&text.split_whitespace().collect::<Vec<_>>().join(" "), 300)
    }

    /// A command that someone copies: the blanks in front are kept, and it is cut only where the
    /// parser, which takes no line of more than 65,535 bytes, would fail.
    #[must_use]
    pub(crate) fn command(text: &str) -> Self {
        Self::of(text.trim_end(), 16_000)
    }

    fn of(text: &str, longest: usize) -> Self {
        let text = escape_invisible(text);
        let text = shortened(&text, longest);
        if is_directive(&text) || is_header(&text) { Self(format!("“{text}”")) } else { Self(text.into_owned()) }
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts characters, unlike `text::shortened`: they bound the bytes of a line, and the bytes of a file that
/// was written by an earlier release stay the same.
fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// Whether Docker (`check=…`, `syntax=…`, `escape=…`) or hadolint would take it for theirs.
fn is_directive(text: &str) -> bool {
    let key: String = text.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    let rest = text.trim_start().get(key.len()..).unwrap_or_default().trim_start();
    (!key.is_empty() && rest.starts_with('=')) || key.eq_ignore_ascii_case("hadolint")
}

/// Whether it begins as the line does that says what a file was made from.
fn is_header(text: &str) -> bool {
    const MADE_BY: &str = "made by railpack2docker";
    text.get(..MADE_BY.len()).is_some_and(|start| start.eq_ignore_ascii_case(MADE_BY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_one_is_cut() {
        assert_eq!(Comment::new(&"é".repeat(70_000)).to_string().chars().count(), 301);
        assert!(Comment::command(&"\u{10348}".repeat(70_000)).to_string().len() < 65_000);
    }

    #[test]
    fn a_command_keeps_its_blanks_and_its_end() {
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
