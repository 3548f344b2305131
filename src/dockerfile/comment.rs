//! Comments.

use std::borrow::Cow;
use std::fmt;

use crate::visible::visible;

/// One line behind `# `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment(String);

impl Comment {
    /// Takes any text. What a reader can't see is spelled, so that no text ends the comment;
    /// what a parser or linter would obey is put in quotes.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::indented(text.trim())
    }

    /// The same, with the blanks in front kept.
    #[must_use]
    pub fn indented(text: &str) -> Self {
        let text = visible(text.trim_end());
        let text = shortened(&text);
        if is_directive(&text) { Self(format!("“{text}”")) } else { Self(text.into_owned()) }
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// At most a line that someone reads; the parser takes none of more than 65,535 bytes.
fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_one_is_cut() {
        assert_eq!(Comment::new(&"é".repeat(70_000)).to_string().chars().count(), 301);
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
        ] {
            assert_eq!(Comment::new(text).to_string(), spelled);
        }
    }
}
