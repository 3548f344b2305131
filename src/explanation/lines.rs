//! The lines of the Dockerfile that a step became, and where in the plan they come from.

use super::model::{Explanation, Position};
use super::stages::{Owner, StageOf};
use crate::diagnostic::Diagnostics;
use crate::place::{Lines, Place};

/// What a step became.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepLines {
    /// The step, by its index.
    pub step: usize,
    /// Its stages, in the file's order. None for a step that is left out.
    pub parts: Vec<Part>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What it is there for.
    pub kind: PartKind,
    /// Its name.
    pub stage: String,
    /// Its lines, those that follow each other and come from one place together.
    pub groups: Vec<Group>,
}

/// What a stage is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartKind {
    /// It is the step.
    Step,
    /// It holds a file for the step.
    File,
    /// It hashes the secrets that the step lists, for all steps that list the same ones.
    SecretsHash,
}

/// Lines of the Dockerfile that come from one place of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// The place; `None` for a line between instructions.
    pub position: Option<Position>,
    /// The number of the first line, from 1.
    pub first: usize,
    /// The lines, as they are.
    pub lines: Vec<String>,
}

impl Explanation {
    /// Every line that a step became.
    ///
    /// # Errors
    /// The plan has no step of this name.
    pub fn lines_of(&self, step: &str) -> Result<StepLines, Diagnostics> {
        let (step, _) = self.find(step)?;
        let positions = Lines::of(&self.made.json);
        let parts = self.made.stages.of_step(step).map(|stage| self.part(stage, &positions)).collect();
        Ok(StepLines { step, parts })
    }

    fn part(&self, stage: &StageOf, positions: &Lines<'_>) -> Part {
        let kind = match stage.owner {
            Owner::Step(_) | Owner::Image => PartKind::Step,
            Owner::FileOf(_) => PartKind::File,
            Owner::Hash => PartKind::SecretsHash,
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut last: Option<Option<&Place>> = None;
        for number in stage.lines.first..=stage.lines.last {
            let place = self.made.source_map.place_of(number);
            let line = self.line(number).to_owned();
            match groups.last_mut().filter(|_| last == Some(place)) {
                Some(group) => group.lines.push(line),
                None => {
                    let position = place.map(|place| Position::of(place, positions));
                    groups.push(Group { position, first: number, lines: vec![line] });
                }
            }
            last = Some(place);
        }
        Part { kind, stage: stage.name().unwrap_or_default().to_owned(), groups }
    }
}
