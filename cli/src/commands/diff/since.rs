//! `diff --since REV`: plans and their versions in a git revision.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{ComparedPlans, DiffArgs, compare_plans, git, json, markdown, status, text};
use crate::FAILED;
use crate::failure::Failure;
use crate::files::paths::{directory_of, relative, relative_to_repository};
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, plans_below};
use crate::options::plan::{PlansArgs, nothing_found};
use crate::output::counts::{counted, tally};
use crate::output::format::Format;
use crate::output::report::Reporter;

/// A plan and its version in the revision.
pub(super) struct PlanDiff {
    /// The path of the plan, relative to the root of the repository.
    pub(super) path: String,
    pub(super) kind: Kind,
}

/// The relation of a plan to its version in the revision.
pub(super) enum Kind {
    /// Both exist. They may be equivalent.
    Compared(Box<ComparedPlans>),
    /// The revision does not have it.
    New,
    /// It does not exist any more.
    Removed,
    /// One of them has errors, which have been reported.
    Failed,
}

impl PlanDiff {
    /// The name of the application: the directory of its plan, or the path of a plan that has another name.
    pub(super) fn application(&self) -> &str {
        self.path.strip_suffix(PLAN_NAME).and_then(|directory| directory.strip_suffix('/')).unwrap_or(&self.path)
    }

    /// The word for it in a summary and in JSON.
    pub(super) fn status(&self) -> &'static str {
        match &self.kind {
            Kind::Compared(compared) if compared.is_same() => "unchanged",
            Kind::Compared(_) => "changed",
            Kind::New => "new",
            Kind::Removed => "removed",
            Kind::Failed => "failed",
        }
    }

    /// The comparison, if the plans differ.
    pub(super) fn changed(&self) -> Option<&ComparedPlans> {
        match &self.kind {
            Kind::Compared(compared) if !compared.is_same() => Some(compared),
            _ => None,
        }
    }
}

/// A summary, such as `3 build plans: 1 changed, 2 unchanged`.
pub(super) fn sentence(plans: &[PlanDiff]) -> String {
    let count = |status: &str| plans.iter().filter(|plan| plan.status() == status).count();
    let counts = ["changed", "new", "removed", "failed", "unchanged"].map(|status| (count(status), status));
    format!("{}: {}", counted(plans.len(), "build plan"), tally(counts))
}

/// Prints the differences of all plans. The exit status is 0 if there are none, 2 if a plan can't be compared, or else 1.
pub(super) fn run(revision: &str, args: &DiffArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    git::check_revision(revision)?;
    let mut plans = Vec::new();
    for path in paths(revision, args)? {
        let kind = compare_with(revision, &path, args, reporter).unwrap_or_else(|failure| {
            reporter.report_failure(failure);
            Kind::Failed
        });
        plans.push(PlanDiff { path: relative_to_repository(&path), kind });
    }
    reporter.print(&match args.format {
        Format::Text => text::print_all(&plans, args.dockerfile),
        Format::Markdown => markdown::print_all(&plans),
        Format::Json => json::print_all(&plans),
    })?;
    let has_failed = plans.iter().any(|plan| matches!(plan.kind, Kind::Failed));
    let is_same = plans.iter().all(|plan| plan.status() == "unchanged");
    Ok(if has_failed { ExitCode::from(FAILED) } else { status(is_same) })
}

/// The paths of the plans: those that exist, and, for `--all`, those that only the revision has.
fn paths(revision: &str, args: &DiffArgs) -> Result<Vec<PathBuf>, Failure> {
    if !args.all {
        let given = args.given.iter().map(PathBuf::from).collect();
        return PlansArgs { given, all: false }.paths();
    }
    let mut paths = plans_below(Path::new("."))?;
    let is_plan = |path: &PathBuf| path.file_name().is_some_and(|name| name == PLAN_NAME);
    paths.extend(git::files_below(revision)?.into_iter().filter(is_plan).filter(|path| !path.exists()));
    paths.sort();
    if paths.is_empty() { Err(nothing_found().into()) } else { Ok(paths) }
}

fn compare_with(revision: &str, path: &Path, args: &DiffArgs, reporter: &Reporter) -> Result<Kind, Failure> {
    let in_revision = path_in_revision(path);
    let old = if git::has_file(revision, &in_revision) { Some(git::read(revision, &in_revision)?) } else { None };
    match old {
        Some(_) if !path.exists() => Ok(Kind::Removed),
        Some(old) => {
            let new = PlanFile::read(path)?;
            let mut options = args.transpile.options(&new, None)?;
            // the lock is that of the new plan
            options.locked = false;
            compare_plans(old, new, &options, reporter).map(|compared| Kind::Compared(Box::new(compared)))
        }
        None => PlanFile::read(path).map(|_| Kind::New),
    }
}

/// A path as git reads it after `REV:`: relative to the current directory.
fn path_in_revision(path: &Path) -> String {
    // the name may be of a file that does not exist any more, whose directory is gone as well
    let path = if directory_of(path).exists() { relative(path, Path::new(".")) } else { path.display().to_string() };
    if path.starts_with("../") { path } else { format!("./{}", path.replace('\\', "/")) }
}
