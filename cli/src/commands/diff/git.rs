//! Plans in the git repository of the current directory.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::files::read::SIZE_LIMIT;

const PASS_A_REVISION: &str =
    "pass a branch, a tag or a commit as the revision; run `git fetch` if it is not in this clone";

/// Reads a file of a revision. An empty revision is the index.
pub(super) fn read(revision: &str, path: &str) -> Result<PlanFile, Failure> {
    let name = format!("{revision}:{path}");
    if name.starts_with('-') {
        return Err(unknown_revision(revision, &name));
    }
    let mut git = Command::new("git");
    // the object itself, without filters or options for showing it
    git.args(["cat-file", "blob", name.as_str()]).stdin(Stdio::null()).stderr(Stdio::null()).stdout(Stdio::piped());
    let mut child = git.spawn().map_err(|error| git_error(&name, &error))?;
    let mut bytes = Vec::new();
    if let Some(out) = child.stdout.take() {
        out.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| git_error(&name, &error))?;
    }
    let status = child.wait().map_err(|error| git_error(&name, &error))?;
    // git fails if its output is cut off at the limit
    if !status.success() && bytes.len() as u64 <= SIZE_LIMIT {
        return Err(not_found(revision, path, &name));
    }
    PlanFile::from_bytes(Some(name.into()), bytes)
}

/// Checks that a revision exists.
pub(super) fn check_revision(revision: &str) -> Result<(), Failure> {
    if is_revision(revision) {
        return Ok(());
    }
    if !succeeds(&["rev-parse", "--git-dir"]) {
        let message = "`--since` requires git, and the current directory is not in a git repository";
        let found = Diagnostic::new(Code::UnreadablePlan, message);
        return Err(found.with_help("run this in a repository, or pass two plans").into());
    }
    let found = Diagnostic::new(Code::UnreadablePlan, format!("unknown git revision `{revision}`"));
    Err(found.with_help(PASS_A_REVISION).into())
}

/// Whether a revision has a file. The path is relative to the current directory, and starts with `./` or `../`.
pub(super) fn has_file(revision: &str, path: &str) -> bool {
    succeeds(&["cat-file", "-e", "--", &format!("{revision}:{path}")])
}

/// The files of a revision below the current directory, relative to it.
pub(super) fn files_below(revision: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut git = Command::new("git");
    git.args(["ls-tree", "-r", "-z", "--name-only", revision]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = git.output().map_err(|error| git_error(revision, &error))?;
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect())
}

/// Whether a name is a revision of the repository of the current directory.
pub(super) fn is_revision(name: &str) -> bool {
    let commit = format!("{name}^{{tree}}");
    !name.starts_with('-') && succeeds(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
}

/// Whether a git command succeeds.
fn succeeds(arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}

fn not_found(revision: &str, path: &str, name: &str) -> Failure {
    if !succeeds(&["rev-parse", "--git-dir"]) {
        let found = Diagnostic::new(
            Code::UnreadablePlan,
            format!(
                "can't read the plan from `{name}`: no such file, and the current directory is not in a git repository"
            ),
        );
        return found.with_help("pass the path of a file, or run this in a repository").into();
    }
    if !revision.is_empty() && !is_revision(revision) {
        return unknown_revision(revision, name);
    }
    let what = if succeeds(&["cat-file", "-e", name]) { "is not a file" } else { "does not exist" };
    let revision = if revision.is_empty() { "the index".to_owned() } else { format!("`{revision}`") };
    let message = format!("can't read the plan from git: `{path}` {what} in {revision}");
    let found = Diagnostic::new(Code::UnreadablePlan, message);
    found
        .with_help(
            "use a path relative to the root of the repository, or `./PATH` for one relative to the current directory",
        )
        .into()
}

fn unknown_revision(revision: &str, name: &str) -> Failure {
    let message = format!("can't read the plan from `{name}`: no such file, and unknown git revision `{revision}`");
    let found = Diagnostic::new(Code::UnreadablePlan, message);
    found.with_help(PASS_A_REVISION).into()
}

fn git_error(name: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("can't run git: {error}"),
    };
    let found =
        Diagnostic::new(Code::UnreadablePlan, format!("can't read the plan from `{name}`: no such file, and {why}"));
    found.with_help("pass the path of a file").into()
}
