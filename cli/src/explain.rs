//! `railpack2docker explain`: what a plan builds, drawn.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{ValueEnum, ValueHint};

use super::args::{MessageArgs, PlanArgs};
use super::files::{self, Failure, PlanFile};
use super::report::Reporter;
use super::reported;
use super::transpiling::TranspileArgs;
use crate::explain::text::TextOptions;
use crate::explain::{ChangeSet, Explanation, explain, json, mermaid, svg, text};
use crate::{Diagnostic, Diagnostics};

const EXAMPLES: &str = "\
Examples:
  railpack2docker explain                                       the build as a tree
  railpack2docker explain plan.json --format svg -o build.svg   a picture of it
  railpack2docker explain plan.json --secret NPM_TOKEN          what runs again when it changes
  railpack2docker explain plan.json --step install              the Dockerfile's lines of a step
  git diff --name-only --relative | xargs railpack2docker explain plan.json --if-changed";

const JSON: &str = "\
JSON of a build:
  steps    in build order, each with name, location, reachesImage, base, copies, caches, secrets,
           commands, takenBy and runsAgain
  image    base, copies, startCommand and runsAgain
  secrets  the names of all secrets
  change   null, or secrets, and files: each a path, and its outcome: copied, excluded, not copied
A base is null, or {context: true}, {image} or {step}; copies are such, with paths and exclude.
secrets of a step: those that it sees, and those that it lists. takenBy: names of steps, and null for
the image. runsAgain: null, or its causes, and first: the line of the Dockerfile that it begins at,
its text, and its location in the plan.

JSON of a step:
  step     its name
  stages   each with its kind (step, file or secrets hash), name and groups of lines: their location in
           the plan, the number of the first, and the lines";

/// How wide a tree is at most.
const WIDEST: usize = 100;

/// Draw what the plan builds: its steps, what each takes from where, what runs again when something changes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{JSON}"))]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// As what to draw it
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    /// Mark what runs again when this secret changes; can be given again
    #[arg(long, value_name = "NAME")]
    secret: Vec<String>,

    /// Mark what runs again when these files change: paths from the plan's folder
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    if_changed: Vec<String>,

    /// Show the lines of the Dockerfile that this step became, and where in the plan they come from
    #[arg(long, value_name = "NAME", conflicts_with_all = ["secret", "if_changed"])]
    step: Option<String>,

    /// Write it there, in place of what is there
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    #[command(flatten)]
    transpiling: TranspileArgs,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// As what a build is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree, for a terminal
    #[default]
    Text,
    /// A flowchart, for a README or a comment
    Mermaid,
    /// A picture
    Svg,
    /// For programs
    Json,
}

/// Draws the build.
pub(super) fn run(args: &ExplainArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    let options = args.transpiling.options(&plan, None)?;
    let explanation = explain(&plan.text, &options).map_err(|found| reported(&found, &plan, reporter))?;
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let shown = plan.shown();
    let text_options = TextOptions { width: width(), color: output.is_none(), plan: &shown };
    let drawn = args.drawn(&explanation, &text_options)?;
    match output {
        Some(path) => files::write_text(path, &drawn, &plan),
        None => reporter.print(&drawn),
    }
}

impl ExplainArgs {
    fn drawn(&self, explanation: &Explanation, text_options: &TextOptions<'_>) -> Result<String, Failure> {
        let found = |diagnostics: Diagnostics| Failure::Found(diagnostics.0);
        if let Some(step) = &self.step {
            let lines = explanation.step_lines(step).map_err(found)?;
            return match self.format {
                Format::Text => Ok(text::render_step(explanation, &lines, text_options)),
                Format::Json => Ok(json::render_step(explanation, &lines)),
                Format::Mermaid | Format::Svg => {
                    Err(Diagnostic::new(Code::UnsupportedFormat, "there is no picture of one step")
                        .with_help("`--step` goes with `--format text` and `--format json`")
                        .into())
                }
            };
        }
        let changes = ChangeSet { secrets: self.secret.clone(), files: self.if_changed.clone() };
        let consequences = if changes == ChangeSet::default() {
            None
        } else {
            Some(explanation.consequences(&changes).map_err(found)?)
        };
        let consequences = consequences.as_ref();
        match self.format {
            Format::Text => Ok(text::render(explanation, consequences, text_options)),
            Format::Mermaid => Ok(mermaid::render(explanation, consequences)),
            Format::Svg => svg::render(explanation, consequences, file_name(text_options.plan)).map_err(Into::into),
            Format::Json => Ok(json::render(explanation, consequences)),
        }
    }
}

/// A picture is the same on every machine, so it has no more of the path.
fn file_name(plan: &str) -> &str {
    Path::new(plan).file_name().and_then(|name| name.to_str()).unwrap_or(plan)
}

/// The columns of the terminal, and a page's width where there is none.
fn width() -> usize {
    let columns = if io::stdout().is_terminal() { columns() } else { None };
    columns.filter(|columns| *columns > 0).unwrap_or(WIDEST).min(WIDEST)
}

#[cfg(unix)]
fn columns() -> Option<usize> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns() -> Option<usize> {
    None
}
