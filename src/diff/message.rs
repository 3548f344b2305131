//! Messages about changes: fixed words and values of the plans, kept apart.

use std::borrow::Cow;
use std::fmt;

use crate::escape::escape_invisible;
use crate::text;

/// The maximum width of a value, in columns.
const LONGEST_VALUE: usize = 73;

/// The maximum number of values in a list.
pub(super) const MAX_VALUES: usize = 12;

/// The maximum length of a shared prefix or suffix of two values, in characters.
const MAX_SHARED: usize = 24;

/// A one-line message. `Display` puts its values in backticks.
///
/// For another format, such as Markdown, spell the [pieces](Self::pieces) one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message(Vec<Piece>);

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// Fixed text, which contains nothing from a plan.
    Words(&'static str),
    /// A number.
    Number(usize),
    /// A value of a plan. It contains no control characters.
    Value(String),
}

impl Message {
    /// The pieces of the message, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Creates a message that begins with fixed text.
    pub(super) fn new(words: &'static str) -> Self {
        Self::default().and(words)
    }

    /// Appends fixed text.
    pub(super) fn and(mut self, words: &'static str) -> Self {
        self.0.push(Piece::Words(words));
        self
    }

    /// Appends a value, cut if it is long.
    pub(super) fn value(mut self, value: &str) -> Self {
        self.0.push(Piece::Value(shorten(value)));
        self
    }

    /// Appends a comma-separated list of values, cut if it is long.
    pub(super) fn values<'a>(mut self, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values = values.into_iter();
        for (i, value) in values.by_ref().take(MAX_VALUES).enumerate() {
            if i > 0 {
                self = self.and(", ");
            }
            self = self.value(value);
        }
        match values.count() {
            0 => self,
            others => self.and(" and ").count(others, " more", " more"),
        }
    }

    /// Appends a number with the singular or plural of what it counts.
    pub(super) fn count(mut self, number: usize, singular: &'static str, plural: &'static str) -> Self {
        self.0.push(Piece::Number(number));
        self.and(if number == 1 { singular } else { plural })
    }

    /// Appends another message.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Number(number) => write!(f, "{number}"),
            Piece::Value(value) => write!(f, "`{value}`"),
        })
    }
}

/// A value with invisible characters escaped, cut if it is long.
pub(super) fn shorten(value: &str) -> String {
    text::truncate(&visible(value), LONGEST_VALUE).into_owned()
}

/// A value with invisible characters escaped. An empty value becomes a pair of quotes.
fn visible(value: &str) -> Cow<'_, str> {
    if value.is_empty() { Cow::Borrowed("\"\"") } else { escape_invisible(value) }
}

/// Two different values. If they are long, each keeps its difference and only a little of the shared prefix
/// and suffix.
pub(super) fn shorten_pair(old: &str, new: &str) -> (String, String) {
    let (old, new) = (visible(old), visible(new));
    if text::fits(&old, LONGEST_VALUE) && text::fits(&new, LONGEST_VALUE) {
        return (old.into_owned(), new.into_owned());
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let max_suffix = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(max_suffix).take_while(|(a, b)| a == b).count();
    let excerpt = |text: &[char]| excerpt(text, prefix, suffix);
    (excerpt(&old), excerpt(&new))
}

/// A text without most of the prefix and the suffix that it shares with another one. `prefix` and `suffix` are
/// their lengths.
fn excerpt(text: &[char], prefix: usize, suffix: usize) -> String {
    let start = if prefix > MAX_SHARED { word_start(text, prefix - MAX_SHARED, prefix) } else { 0 };
    let end = if suffix > MAX_SHARED { text.len() - suffix + MAX_SHARED } else { text.len() };
    let middle: String = text.get(start..end).unwrap_or_default().iter().collect();
    let (head, tail) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    text::truncate(&format!("{head}{middle}{tail}"), LONGEST_VALUE).into_owned()
}

/// The first start of a word between two positions, or else the first position.
fn word_start(text: &[char], from: usize, to: usize) -> usize {
    let space = text.get(from..to).unwrap_or_default().iter().position(|c| *c == ' ');
    space.map_or(from, |space| from + space + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_in_backticks() {
        let text = Message::new("added ").count(2, " file", " files").and(": ").values(["a\nb", "c"]);
        assert_eq!(text.to_string(), "added 2 files: `a\\u{a}b`, `c`");
        let many = Message::default().values(["x"; 14]).to_string();
        assert!(many.ends_with("`x` and 2 more"), "{many}");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shorten(&"é".repeat(74)), format!("{}…", "é".repeat(72)));
        assert_eq!(shorten(&"é".repeat(73)), "é".repeat(73));
        assert_eq!(shorten("npm ci"), "npm ci");
        assert_eq!(shorten(""), "\"\"");
    }

    #[test]
    fn long_pairs_show_their_difference() {
        let shared = "word ".repeat(40);
        let (old, new) = shorten_pair(&format!("{shared}A{shared}"), &format!("{shared}B!{shared}"));
        assert_eq!(old, "…word word word word Aword word word word word…");
        assert_eq!(new, "…word word word word B!word word word word word…");
        let (old, new) = shorten_pair(&format!("{shared}x"), &shared);
        assert!(old.ends_with("word x") && new.ends_with("word "), "{old} {new}");
        assert_eq!(shorten_pair("npm ci", "npm i"), ("npm ci".to_owned(), "npm i".to_owned()));
    }
}
