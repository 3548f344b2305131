//! The arguments of the command line.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum, ValueHint};

use super::build::BuildArgs;
use super::bundle::BundleArgs;
use super::completions::CompletionsArgs;
use super::diff::DiffArgs;
use super::explain::ExplainArgs;
use super::hash::HashArgs;
use super::lint::LintArgs;
use super::man::ManArgs;
use super::transpiling::TranspileArgs;
use super::where_from::WhereArgs;
use crate::dockerfile::shell_word;

const EXAMPLES: &str = "\
Examples:
  railpack plan --out railpack-plan.json .    write the plan
  railpack2docker -o Dockerfile               write the Dockerfile, and its ignore file
  railpack2docker plan.json | less            look at it
  railpack2docker --check                     say whether the Dockerfile is up to date, and why not
  railpack2docker where Dockerfile:42         find the location in the plan that a line comes from
  railpack2docker lint plan.json              check the plan
  railpack2docker build -- -t app             check the secrets, and build the image
  docker build --secret id=TOKEN,env=TOKEN .  build it; the file's header has the exact command

Exit status:
  0  done
  1  with `--check`: a file is not what the plan gives
  2  could not do it; the reason is on standard error";

/// Turn a Railpack build plan into a Dockerfile that builds the same image
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    // not what the file is called: the help is the same with `.exe`
    bin_name = env!("CARGO_PKG_NAME"),
    after_help = EXAMPLES,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    #[command(flatten)]
    pub(super) plan: PlanArgs,

    /// Write the Dockerfile there, and an ignore file beside it when the plan excludes something
    #[arg(short, long, alias = "out", value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Overwrite a file that this tool did not make
    #[arg(long, requires = "output")]
    pub(super) force: bool,

    /// Print the ignore file instead of the Dockerfile
    #[arg(long, conflicts_with = "output")]
    pub(super) dockerignore: bool,

    /// Write nothing, but say whether the Dockerfile and its ignore file are what the plan gives, and why not
    ///
    /// The file is that of `-o`, or `Dockerfile`. A plan and options that are not given are those of its header.
    #[arg(long, conflicts_with_all = ["force", "dockerignore", "source_map", "context"])]
    pub(super) check: bool,

    /// Write the place in the plan of each line of the Dockerfile there, as JSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) source_map: Option<PathBuf>,

    /// Warn when this build context holds an `.env` file that the image would take
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) context: Option<PathBuf>,

    #[command(flatten)]
    pub(super) transpiling: TranspileArgs,

    #[command(flatten)]
    messages: MessageArgs,
}

/// What else the tool does.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Build(Box<BuildArgs>),
    Lint(Box<LintArgs>),
    Diff(Box<DiffArgs>),
    Explain(Box<ExplainArgs>),
    Where(WhereArgs),
    Hash(HashArgs),
    Bundle(BundleArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// The build plan, or `-` for standard input [default: railpack-plan.json]
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(id = "plan")]
    pub(super) given: Option<PathBuf>,
}

/// How findings are printed.
#[derive(Debug, clap::Args)]
pub(super) struct MessageArgs {
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value_t, value_enum)]
    pub(super) color: Color,

    /// How to print warnings and errors
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    pub(super) message_format: MessageFormat,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

/// How to print findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

impl Args {
    /// The plan when none is named.
    pub(super) const DEFAULT_PLAN: &str = "railpack-plan.json";

    /// The file to write; none for standard output.
    pub(super) fn output_file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// How the command that was chosen prints findings.
    pub(super) fn messages(&self) -> &MessageArgs {
        match &self.command {
            None => &self.messages,
            Some(Command::Build(args)) => &args.messages,
            Some(Command::Hash(args)) => &args.messages,
            Some(Command::Lint(args)) => &args.messages,
            Some(Command::Bundle(args)) => &args.messages,
            Some(Command::Diff(args)) => &args.messages,
            Some(Command::Where(args)) => &args.messages,
            Some(Command::Explain(args)) => &args.messages,
            Some(Command::Completions(args)) => &args.messages,
            Some(Command::Man(args)) => &args.messages,
        }
    }
}

impl PlanArgs {
    /// The plan's file, or `-`.
    pub(super) fn path(&self) -> &Path {
        self.given.as_deref().unwrap_or(Path::new(Args::DEFAULT_PLAN))
    }

    /// The plan as a word of a command that someone can run.
    pub(super) fn word(&self) -> String {
        path_word(self.path())
    }
}

/// A path as a word of a command that someone can run, never an option.
pub(super) fn path_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('-') && text != "-" {
        return shell_word(&format!("./{text}"), false);
    }
    shell_word(&text, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_plan_can_have_the_name_of_a_command_in_a_path() {
        assert!(Args::parse_from(["x", "./hash"]).command.is_none());
        assert!(Args::parse_from(["x", "help"]).command.is_none());
        assert!(Args::parse_from(["x", "hash"]).command.is_some());
    }
}
