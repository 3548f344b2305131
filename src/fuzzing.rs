//! What `fuzz/` looks into and nobody else can get at.

use std::path::PathBuf;

use crate::Diagnostic;
use crate::cli::fuzzing as cli;
use crate::header::Header;
use crate::lower::words;

/// The words of a command line, and whether the last one was cut off.
#[must_use]
pub fn words(line: &str) -> (Vec<String>, bool) {
    let split = words::split(line);
    (split.words, split.unfinished.is_some())
}

/// The findings in a plan's text as people get to see them, with colours.
#[must_use]
pub fn report(findings: &[Diagnostic], plan: &str) -> String {
    cli::report(findings, plan)
}

/// The unified diff that `--check` prints, with colours.
#[must_use]
pub fn diff(old: &str, new: &str) -> String {
    cli::diff(old, new)
}

/// The plan that the command in a header names.
#[must_use]
pub fn plan_of(header: &Header) -> Option<PathBuf> {
    cli::plan_of(header)
}
