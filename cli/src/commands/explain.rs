//! `railpack2docker explain`: a picture of the build.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};
use railpack2docker::escape::escape_invisible;
use railpack2docker::explain::text::TextOptions;
use railpack2docker::explain::{ChangeSet, Explanation, explain, json, mermaid, svg, text};
use railpack2docker::{Code, Diagnostic, Diagnostics};

use crate::failure::Failure;
use crate::files::output_files::write_text;
use crate::options::candidates::{secrets, steps};
use crate::options::plan::PlanArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::report::{OrReport, Reporter};

const EXAMPLES: &str = "\
Examples:
  railpack2docker explain                                       the build as a tree
  railpack2docker explain plan.json -o build.svg                a picture
  railpack2docker explain plan.json --secret NPM_TOKEN          what a changed secret re-runs
  railpack2docker explain plan.json --step install              the Dockerfile lines of a step
  git diff --name-only --relative | xargs railpack2docker explain plan.json --if-changed

JSON of a build:
  steps     in build order: name, location, reachesImage, base, copies, caches, secrets,
            commands, takenBy, runsAgain
  image     base, copies, startCommand, options, runsAgain
  secrets   names of all secrets
  change    null, or secrets and files; a file has a path and an outcome: copied, excluded or
            not copied
  base      null, {context: true}, {image} or {step}; each entry of copies also has paths and
            exclude
  options   user, env (names), labels, labelArgs, expose, volumes, healthcheck, stopSignal,
            entrypoint
  secrets   of a step: those it sees and those it lists
  takenBy   names of steps; null is the image
  runsAgain null, or causes and first, the first instruction that re-runs: line, text, location

JSON of a step:
  step      its name
  stages    kind (step, file or secrets hash), name, and groups of lines: location, first (the
            number of the first line), lines";

/// The maximum width of a tree.
const MAX_WIDTH: usize = 100;

/// Show what the plan builds: its steps, their inputs, and what a change re-runs
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// Output format [default: text, or that of the extension of the file to write]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,

    /// Mark what re-runs when this secret changes (repeatable)
    #[arg(long, value_name = "NAME", add = secrets())]
    secret: Vec<String>,

    /// Mark what re-runs when these files change; paths are relative to the directory of the plan
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    if_changed: Vec<String>,

    /// Show the lines of the Dockerfile for this step, and their locations in the plan
    #[arg(long, value_name = "NAME", add = steps(), conflicts_with_all = ["secret", "if_changed"])]
    step: Option<String>,

    /// Write to FILE, overwriting it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree, for a terminal
    Text,
    /// A Mermaid flowchart, for a README or a comment
    Mermaid,
    /// An SVG image
    Svg,
    /// A JSON document
    Json,
}

/// Prints or writes the picture.
pub(crate) fn run(args: &ExplainArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = args.plan.read()?;
    let options = args.transpile.options(&plan, None)?;
    let explanation = explain(&plan.text, &options).or_report(&plan, reporter)?;
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let name = plan.name();
    let look = TextOptions { width: width(), color: output.is_none(), plan: &name };
    let picture = args.draw(&explanation, &look)?;
    match output {
        Some(path) => write_text(path, &picture, &plan),
        None => reporter.print(&picture),
    }
}

impl ExplainArgs {
    /// The format that is given, or that of the extension of the file. Fails for another extension.
    fn format(&self) -> Result<Format, Diagnostic> {
        let extension = self.output.as_deref().and_then(Path::extension).and_then(|extension| extension.to_str());
        Ok(match (self.format, extension) {
            (Some(format), _) => format,
            (None, Some("svg")) => Format::Svg,
            (None, Some("mmd" | "mermaid")) => Format::Mermaid,
            (None, Some("json")) => Format::Json,
            (None, None | Some("txt" | "text")) => Format::Text,
            (None, Some(extension)) => {
                let message = format!("no format has the extension `.{}`", escape_invisible(extension));
                let help = "use `.svg`, `.mmd`, `.json` or `.txt`, or pass `--format`";
                return Err(Diagnostic::new(Code::UnsupportedFormat, message).with_help(help));
            }
        })
    }

    fn draw(&self, explanation: &Explanation, look: &TextOptions<'_>) -> Result<String, Failure> {
        let errors = |diagnostics: Diagnostics| Failure::Errors(diagnostics.0);
        let format = self.format()?;
        if let Some(step) = &self.step {
            let lines = explanation.step_lines(step).map_err(errors)?;
            return match format {
                Format::Text => Ok(text::render_step(explanation, &lines, look)),
                Format::Json => Ok(json::render_step(explanation, &lines)),
                Format::Mermaid | Format::Svg => {
                    let message = "`--step` requires `--format text` or `--format json`";
                    Err(Diagnostic::new(Code::UnsupportedFormat, message).into())
                }
            };
        }
        let mut change = ChangeSet::default();
        change.secrets.clone_from(&self.secret);
        change.files.clone_from(&self.if_changed);
        let is_changed = change != ChangeSet::default();
        let consequences = is_changed.then(|| explanation.consequences(&change)).transpose().map_err(errors)?;
        let consequences = consequences.as_ref();
        match format {
            Format::Text => Ok(text::render(explanation, consequences, look)),
            Format::Mermaid => Ok(mermaid::render(explanation, consequences)),
            Format::Svg => svg::render(explanation, consequences, file_name(look.plan)).map_err(Into::into),
            Format::Json => Ok(json::render(explanation, consequences)),
        }
    }
}

/// The name of the plan without its directory, so that a picture is the same on every machine.
fn file_name(plan: &str) -> &str {
    Path::new(plan).file_name().and_then(|name| name.to_str()).unwrap_or(plan)
}

/// The width of the terminal, up to the maximum.
fn width() -> usize {
    let columns = if io::stdout().is_terminal() { columns() } else { None };
    columns.filter(|columns| *columns > 0).unwrap_or(MAX_WIDTH).min(MAX_WIDTH)
}

#[cfg(unix)]
fn columns() -> Option<usize> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns() -> Option<usize> {
    None
}
