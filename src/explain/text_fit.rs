//! Texts of a plan as they stand in a drawing: on one line, and not too long. What is counted is
//! columns: some characters are two of them wide.

use crate::escape::escape_invisible;
pub(super) use crate::text::columns;
use crate::text::{shortened, without_middle};

/// A text on one line, as far as there is room for it: blanks and line feeds are one blank, what
/// can't be seen is spelled.
pub(super) fn line(text: &str, room: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    shortened(&escape_invisible(&words.join(" ")), room).into_owned()
}

/// A path, whose beginning and whose end say the most.
pub(super) fn path(text: &str, room: usize) -> String {
    let kept = room.saturating_sub(1);
    without_middle(&escape_invisible(text.trim()), kept / 3, kept - kept / 3).into_owned()
}

/// A reference to an image, its host and folders on a line of their own where both would not fit on
/// one.
pub(super) fn reference(image: &str, room: usize) -> Vec<String> {
    match image.rsplit_once('/') {
        Some((folders, name)) if columns(image) > room / 2 => {
            vec![path(&format!("{folders}/"), room), path(name, room)]
        }
        _ => vec![path(image, room)],
    }
}

/// Some of many, and how many more there are.
pub(super) fn some_of(texts: &[String], most: usize, room: usize) -> Vec<String> {
    let mut shown: Vec<String> = texts.iter().take(most).map(|text| path(text, room)).collect();
    if texts.len() > most {
        shown.push(format!("+{}", texts.len() - most));
    }
    shown
}

/// As many of many as there is room for, and how many more there are.
pub(super) fn list(texts: &[String], room: usize) -> String {
    // each takes a column at least, and a comma and a blank
    let most = texts.len().min(room / 3 + 1);
    let lists = (1..=most).rev().map(|most| some_of(texts, most, room).join(", "));
    let mut tried = lists.skip_while(|list| columns(list) > room);
    tried.next().unwrap_or_else(|| some_of(texts, 1, room).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_no_longer_than_its_room() {
        assert_eq!(line("a\n  b\tc", 10), "a b c");
        assert_eq!(line("npm run build", 8), "npm run…");
        assert_eq!(line("\u{1b}[2J", 20), "\\u{1b}[2J");
        assert_eq!(line("ééé", 3), "ééé");
        assert_eq!(line("漢字漢字", 5), "漢字…");
    }

    #[test]
    fn a_path_keeps_both_ends() {
        assert_eq!(path("/app/node_modules/.cache/x", 13), "/app….cache/x");
        assert_eq!(path("/app", 13), "/app");
    }

    #[test]
    fn a_reference_is_cut_in_front_of_its_name() {
        assert_eq!(reference("ghcr.io/x/builder:1", 30), ["ghcr.io/x/", "builder:1"]);
        assert_eq!(reference("alpine:3", 30), ["alpine:3"]);
    }

    #[test]
    fn many_are_counted() {
        let texts = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(some_of(&texts, 3, 9), ["a", "b", "c", "+1"]);
        assert_eq!(some_of(&texts[..3], 3, 9), ["a", "b", "c"]);
        assert_eq!(list(&texts, 20), "a, b, c, d");
        assert_eq!(list(&texts, 8), "a, b, +2");
        assert_eq!(list(&texts, 1), "a, +3");
    }
}
