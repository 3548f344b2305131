//! `railpack2docker lint`: what is wrong with a plan, before it is built.

mod github;
mod gitlab;
mod json;
mod sarif;
mod subject;

use std::process::ExitCode;

use clap::ValueEnum;
use serde::Deserialize;

use super::args::{MessageArgs, PlanArgs};
use super::files::{Failure, PlanFile};
use super::print;
use super::report::{Reporter, drawn_for_people};
use super::transpiling::TranspileArgs;
use crate::{Diagnostic, Severity, codes, lint};
use subject::Subject;

/// Findings that fail the command.
const FOUND: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  railpack2docker lint                          railpack-plan.json, for people
  railpack2docker lint plan.json --fail-on error --allow latest-image
  railpack2docker lint --format github          annotations of a pull request
  railpack2docker lint --format sarif > lint.sarif
  railpack2docker lint --explain no-shell       what a code means, and what to do

Exit status:
  0  no finding as bad as --fail-on
  1  some
  2  could not do it; the reason is on standard error";

/// Say what is wrong with a plan, before it is built
///
/// These are the warnings and errors of making the Dockerfile, and those of checks that only this command makes. Each
/// has a code, and a page that `--explain` prints.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LintArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    /// Which findings fail the command [default: warning]
    #[arg(long, value_name = "SEVERITY", value_enum, hide_default_value = true)]
    fail_on: Option<FailOn>,

    /// Make a check that is off by default: `unpinned-image`; can be given again
    #[arg(long, value_name = "CODE")]
    warn: Vec<String>,

    /// Print the page of a code instead: what it means, and what to do
    #[arg(long, value_name = "CODE", conflicts_with = "plan")]
    explain: Option<String>,

    #[command(flatten)]
    transpiling: TranspileArgs,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// How to print the findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
}

/// From which severity on a finding fails the command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOn {
    /// Warnings and errors
    #[default]
    Warning,
    /// Errors
    Error,
}

impl FailOn {
    fn severity(self) -> Severity {
        match self {
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

/// Prints the findings to standard output. The status is 1 when some fail the command.
pub(super) fn run(args: &LintArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code).map(|()| ExitCode::SUCCESS);
    }
    let plan = PlanFile::read(args.plan.path())?;
    let config = args.transpiling.config(&plan)?;
    let options = args.transpiling.options_over(&config, &plan, None)?;
    let found = lint(&plan.text, &options, &args.warn.iter().chain(&config.lint.warn).cloned().collect());
    let (of_options, findings): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.code == "invalid-option");
    if !of_options.is_empty() {
        return Err(Failure::Found(of_options));
    }
    let subject = || Subject::of(&plan);
    match args.format {
        Format::Human => reporter.print(&for_people(&findings, &plan))?,
        Format::Json => print(&json::document(&findings, &subject()))?,
        Format::Sarif => print(&sarif::document(&findings, &subject()))?,
        Format::Github => print(&github::commands(&findings, &subject()))?,
        Format::Gitlab => print(&gitlab::report(&findings, &subject()))?,
    }
    let worst = findings.iter().map(|found| found.severity).max();
    let fails = worst >= Some(args.fail_on.or(config.lint.fail_on).unwrap_or_default().severity());
    Ok(if fails { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
}

/// Prints the page of a code.
fn explain(name: &str) -> Result<(), Failure> {
    match codes::find(name) {
        Some(code) => print(code.page),
        None => Err(Diagnostic::new(Code::InvalidOption, format!("no finding has the code `{name}`"))
            .with_suggestion(name, codes::CODES.iter().map(|code| code.name))
            .into()),
    }
}

/// The findings drawn, and how many there are of each severity.
fn for_people(findings: &[Diagnostic], plan: &PlanFile) -> String {
    if findings.is_empty() {
        return "no findings\n".to_owned();
    }
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(severity, name)| (findings.iter().filter(|found| found.severity == severity).count(), name))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        .collect();
    let drawn = drawn_for_people(findings, plan, "--format json");
    format!("{drawn}\n{}; `railpack2docker lint --explain CODE` says more\n", counts.join(", "))
}
