//! The source of a plan: a file, standard input, or a git revision.

use std::ffi::OsStr;
use std::path::Path;

use railpack2docker::{Code, Diagnostic};

use super::git;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;

/// Reads both plans.
pub(super) fn read(old: &OsStr, new: &OsStr) -> Result<(PlanFile, PlanFile), Failure> {
    if old == "-" && new == "-" {
        let found = Diagnostic::new(Code::TwoStdins, "can't read both plans from standard input");
        return Err(found.with_help("pass a file or `REV:PATH` for one of them").into());
    }
    Ok((read_one(old)?, read_one(new)?))
}

fn read_one(name: &OsStr) -> Result<PlanFile, Failure> {
    match revision(name) {
        Some((revision, path)) if !Path::new(name).exists() => git::read(&revision, &path),
        _ => PlanFile::read(Path::new(name)),
    }
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
