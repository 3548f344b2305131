//! Texts for people: several items in a sentence, and as much of a long text as there is room for. Room
//! is counted in columns of a terminal, of which some characters take two.

use std::borrow::{Borrow, Cow};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many characters a column has room for: accents take no columns, and there can be any number of them.
const MOST_PER_COLUMN: usize = 4;

/// Items as a sentence has them: `a, b and c`.
#[must_use]
pub fn list<T: Borrow<str>>(items: &[T]) -> String {
    match items {
        [some @ .., last] if !some.is_empty() => format!("{} and {}", some.join(", "), last.borrow()),
        one => one.concat(),
    }
}

/// The first items as a sentence has them, and `more` about the number of the others: `a, b and 3 more`.
pub fn list_first(
    items: impl ExactSizeIterator<Item = String>,
    most: usize,
    more: impl FnOnce(usize) -> String,
) -> String {
    let others = items.len().saturating_sub(most);
    let mut named: Vec<String> = items.take(most).collect();
    if others > 0 {
        named.push(more(others));
    }
    list(&named)
}

/// How many columns a text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
}

/// Whether there is room for a whole text.
#[must_use]
pub fn fits(text: &str, room: usize) -> bool {
    columns(text) <= room && text.chars().nth(room.saturating_mul(MOST_PER_COLUMN)).is_none()
}

/// A text, or its beginning and `…` where there is no room for all of it.
#[must_use]
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", beginning(text.chars(), room.saturating_sub(1))))
}

/// A text, or its beginning, `…` and its end where these do not hold all of it. Each has its own room.
#[must_use]
pub fn without_middle(text: &str, start: usize, end: usize) -> Cow<'_, str> {
    if fits(text, start + 1 + end) {
        return Cow::Borrowed(text);
    }
    let turned = beginning(text.chars().rev(), end);
    Cow::Owned(format!("{}…{}", beginning(text.chars(), start), turned.chars().rev().collect::<String>()))
}

fn beginning(characters: impl Iterator<Item = char>, room: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or_default();
        taken <= room
    };
    characters.take(room.saturating_mul(MOST_PER_COLUMN)).take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_sentence() {
        for (items, listed) in
            [(&[][..], ""), (&["a"], "a"), (&["a", "b"], "a and b"), (&["a", "b", "c"], "a, b and c")]
        {
            assert_eq!(list(items), listed);
        }
        let first =
            |most| list_first(["a", "b", "c"].map(str::to_owned).into_iter(), most, |others| format!("{others} more"));
        assert_eq!([first(3), first(2), first(1)], ["a, b and c", "a, b and 1 more", "a and 2 more"]);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shortened("npm run build", 8), "npm run…");
        assert_eq!(shortened("漢字漢字", 5), "漢字…");
        assert_eq!(shortened("ééé", 3), "ééé");
        assert_eq!(without_middle("/app/node_modules/x", 4, 3), "/app…s/x");
        assert_eq!(without_middle("/app/…/x", 4, 3), "/app/…/x");
        let accents = "e".to_owned() + &"\u{301}".repeat(1_000);
        assert!(shortened(&accents, 10).chars().count() <= 40);
        assert!(without_middle(&accents, 5, 5).chars().count() <= 41);
    }
}
