//! A comparison as text, for a terminal of 80 columns.

use clap::builder::styling::{AnsiColor, Style};
use railpack2docker::diff::{Change, StageLayers, Status};
use railpack2docker::escape::escape_invisible;
use railpack2docker::text::truncate;

use super::ComparedPlans;
use super::group::{Group, group};
use super::since::{self, PlanDiff};
use super::summary::{Which, cached_and_others, lines, name, sentence};
use crate::output::unified_diff::colored;

const WIDTH: usize = 80;

/// The maximum width of the column with the names of stages.
const MAX_NAME_WIDTH: usize = 22;

const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();

/// The differences of several plans, each below its name, and a summary.
pub(super) fn print_all(plans: &[PlanDiff], with_dockerfile: bool) -> String {
    let mut out = String::new();
    let name = |plan: &PlanDiff| escape_invisible(plan.application()).into_owned();
    for plan in plans {
        if let Some(compared) = plan.changed() {
            out.push_str(&format!("{BOLD}== {}{BOLD:#}\n{}\n", name(plan), print(compared, with_dockerfile)));
        }
    }
    for status in ["new", "removed", "failed", "unchanged"] {
        let names: Vec<String> = plans.iter().filter(|plan| plan.status() == status).map(name).collect();
        if !names.is_empty() {
            let lines = wrap(&format!("{status}: {}", names.join(", ")), WIDTH);
            out.push_str(&(lines.join("\n  ") + "\n"));
        }
    }
    out + &format!("{BOLD}{}{BOLD:#}\n", since::sentence(plans))
}

/// The changes by step, and the layers of each stage.
pub(super) fn print(compared: &ComparedPlans, with_dockerfile: bool) -> String {
    let comparison = &compared.comparison;
    let mut out = String::new();
    if comparison.changes.is_empty() {
        out.push_str("the plans are equivalent\n");
        return out;
    }
    for group in group(&comparison.changes) {
        add_group(&group, &mut out);
    }
    out.push_str(&format!("{BOLD}{}{BOLD:#}\n", sentence(comparison)));
    let (cached, others) = cached_and_others(comparison);
    let width = others.iter().map(|stage| name(stage).chars().count()).max().unwrap_or_default();
    for stage in &others {
        add_stage(stage, width, &mut out);
    }
    if !others.is_empty() && !cached.is_empty() {
        let names: Vec<&str> = cached.into_iter().map(name).collect();
        add_lines(&format!("all cached: {}", names.join(", ")), &mut out);
    }
    if with_dockerfile {
        let diff = compared.dockerfile_diff();
        if !diff.is_empty() {
            out.push('\n');
            out.push_str(&colored(&diff));
        }
    }
    out
}

fn add_group(group: &Group<'_>, out: &mut String) {
    let subjects = group.heading(|subject| escape_invisible(&subject.to_string()).into_owned());
    for line in wrap(&subjects, WIDTH) {
        out.push_str(&format!("{BOLD}{line}{BOLD:#}\n"));
    }
    for change in &group.changes {
        add_change(change, out);
    }
    out.push('\n');
}

/// A change on one line, or with the old value above the new one.
fn add_change(change: &Change, out: &mut String) {
    let line = change.to_string();
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if line.chars().count() + 4 > WIDTH => {
            out.push_str(&format!("  {}:\n", change.message));
            out.push_str(&format!("    {RED}- {before}{RED:#}\n    {GREEN}+ {after}{GREEN:#}\n"));
        }
        _ => add_lines(&line, out),
    }
}

/// A text, wrapped and indented.
fn add_lines(text: &str, out: &mut String) {
    for (i, line) in wrap(text, WIDTH - 4).iter().enumerate() {
        out.push_str(&format!("{}{line}\n", if i == 0 { "  " } else { "    " }));
    }
}

/// The name of a stage in one column, and its layers in another. The first layer is on the next line if it does
/// not fit.
fn add_stage(stage: &StageLayers, width: usize, out: &mut String) {
    let name = name(stage);
    let width = width.min(MAX_NAME_WIDTH);
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
            out.push_str(&format!("      {}\n", truncate(instruction, WIDTH - 6)));
        }
    }
}

/// Lines of whole words. A word that is longer than a line has a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
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
