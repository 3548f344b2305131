//! The lines of the Dockerfile that are generated for a step, with their positions in the plan.

use super::model::Explanation;
use crate::diagnostic::{Diagnostics, LineIndex, Location, Position};
use crate::dockerfile::{Role, Stage, StageName};
use crate::plan::StepId;
use crate::source_map::StageLines;

/// The lines of the Dockerfile that are generated for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepLines {
    /// The index of the step.
    pub step: usize,
    /// The stages of the step, in the order of the Dockerfile. Empty for an unused step.
    pub stages: Vec<StepStage>,
}

/// A stage that is generated for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepStage {
    /// The purpose of the stage.
    pub kind: StageKind,
    /// The name of the stage.
    pub name: String,
    /// The lines of the stage. Consecutive lines with the same position in the plan form a group.
    pub groups: Vec<LineGroup>,
}

/// The purpose of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageKind {
    /// The step itself.
    Step,
    /// A file for the step.
    File,
    /// The hash of the secrets that the step lists, shared by all steps that list the same ones.
    SecretsHash,
}

/// Consecutive lines of the Dockerfile that come from the same position in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineGroup {
    /// The position in the plan; `None` for lines between instructions.
    pub position: Option<Position>,
    /// The number of the first line in the Dockerfile, from 1.
    pub first: usize,
    /// The text of the lines.
    pub lines: Vec<String>,
}

impl Explanation {
    /// Finds the lines of the Dockerfile that are generated for a step.
    ///
    /// # Errors
    /// The plan has no step with this name.
    pub fn step_lines(&self, step: &str) -> Result<StepLines, Diagnostics> {
        let (step, _) = self.find(step)?;
        let positions = LineIndex::new(&self.generated.json);
        let stages = self.stages_of(step).map(|(stage, lines)| self.step_stage(stage, lines, &positions)).collect();
        Ok(StepLines { step, stages })
    }

    /// The stages of a step in the order of the Dockerfile: its own, those with its files, and the one with the hash
    /// of its secrets.
    fn stages_of(&self, step: usize) -> impl Iterator<Item = &(Stage, StageLines)> {
        let stages = &self.generated.stages;
        let is_step = move |id: StepId| self.generated.index[id] == step;
        let own = stages.iter().find(|(stage, _)| matches!(stage.role, Role::Step(id) if is_step(id)));
        let hash = own.and_then(|(own, _)| own.secrets_hash()).and_then(|(_, name)| name).map(StageName::as_str);
        stages.iter().filter(move |(stage, _)| match stage.role {
            Role::Step(id) | Role::FileFor(id) => is_step(id),
            Role::SecretsHash => stage.name() == hash,
            Role::Image => false,
        })
    }

    fn step_stage(&self, stage: &Stage, lines: &StageLines, positions: &LineIndex<'_>) -> StepStage {
        let kind = match stage.role {
            Role::Step(_) | Role::Image => StageKind::Step,
            Role::FileFor(_) => StageKind::File,
            Role::SecretsHash => StageKind::SecretsHash,
        };
        let mut groups: Vec<LineGroup> = Vec::new();
        let mut last: Option<Option<&Location>> = None;
        for number in lines.first..=lines.last {
            let location = self.generated.source_map.location_of(number);
            let line = self.line(number).to_owned();
            match groups.last_mut().filter(|_| last == Some(location)) {
                Some(group) => group.lines.push(line),
                None => {
                    let position = location.map(|location| positions.position(location));
                    groups.push(LineGroup { position, first: number, lines: vec![line] });
                }
            }
            last = Some(location);
        }
        StepStage { kind, name: stage.name().unwrap_or_default().to_owned(), groups }
    }
}
