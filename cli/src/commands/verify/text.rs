//! A report as text for a terminal.

use std::collections::BTreeMap;

use railpack2docker::escape::escape_invisible;

use super::difference::Difference;
use super::report::{Report, below, folded, reasons};

/// The maximum number of lines for differences of one kind.
const MAX_LINES: usize = 100;

/// The differences that count, then those that are accepted and those that are new in each build, and a summary. The
/// latter are counted, or with `shows_new` listed.
pub(super) fn print(report: &Report, shows_new: bool) -> String {
    let mut out = String::new();
    for side in &report.sides {
        out.push_str(&format!("{}: {}\n", side.label, escape_invisible(&side.origin)));
    }
    let different: Vec<&Difference> = report.different().collect();
    if !different.is_empty() {
        out.push('\n');
        out.push_str(&lines(report, &different, ""));
    }
    for (pattern, differences) in report.accepted() {
        out.push_str(&format!("\naccepted by `{}`:\n{}", escape_invisible(pattern), lines(report, &differences, "  ")));
    }
    out.push_str(&new_in_each_build(report, shows_new));
    for pattern in &report.unused {
        out.push_str(&format!("\n`--accept {}` matches no difference\n", escape_invisible(pattern)));
    }
    out + &format!("\n{}\n", report.sentence())
}

fn new_in_each_build(report: &Report, shows_new: bool) -> String {
    let groups: BTreeMap<_, _> = report.new_in_each_build();
    if groups.is_empty() {
        return String::new();
    }
    if !shows_new {
        return format!("\nnew in each build (`--show-new` lists them): {}\n", reasons(&groups));
    }
    let group = |(reason, differences): (&&str, &Vec<&Difference>)| {
        format!("\nnew in each build, {reason}:\n{}", lines(report, differences, "  "))
    };
    groups.iter().map(group).collect()
}

fn lines(report: &Report, differences: &[&Difference], indent: &str) -> String {
    let folded = folded(differences);
    let line =
        |(difference, count): &(&Difference, usize)| format!("{indent}{}{}\n", report.line(difference), below(*count));
    let mut lines: String = folded.iter().take(MAX_LINES).map(line).collect();
    if folded.len() > MAX_LINES {
        lines.push_str(&format!("{indent}and {} more; `--format json` lists all\n", folded.len() - MAX_LINES));
    }
    lines
}
