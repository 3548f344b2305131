//! A Dockerfile as stages of instructions, and the ignore file beside it.

use std::fmt;

use super::{Comment, IgnorePattern, ImageRef, Instruction, Mount, StageName};
use crate::diagnostic::{Located, Location};
use crate::plan::StepId;

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    /// The image of the `# syntax=` line, where there is one.
    pub(crate) syntax: Option<ImageRef>,
    /// In build order; the last is the image.
    pub(crate) stages: Vec<Stage>,
}

/// The ignore file beside a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dockerignore {
    /// A line each.
    pub(crate) patterns: Vec<Located<IgnorePattern>>,
}

/// One `FROM` and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    /// What it is for.
    pub(crate) role: Role,
    /// The value of the plan that it comes from.
    pub(crate) location: Location,
    /// Lines above the `FROM`.
    pub(crate) comment: Option<Comment>,
    /// What it starts from.
    pub(crate) from: Located<From>,
    /// Its name; the last stage has none.
    pub(crate) name: Option<StageName>,
    /// What it does.
    pub(crate) instructions: Vec<Located<Instruction>>,
}

/// What a stage starts from, or a COPY copies from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Nothing.
    Scratch,
    /// An image of a registry.
    Image(ImageRef),
    /// An earlier stage.
    Stage(StageName),
}

/// The purpose of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is a step.
    Step(StepId),
    /// It holds a file for a step.
    FileFor(StepId),
    /// It hashes secrets, or holds their hash.
    SecretsHash,
    /// It is the image.
    Image,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scratch => f.write_str("scratch"),
            Self::Image(image) => image.fmt(f),
            Self::Stage(name) => name.fmt(f),
        }
    }
}

impl Stage {
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(StageName::as_str)
    }

    /// The index of its first instruction that mounts a hash of secrets, and the stage with the hash.
    pub(crate) fn hash_stage(&self) -> Option<(usize, &StageName)> {
        self.instructions.iter().enumerate().find_map(|(index, instruction)| {
            instruction.value.mounts().iter().find_map(|mount| match &mount.value {
                Mount::SecretsHash { from } => Some((index, from)),
                Mount::Cache { .. } | Mount::Secret { .. } | Mount::Ssh { .. } => None,
            })
        })
    }
}
