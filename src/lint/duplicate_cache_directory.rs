//! Caches of a step that are mounted at the same directory.

use std::collections::BTreeMap;

use super::Subject;
use super::caches::uses;
use crate::compat::gopath::under_app;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::plan::{Located, StepId};

/// Warns about two caches of a step with the same directory: only the last one has an effect.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<(StepId, String), &Located<String>> = BTreeMap::new();
    for (id, key, cache) in uses(subject.graph) {
        let directory = under_app(&cache.directory.value);
        let message = |earlier: &str| {
            format!(
                "caches `{earlier}` and `{}` are both mounted at `{directory}`, so `{earlier}` is never used",
                key.value
            )
        };
        if let Some(earlier) = seen.insert((id, directory.clone()), key) {
            findings.push(
                Diagnostic::new(Code::DuplicateCacheDirectory, message(&earlier.value))
                    .at(&key.location)
                    .with_related(&earlier.location, "the other cache")
                    .with_help("remove one of them from the step"),
            );
        }
    }
}
