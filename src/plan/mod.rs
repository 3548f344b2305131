//! A faithful model of a build plan, in its original order. No decisions are made here.

mod command;
mod detect;
mod digest;
mod json;
mod not_json;
mod read;
mod schema;
mod spans;
mod step_id;

use std::collections::BTreeMap;

pub(crate) use crate::diagnostic::Located;
use crate::diagnostic::Location;
use crate::options::{Options, SecretsScope};

pub(crate) use command::given_mode;
pub(crate) use read::read;
pub(crate) use schema::schema;
pub(crate) use step_id::{StepId, StepMap};

/// The newest version of Railpack whose plans are known.
const NEWEST_RAILPACK: &str = "0.37.0";

/// A build plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The SHA-256 of the plan's canonical JSON, in hexadecimal.
    pub(crate) digest: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) caches: BTreeMap<String, Cache>,
    /// The names of all secrets, without duplicates.
    pub(crate) secrets: Vec<Located<String>>,
    /// Variables for every step and for the image, from a top-level `env` or `variables`.
    pub(crate) variables: Variables,
    pub(crate) deploy: Deploy,
    /// Ignore patterns for the build context.
    pub(crate) exclude: Vec<Located<String>>,
}

/// Environment variables by name.
pub(crate) type Variables = BTreeMap<String, Located<String>>;

/// A node of the build graph.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: Located<String>,
    /// The first is the base of the step's file system; the rest are copied onto it.
    pub(crate) inputs: Vec<Input>,
    pub(crate) commands: Vec<Command>,
    /// The secrets whose values invalidate the step, without duplicates; `*` means all.
    pub(crate) secrets: Vec<Located<String>>,
    /// Whether the step has no list of secrets, in the form of Railpack's documentation: it then means all secrets.
    /// In the plans of Railpack, which drops empty lists, it means none.
    pub(crate) has_all_secrets: bool,
    /// File contents by name.
    pub(crate) assets: BTreeMap<String, Located<String>>,
    pub(crate) variables: Variables,
    /// The names of the caches that the step's commands use, without duplicates.
    pub(crate) caches: Vec<Located<String>>,
}

impl Plan {
    /// A step by its id in this plan.
    #[expect(clippy::indexing_slicing, reason = "an id is an index into this plan")]
    pub(crate) fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// A step by its id in this plan, to change it.
    pub(crate) fn step_mut(&mut self, id: StepId) -> Option<&mut Step> {
        self.steps.get_mut(id.index())
    }

    /// All steps with their ids, in plan order.
    pub(crate) fn steps_by_id(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.steps.iter().enumerate().map(|(index, step)| (StepId::new(index), step))
    }
}

impl Step {
    /// Whether the step lists all secrets without a list; see [`Self::has_all_secrets`]. Railpack's plans have no such
    /// steps, so this counts only if commands see what their step lists.
    pub(crate) fn lists_all(&self, options: &Options) -> bool {
        self.has_all_secrets && options.secrets_scope == SecretsScope::Step
    }

    /// Whether the step has a command that runs a program.
    pub(crate) fn runs_something(&self) -> bool {
        self.commands.iter().any(Command::is_exec)
    }
}

/// Files that a step or the image is based on or copies.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) location: Location,
    pub(crate) source: Source,
    /// The paths to copy. `None` and empty differ: see the rule for merging in [`crate::lower`].
    pub(crate) include: Option<Vec<Located<String>>>,
    pub(crate) exclude: Vec<Located<String>>,
}

impl Input {
    /// The paths and patterns to copy.
    pub(crate) fn includes(&self) -> &[Located<String>] {
        self.include.as_deref().unwrap_or_default()
    }

    /// The source, if it is an image.
    pub(crate) fn image(&self) -> Option<&Located<String>> {
        match &self.source {
            Source::Image(image) => Some(image),
            Source::Step(_) | Source::Local => None,
        }
    }
}

/// The source of an input's files.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Image(Located<String>),
    Step(Located<String>),
    /// The build context.
    Local,
}

/// A command of a step.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Exec {
        cmd: Located<String>,
        custom_name: Option<String>,
    },
    /// An entry to prepend to PATH.
    Path {
        path: Located<String>,
    },
    Copy {
        src: Located<String>,
        dest: Located<String>,
        image: Option<Located<String>>,
    },
    File {
        path: Located<String>,
        name: Located<String>,
        mode: Option<u32>,
        custom_name: Option<String>,
    },
}

impl Command {
    /// Whether the command runs a program.
    pub(crate) fn is_exec(&self) -> bool {
        matches!(self, Self::Exec { .. })
    }
}

/// A directory that persists across builds.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    pub(crate) directory: Located<String>,
    pub(crate) locked: bool,
}

/// The final image.
#[derive(Clone, Debug)]
pub(crate) struct Deploy {
    pub(crate) location: Location,
    pub(crate) base: Input,
    pub(crate) inputs: Vec<Input>,
    pub(crate) start_command: Option<Located<String>>,
    pub(crate) variables: Variables,
    /// Additional entries for the image's PATH.
    pub(crate) paths: Vec<Located<String>>,
}
