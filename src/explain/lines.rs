//! The lines of the Dockerfile that a step became, and where in the plan they come from.

use super::model::Explanation;
use crate::diagnostic::{Diagnostics, LineIndex, Location, Position};
use crate::dockerfile::{Role, Stage, StageName};
use crate::plan::StepId;
use crate::source_map::StageLines;

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
        let positions = LineIndex::new(&self.generated.json);
        let parts = self.stages_of(step).map(|(stage, lines)| self.part(stage, lines, &positions)).collect();
        Ok(StepLines { step, parts })
    }

    /// The stages of a step, in the file's order: its own, those that hold files for it, and the one
    /// that hashes its secrets.
    fn stages_of(&self, step: usize) -> impl Iterator<Item = &(Stage, StageLines)> {
        let stages = &self.generated.stages;
        let is_step = move |id: StepId| self.generated.index[id] == step;
        let own = stages.iter().find(|(stage, _)| matches!(stage.role, Role::Step(id) if is_step(id)));
        let hash = own.and_then(|(own, _)| own.hash_stage()).map(|(_, name)| StageName::as_str(name));
        stages.iter().filter(move |(stage, _)| match stage.role {
            Role::Step(id) | Role::FileFor(id) => is_step(id),
            Role::SecretsHash => stage.name() == hash,
            Role::Image => false,
        })
    }

    fn part(&self, stage: &Stage, lines: &StageLines, positions: &LineIndex<'_>) -> Part {
        let kind = match stage.role {
            Role::Step(_) | Role::Image => PartKind::Step,
            Role::FileFor(_) => PartKind::File,
            Role::SecretsHash => PartKind::SecretsHash,
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut last: Option<Option<&Location>> = None;
        for number in lines.first..=lines.last {
            let location = self.generated.source_map.location_of(number);
            let line = self.line(number).to_owned();
            match groups.last_mut().filter(|_| last == Some(location)) {
                Some(group) => group.lines.push(line),
                None => {
                    let position = location.map(|location| positions.position(location));
                    groups.push(Group { position, first: number, lines: vec![line] });
                }
            }
            last = Some(location);
        }
        Part { kind, stage: stage.name().unwrap_or_default().to_owned(), groups }
    }
}
