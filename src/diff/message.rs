//! What is said of a change: words of this crate, and values of the plans between them.

use std::borrow::Cow;
use std::fmt;

use crate::escape::escape_invisible;
use crate::text;

/// How much of a value is said, in columns.
const LONGEST_VALUE: usize = 73;

/// How many of several values are said.
pub(super) const MOST_VALUES: usize = 12;

/// How much of what two values share is said, in characters.
const SHARED: usize = 24;

/// A line of text. Its `Display` has the values in backticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Piece {
    /// Plain words, none of them from a plan.
    Words(&'static str),
    /// A number.
    Number(usize),
    /// A value of a plan. It holds no control characters.
    Value(String),
}

impl Text {
    /// The parts, to be spelled for where they go.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Says something.
    pub(super) fn of(words: &'static str) -> Self {
        Self::default().and(words)
    }

    /// Then words.
    pub(super) fn and(mut self, words: &'static str) -> Self {
        self.0.push(Piece::Words(words));
        self
    }

    /// Then a value, cut where nobody would read on.
    pub(super) fn value(mut self, value: &str) -> Self {
        self.0.push(Piece::Value(shortened(value)));
        self
    }

    /// Then values, with commas between, as many of them as someone reads.
    pub(super) fn values<'a>(mut self, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values = values.into_iter();
        for (i, value) in values.by_ref().take(MOST_VALUES).enumerate() {
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

    /// Then a number of things.
    pub(super) fn count(mut self, number: usize, one: &'static str, more: &'static str) -> Self {
        self.0.push(Piece::Number(number));
        self.and(if number == 1 { one } else { more })
    }

    /// Then another text.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Number(number) => write!(f, "{number}"),
            Piece::Value(value) => write!(f, "`{value}`"),
        })
    }
}

/// The visible text, its end cut off where it is long.
pub(super) fn shortened(value: &str) -> String {
    text::shortened(&seen(value), LONGEST_VALUE).into_owned()
}

/// The text visible. An empty one is a pair of quotes.
fn seen(value: &str) -> Cow<'_, str> {
    if value.is_empty() { Cow::Borrowed("\"\"") } else { escape_invisible(value) }
}

/// Two values that differ, each with what it does not share with the other one and a little of what it
/// does.
pub(super) fn shortened_pair(old: &str, new: &str) -> (String, String) {
    let (old, new) = (seen(old), seen(new));
    if text::fits(&old, LONGEST_VALUE) && text::fits(&new, LONGEST_VALUE) {
        return (old.into_owned(), new.into_owned());
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - before;
    let behind = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let part = |text: &[char]| around(text, before, behind);
    (part(&old), part(&new))
}

/// A text without most of what it begins and ends with.
fn around(text: &[char], before: usize, behind: usize) -> String {
    let start = if before > SHARED { word_after(text, before - SHARED, before) } else { 0 };
    let end = if behind > SHARED { text.len() - behind + SHARED } else { text.len() };
    let middle: String = text.get(start..end).unwrap_or_default().iter().collect();
    let (head, tail) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    text::shortened(&format!("{head}{middle}{tail}"), LONGEST_VALUE).into_owned()
}

/// Where a word begins between two places, or else the first of them.
fn word_after(text: &[char], from: usize, to: usize) -> usize {
    let blank = text.get(from..to).unwrap_or_default().iter().position(|c| *c == ' ');
    blank.map_or(from, |blank| from + blank + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_backticks_and_are_visible() {
        let text = Text::of("added ").count(2, " file", " files").and(": ").values(["a\nb", "c"]);
        assert_eq!(text.to_string(), "added 2 files: `a\\u{a}b`, `c`");
        let many = Text::default().values(["x"; 14]).to_string();
        assert!(many.ends_with("`x` and 2 more"), "{many}");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shortened(&"é".repeat(74)), format!("{}…", "é".repeat(72)));
        assert_eq!(shortened(&"é".repeat(73)), "é".repeat(73));
        assert_eq!(shortened("npm ci"), "npm ci");
        assert_eq!(shortened(""), "\"\"");
    }

    #[test]
    fn of_two_long_values_what_differs_is_shown() {
        let shared = "word ".repeat(40);
        let (old, new) = shortened_pair(&format!("{shared}A{shared}"), &format!("{shared}B!{shared}"));
        assert_eq!(old, "…word word word word Aword word word word word…");
        assert_eq!(new, "…word word word word B!word word word word word…");
        let (old, new) = shortened_pair(&format!("{shared}x"), &shared);
        assert!(old.ends_with("word x") && new.ends_with("word "), "{old} {new}");
        assert_eq!(shortened_pair("npm ci", "npm i"), ("npm ci".to_owned(), "npm i".to_owned()));
    }
}
