//! A build plan as it was written, in its order. No decision is made here.

mod command;
mod digest;
mod extents;
mod json;
mod read;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use crate::place::Located;
use crate::place::Place;

pub(crate) use command::given_mode;
pub(crate) use read::read;

/// A build plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The SHA-256 of the plan's canonical JSON, in hexadecimal.
    pub(crate) digest: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) caches: BTreeMap<String, Cache>,
    /// The names of all secrets, each once.
    pub(crate) secrets: Vec<Located<String>>,
    /// Variables of every step and of the image, from a top-level `env`.
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
    /// The secrets whose values invalidate the step, each once; `*` is all.
    pub(crate) secrets: Vec<Located<String>>,
    /// The content of files, by name.
    pub(crate) assets: BTreeMap<String, Located<String>>,
    pub(crate) variables: Variables,
    /// Names of the plan's caches, each once.
    pub(crate) caches: Vec<Located<String>>,
}

impl Plan {
    /// The plan's secrets that a step lists, in the plan's order: those whose values re-run it.
    pub(crate) fn listed_by(&self, step: &Step) -> Vec<&Located<String>> {
        let names: BTreeSet<&str> = step.secrets.iter().map(|name| name.value.as_str()).collect();
        let all = names.contains("*");
        self.secrets.iter().filter(|secret| all || names.contains(secret.value.as_str())).collect()
    }
}

impl Step {
    /// Whether it has a command that runs a program.
    pub(crate) fn runs_something(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, Command::Exec { .. }))
    }
}

/// Files that a step or the image starts from or takes.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) place: Place,
    pub(crate) source: Source,
    /// What is taken. `None` and empty differ: see [`crate::lower`]'s rule for merging.
    pub(crate) include: Option<Vec<Located<String>>>,
    pub(crate) exclude: Vec<Located<String>>,
}

/// Where the files of an input come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Image(Located<String>),
    Step(Located<String>),
    /// The build context.
    Local,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Exec {
        cmd: Located<String>,
        custom_name: Option<String>,
    },
    /// An entry for the front of PATH.
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

/// A directory that outlives a build.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    pub(crate) directory: Located<String>,
    pub(crate) locked: bool,
}

/// The final image.
#[derive(Clone, Debug)]
pub(crate) struct Deploy {
    pub(crate) place: Place,
    pub(crate) base: Input,
    pub(crate) inputs: Vec<Input>,
    pub(crate) start_command: Option<Located<String>>,
    pub(crate) variables: Variables,
    /// Further entries of the image's PATH.
    pub(crate) paths: Vec<Located<String>>,
}
