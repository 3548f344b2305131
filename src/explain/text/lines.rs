//! The lines of a step, grouped by their positions in the plan.

use super::super::lines::{LineGroup, StageKind, StepLines, StepStage};
use super::super::model::Explanation;
use super::summary::location;
use super::{TextOptions, TextStyle};
use crate::escape::escape_invisible;

/// Renders the lines of the Dockerfile that are generated for a step, each under its position in the plan.
#[must_use]
pub fn render_step(explanation: &Explanation, lines: &StepLines, options: &TextOptions<'_>) -> String {
    let step = explanation.steps.get(lines.step);
    let name = step.map(|step| escape_invisible(&step.name).into_owned()).unwrap_or_default();
    if lines.stages.is_empty() && step.is_some_and(|step| step.reaches_image) {
        return format!("{name} adds nothing to its base, so the Dockerfile has no stage for it\n");
    }
    if lines.stages.is_empty() {
        return format!("{name} is unused: the image does not depend on it, so the Dockerfile has no lines for it\n");
    }
    let end = lines.stages.iter().flat_map(|stage| &stage.groups).map(|group| group.first + group.lines.len()).max();
    let gutter = end.unwrap_or_default().to_string().len();
    let stages = lines.stages.iter().map(|stage| {
        let groups: String = stage.groups.iter().map(|it| group(it, gutter, options)).collect();
        format!("{}\n{groups}", options.paint(TextStyle::Heading, &title(&name, stage)))
    });
    stages.collect::<Vec<_>>().join("\n")
}

fn title(name: &str, stage: &StepStage) -> String {
    let count: usize = stage.groups.iter().map(|group| group.lines.len()).sum();
    let first = stage.groups.first().map_or(0, |group| group.first);
    let subject = match stage.kind {
        StageKind::Step => name.to_owned(),
        StageKind::File => format!("{}, which contains a file for {name}", stage.name),
        StageKind::SecretsHash => {
            format!("{}, the secrets hash of {name} and of all steps with the same secrets", stage.name)
        }
    };
    format!("{subject}: lines {first} to {} of the Dockerfile", first + count.saturating_sub(1))
}

fn group(group: &LineGroup, gutter: usize, options: &TextOptions<'_>) -> String {
    let location = group.position.as_ref().map(|position| location(position, options.plan));
    let mut text = format!("{}\n", options.paint(TextStyle::Detail, &location.unwrap_or_default()));
    for (number, line) in (group.first..).zip(&group.lines) {
        let number = options.paint(TextStyle::Detail, &format!("{number:>gutter$}"));
        // a heredoc can contain any text of the plan
        let line = line.split('\t').map(escape_invisible).collect::<Vec<_>>().join("\t");
        text.push_str(format!("  {number}  {line}").trim_end());
        text.push('\n');
    }
    text
}
