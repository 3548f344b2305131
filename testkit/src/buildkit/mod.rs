//! A Dockerfile parser that behaves like `BuildKit`'s (`frontend/dockerfile/parser`, `shell` and `instructions`).
//! It is independent of this crate's own quoting rules, so a text that both agree on is read as it was meant.

mod instructions;
mod lex;
mod lines;
mod words;

use std::collections::BTreeMap;

pub use instructions::parse;

/// The result of parsing. The error is the reason for a failure.
pub type Read<T> = Result<T, String>;

/// Variables by name.
pub type Env = BTreeMap<String, String>;

/// A file as `BuildKit` sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Names and values of the directives at the top.
    pub directives: Vec<(String, String)>,
    /// The text after the `#` of each comment line.
    pub comments: Vec<String>,
    pub stages: Vec<Stage>,
}

/// A stage: a FROM and the instructions after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub image: String,
    pub name: Option<String>,
    pub instructions: Vec<Instruction>,
}

/// An instruction, with its flags parsed and its variables expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    Env(Vec<(String, String)>),
    Arg(Vec<(String, Option<String>)>),
    Copy(Copy),
    Run(Run),
    Workdir(String),
    User(String),
    Shell(Vec<String>),
    Label(Vec<(String, String)>),
    Expose(Vec<String>),
    Volume(Vec<String>),
    StopSignal(String),
    Healthcheck(Healthcheck),
    Entrypoint(Command),
    Cmd(Command),
    /// Another instruction that Docker knows. Its operands are not parsed.
    Other(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    pub from: Option<String>,
    pub link: bool,
    pub chmod: Option<String>,
    pub chown: Option<String>,
    pub excludes: Vec<String>,
    pub sources: Vec<String>,
    pub heredocs: Vec<Heredoc>,
    pub dest: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healthcheck {
    /// Its flags by name.
    pub flags: BTreeMap<String, String>,
    /// `None` for `NONE`.
    pub command: Option<Command>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub mounts: Vec<BTreeMap<String, String>>,
    pub command: Command,
    pub heredocs: Vec<Heredoc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Shell(String),
    Exec(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    pub name: String,
    /// Whether variables in the content are expanded, since the name is not quoted.
    pub expand: bool,
    /// Whether tabs at the start of lines are dropped: `<<-`.
    pub chomp: bool,
    pub content: String,
}
