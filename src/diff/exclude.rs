//! Exclude patterns of the build context.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::plan::Plan;

/// Compares the exclude patterns. Their order matters only if one of them re-includes files.
pub(super) fn compare(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    let subject = Subject::Plan;
    let (olds, news): (BTreeSet<&str>, BTreeSet<&str>) = (trimmed(old).collect(), trimmed(new).collect());
    for pattern in old.exclude.iter().filter(|pattern| !news.contains(pattern.value.trim())) {
        let message = Message::new("no longer excludes ").value(&pattern.value);
        changes.push(Change::new(ChangeKind::ExcludeRemoved, &subject, message).in_old(&pattern.location));
    }
    for pattern in new.exclude.iter().filter(|pattern| !olds.contains(pattern.value.trim())) {
        let message = Message::new("excludes ").value(&pattern.value);
        changes.push(Change::new(ChangeKind::ExcludeAdded, &subject, message).in_new(&pattern.location));
    }
    let before: Vec<&str> = trimmed(old).filter(|pattern| news.contains(pattern)).collect();
    let after: Vec<&str> = trimmed(new).filter(|pattern| olds.contains(pattern)).collect();
    let is_ordered = before.iter().chain(&after).any(|pattern| pattern.starts_with('!'));
    if let (true, Some(old), Some(new)) = (is_ordered && before != after, old.exclude.first(), new.exclude.first()) {
        let message = Message::new("order of exclude patterns");
        let change = Change::new(ChangeKind::ExcludeReordered, &subject, message).at(&old.location, &new.location);
        changes.push(change.with_values(&before.join(" "), &after.join(" ")));
    }
}

/// The patterns without the whitespace around them, which has no meaning.
fn trimmed(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.exclude.iter().map(|pattern| pattern.value.trim())
}
