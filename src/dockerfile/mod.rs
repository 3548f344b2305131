//! A Dockerfile: stages of instructions, and one type for each place text can stand in.
//!
//! Each of these types says in its constructor what is legal in its place, and in its `Display`
//! how that is spelled. Nothing else in the crate writes a quote or a backslash. The rules were
//! read off `BuildKit`'s parser (`frontend/dockerfile/parser` and `frontend/dockerfile/shell`).

mod argv;
mod comment;
mod env;
mod heredoc;
mod ignore;
mod mount;
mod name;
mod path;
mod prelude;
mod spelling;

use crate::place::{Located, Place};

pub use argv::{ExecForm, ShellForm, shell_word};
pub use comment::Comment;
pub use env::{Assignment, is_bare_name, is_for_env_alone, looks_secret};
pub use heredoc::{Delimiter, Heredoc};
pub use ignore::IgnorePattern;
pub use mount::{Mount, MountField, Sharing, csv_field};
pub(crate) use name::split_reference;
pub use name::{ImageRef, StageName};
pub use path::{CopyPaths, Directory, Exclude, HeredocPath};
pub use prelude::Prelude;
pub use spelling::Unspellable;
pub(crate) use spelling::{LONGEST_ARGUMENT, LONGEST_LINE, check_path, fold};

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerfile {
    /// The image of the `# syntax=` line, where there is one.
    pub syntax: Option<ImageRef>,
    /// Whether a variable's name looks like a secret's to `docker build --check`, which then skips
    /// `SecretsUsedInArgOrEnv`. Only a directive at the top of the file works in every version.
    pub looks_secret: bool,
    /// What the reader should know first.
    pub header: Header,
    /// In build order; the last is the image.
    pub stages: Vec<Stage>,
}

/// Where the file came from and what to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The plan, as a path relative to the Dockerfile.
    pub plan: Comment,
    /// The beginning of the SHA-256 of the plan's canonical JSON.
    pub digest: Comment,
    /// The command that writes the file anew.
    pub regenerate: Comment,
    /// The command that builds the image, a line each.
    pub build: Vec<Comment>,
}

/// The ignore file beside a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerignore {
    /// The plan, as a path relative to the Dockerfile.
    pub plan: Comment,
    /// The beginning of the SHA-256 of the plan's canonical JSON.
    pub digest: Comment,
    /// A line each.
    pub patterns: Vec<Located<IgnorePattern>>,
}

/// One `FROM` and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What of the plan it stands for.
    pub place: Place,
    /// Lines above the `FROM`.
    pub comment: Option<Comment>,
    /// What it starts from.
    pub from: Located<From>,
    /// Its name; the last stage has none.
    pub name: Option<StageName>,
    /// What it does.
    pub instructions: Vec<Located<Instruction>>,
}

/// What a stage starts from, or a COPY copies from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// Nothing.
    Scratch,
    /// An image of a registry.
    Image(ImageRef),
    /// An earlier stage.
    Stage(StageName),
}

/// What a RUN runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// With `/bin/sh -c`.
    Shell(ShellForm),
    /// With no shell.
    Exec(ExecForm),
}

/// One instruction of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// `USER ""` and, where the stage has commands, `SHELL`: nothing of the image's own.
    ResetUser {
        /// Whether the shell is reset, too.
        shell: bool,
    },
    /// `HEALTHCHECK NONE` and `STOPSIGNAL`: nothing of the image's own.
    ResetProcess,
    /// `WORKDIR`
    Workdir(Directory),
    /// `ENV`
    Env(Vec<Located<Assignment>>),
    /// `ARG`, one a line: variables that the commands see and the image does not.
    Arg(Vec<Located<Assignment>>),
    /// `ARG` of what a mount can't hold itself.
    MountArg(Assignment),
    /// `WORKDIR` there and back: a directory with the usual mode, for a file with another one.
    MakeDirectory {
        /// The directory to make.
        directory: Directory,
        /// The directory of the commands.
        back: Directory,
    },
    /// `COPY`
    Copy(Copy),
    /// `COPY <<…`
    CopyFile(CopyFile),
    /// `RUN`
    Run(Run),
    /// The `ARG` and `RUN` of a stage that hashes secrets.
    HashSecrets(HashSecrets),
    /// The `ARG` and `COPY` of a stage that holds the value of `SECRETS_HASH` itself.
    KeepSecretsHash,
    /// `ENTRYPOINT`
    Entrypoint(ExecForm),
    /// `CMD`
    Cmd(ExecForm),
}

impl Instruction {
    /// Whether it sets a variable whose name looks like a secret's.
    pub(crate) fn looks_secret(&self) -> bool {
        match self {
            Self::Env(variables) | Self::Arg(variables) => {
                variables.iter().any(|variable| looks_secret(variable.value.name()))
            }
            _ => false,
        }
    }
}

/// A COPY of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// A line above it.
    pub comment: Option<Comment>,
    /// Another source than the build context.
    pub from: Option<From>,
    /// Whether its layer is independent of what lies below.
    pub link: bool,
    /// Patterns of what is not copied.
    pub exclude: Vec<Exclude>,
    /// Source and destination.
    pub paths: CopyPaths,
}

/// A COPY of a file that stands in the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFile {
    /// A line above it.
    pub comment: Option<Comment>,
    /// Another mode than 0644.
    pub mode: Option<Mode>,
    /// Where it goes.
    pub path: HeredocPath,
    /// What is in it.
    pub content: Located<Heredoc>,
}

/// The permission bits of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(pub u32);

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

/// A RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// A line above it.
    pub comment: Option<Comment>,
    /// One a line.
    pub mounts: Vec<Located<Mount>>,
    /// What the shell does before the command, one a line. The exec form has none.
    pub preludes: Vec<Prelude>,
    /// What it runs.
    pub command: Command,
}

/// Writes a hash of secret values to `/secrets-hash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashSecrets {
    /// The secrets.
    pub mounts: Vec<Located<Mount>>,
    /// What makes environment variables of them, where the mounts do not.
    pub preludes: Vec<Prelude>,
    /// Whether an empty `SECRETS_HASH` is a failure.
    pub required: bool,
    /// `"$NAME"` of each, for a shell.
    pub values: Vec<ShellVariable>,
}

/// `"$NAME"` in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellVariable(String);

impl ShellVariable {
    /// Takes the name of a shell variable.
    ///
    /// # Errors
    /// A name that a shell can't expand.
    pub fn new(name: &str) -> Result<Self, Unspellable> {
        if is_bare_name(name) { Ok(Self(name.to_owned())) } else { Err(Unspellable::Malformed("a shell variable")) }
    }
}

impl std::fmt::Display for ShellVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"${}\"", self.0)
    }
}
