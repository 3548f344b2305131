//! The lines that a step became, by the places they come from.

use super::super::lines::{Group, Part, PartKind, StepLines};
use super::super::model::Explanation;
use super::summary::location;
use super::{Look, Style};
use crate::escape::escape_invisible;

/// Every line of the Dockerfile that a step became, under the place of the plan that it comes from.
#[must_use]
pub fn of_step(explanation: &Explanation, lines: &StepLines, look: &Look<'_>) -> String {
    let step = explanation.steps.get(lines.step);
    let name = step.map(|step| escape_invisible(&step.name).into_owned()).unwrap_or_default();
    if lines.parts.is_empty() {
        return format!("{name}: nothing of it reaches the image, so the Dockerfile has no line of it\n");
    }
    let widest = lines.parts.iter().flat_map(|part| &part.groups).map(|group| group.first + group.lines.len()).max();
    let gutter = widest.unwrap_or_default().to_string().len();
    let parts = lines.parts.iter().map(|part| {
        let groups: String = part.groups.iter().map(|one| group(one, gutter, look)).collect();
        format!("{}\n{groups}", look.paint(Style::Strong, &title(&name, part)))
    });
    parts.collect::<Vec<_>>().join("\n")
}

fn title(name: &str, part: &Part) -> String {
    let count: usize = part.groups.iter().map(|group| group.lines.len()).sum();
    let first = part.groups.first().map_or(0, |group| group.first);
    let what = match part.kind {
        PartKind::Step => name.to_owned(),
        PartKind::File => format!("{}, which holds a file for {name}", part.stage),
        PartKind::SecretsHash => format!("{}, which hashes secrets for {name} and all that list the same", part.stage),
    };
    format!("{what}: lines {first} to {} of the Dockerfile", first + count.saturating_sub(1))
}

fn group(group: &Group, gutter: usize, look: &Look<'_>) -> String {
    let location = group.position.as_ref().map(|position| location(position, look.plan));
    let mut text = format!("{}\n", look.paint(Style::Faint, &location.unwrap_or_default()));
    for (number, line) in (group.first..).zip(&group.lines) {
        let number = look.paint(Style::Faint, &format!("{number:>gutter$}"));
        // a heredoc holds what the plan says
        let line = line.split('\t').map(escape_invisible).collect::<Vec<_>>().join("\t");
        text.push_str(format!("  {number}  {line}").trim_end());
        text.push('\n');
    }
    text
}
