//! Values of a plan, shortened to fit into one line. Widths are in columns, since some characters are two columns
//! wide.

use crate::escape::escape_invisible;
pub(super) use crate::text::columns;
use crate::text::{truncate, truncate_middle};

/// Fits a text on one line: whitespace is collapsed, invisible characters are escaped, and the end is cut.
pub(super) fn fit_line(text: &str, room: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    truncate(&escape_invisible(&words.join(" ")), room).into_owned()
}

/// Fits a path, cutting its middle: the beginning and the end are the most useful parts.
pub(super) fn fit_path(text: &str, room: usize) -> String {
    let kept = room.saturating_sub(1);
    truncate_middle(&escape_invisible(text.trim()), kept / 3, kept - kept / 3).into_owned()
}

/// Fits an image reference on one or two lines. A long one is split before the image's name.
pub(super) fn fit_reference(image: &str, room: usize) -> Vec<String> {
    match image.rsplit_once('/') {
        Some((prefix, name)) if columns(image) > room / 2 => {
            vec![fit_path(&format!("{prefix}/"), room), fit_path(name, room)]
        }
        _ => vec![fit_path(image, room)],
    }
}

/// Fits each of the first `max` items, and counts the others.
pub(super) fn fit_items(texts: &[String], max: usize, room: usize) -> Vec<String> {
    let mut items: Vec<String> = texts.iter().take(max).map(|text| fit_path(text, room)).collect();
    if texts.len() > max {
        items.push(format!("+{}", texts.len() - max));
    }
    items
}

/// Fits as many items as possible into a comma-separated list, and counts the others.
pub(super) fn fit_list(texts: &[String], room: usize) -> String {
    // each item has at least one column, a comma and a space
    let max = texts.len().min(room / 3 + 1);
    let lists = (1..=max).rev().map(|count| fit_items(texts, count, room).join(", "));
    let mut fitting = lists.skip_while(|list| columns(list) > room);
    fitting.next().unwrap_or_else(|| fit_items(texts, 1, room).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_the_room() {
        assert_eq!(fit_line("a\n  b\tc", 10), "a b c");
        assert_eq!(fit_line("npm run build", 8), "npm run…");
        assert_eq!(fit_line("\u{1b}[2J", 20), "\\u{1b}[2J");
        assert_eq!(fit_line("ééé", 3), "ééé");
        assert_eq!(fit_line("漢字漢字", 5), "漢字…");
    }

    #[test]
    fn paths_keep_both_ends() {
        assert_eq!(fit_path("/app/node_modules/.cache/x", 13), "/app….cache/x");
        assert_eq!(fit_path("/app", 13), "/app");
    }

    #[test]
    fn references_are_split_before_the_name() {
        assert_eq!(fit_reference("ghcr.io/x/builder:1", 30), ["ghcr.io/x/", "builder:1"]);
        assert_eq!(fit_reference("alpine:3", 30), ["alpine:3"]);
    }

    #[test]
    fn remaining_items_are_counted() {
        let texts = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(fit_items(&texts, 3, 9), ["a", "b", "c", "+1"]);
        assert_eq!(fit_items(&texts[..3], 3, 9), ["a", "b", "c"]);
        assert_eq!(fit_list(&texts, 20), "a, b, c, d");
        assert_eq!(fit_list(&texts, 8), "a, b, +2");
        assert_eq!(fit_list(&texts, 1), "a, +3");
    }
}
