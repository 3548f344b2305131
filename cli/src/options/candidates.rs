//! Candidates for the values of options, for shells that ask the command for them: the codes of findings, and the names
//! of steps and secrets in the plan of the command line.
//!
//! A candidate becomes part of a command line, and a plan is untrusted. So a name that a shell could interpret is not a
//! candidate. Nothing fails: without a plan that can be read, there are no names. Values of secrets are never read.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use railpack2docker::{Code, Compilation, Options};

use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, plan_at};

/// Characters of names that no shell interprets, besides letters and digits.
const HARMLESS: &str = "_-.:/@+";

/// The codes of warnings, which can be allowed.
pub(crate) fn warnings() -> ArgValueCandidates {
    ArgValueCandidates::new(|| codes(Code::warnings()))
}

/// The codes of checks that are off by default.
pub(crate) fn optional_checks() -> ArgValueCandidates {
    ArgValueCandidates::new(|| codes(Code::OPTIONAL))
}

/// All codes.
pub(crate) fn all_codes() -> ArgValueCandidates {
    ArgValueCandidates::new(|| codes(Code::all()))
}

/// The names of steps.
pub(crate) fn steps() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let Some(plan) = plan() else { return Vec::new() };
        candidates(plan.step_names(), "")
    })
}

/// The names of secrets.
pub(crate) fn secrets() -> ArgValueCandidates {
    ArgValueCandidates::new(|| secrets_before(""))
}

/// The names of secrets, each with an equals sign.
pub(crate) fn secrets_with_ids() -> ArgValueCandidates {
    ArgValueCandidates::new(|| secrets_before("="))
}

fn secrets_before(suffix: &str) -> Vec<CompletionCandidate> {
    let Some(plan) = plan() else { return Vec::new() };
    candidates(plan.secrets(&Options::default()).names_of_plan(), suffix)
}

fn codes(codes: impl IntoIterator<Item = Code>) -> Vec<CompletionCandidate> {
    let candidate = |code: Code| CompletionCandidate::new(code.name()).help(Some(code.summary().into()));
    codes.into_iter().map(candidate).collect()
}

fn candidates<'n>(names: impl Iterator<Item = &'n str>, suffix: &str) -> Vec<CompletionCandidate> {
    names.filter(|name| is_harmless(name)).map(|name| CompletionCandidate::new(format!("{name}{suffix}"))).collect()
}

/// Whether a name is one word of a command line in every shell, and not an option.
fn is_harmless(name: &str) -> bool {
    !name.starts_with('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || HARMLESS.contains(c))
}

/// The plan of the command line, which follows `--` in the arguments of the process, or the default plan.
fn plan() -> Option<Compilation> {
    let words = std::env::args_os().skip_while(|word| word != "--").skip(2);
    let default = OsString::from(PLAN_NAME);
    words
        .filter(|word| !word.to_string_lossy().starts_with('-'))
        .chain([default])
        .find_map(|word| read(Path::new(&word)))
}

/// The plan of a file, or of a directory that contains one.
fn read(path: &Path) -> Option<Compilation> {
    let path: PathBuf = plan_at(path).ok()?;
    // a pipe would block
    let file = path.is_file().then(|| PlanFile::read(&path))?.ok()?;
    Compilation::parse(&file.text, false).ok()
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn a_name_that_a_shell_interprets_is_not_a_candidate() {
        for name in ["build", "packages:mise", "install_1.2", "NPM_TOKEN", "@scope/app"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in
            ["$(reboot)", "`reboot`", "a b", "a;b", "-o", "--force", "a\nb", "\u{1b}[2J", "a'b", "*", "~", "é", "a=b"]
        {
            assert!(!is_harmless(name), "{name}");
        }
    }
}
