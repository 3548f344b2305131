//! Unlocked apt caches.

use super::Subject;
use super::caches::{is_locked_by_apt, uses};
use crate::compat::gopath::under_app;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about caches that concurrent builds would corrupt or fail on.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, key, cache) in uses(subject.graph).filter(|(_, _, cache)| !cache.locked) {
        let directory = under_app(&cache.directory.value);
        if is_locked_by_apt(&directory) {
            let message =
                format!("cache `{}` at `{directory}` is not locked, but apt needs exclusive access", key.value);
            findings.push(
                Diagnostic::new(Code::UnlockedCache, message)
                    .at(&cache.directory.location)
                    .with_related(&key.location, "used here")
                    .with_help("add `\"type\": \"locked\"`, so that builds use it one at a time"),
            );
        }
    }
}
