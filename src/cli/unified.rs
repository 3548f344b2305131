//! What differs between two texts, as a unified diff.

use similar::TextDiff;

use crate::header::with_line_feeds;
use crate::visible::visible;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The unified diff of two texts; nothing where they are the same but for their line ends. What
/// can't be seen is spelled out.
pub(super) fn diff(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let (old, new) = (as_seen(old), as_seen(new));
    let names = (visible(old_name), visible(new_name));
    TextDiff::from_lines(&old, &new).unified_diff().context_radius(CONTEXT).header(&names.0, &names.1).to_string()
}

/// The same with colours for a terminal.
pub(super) fn painted(diff: &str) -> String {
    use anstyle::{AnsiColor, Style};
    let style = |line: &str| match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        [b'@', ..] => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    };
    let paint = |line: &str| {
        let style = style(line);
        format!("{style}{}{style:#}{}", line.trim_end_matches('\n'), if line.ends_with('\n') { "\n" } else { "" })
    };
    diff.split_inclusive('\n').map(paint).collect()
}

/// With line feeds and tabs as they are, and everything else that can't be seen spelled out.
fn as_seen(text: &str) -> String {
    let text = with_line_feeds(text);
    let line = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_seen_is_spelled_and_line_ends_are_no_difference() {
        assert_eq!(diff("a\r\nb\r\n", "a\nb\n", "x", "y"), "");
        assert_eq!(diff("a\n", "\u{1b}[2J\tb\n", "x\n", "y"), "--- x\\u{a}\n+++ y\n@@ -1 +1 @@\n-a\n+\\u{1b}[2J\tb\n");
    }

    #[test]
    fn each_kind_of_line_has_its_colour() {
        let painted = painted("--- x\n+++ y\n@@ -1 +1 @@\n-a\n+b\n c\n");
        assert!(
            painted.contains("\u{1b}[31m-a\u{1b}[0m\n") && painted.contains("\u{1b}[32m+b\u{1b}[0m\n"),
            "{painted:?}"
        );
        assert!(painted.ends_with(" c\n"));
    }
}
