//! The build model.

use crate::diagnostic::Position;
use crate::dockerfile::Stage;
use crate::options::SecretsHash;
use crate::plan::StepMap;
use crate::source_map::{SourceMap, StageLines};

/// A build: its steps and its image.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// All steps of the plan, each behind those it takes from.
    pub steps: Vec<Step>,
    /// What comes out.
    pub image: Image,
    /// The names of the plan's secrets.
    pub secrets: Vec<String>,
    pub(super) generated: GeneratedDockerfile,
}

/// The Dockerfile that is explained.
#[derive(Clone, Debug)]
pub(super) struct GeneratedDockerfile {
    pub(super) lines: Vec<String>,
    pub(super) source_map: SourceMap,
    pub(super) stages: Vec<(Stage, StageLines)>,
    /// The position of each step in the build order, by which the model knows it.
    pub(super) index: StepMap<usize>,
    /// What the plan keeps out of the build context.
    pub(super) exclude: Vec<String>,
    pub(super) secrets_hash: SecretsHash,
    /// The plan's text.
    pub(super) json: String,
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Its name in the plan.
    pub name: String,
    /// Where its name stands.
    pub position: Position,
    /// Whether something of it reaches the image. A step of which nothing does is left out.
    pub reaches_image: bool,
    /// What its file system starts as; `None` is nothing at all.
    pub base: Option<Source>,
    /// What its inputs copy onto that.
    pub copies: Vec<Copy>,
    /// The caches that its commands share with other builds.
    pub caches: Vec<Cache>,
    /// The secrets of its commands.
    pub secrets: Secrets,
    /// What it does, in order.
    pub commands: Vec<Command>,
    /// What takes from it.
    pub taken_by: Vec<Taker>,
}

/// The image that is built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// What it starts from.
    pub base: Source,
    /// What is copied into it.
    pub copies: Vec<Copy>,
    /// The command that a container runs, if the plan has one.
    pub start_command: Option<String>,
}

/// Where files come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// The folder that is built.
    Context,
    /// An image of a registry.
    Image(String),
    /// A step, by its index.
    Step(usize),
}

/// Files that are taken from somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copy {
    /// Where from.
    pub from: Source,
    /// Paths and patterns, as the plan has them.
    pub paths: Vec<String>,
    /// Patterns of what is not taken.
    pub exclude: Vec<String>,
}

/// A directory that outlives a build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cache {
    /// Its name in the plan.
    pub name: String,
    /// Where commands find it.
    pub directory: String,
    /// Whether one build at a time has it.
    pub locked: bool,
}

/// The secrets of a step's commands, in the plan's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secrets {
    /// Those that the commands can read.
    pub seen: Vec<String>,
    /// Those whose change runs the step again, `*` spelled out.
    pub listed: Vec<String>,
}

/// Something that a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// It runs a program.
    Run {
        /// The name that the plan gives it, else the command without `sh -c`.
        title: String,
        /// The command line, as the plan has it.
        command: String,
    },
    /// It puts an entry in front of `PATH`.
    Path {
        /// The entry.
        path: String,
    },
    /// It copies a file or a directory.
    Copy {
        /// Where from: an image or the build context.
        from: Source,
        /// A path or a pattern there.
        source: String,
        /// Where it goes.
        destination: String,
    },
    /// It writes a file that stands in the plan.
    File {
        /// Where it goes.
        path: String,
        /// The name that the plan gives the command, if it does.
        title: Option<String>,
    },
}

/// What takes from a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Taker {
    /// Another step, by its index.
    Step(usize),
    /// The image.
    Image,
}
