//! The doors of [`crate::fuzzing`].

use std::path::{Path, PathBuf};

use super::files::PlanFile;
use super::{regenerated, report, unified};
use crate::Diagnostic;
use crate::header::Header;

pub(crate) fn report(findings: &[Diagnostic], plan: &str) -> String {
    report::drawn_for_people(findings, &PlanFile { path: None, text: plan.to_owned() }, "")
}

pub(crate) fn diff(old: &str, new: &str) -> String {
    unified::painted(&unified::unified(old, new, "a", "b"))
}

pub(crate) fn plan_of(header: &Header) -> Option<PathBuf> {
    regenerated::plan_of(header, Path::new("folder"))
}
