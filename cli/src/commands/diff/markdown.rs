//! A comparison as a comment on a pull request, in GitHub's Markdown.

use railpack2docker::diff::{Change, Comparison, Piece, StageLayers, Subject};
use railpack2docker::escape::escape_invisible;
use railpack2docker::text::truncate;

use super::ComparedPlans;
use super::group::group;
use super::since::{self, PlanDiff};
use super::summary::{Which, cached_and_others, lines, sentence};
use crate::output::counts::counted;
use crate::output::markdown::code;

/// The marker by which a workflow finds its own comment.
const MARKER: &str = "<!-- railpack2docker diff -->";

/// The size limit of a comment. GitHub accepts 65,536 characters.
const SIZE_LIMIT: usize = 65_000;

/// The width limit of an instruction, in columns.
const INSTRUCTION_LIMIT: usize = 100;

/// A summary, a table of changes, a list of the layers that rebuild, and the diff of the Dockerfile, collapsed.
pub(super) fn print(compared: &ComparedPlans) -> String {
    if compared.is_same() {
        return format!("{MARKER}\n**The plans are equivalent.**\n");
    }
    let mut out = format!("{MARKER}\n");
    out.push_str(&section(compared, SIZE_LIMIT - out.len()));
    out
}

/// A comment about several plans: a section for each one that changed, and a line for those that did not. Each section
/// has the same share of the space.
pub(super) fn print_all(plans: &[PlanDiff]) -> String {
    let mut out = format!("{MARKER}\n**{}**\n", since::sentence(plans));
    let name = |plan: &PlanDiff| code(&escape_invisible(plan.application()));
    let mut lines = Vec::new();
    for (status, words) in [
        ("new", "New"),
        ("removed", "Removed"),
        ("failed", "Can't be compared; the log of the run says why"),
        ("unchanged", "Unchanged"),
    ] {
        let names: Vec<String> = plans.iter().filter(|plan| plan.status() == status).map(name).collect();
        if !names.is_empty() {
            lines.push(format!("{words}: {}\n", names.join(", ")));
        }
    }
    let lines = "\n".to_owned() + &lines.join("\n");
    let changed: Vec<(&PlanDiff, &ComparedPlans)> =
        plans.iter().filter_map(|plan| Some((plan, plan.changed()?))).collect();
    let room = SIZE_LIMIT.saturating_sub(out.len() + lines.len());
    for (plan, compared) in &changed {
        let heading = format!("\n### {}\n\n", name(plan));
        let room = (room / changed.len()).saturating_sub(heading.len());
        out.push_str(&heading);
        out.push_str(&section(compared, room));
    }
    out + &lines
}

/// The section about one plan.
fn section(compared: &ComparedPlans, room: usize) -> String {
    let comparison = &compared.comparison;
    let changes = counted(comparison.changes.len(), "change");
    let mut out = format!("**{changes} in the build plan: {}.**\n\n", sentence(comparison));
    out.push_str(&table(comparison, room * 3 / 5));
    out.push_str(&layers(comparison, room / 6));
    let room = room.saturating_sub(out.len());
    out.push_str(&diff(compared, room));
    out
}

/// The changes, as far as they fit.
fn table(comparison: &Comparison, room: usize) -> String {
    let mut out = "| subject | change |\n| --- | --- |\n".to_owned();
    let rows = group(&comparison.changes).into_iter().flat_map(|group| {
        let subjects = group.heading(subject);
        let row = move |change: &Change| format!("| {subjects} | {} |\n", self::change(change));
        group.changes.into_iter().map(row).collect::<Vec<_>>()
    });
    let rows: Vec<String> = rows.collect();
    let shown = fitting(&rows, room);
    out.extend(rows.iter().take(shown).map(String::as_str));
    if shown < rows.len() {
        out.push_str(&format!("| … | and {} more, omitted for length |\n", rows.len() - shown));
    }
    out
}

/// The number of parts that fit.
fn fitting(parts: &[String], room: usize) -> usize {
    let ends = parts.iter().scan(0, |end, part| {
        *end += part.len();
        Some(*end)
    });
    ends.take_while(|end| *end <= room).count()
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Step(name) => code(&escape_invisible(name)),
        _ => subject.to_string(),
    }
}

fn change(change: &Change) -> String {
    let pieces = change.message.pieces().iter().map(|piece| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Number(number) => number.to_string(),
        Piece::Value(value) => code(value),
        _ => String::new(),
    });
    let what: String = pieces.collect();
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{what}: {} → {}", code(before), code(after)),
        _ => what,
    }
}

/// The layers that do not stay cached, as far as they fit.
fn layers(comparison: &Comparison, room: usize) -> String {
    let (cached, others) = cached_and_others(comparison);
    let name = |stage: &StageLayers| stage.name.as_deref().map_or_else(|| "the image".to_owned(), code);
    let mut items = Vec::new();
    for stage in &others {
        for line in lines(stage) {
            let instruction = |text: &str| code(&truncate(text, INSTRUCTION_LIMIT));
            let which = match line.which {
                None => String::new(),
                Some(Which::One(text)) => format!(": {}", instruction(text)),
                Some(Which::From(text)) => format!(", from {} on", instruction(text)),
                Some(Which::And(text, others)) => format!(": {} and {others} more", instruction(text)),
            };
            items.push(format!("- {}: {}{which}\n", name(stage), line.words));
        }
    }
    if !others.is_empty() && !cached.is_empty() {
        let names: Vec<String> = cached.into_iter().map(name).collect();
        items.push(format!("- all cached: {}\n", names.join(", ")));
    }
    let shown = fitting(&items, room);
    if items.is_empty() {
        return String::new();
    }
    let mut out = "\n".to_owned();
    out.extend(items.iter().take(shown).map(String::as_str));
    if shown < items.len() {
        out.push_str(&format!("- and {} more stages\n", items.len() - shown));
    }
    out
}

/// The diffs of the Dockerfile and its ignore file, as far as they fit.
fn diff(compared: &ComparedPlans, room: usize) -> String {
    let diff = compared.dockerfile_diff();
    if diff.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = diff.lines().map(|line| format!("{line}\n")).collect();
    let fence = "`".repeat(longest_run(&diff).max(2) + 1);
    // the text around it, and the line about omitted lines
    let around = 2 * fence.len() + 200;
    let shown = fitting(&lines, room.saturating_sub(around));
    if shown == 0 {
        return String::new();
    }
    let mut out = format!("\n<details>\n<summary>Dockerfile</summary>\n\n{fence}diff\n");
    out.extend(lines.iter().take(shown).map(String::as_str));
    out.push_str(&format!("{fence}\n"));
    if shown < lines.len() {
        out.push_str(&format!("\n{} more lines, omitted for length\n", lines.len() - shown));
    }
    out.push_str("\n</details>\n");
    out
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_of_backticks() {
        assert_eq!(longest_run("a`b```c``"), 3);
        assert_eq!(longest_run(""), 0);
    }
}
