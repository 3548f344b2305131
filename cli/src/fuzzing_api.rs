//! What `fuzz/` looks into and nobody else can get at.

use std::path::PathBuf;

use crate::cli::fuzzing as cli;
use crate::diff::Comparison;
use crate::header::Header;
use crate::compat::shlex;
use crate::{Diagnostic, Transpiled};

/// The words of a command line, and whether the last one was cut off.
#[must_use]
pub fn words(line: &str) -> (Vec<String>, bool) {
    let split = shlex::split(line);
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

/// What `diff` prints of two plans: for people with colours and the diff of the Dockerfiles, as Markdown, and
/// as JSON.
#[must_use]
pub fn printed(old: &str, new: &str, comparison: Comparison) -> [String; 3] {
    cli::printed(old, new, comparison)
}

/// What `--check` says of a Dockerfile and its ignore file, and the diffs that it prints, with colours.
#[must_use]
pub fn check(dockerfile: Option<String>, ignore: Option<String>, made: &Transpiled) -> (Vec<Diagnostic>, String) {
    cli::check(dockerfile, ignore, made)
}

/// The plan that the command in a header names.
#[must_use]
pub fn plan_of(header: &Header) -> Option<PathBuf> {
    cli::plan_of(header)
}
