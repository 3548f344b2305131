//! The source of a plan: a file, standard input, or a git revision.

use std::ffi::OsStr;
use std::path::Path;

use railpack2docker::{Code, Diagnostic};

use super::git;
use crate::failure::Failure;
use crate::files::paths::can_be_joined;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, plan_at};

/// Reads both plans.
pub(super) fn read(old: &OsStr, new: &OsStr) -> Result<(PlanFile, PlanFile), Failure> {
    if old == "-" && new == "-" {
        let found = Diagnostic::new(Code::TwoStdins, "can't read both plans from standard input");
        return Err(found.with_help("pass a file or `REV:PATH` for one of them").into());
    }
    Ok((read_one(old, new)?, read_one(new, old)?))
}

/// Reads a plan. `other` is the name of the plan that it is compared with.
fn read_one(name: &OsStr, other: &OsStr) -> Result<PlanFile, Failure> {
    let path = Path::new(name);
    match revision(name) {
        Some((revision, path)) if !Path::new(name).exists() => git::read(&revision, &path),
        None if name != "-" && !path.exists() && git::is_revision(&name.to_string_lossy()) => {
            Err(without_path(&name.to_string_lossy(), &other.to_string_lossy()).into())
        }
        _ => PlanFile::read(&plan_at(path)?),
    }
}

/// The error for a git revision without the path of a plan.
fn without_path(revision: &str, other: &str) -> Diagnostic {
    let path = if other == "-" { PLAN_NAME } else { other.split_once(':').map_or(other, |(_, path)| path) };
    let is_below = can_be_joined(Path::new(path)) && !path.starts_with('.');
    let path = if is_below { format!("./{path}") } else { path.to_owned() };
    let message = format!("can't read the plan from `{revision}`: it is a git revision without the path of a plan");
    Diagnostic::new(Code::UnreadablePlan, message).with_help(format!("pass `{revision}:{path}`"))
}

/// The parts of `REV:PATH`. A Windows drive is not a revision.
fn revision(name: &OsStr) -> Option<(String, String)> {
    let (revision, path) = name.to_str()?.split_once(':')?;
    let is_drive =
        revision.len() == 1 && revision.chars().all(|c| c.is_ascii_alphabetic()) && path.starts_with(['\\', '/']);
    (!is_drive).then(|| (revision.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_not_a_revision() {
        let parts = |name: &str| revision(OsStr::new(name));
        let some = |revision: &str, path: &str| Some((revision.to_owned(), path.to_owned()));
        assert_eq!(parts("main:plan.json"), some("main", "plan.json"));
        assert_eq!(parts("HEAD~1:./a:b"), some("HEAD~1", "./a:b"));
        assert_eq!(parts(":plan.json"), some("", "plan.json"));
        assert_eq!(parts("a:plan.json"), some("a", "plan.json"));
        for file in [r"C:\plan.json", "c:/plan.json", "plan.json", "-"] {
            assert_eq!(parts(file), None, "{file}");
        }
    }
}
