//! Files of the git repository here.

use std::io::{self, Read};
use std::process::{Command, Stdio};

use super::source::named;
use crate::Diagnostic;
use crate::cli::files::{Failure, LARGEST_PLAN, PlanFile};

/// Reads the file that a path is in a revision; without one, in the index.
pub(super) fn read(revision: &str, path: &str) -> Result<PlanFile, Failure> {
    let name = format!("{revision}:{path}");
    if name.starts_with('-') {
        return Err(no_revision(revision, &name));
    }
    let mut git = Command::new("git");
    // the object itself, whatever options and filters there are for showing it
    git.args(["cat-file", "blob", name.as_str()]).stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped());
    let mut child = git.spawn().map_err(|error| no_git(&name, &error))?;
    let mut bytes = Vec::new();
    if let Some(out) = child.stdout.take() {
        out.take(LARGEST_PLAN + 1).read_to_end(&mut bytes).map_err(|error| no_git(&name, &error))?;
    }
    let status = child.wait().map_err(|error| no_git(&name, &error))?;
    // what is too large is cut off, and git is not done with it
    if !status.success() && bytes.len() as u64 <= LARGEST_PLAN {
        return Err(why_not(revision, path, &name));
    }
    named(name.into(), bytes)
}

/// Whether git can do this here.
fn can(arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}

fn why_not(revision: &str, path: &str, name: &str) -> Failure {
    if !can(&["rev-parse", "--git-dir"]) {
        let found = Diagnostic::new(
            Code::UnreadablePlan,
            format!("can't read the plan from `{name}`: there is no such file, and no git repository here"),
        );
        return found.with_help("name a file, or run this in a repository").into();
    }
    let commit = format!("{revision}^{{tree}}");
    if !revision.is_empty() && !can(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]) {
        return no_revision(revision, name);
    }
    let what = if can(&["cat-file", "-e", name]) { "is no file" } else { "is not there" };
    let location = if revision.is_empty() { "in the index".to_owned() } else { format!("in `{revision}`") };
    let found =
        Diagnostic::new(Code::UnreadablePlan, format!("can't read the plan from git: `{path}` {what} {location}"));
    found.with_help("a path counts from the root of the repository; `REV:./PATH` counts from this folder").into()
}

fn no_revision(revision: &str, name: &str) -> Failure {
    let message =
        format!("can't read the plan from `{name}`: there is no such file, and git knows no revision `{revision}`");
    let found = Diagnostic::new(Code::UnreadablePlan, message);
    found.with_help("a revision is a branch, a tag or a commit; one that was never fetched needs a `git fetch`").into()
}

fn no_git(name: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git can't be run: {error}"),
    };
    let found = Diagnostic::new(
        Code::UnreadablePlan,
        format!("can't read the plan from `{name}`: there is no such file, and {why}"),
    );
    found.with_help("name a file").into()
}
