//! `railpack2docker diff`: the differences between two plans, and the layers that rebuild.

mod git;
mod group;
mod json;
mod markdown;
mod short;
mod since;
mod source;
mod summary;
mod text;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ValueHint;
use railpack2docker::diff::{Comparison, RedactedFiles, compare};
use railpack2docker::{Code, Diagnostic, Files, Options};
use serde_json::Value;

use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::options::transpile::TranspileArgs;
use crate::output::format::Format;
use crate::output::report::Reporter;
use crate::output::unified_diff::unified_diff;

/// The exit status if the plans differ.
const DIFFERENT: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  railpack2docker diff main:railpack-plan.json railpack-plan.json
  railpack plan . | railpack2docker diff railpack-plan.json -
  railpack2docker diff --since origin/main --all
  railpack2docker diff --since HEAD~1 --format markdown apps/* > comment.md

Exit status:
  0  the plans are equivalent
  1  the plans differ
  2  an error occurred (see stderr)";

/// Show the differences between two plans, and the layers that rebuild
///
/// A plan is a file, `-` for standard input, or `REV:PATH` for a file in git, as in `git show`. With `--since`, any
/// number of plans, directories and patterns are compared with their versions in a revision.
///
/// Only differences that affect the build are shown: the order of keys and steps is ignored. The layers that rebuild
/// are predicted for an engine that has built OLD and now builds NEW with the same files and secrets.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = EXAMPLES,
    override_usage = "railpack2docker diff [OPTIONS] OLD NEW\n       \
                      railpack2docker diff [OPTIONS] --since REV [PLAN]..."
)]
pub(crate) struct DiffArgs {
    /// The old and the new plan, or, with `--since`, the new plans [default: railpack-plan.json]
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(id = "plans")]
    given: Vec<OsString>,

    /// Compare each plan with the same file in this git revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,

    /// Compare every `railpack-plan.json` below the current directory, except those that git ignores
    #[arg(long, requires = "since", conflicts_with = "plans")]
    all: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    /// Include the diff of the Dockerfiles in the text format; the other formats always include it
    #[arg(long)]
    dockerfile: bool,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Two plans and their comparison.
struct ComparedPlans {
    old: PlanFile,
    new: PlanFile,
    comparison: Comparison,
}

impl ComparedPlans {
    fn print(&self, format: Format, with_dockerfile: bool) -> String {
        match format {
            Format::Text => text::print(self, with_dockerfile),
            Format::Markdown => markdown::print(self),
            Format::Json => json::print(self),
        }
    }

    fn is_same(&self) -> bool {
        self.comparison.changes.is_empty()
    }

    /// The unified diff of the generated files: the Dockerfile and its ignore file.
    fn dockerfile_diff(&self) -> String {
        let (old, new) = (&self.comparison.old, &self.comparison.new);
        let dockerignore = |files: &RedactedFiles| files.dockerignore.clone().unwrap_or_default();
        let diff = |file: &str, before: &str, after: &str| {
            let name = |plan: &PlanFile| format!("{file} of {}", plan.name());
            unified_diff(before, after, &name(&self.old), &name(&self.new))
        };
        let dockerfile = diff("Dockerfile", &old.dockerfile, &new.dockerfile);
        dockerfile + &diff("Dockerfile.dockerignore", &dockerignore(old), &dockerignore(new))
    }
}

/// Prints the differences to standard output. The exit status is 0 if there are none, or else 1.
pub(crate) fn run(args: &DiffArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    if let Some(revision) = &args.since {
        return since::run(revision, args, reporter);
    }
    let [old, new] = args.given.as_slice() else {
        let message = format!("expected two plans, OLD and NEW, but got {}", args.given.len());
        let help = "pass two plans, or `--since REV` to compare plans with their versions in git";
        return Err(Diagnostic::new(Code::InvalidOption, message).with_help(help).into());
    };
    let (old, new) = source::read(old, new)?;
    let options = comparable(&args.transpile.options(&new, None)?);
    let compared = compare_plans(old, new, &options, reporter)?;
    reporter.print(&compared.print(args.format, args.dockerfile))?;
    Ok(status(compared.is_same()))
}

/// The differences in a line: the layers that rebuild, and the first changes. `old` may have errors.
pub(super) fn in_short(old: &PlanFile, new: &PlanFile, options: &Options) -> String {
    match compare(&old.text, &new.text, &without_names(options)) {
        Ok(comparison) => short::print(&comparison),
        Err(_) => "updated; the old plan has errors".to_owned(),
    }
}

/// The differences as text. `None` if the plans are equivalent.
pub(super) fn in_full(
    old: PlanFile,
    new: PlanFile,
    options: &Options,
    reporter: &Reporter,
) -> Result<Option<String>, Failure> {
    let compared = compare_plans(old, new, options, reporter)?;
    Ok((!compared.is_same()).then(|| compared.print(Format::Text, false)))
}

/// The options without the names of the plans, which do not count as a difference.
fn without_names(options: &Options) -> Options {
    let mut options = options.clone();
    options.files = Files::default();
    options
}

/// The options for a comparison of two plans.
pub(crate) fn comparable(options: &Options) -> Options {
    let mut options = without_names(options);
    // the lock is that of the new plan
    options.locked = false;
    options
}

/// The comparison of two plans as a JSON document.
pub(crate) fn document(old: PlanFile, new: PlanFile, comparison: Comparison) -> Value {
    json::document(&ComparedPlans { old, new, comparison })
}

/// Compares two plans. Their errors are reported.
fn compare_plans(
    old: PlanFile,
    new: PlanFile,
    options: &Options,
    reporter: &Reporter,
) -> Result<ComparedPlans, Failure> {
    let options = without_names(options);
    let comparison = compare(&old.text, &new.text, &options).map_err(|error| {
        let of_old = error.old.map(|found| (found, &old));
        let of_new = error.new.map(|found| (found, &new));
        for (found, plan) in of_old.into_iter().chain(of_new) {
            reporter.report(&found.0, Some(plan));
        }
        Failure::Reported
    })?;
    Ok(ComparedPlans { old, new, comparison })
}

fn status(is_same: bool) -> ExitCode {
    if is_same { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) }
}

/// The output in each format: text with colors and the diff of the Dockerfiles, Markdown and JSON.
#[cfg(fuzzing)]
pub(crate) fn print_all(old: PlanFile, new: PlanFile, comparison: Comparison) -> [String; 3] {
    let compared = ComparedPlans { old, new, comparison };
    [Format::Text, Format::Markdown, Format::Json].map(|format| compared.print(format, true))
}
