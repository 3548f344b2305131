//! Helpers for text that people read: lists, and truncation to a width. A width counts the columns of a
//! terminal, of which some characters take two.

use std::borrow::{Borrow, Cow};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The maximum number of characters per column: accents take no column, and there can be any number of them.
const MAX_PER_COLUMN: usize = 4;

/// Joins items as English text: `a, b and c`.
#[must_use]
pub fn list<T: Borrow<str>>(items: &[T]) -> String {
    join(items, "and")
}

/// Joins alternatives as English text: `a, b or c`.
#[must_use]
pub fn list_or<T: Borrow<str>>(items: &[T]) -> String {
    join(items, "or")
}

fn join<T: Borrow<str>>(items: &[T], conjunction: &str) -> String {
    match items {
        [some @ .., last] if !some.is_empty() => format!("{} {conjunction} {}", some.join(", "), last.borrow()),
        one => one.concat(),
    }
}

/// Joins the first `max` items, and the text that `more` returns for the number of the others:
/// `a, b and 3 more`.
pub fn list_first(
    items: impl ExactSizeIterator<Item = String>,
    max: usize,
    more: impl FnOnce(usize) -> String,
) -> String {
    let others = items.len().saturating_sub(max);
    let mut named: Vec<String> = items.take(max).collect();
    if others > 0 {
        named.push(more(others));
    }
    list(&named)
}

/// The width of a text.
#[must_use]
pub fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Whether a text fits into a width.
#[must_use]
pub fn fits(text: &str, width: usize) -> bool {
    columns(text) <= width && text.chars().nth(width.saturating_mul(MAX_PER_COLUMN)).is_none()
}

/// Cuts the end of a text that does not fit, and appends `…`.
#[must_use]
pub fn truncate(text: &str, width: usize) -> Cow<'_, str> {
    if fits(text, width) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", beginning(text.chars(), width.saturating_sub(1))))
}

/// Cuts the middle of a text that does not fit, and inserts `…`. The beginning and the end have widths of
/// their own.
#[must_use]
pub fn truncate_middle(text: &str, start: usize, end: usize) -> Cow<'_, str> {
    if fits(text, start + 1 + end) {
        return Cow::Borrowed(text);
    }
    let reversed = beginning(text.chars().rev(), end);
    Cow::Owned(format!("{}…{}", beginning(text.chars(), start), reversed.chars().rev().collect::<String>()))
}

fn beginning(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or_default();
        taken <= width
    };
    characters.take(width.saturating_mul(MAX_PER_COLUMN)).take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_in_english() {
        for (items, listed) in
            [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a and b"), (&["a", "b", "c"], "a, b and c")]
        {
            assert_eq!(list(items), listed);
        }
        assert_eq!(list_or(&["a", "b", "c"]), "a, b or c");
        let first =
            |most| list_first(["a", "b", "c"].map(str::to_owned).into_iter(), most, |others| format!("{others} more"));
        assert_eq!([first(3), first(2), first(1)], ["a, b and c", "a, b and 1 more", "a and 2 more"]);
    }

    #[test]
    fn long_texts_are_truncated() {
        assert_eq!(truncate("npm run build", 8), "npm run…");
        assert_eq!(truncate("漢字漢字", 5), "漢字…");
        assert_eq!(truncate("ééé", 3), "ééé");
        assert_eq!(truncate_middle("/app/node_modules/x", 4, 3), "/app…s/x");
        assert_eq!(truncate_middle("/app/…/x", 4, 3), "/app/…/x");
        let accents = "e".to_owned() + &"\u{301}".repeat(1_000);
        assert!(truncate(&accents, 10).chars().count() <= 40);
        assert!(truncate_middle(&accents, 5, 5).chars().count() <= 41);
    }
}
