//! Entry points for the fuzz targets.

use std::path::{Path, PathBuf};

use railpack2docker::diff::Comparison;
use railpack2docker::header::Header;
use railpack2docker::{Diagnostic, Transpiled};

use crate::commands;
use crate::files::plan_file::PlanFile;
use crate::output::{regenerate, report, stale_files, unified_diff};

fn file(plan: &str) -> PlanFile {
    PlanFile { path: None, text: plan.to_owned() }
}

/// The findings of a plan as they are printed for people, with colors.
#[must_use]
pub fn report(findings: &[Diagnostic], plan: &str) -> String {
    report::drawings(findings, &file(plan), "")
}

/// The unified diff that `--check` prints, with colors.
#[must_use]
pub fn diff(old: &str, new: &str) -> String {
    unified_diff::colored(&unified_diff::unified_diff(old, new, "a", "b"))
}

/// The output of `diff` for two plans: text with colors and the diff of the Dockerfiles, Markdown and JSON.
#[must_use]
pub fn printed(old: &str, new: &str, comparison: Comparison) -> [String; 3] {
    commands::diff::print_all(file(old), file(new), comparison)
}

/// The findings of `--check` for a Dockerfile and its ignore file, and the diffs that it prints, with colors.
#[must_use]
pub fn check(dockerfile: Option<String>, ignore: Option<String>, generated: &Transpiled) -> (Vec<Diagnostic>, String) {
    stale_files::check_texts(dockerfile, ignore, generated)
}

/// The plan in the header of a Dockerfile in the directory `folder`.
#[must_use]
pub fn plan_of(header: &Header) -> Option<PathBuf> {
    regenerate::header_plan(header, Path::new("folder"))
}
