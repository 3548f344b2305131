//! How `BuildKit` reads a Dockerfile, written anew after its parser's behaviour
//! (`frontend/dockerfile/parser`, `shell` and `instructions`) and without a look at this crate's
//! own spelling rules: a text that both agree on is read as it was meant.

mod instructions;
mod lex;
mod lines;
mod words;

use std::collections::BTreeMap;

pub(crate) use instructions::parse;

/// What a reading fails with.
pub(crate) type Read<T> = Result<T, String>;

/// Variables by name.
pub(crate) type Env = BTreeMap<String, String>;

/// A file as `BuildKit` sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dockerfile {
    /// Names and values of the directives at the top.
    pub(crate) directives: Vec<(String, String)>,
    /// What stands behind the `#` of each comment line.
    pub(crate) comments: Vec<String>,
    pub(crate) stages: Vec<Stage>,
}

/// A stage: a FROM and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) image: String,
    pub(crate) name: Option<String>,
    pub(crate) instructions: Vec<Instruction>,
}

/// An instruction, its flags read, its variables expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instruction {
    Env(Vec<(String, String)>),
    Arg(Vec<(String, Option<String>)>),
    Copy(Copy),
    Run(Run),
    Workdir(String),
    User(String),
    Shell(Vec<String>),
    Entrypoint(Command),
    Cmd(Command),
    /// An instruction that Docker knows and this port does not look into.
    Other(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Copy {
    pub(crate) from: Option<String>,
    pub(crate) link: bool,
    pub(crate) chmod: Option<String>,
    pub(crate) excludes: Vec<String>,
    pub(crate) sources: Vec<String>,
    pub(crate) heredocs: Vec<Heredoc>,
    pub(crate) dest: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) mounts: Vec<BTreeMap<String, String>>,
    pub(crate) command: Command,
    pub(crate) heredocs: Vec<Heredoc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Shell(String),
    Exec(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heredoc {
    pub(crate) name: String,
    /// Whether variables in it are expanded: its name is not quoted.
    pub(crate) expand: bool,
    /// `<<-`: tabs at the start of its lines are dropped.
    pub(crate) chomp: bool,
    pub(crate) content: String,
}
