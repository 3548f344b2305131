//! What the build context leaves out.

use super::change::{Change, Kind, Subject};
use super::message::Text;
use crate::plan::{Located, Plan};

/// Notes the patterns that came, went or moved. Their order counts where one takes back what others
/// leave out.
pub(super) fn compare(old: &Plan, new: &Plan, changes: &mut Vec<Change>) {
    let subject = Subject::Plan;
    let only = |one: &Plan, other: &Plan| -> Vec<Located<String>> {
        one.exclude.iter().filter(|pattern| !has(other, &pattern.value)).cloned().collect()
    };
    for pattern in only(old, new) {
        let what = Text::of("no longer excludes ").value(&pattern.value);
        changes.push(Change::new(Kind::ExcludeRemoved, &subject, what).in_old(&pattern.location));
    }
    for pattern in only(new, old) {
        let what = Text::of("excludes ").value(&pattern.value);
        changes.push(Change::new(Kind::ExcludeAdded, &subject, what).in_new(&pattern.location));
    }
    let kept = |of: &Plan, other: &Plan| -> Vec<String> {
        of.exclude.iter().map(|pattern| trimmed(&pattern.value)).filter(|pattern| has(other, pattern)).collect()
    };
    let (before, after) = (kept(old, new), kept(new, old));
    let takes_back = before.iter().chain(&after).any(|pattern| pattern.starts_with('!'));
    if let (true, Some(old), Some(new)) = (takes_back && before != after, old.exclude.first(), new.exclude.first()) {
        let what = Text::of("order of what is excluded");
        let change = Change::new(Kind::ExcludeReordered, &subject, what).at(&old.location, &new.location);
        changes.push(change.with_values(&before.join(" "), &after.join(" ")));
    }
}

/// Blanks around a pattern are no part of it.
fn trimmed(pattern: &str) -> String {
    pattern.trim().to_owned()
}

fn has(plan: &Plan, pattern: &str) -> bool {
    plan.exclude.iter().any(|other| other.value.trim() == pattern.trim())
}
