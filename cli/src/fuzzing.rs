//! The doors of [`crate::fuzzing`].

use std::path::{Path, PathBuf};

use super::files::PlanFile;
use super::{check, diff, regenerated, report, unified};
use crate::diff::Comparison;
use crate::header::Header;
use crate::{Diagnostic, Transpiled};

fn file(plan: &str) -> PlanFile {
    PlanFile { path: None, text: plan.to_owned() }
}

pub(crate) fn report(findings: &[Diagnostic], plan: &str) -> String {
    report::drawn_for_people(findings, &file(plan), "")
}

pub(crate) fn diff(old: &str, new: &str) -> String {
    unified::painted(&unified::unified(old, new, "a", "b"))
}

pub(crate) fn printed(old: &str, new: &str, comparison: Comparison) -> [String; 3] {
    diff::printed(&file(old), &file(new), comparison)
}

pub(crate) fn check(
    dockerfile: Option<String>,
    ignore: Option<String>,
    made: &Transpiled,
) -> (Vec<Diagnostic>, String) {
    check::said(dockerfile, ignore, made)
}

pub(crate) fn plan_of(header: &Header) -> Option<PathBuf> {
    regenerated::plan_of(header, Path::new("folder"))
}
