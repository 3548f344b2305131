//! The `railpack2docker` command: arguments, files, colors and exit codes. The transpiler itself is the crate
//! [`railpack2docker`], which reads and writes nothing.
//!
//! The modules depend on each other in this order: `files`, `options`, `output`, `docker`, `image`, `commands`, `usage`,
//! `embed`.

mod commands;
mod docker;
pub mod embed;
mod failure;
mod files;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod image;
mod options;
mod output;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use commands::build::{self, BuildArgs};
use commands::bundle::{self, BundleArgs};
use commands::check;
use commands::completions::{self, CompletionsArgs};
use commands::diff::{self, DiffArgs};
use commands::emit::{self, EmitArgs};
use commands::explain::{self, ExplainArgs};
use commands::hash::{self, HashArgs};
use commands::leaks::{self, LeaksArgs};
use commands::lint::{self, LintArgs};
use commands::man::{self, ManArgs};
use commands::pin::{self, PinArgs};
use commands::schema::{self, SchemaArgs};
use commands::sync::{self, SyncArgs};
use commands::transpile::{self, DefaultArgs};
use commands::verify::{self, VerifyArgs};
use commands::where_from::{self, WhereArgs};
use failure::Failure;
use options::messages::MessageArgs;
use output::report::Reporter;

/// The name of the program.
const NAME: &str = "railpack2docker";

/// The exit status if a file is stale.
const STALE: u8 = 1;

/// The exit status after an error.
const FAILED: u8 = 2;

/// The exit status after an error that may not happen again, as in `sysexits.h`.
const TRY_AGAIN: u8 = 75;

const EXAMPLES: &str = "\
Examples:
  railpack2docker sync                        plan this directory, and write its Dockerfile
  railpack plan --out railpack-plan.json .    generate the plan alone
  railpack2docker -o Dockerfile               write the Dockerfile and its ignore file
  railpack2docker plan.json | less            print the Dockerfile
  railpack2docker --check                     check that the Dockerfile is up to date
  railpack2docker where Dockerfile:42         find where this line comes from in the plan
  railpack2docker lint plan.json              check the plan for problems
  railpack2docker build -- -t app             build the image with its secrets
  railpack2docker leaks app                   search the image for the secrets
  railpack2docker verify plan.json            compare the image with the one that Railpack builds
  docker build --secret id=TOKEN,env=TOKEN .  build the image; see the command in the Dockerfile

Exit status:
  0  success
  1  a file is stale (with `--check`)
  2  an error occurred (see stderr)";

/// Turn a Railpack build plan into a Dockerfile that builds the same image
#[derive(Debug, Parser)]
#[command(
    version,
    name = NAME,
    // the same help on Windows, without `.exe`
    bin_name = NAME,
    after_long_help = EXAMPLES,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    default: DefaultArgs,

    #[command(flatten)]
    messages: MessageArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sync(Box<SyncArgs>),
    Build(Box<BuildArgs>),
    Emit(Box<EmitArgs>),
    Lint(Box<LintArgs>),
    Diff(Box<DiffArgs>),
    Explain(Box<ExplainArgs>),
    Where(WhereArgs),
    Pin(Box<PinArgs>),
    Hash(Box<HashArgs>),
    Bundle(Box<BundleArgs>),
    Leaks(Box<LeaksArgs>),
    Verify(Box<VerifyArgs>),
    Schema(SchemaArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Runs the command with the arguments of the process.
///
/// The exit status is 0 on success, 1 if a file is stale, 2 after an error, and that of `docker` if it ran.
/// An error in the arguments ends the process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if completions::answer(Args::command, &arguments) {
        return ExitCode::SUCCESS;
    }
    let args = match parse(arguments.clone()) {
        Ok(args) => args,
        Err(error) => return usage::report(&error, &arguments),
    };
    let reporter = Reporter::new(args.messages);
    let success = |()| ExitCode::SUCCESS;
    let result = match args.command {
        None if args.default.check => check::run(&args.default, &reporter),
        None => transpile::run(&args.default, &reporter).map(success),
        Some(Command::Sync(args)) => sync::run(&args, &reporter),
        Some(Command::Build(args)) => build::run(&args, &reporter),
        Some(Command::Emit(args)) => emit::run(*args, &reporter).map(success),
        Some(Command::Lint(args)) => lint::run(&args, &reporter),
        Some(Command::Diff(args)) => diff::run(&args, &reporter),
        Some(Command::Explain(args)) => explain::run(&args, &reporter).map(success),
        Some(Command::Where(args)) => where_from::run(&args, &reporter).map(success),
        Some(Command::Pin(args)) => pin::run(&args, &reporter).map(success),
        Some(Command::Hash(args)) => hash::run(&args, &reporter).map(success),
        Some(Command::Bundle(args)) => bundle::run(&args, &reporter).map(success),
        Some(Command::Leaks(args)) => leaks::run(&args, &reporter),
        Some(Command::Verify(args)) => verify::run(&args, &reporter),
        Some(Command::Schema(args)) => schema::run(&args).map(success),
        Some(Command::Completions(args)) => completions::run(&args, &Args::command()).map(success),
        Some(Command::Man(args)) => man::run(&args, &Args::command()).map(success),
    };
    match result {
        Ok(status) => status,
        Err(Failure::Reported) => ExitCode::from(FAILED),
        Err(Failure::Errors(diagnostics)) => {
            reporter.report(&diagnostics, None);
            ExitCode::from(FAILED)
        }
        Err(Failure::Stale(diagnostics)) => {
            reporter.report(&diagnostics, None);
            ExitCode::from(STALE)
        }
        Err(Failure::TryAgain(diagnostics)) => {
            reporter.report(&diagnostics, None);
            ExitCode::from(TRY_AGAIN)
        }
    }
}

/// Parses the arguments.
fn parse(arguments: Vec<OsString>) -> Result<Args, clap::Error> {
    let arguments = usage::expand_help(arguments, Args::command)?;
    let args = Args::try_parse_from(&arguments)
        .map_err(|error| usage::with_suggestions(error, &arguments, &Args::command()))?;
    usage::check_plans(args.default.plans(), Args::command)?;
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_plan_with_the_name_of_a_command_needs_a_path() {
        assert!(Args::parse_from(["x", "./hash"]).command.is_none());
        assert!(Args::parse_from(["x", "./help"]).command.is_none());
        assert!(Args::parse_from(["x", "hash"]).command.is_some());
    }
}
