//! The build model.

use crate::diagnostic::Position;
use crate::dockerfile::Stage;
use crate::options::{ImageOptions, SecretsHash};
use crate::plan::StepMap;
use crate::source_map::{SourceMap, StageLines};

/// The model of a build: its steps and its image.
///
/// Other types refer to steps by their index in [`steps`](Self::steps).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// All steps of the plan in build order: each one comes after the steps that it depends on.
    pub steps: Vec<Step>,
    /// The final image.
    pub image: Image,
    /// The names of the plan's secrets.
    pub secrets: Vec<String>,
    pub(super) generated: GeneratedDockerfile,
}

/// The Dockerfile to explain, and data to find its lines.
#[derive(Clone, Debug)]
pub(super) struct GeneratedDockerfile {
    pub(super) lines: Vec<String>,
    pub(super) source_map: SourceMap,
    pub(super) stages: Vec<(Stage, StageLines)>,
    /// The index of each step in the model, which is its position in the build order.
    pub(super) index: StepMap<usize>,
    /// The exclude patterns of the plan.
    pub(super) exclude: Vec<String>,
    pub(super) secrets_hash: SecretsHash,
    /// The text of the plan.
    pub(super) json: String,
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The name of the step.
    pub name: String,
    /// The position of the name in the plan.
    pub position: Position,
    /// Whether the image depends on the step. Otherwise, the step is unused, and not part of the Dockerfile.
    pub reaches_image: bool,
    /// The base of the step's file system; `None` for an empty one.
    pub base: Option<Source>,
    /// The files that the step's inputs copy onto the base.
    pub copies: Vec<Copy>,
    /// The caches that are mounted for the step's commands.
    pub caches: Vec<Cache>,
    /// The secrets of the step's commands.
    pub secrets: Secrets,
    /// The commands, in order.
    pub commands: Vec<Command>,
    /// The other steps that start or copy from this one, and the image if it does.
    pub consumers: Vec<Consumer>,
}

/// The final image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The base of the image's file system.
    pub base: Source,
    /// The files that are copied onto the base.
    pub copies: Vec<Copy>,
    /// The command that a container runs by default, if the plan or an option has one.
    pub start_command: Option<String>,
    /// The options of the image.
    pub options: ImageOptions,
}

/// A source of files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Source {
    /// The build context.
    Context,
    /// An image from a registry, by its reference.
    Image(String),
    /// A step, by its index.
    Step(usize),
}

/// Files that are copied from one source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copy {
    /// The source.
    pub from: Source,
    /// The paths and patterns to copy, as the plan spells them.
    pub paths: Vec<String>,
    /// The exclude patterns.
    pub exclude: Vec<String>,
}

/// A cache: a directory that is kept between builds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cache {
    /// The name of the cache.
    pub name: String,
    /// The path at which the cache is mounted.
    pub directory: String,
    /// Whether only one build at a time can use it.
    pub locked: bool,
}

/// The secrets of a step's commands, in the plan's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secrets {
    /// The secrets that the commands can read.
    pub visible: Vec<String>,
    /// The secrets that the step lists, with `*` expanded. Changing one of them re-runs the step.
    pub listed: Vec<String>,
}

impl Secrets {
    /// The secrets that the commands can read although the step does not list them.
    pub(super) fn unlisted(&self) -> impl Iterator<Item = &String> {
        self.visible.iter().filter(|name| !self.listed.contains(name))
    }
}

/// A command of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Runs a program.
    Run {
        /// The custom name, or else the command without `sh -c`.
        title: String,
        /// The command line, as the plan spells it.
        command: String,
    },
    /// Prepends an entry to `PATH`.
    Path {
        /// The entry.
        path: String,
    },
    /// Copies a file or a directory.
    Copy {
        /// The source: an image or the build context.
        from: Source,
        /// The path or pattern to copy.
        source: String,
        /// The destination path.
        destination: String,
    },
    /// Writes a file whose content is in the plan.
    File {
        /// The path of the file.
        path: String,
        /// The custom name, if the plan has one.
        title: Option<String>,
    },
}

/// A consumer of a step, which starts or copies from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Consumer {
    /// Another step, by its index.
    Step(usize),
    /// The image.
    Image,
}
