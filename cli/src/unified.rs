//! Unified diffs of texts.

use clap::builder::styling::{AnsiColor, Style};
use similar::TextDiff;

use crate::escape::{escape_invisible, escape_invisible_text};

/// A unified diff with three lines around each change, every line ended by a line feed. Empty where the
/// texts hold the same lines: how these end, with a line feed or a carriage return before it, makes no
/// difference. Nothing in it does anything to a terminal.
pub(super) fn unified(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let diff = TextDiff::from_lines(&old, &new);
    diff.unified_diff().header(&escape_invisible(old_name), &escape_invisible(new_name)).to_string()
}

/// The text with what can't be seen spelled out, but for tabs.
fn lines(text: &str) -> String {
    text.lines().map(|line| escape_invisible_text(line).into_owned() + "\n").collect()
}

/// A unified diff in colours.
pub(super) fn painted(diff: &str) -> String {
    let painted = |line: &str| match style(line) {
        Some(style) => format!("{style}{line}{style:#}\n"),
        None => format!("{line}\n"),
    };
    diff.lines().map(painted).collect()
}

fn style(line: &str) -> Option<Style> {
    match line.get(..1)? {
        _ if line.starts_with("--- ") || line.starts_with("+++ ") => Some(Style::new().bold()),
        "+" => Some(AnsiColor::Green.on_default()),
        "-" => Some(AnsiColor::Red.on_default()),
        "@" => Some(AnsiColor::Cyan.on_default()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_what_it_compares() {
        assert_eq!(unified("a\nb\n", "a\nc\n", "x", "y"), "--- x\n+++ y\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }

    #[test]
    fn line_endings_make_no_difference() {
        assert_eq!(unified("a\r\nb", "a\nb\n", "x", "y"), "");
        assert_eq!(unified("", "", "x", "y"), "");
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled() {
        let diff = unified("", "a\u{1b}[2J\tb\rc\n", "x\n", "y");
        assert_eq!(diff, "--- x\\u{a}\n+++ y\n@@ -0,0 +1 @@\n+a\\u{1b}[2J\tb\\u{d}c\n");
    }

    #[test]
    fn each_kind_of_line_has_its_colour() {
        let diff = painted("--- x\n+++ y\n@@ -1 +1 @@\n a\n-b\n+c\n");
        let expected = "\u{1b}[1m--- x\u{1b}[0m\n\u{1b}[1m+++ y\u{1b}[0m\n\u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n a\n\u{1b}[31m-b\u{1b}[0m\n\u{1b}[32m+c\u{1b}[0m\n";
        assert_eq!(diff, expected);
    }
}
