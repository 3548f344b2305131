//! Exclude patterns of the build context.

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::plan::{Located, Plan};

/// Compares the exclude patterns. Their order matters only if one of them re-includes files.
pub(super) fn compare(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    let subject = Subject::Plan;
    let only = |one: &Plan, other: &Plan| -> Vec<Located<String>> {
        one.exclude.iter().filter(|pattern| !has(other, &pattern.value)).cloned().collect()
    };
    for pattern in only(old, new) {
        let message = Message::new("no longer excludes ").value(&pattern.value);
        changes.push(Change::new(ChangeKind::ExcludeRemoved, &subject, message).in_old(&pattern.location));
    }
    for pattern in only(new, old) {
        let message = Message::new("excludes ").value(&pattern.value);
        changes.push(Change::new(ChangeKind::ExcludeAdded, &subject, message).in_new(&pattern.location));
    }
    let shared = |plan: &Plan, other: &Plan| -> Vec<String> {
        plan.exclude.iter().map(|pattern| trim(&pattern.value)).filter(|pattern| has(other, pattern)).collect()
    };
    let (before, after) = (shared(old, new), shared(new, old));
    let is_ordered = before.iter().chain(&after).any(|pattern| pattern.starts_with('!'));
    if let (true, Some(old), Some(new)) = (is_ordered && before != after, old.exclude.first(), new.exclude.first()) {
        let message = Message::new("order of exclude patterns");
        let change = Change::new(ChangeKind::ExcludeReordered, &subject, message).at(&old.location, &new.location);
        changes.push(change.with_values(&before.join(" "), &after.join(" ")));
    }
}

/// A pattern without the whitespace around it, which has no meaning.
fn trim(pattern: &str) -> String {
    pattern.trim().to_owned()
}

fn has(plan: &Plan, pattern: &str) -> bool {
    plan.exclude.iter().any(|other| other.value.trim() == pattern.trim())
}
