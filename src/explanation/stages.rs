//! Which stages of the Dockerfile belong to which step.

use std::collections::BTreeMap;

use crate::dockerfile::{Dockerfile, From, Instruction, Mount, Stage};
use crate::graph::Graph;
use crate::source_map::StageLines;

/// The stages of a Dockerfile.
#[derive(Clone, Debug)]
pub(super) struct Stages(pub(super) Vec<StageOf>);

/// A stage, and what it is there for.
#[derive(Clone, Debug)]
pub(super) struct StageOf {
    pub(super) stage: Stage,
    pub(super) lines: StageLines,
    pub(super) owner: Owner,
}

/// What a stage is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It is a step, by its index in the build order.
    Step(usize),
    /// It holds a file for a step.
    FileOf(usize),
    /// It hashes secrets, or holds their hash.
    Hash,
    Image,
}

impl Stages {
    /// A step's stage stands for the place of its name; a helper is what it copies from that is no
    /// step; of the others, the last is the image.
    pub(super) fn of(graph: &Graph<'_>, dockerfile: Dockerfile, lines: Vec<StageLines>) -> Self {
        let names = graph.order.iter().enumerate().filter_map(|(index, id)| {
            let node = graph.nodes.get(*id).filter(|node| node.is_needed)?;
            Some((node.step.name.place.span().start, index))
        });
        let by_place: BTreeMap<usize, usize> = names.collect();
        let last = dockerfile.stages.len().saturating_sub(1);
        let with_lines = dockerfile.stages.into_iter().zip(lines).enumerate();
        let mut stages: Vec<StageOf> = with_lines
            .map(|(at, (stage, lines))| {
                let step = by_place.get(&stage.place.span().start).filter(|_| at != last);
                let owner = match step {
                    Some(index) => Owner::Step(*index),
                    None if at == last => Owner::Image,
                    None => Owner::Hash,
                };
                StageOf { stage, lines, owner }
            })
            .collect();
        let helpers: BTreeMap<String, usize> = stages
            .iter()
            .filter_map(|stage| if let Owner::Step(index) = stage.owner { Some((stage, index)) } else { None })
            .flat_map(|(stage, index)| stage.copied_stages().map(move |name| (name.to_owned(), index)))
            .collect();
        for stage in stages.iter_mut().filter(|stage| stage.owner == Owner::Hash) {
            if let Some(index) = stage.name().and_then(|name| helpers.get(name)) {
                stage.owner = Owner::FileOf(*index);
            }
        }
        Self(stages)
    }

    /// The stages that a step became, in the file's order: its own, those that hold files for it,
    /// and the one that hashes its secrets.
    pub(super) fn of_step(&self, index: usize) -> impl Iterator<Item = &StageOf> {
        let own = self.0.iter().find(|stage| stage.owner == Owner::Step(index));
        let hash = own.and_then(|own| own.hash_stage().map(|(_, name)| name.to_owned()));
        self.0.iter().filter(move |stage| match stage.owner {
            Owner::Step(step) | Owner::FileOf(step) => step == index,
            Owner::Hash => stage.name() == hash.as_deref(),
            Owner::Image => false,
        })
    }
}

impl StageOf {
    pub(super) fn name(&self) -> Option<&str> {
        self.stage.name.as_ref().map(crate::dockerfile::StageName::as_str)
    }

    /// The stages that it copies from.
    fn copied_stages(&self) -> impl Iterator<Item = &str> {
        self.stage.instructions.iter().filter_map(|instruction| match &instruction.value {
            Instruction::Copy(copy) => match &copy.from {
                Some(From::Stage(name)) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        })
    }

    /// Its first instruction that mounts a hash of secrets, by number, and the stage with the hash.
    pub(super) fn hash_stage(&self) -> Option<(usize, &str)> {
        let mut numbered = self.stage.instructions.iter().enumerate();
        numbered.find_map(|(at, instruction)| {
            let Instruction::Run(run) = &instruction.value else { return None };
            run.mounts.iter().find_map(|mount| match &mount.value {
                Mount::SecretsHash { from } => Some((at, from.as_str())),
                _ => None,
            })
        })
    }
}
