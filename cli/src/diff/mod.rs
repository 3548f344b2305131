//! `railpack2docker diff`: what differs between two plans, and which layers rebuild.

mod git;
mod grouped;
mod json;
mod markdown;
mod source;
mod summary;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ValueEnum, ValueHint};

use super::args::MessageArgs;
use super::files::{Failure, PlanFile};
use super::report::Reporter;
use super::transpiling::TranspileArgs;
use super::unified::unified;
use crate::diff::{Comparison, Shown, compare};
use crate::options::Files;

/// The plans differ.
const DIFFERENT: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  railpack2docker diff main:railpack-plan.json railpack-plan.json
  railpack plan . | railpack2docker diff railpack-plan.json -
  railpack2docker diff --format markdown old.json new.json > comment.md

Exit status:
  0  what is built is the same
  1  the plans differ
  2  could not compare them; the reason is on standard error";

/// Say what differs between two plans, and which layers rebuild
///
/// What matters is what is built: the order of keys and steps does not. The layers are those of an engine that has
/// built OLD and now builds NEW, with the same files and secrets.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// The old plan: a file, `-` for standard input, or `REV:PATH` for a file in git, as `git show` takes it
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    old: OsString,

    /// The new plan, likewise
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    new: OsString,

    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    /// Show the difference of the Dockerfiles, too, as the other formats do
    #[arg(long)]
    dockerfile: bool,

    #[command(flatten)]
    transpiling: TranspileArgs,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// How to print the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    #[default]
    Text,
    /// For a comment on a pull request
    Markdown,
    /// One JSON document with everything
    Json,
}

/// Two plans and what differs between them.
struct Compared<'a> {
    old: &'a PlanFile,
    new: &'a PlanFile,
    comparison: Comparison,
}

impl Compared<'_> {
    fn printed(&self, format: Format, with_dockerfile: bool) -> String {
        match format {
            Format::Text => text::text(self, with_dockerfile),
            Format::Markdown => markdown::markdown(self),
            Format::Json => json::json(self),
        }
    }

    /// The unified diff of what the plans become: the Dockerfile, and the ignore file beside it.
    fn dockerfile_diff(&self) -> String {
        let (old, new) = (&self.comparison.old, &self.comparison.new);
        let dockerignore = |shown: &Shown| shown.dockerignore.clone().unwrap_or_default();
        let of = |file: &str, before: &str, after: &str| {
            let named = |plan: &PlanFile| format!("{file} of {}", plan.shown());
            unified(before, after, &named(self.old), &named(self.new))
        };
        let dockerfile = of("Dockerfile", &old.dockerfile, &new.dockerfile);
        dockerfile + &of("Dockerfile.dockerignore", &dockerignore(old), &dockerignore(new))
    }
}

/// Prints the difference to standard output. The status is 0 where there is none, else 1.
pub(super) fn run(args: &DiffArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let (old, new) = source::read(&args.old, &args.new)?;
    let mut options = args.transpiling.options(&new, None)?;
    // the header of a Dockerfile names the plan; here it would only get in the way
    options.files = Files::default();
    let comparison = compare(&old.text, &new.text, &options).map_err(|failed| {
        let of_old = failed.old.map(|found| (found, &old));
        let of_new = failed.new.map(|found| (found, &new));
        for (found, plan) in of_old.into_iter().chain(of_new) {
            reporter.report(&found.0, Some(plan));
        }
        Failure::Reported
    })?;
    let is_same = comparison.changes.is_empty();
    let compared = Compared { old: &old, new: &new, comparison };
    reporter.print(&compared.printed(args.format, args.dockerfile))?;
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

/// What is printed in each format: for people with all that can be asked for, as Markdown, and as JSON.
#[cfg(fuzzing)]
pub(super) fn printed(old: &PlanFile, new: &PlanFile, comparison: Comparison) -> [String; 3] {
    let compared = Compared { old, new, comparison };
    [Format::Text, Format::Markdown, Format::Json].map(|format| compared.printed(format, true))
}
