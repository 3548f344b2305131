//! The arguments that name plans.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;
use crate::files::paths::with_real_directory;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, is_pattern, plan_at, plans_below, plans_matching};

/// One plan.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// Build plan, a directory that contains one, or `-` for standard input [default: railpack-plan.json]
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(id = "plan")]
    pub(crate) given: Option<PathBuf>,
}

impl PlanArgs {
    /// Reads the plan.
    pub(crate) fn read(&self) -> Result<PlanFile, Failure> {
        PlanFile::read(&self.path()?)
    }

    /// The path of the plan, or `-`. Fails for a directory without a plan.
    pub(crate) fn path(&self) -> Result<PathBuf, Diagnostic> {
        plan_at(self.given.as_deref().unwrap_or(Path::new(PLAN_NAME)))
    }
}

/// Any number of plans.
#[derive(Debug, clap::Args)]
pub(crate) struct PlansArgs {
    /// Build plans, directories that contain one, or patterns such as `apps/*`; `-` for standard input [default: railpack-plan.json]
    #[arg(value_name = "PLAN", value_hint = ValueHint::FilePath)]
    #[arg(id = "plans")]
    pub(crate) given: Vec<PathBuf>,

    /// Use every `railpack-plan.json` below the current directory, except those that git ignores
    // no `conflicts_with`: the completions for zsh lack the plans
    #[arg(long)]
    pub(crate) all: bool,
}

impl PlansArgs {
    /// The paths of the plans, each once, in the order of the arguments. `-` is standard input.
    ///
    /// Fails for a directory without a plan, for a pattern that matches none, and if `--all` finds none.
    pub(crate) fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        if self.all && !self.given.is_empty() {
            let found = Diagnostic::new(Code::InvalidOption, "`--all` can't be used with the names of plans");
            return Err(found.with_help("remove one of the two").into());
        }
        if self.all {
            let found = plans_below(Path::new("."))?;
            return if found.is_empty() { Err(nothing_found().into()) } else { Ok(found) };
        }
        if self.given.is_empty() {
            return Ok(vec![PathBuf::from(PLAN_NAME)]);
        }
        let (mut paths, mut errors) = (Vec::new(), Vec::new());
        for given in &self.given {
            match expand(given) {
                Ok(found) => paths.extend(found),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(Failure::Errors(errors));
        }
        let mut seen = std::collections::BTreeSet::new();
        paths.retain(|path| seen.insert(if is_stdin(path) { path.clone() } else { with_real_directory(path) }));
        Ok(paths)
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The plans that one argument names.
fn expand(given: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    if is_pattern(given) {
        return plans_matching(&given.to_string_lossy());
    }
    Ok(vec![plan_at(given)?])
}

/// The error if `--all` finds no plan.
pub(crate) fn nothing_found() -> Diagnostic {
    Diagnostic::new(Code::UnreadablePlan, format!("there is no `{PLAN_NAME}` below the current directory"))
        .with_help("generate the plan of an application with `railpack2docker sync DIR`, or pass the paths of plans")
}
