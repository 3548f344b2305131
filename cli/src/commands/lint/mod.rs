//! `railpack2docker lint`: checks plans for problems.

mod github;
mod gitlab;
mod json;
mod sarif;
mod subject;

use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;
use railpack2docker::{Code, Diagnostic, Severity, lint};

use crate::FAILED;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::options::candidates::{all_codes, optional_checks};
use crate::options::config::FailOn;
use crate::options::plan::PlansArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::counts::{counted, tally};
use crate::output::print::print;
use crate::output::report::{Reporter, drawings};
use subject::Subject;

/// The exit status if a finding fails the command.
const FOUND: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  railpack2docker lint                          check railpack-plan.json
  railpack2docker lint --all                    check every plan below the current directory
  railpack2docker lint plan.json --fail-on error --allow latest-image
  railpack2docker lint --format github          annotate a pull request
  railpack2docker lint --format sarif > lint.sarif
  railpack2docker lint --explain no-shell       explain a code

Exit status:
  0  no findings at or above the severity of --fail-on
  1  there are such findings
  2  an error occurred (see stderr)";

/// Check plans for problems before they are built
///
/// Reports the warnings and errors of transpiling a plan, and those of further checks. Each finding has a code,
/// which `--explain` explains.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    plans: PlansArgs,

    /// Output format [default: human, or json with `--message-format json`]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,

    /// Lowest severity that fails the command [default: warning]
    #[arg(long, value_name = "SEVERITY", value_enum, hide_default_value = true)]
    fail_on: Option<FailOn>,

    /// Run a check that is off by default, such as `unpinned-image` (repeatable)
    #[arg(long, value_name = "CODE", add = optional_checks())]
    warn: Vec<String>,

    /// Print the explanation of a code
    #[arg(long, value_name = "CODE", add = all_codes(), conflicts_with = "plans")]
    explain: Option<String>,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Messages with code frames
    Human,
    /// A JSON document
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// GitHub Actions workflow commands
    Github,
    /// A GitLab Code Quality report
    Gitlab,
}

/// A plan with its findings.
struct LintedPlan {
    plan: PlanFile,
    findings: Vec<Diagnostic>,
    /// Whether one of them fails the command.
    fails: bool,
}

/// Prints the findings to standard output. The exit status is 1 if any of them fails the command, and 2 if a plan can't
/// be checked; the others are checked nevertheless.
pub(crate) fn run(args: &LintArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code).map(|()| ExitCode::SUCCESS);
    }
    let paths = args.plans.paths()?;
    let (mut plans, mut errors) = (Vec::new(), Vec::new());
    for path in &paths {
        match lint_plan(path, args) {
            Ok(plan) => plans.push(plan),
            Err(error) => errors.push(error),
        }
    }
    if plans.is_empty()
        && let Some(error) = errors.pop_if(|_| paths.len() == 1)
    {
        return Err(error);
    }
    let failed = errors.len();
    for error in errors {
        reporter.report_failure(error);
    }
    let subjects: Vec<Subject<'_>> = plans.iter().map(|plan| Subject::new(&plan.plan, &plan.findings)).collect();
    let default = if reporter.is_json() { Format::Json } else { Format::Human };
    match args.format.unwrap_or(default) {
        Format::Human => reporter.print(&for_people(&plans, failed))?,
        Format::Json => print(&json::print(&subjects))?,
        Format::Sarif => print(&sarif::print(&subjects))?,
        Format::Github => print(&github::print(&subjects))?,
        Format::Gitlab => print(&gitlab::print(&subjects))?,
    }
    Ok(match (failed == 0, plans.iter().any(|plan| plan.fails)) {
        (false, _) => ExitCode::from(FAILED),
        (true, true) => ExitCode::from(FOUND),
        (true, false) => ExitCode::SUCCESS,
    })
}

fn lint_plan(path: &Path, args: &LintArgs) -> Result<LintedPlan, Failure> {
    let plan = PlanFile::read(path)?;
    let config = args.transpile.config(&plan)?;
    let mut options = args.transpile.options_with(&config, &plan, None)?;
    options.warn = args.warn.iter().chain(&config.lint.warn).cloned().collect();
    let (errors, findings): (Vec<_>, Vec<_>) =
        lint(&plan.text, &options).into_iter().partition(|found| found.code == Code::InvalidOption);
    if !errors.is_empty() {
        return Err(Failure::Errors(errors));
    }
    let lowest = match args.fail_on.or(config.lint.fail_on).unwrap_or_default() {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
        FailOn::Never => return Ok(LintedPlan { plan, findings, fails: false }),
    };
    let fails = findings.iter().any(|found| found.severity >= lowest);
    Ok(LintedPlan { plan, findings, fails })
}

/// Prints the page of a code.
fn explain(name: &str) -> Result<(), Failure> {
    match Code::from_name(name) {
        Some(code) => print(code.page()),
        None => Err(Diagnostic::new(Code::InvalidOption, format!("unknown code `{name}`"))
            .with_suggestion(name, Code::all().map(Code::name))
            .into()),
    }
}

/// The findings with code frames, and the number of findings of each severity. `failed` is the number of plans that
/// could not be checked.
fn for_people(plans: &[LintedPlan], failed: usize) -> String {
    let count = plans.len() + failed;
    let with_findings: Vec<&LintedPlan> = plans.iter().filter(|plan| !plan.findings.is_empty()).collect();
    if with_findings.is_empty() {
        return match (plans.len(), failed) {
            (1, 0) => "no problems found\n".to_owned(),
            (checked, 0) => format!("no problems found in {checked} plans\n"),
            (0, failed) => format!("{}: {failed} failed\n", counted(count, "plan")),
            (checked, failed) => format!("no problems found in {checked} of {count} plans, {failed} failed\n"),
        };
    }
    let drawn: Vec<String> =
        with_findings.iter().map(|plan| drawings(&plan.findings, &plan.plan, "--format json")).collect();
    let findings = || plans.iter().flat_map(|plan| &plan.findings);
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (findings().filter(|found| found.severity == severity).count(), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| counted(count, &severity.to_string()))
        .collect();
    let several = if count > 1 { format!(" in {} of {count} plans", drawn.len()) } else { String::new() };
    let failed = tally([(failed, "failed")]);
    let several = if failed.is_empty() { several } else { format!("{several}, {failed}") };
    format!(
        "{}\n{}{several}; for details, run `railpack2docker lint --explain CODE`\n",
        drawn.join("\n"),
        counts.join(", ")
    )
}
