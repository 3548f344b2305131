//! A report in GitHub's Markdown, for a comment or the summary of a run.

use railpack2docker::escape::escape_invisible;

use super::difference::Difference;
use super::report::{Report, below, folded, reasons};
use crate::output::markdown::code;

/// The maximum number of rows: GitHub accepts comments of 65,536 characters.
const MAX_ROWS: usize = 100;

/// A sentence, and tables of the differences. Those that are new in each build are counted, or with `shows_new` listed.
pub(super) fn print(report: &Report, shows_new: bool) -> String {
    let sentence = report.sentence();
    let [first, second] = &report.sides;
    let mut out = format!(
        "**{}{}.**\n\n{}: {}, {}: {}\n",
        sentence.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default(),
        sentence.get(1..).unwrap_or_default(),
        first.label,
        code(&escape_invisible(&first.origin)),
        second.label,
        code(&escape_invisible(&second.origin)),
    );
    let different: Vec<&Difference> = report.different().collect();
    if !different.is_empty() {
        out.push_str(&table(report, &different));
    }
    for (pattern, differences) in report.accepted() {
        out.push_str(&format!("\nAccepted by {}:\n{}", code(&escape_invisible(pattern)), table(report, &differences)));
    }
    let new = report.new_in_each_build();
    if shows_new {
        for (reason, differences) in &new {
            out.push_str(&format!("\nNew in each build, {reason}:\n{}", table(report, differences)));
        }
    } else if !new.is_empty() {
        out.push_str(&format!("\nNew in each build: {}\n", reasons(&new)));
    }
    for pattern in &report.unused {
        let option = code(&escape_invisible(&format!("--accept {pattern}")));
        out.push_str(&format!("\n{option} matches no difference.\n"));
    }
    out
}

fn table(report: &Report, differences: &[&Difference]) -> String {
    let folded = folded(differences);
    let mut table = "\n| what | difference |\n| --- | --- |\n".to_owned();
    for (difference, count) in folded.iter().take(MAX_ROWS) {
        let name = code(&escape_invisible(difference.subject.name()));
        table.push_str(&format!("| {name} | {}{} |\n", code(&report.what(difference)), below(*count)));
    }
    if folded.len() > MAX_ROWS {
        table.push_str(&format!("| … | and {} more, omitted for length |\n", folded.len() - MAX_ROWS));
    }
    table
}
