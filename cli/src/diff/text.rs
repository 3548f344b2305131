//! For a terminal of 80 columns.

use clap::builder::styling::{AnsiColor, Style};

use super::Compared;
use super::grouped::{Group, grouped};
use super::summary::{Which, lines, name, parted, sentence};
use crate::cli::unified::painted;
use crate::diff::{Change, StageLayers, Status};
use crate::escape::escape_invisible;

const WIDTH: usize = 80;

/// How wide the column of the stages' names gets.
const WIDEST_NAME: usize = 22;

const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();

/// What changed, by step, and what becomes of the layers of each stage.
pub(super) fn text(compared: &Compared<'_>, with_dockerfile: bool) -> String {
    let comparison = &compared.comparison;
    let mut out = String::new();
    if comparison.changes.is_empty() {
        out.push_str("nothing changed in what is built\n");
        return out;
    }
    for group in grouped(&comparison.changes) {
        self::group(&group, &mut out);
    }
    out.push_str(&format!("{BOLD}{}{BOLD:#}\n", sentence(comparison)));
    let (cached, others) = parted(comparison);
    let width = others.iter().map(|stage| name(stage).chars().count()).max().unwrap_or_default();
    for stage in &others {
        self::stage(stage, width, &mut out);
    }
    if !others.is_empty() && !cached.is_empty() {
        let names: Vec<&str> = cached.into_iter().map(name).collect();
        lines_of(&format!("all cached: {}", names.join(", ")), &mut out);
    }
    let diff = compared.dockerfile_diff();
    if with_dockerfile && !diff.is_empty() {
        out.push('\n');
        out.push_str(&painted(&diff));
    }
    out
}

fn group(group: &Group<'_>, out: &mut String) {
    let subjects = group.named(|subject| escape_invisible(&subject.to_string()).into_owned());
    for line in wrapped(&subjects, WIDTH) {
        out.push_str(&format!("{BOLD}{line}{BOLD:#}\n"));
    }
    for change in &group.changes {
        self::change(change, out);
    }
    out.push('\n');
}

/// On one line where it fits there, else the old above the new.
fn change(change: &Change, out: &mut String) {
    let line = change.to_string();
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if line.chars().count() + 4 > WIDTH => {
            out.push_str(&format!("  {}:\n", change.message));
            out.push_str(&format!("    {RED}- {before}{RED:#}\n    {GREEN}+ {after}{GREEN:#}\n"));
        }
        _ => lines_of(&line, out),
    }
}

/// A text on as many lines as it needs.
fn lines_of(text: &str, out: &mut String) {
    for (i, line) in wrapped(text, WIDTH - 4).iter().enumerate() {
        out.push_str(&format!("{}{line}\n", if i == 0 { "  " } else { "    " }));
    }
}

/// The name in a column of its own, and what becomes of the layers; of those that are not all of them,
/// the first, below where it has no room.
fn stage(stage: &StageLayers, width: usize, out: &mut String) {
    let name = name(stage);
    let width = width.min(WIDEST_NAME);
    if name.chars().count() > width {
        out.push_str(&format!("  {name}\n"));
    } else {
        out.push_str(&format!("  {name}{}", " ".repeat(width - name.chars().count())));
    }
    let column = " ".repeat(width + 2);
    for (i, line) in lines(stage).iter().enumerate() {
        let style = if line.status == Status::Rebuilds { RED } else { YELLOW };
        let start = if i == 0 && name.chars().count() <= width { "  " } else { &format!("{column}  ") };
        let short = match line.which {
            None => String::new(),
            Some(Which::One(instruction)) => format!(": `{instruction}`"),
            Some(Which::From(instruction)) => format!(", from `{instruction}` on"),
            Some(Which::And(instruction, others)) => format!(": `{instruction}` and {others} more"),
        };
        let fits = column.len() + 2 + line.words.chars().count() + short.chars().count() <= WIDTH;
        let (rest, below) = match line.which {
            Some(_) if fits => (short, None),
            None => (short, None),
            Some(Which::One(instruction)) => (":".to_owned(), Some(instruction)),
            Some(Which::From(instruction)) => (", from here on:".to_owned(), Some(instruction)),
            Some(Which::And(instruction, others)) => (format!(", this one and {others} more:"), Some(instruction)),
        };
        out.push_str(&format!("{start}{style}{}{style:#}{rest}\n", line.words));
        if let Some(instruction) = below {
            out.push_str(&format!("      {}\n", cut(instruction, WIDTH - 6)));
        }
    }
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let start: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{start}…")
}

/// Lines of whole words. A word that is longer than a line stands on its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
