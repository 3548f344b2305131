//! Unified diffs.

use clap::builder::styling::{AnsiColor, Style};
use railpack2docker::escape::{escape_invisible, escape_invisible_text};
use similar::TextDiff;

/// A unified diff with three lines of context, each ended by a line feed. Empty if the lines are the same:
/// line endings are ignored. Control characters are escaped.
pub(crate) fn unified_diff(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    let (old, new) = (escaped_lines(old), escaped_lines(new));
    let diff = TextDiff::from_lines(&old, &new);
    diff.unified_diff().header(&escape_invisible(old_name), &escape_invisible(new_name)).to_string()
}

fn escaped_lines(text: &str) -> String {
    text.lines().map(|line| escape_invisible_text(line).into_owned() + "\n").collect()
}

/// A unified diff with colors.
pub(crate) fn colored(diff: &str) -> String {
    let colored = |line: &str| match style(line) {
        Some(style) => format!("{style}{line}{style:#}\n"),
        None => format!("{line}\n"),
    };
    diff.lines().map(colored).collect()
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
    fn a_diff_names_both_files() {
        assert_eq!(unified_diff("a\nb\n", "a\nc\n", "x", "y"), "--- x\n+++ y\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }

    #[test]
    fn line_endings_are_ignored() {
        assert_eq!(unified_diff("a\r\nb", "a\nb\n", "x", "y"), "");
        assert_eq!(unified_diff("", "", "x", "y"), "");
    }

    #[test]
    fn control_characters_are_escaped() {
        let diff = unified_diff("", "a\u{1b}[2J\tb\rc\n", "x\n", "y");
        assert_eq!(diff, "--- x\\u{a}\n+++ y\n@@ -0,0 +1 @@\n+a\\u{1b}[2J\tb\\u{d}c\n");
    }

    #[test]
    fn each_kind_of_line_has_its_color() {
        let diff = colored("--- x\n+++ y\n@@ -1 +1 @@\n a\n-b\n+c\n");
        let expected = "\u{1b}[1m--- x\u{1b}[0m\n\u{1b}[1m+++ y\u{1b}[0m\n\u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n a\n\u{1b}[31m-b\u{1b}[0m\n\u{1b}[32m+c\u{1b}[0m\n";
        assert_eq!(diff, expected);
    }
}
