//! A Dockerfile as stages of instructions, and the ignore file next to it.

use std::fmt;

use super::{Appended, Asset, Comment, IgnorePattern, ImageRef, Instruction, Mount, PulledImage, StageName};
use crate::diagnostic::{Located, Location};
use crate::plan::StepId;

/// A Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    /// The image of the `# syntax=` line, if there is one.
    pub(crate) syntax: Option<ImageRef>,
    /// The stages in build order; the last is the image.
    pub(crate) stages: Vec<Stage>,
    /// The files that COPY reads from the build context, in the order of the stages.
    pub(crate) assets: Vec<Asset>,
    /// The end of the last stage.
    pub(crate) appended: Option<AppendedFile>,
    /// The images that the build pulls, by name, except those of the appended instructions.
    pub(crate) images: Vec<PulledImage>,
}

/// Instructions from a file of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppendedFile {
    /// The comment above the instructions.
    pub(crate) comment: Comment,
    /// The instructions.
    pub(crate) instructions: Appended,
}

/// The ignore file next to a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dockerignore {
    /// The patterns, one per line.
    pub(crate) patterns: Vec<Located<IgnorePattern>>,
}

/// A `FROM` and the instructions that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    /// The purpose of the stage.
    pub(crate) role: Role,
    /// The location in the plan that the stage comes from.
    pub(crate) location: Location,
    /// A comment above the `FROM`.
    pub(crate) comment: Option<Comment>,
    /// The base of the stage.
    pub(crate) from: Located<From>,
    /// The name of the stage.
    pub(crate) name: Option<StageName>,
    /// The instructions after the `FROM`.
    pub(crate) instructions: Vec<Located<Instruction>>,
}

/// The base of a stage, or the source of a COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Nothing.
    Scratch,
    /// An image in a registry.
    Image(ImageRef),
    /// An earlier stage.
    Stage(StageName),
}

/// The purpose of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Builds a step.
    Step(StepId),
    /// Contains a file for a step.
    FileFor(StepId),
    /// Hashes secrets, or contains their hash.
    SecretsHash,
    /// Builds the final image.
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

    /// The index of the instruction that declares secrets as build args.
    pub(crate) fn secret_args(&self) -> Option<usize> {
        self.instructions.iter().position(|instruction| matches!(instruction.value, Instruction::SecretArgs(_)))
    }

    /// The index of the first instruction with a secrets hash, and the stage that contains it. Without a stage, the
    /// hash is the build arg itself.
    pub(crate) fn secrets_hash(&self) -> Option<(usize, Option<&StageName>)> {
        self.instructions.iter().enumerate().find_map(|(index, instruction)| match &instruction.value {
            Instruction::CopySecretsHash(from) => Some((index, Some(from))),
            Instruction::SecretsHashArg => Some((index, None)),
            other => other.mounts().iter().find_map(|mount| match &mount.value {
                Mount::SecretsHash { from } => Some((index, Some(from))),
                Mount::Cache { .. } | Mount::Secret { .. } | Mount::Ssh { .. } => None,
            }),
        })
    }
}
