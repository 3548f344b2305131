//! Environment variables.

use super::change::{Change, Kind, Subject};
use super::message::Text;
use super::redact::is_masked;
use crate::plan::Variables;

/// Notes the variables that came, went or have another value. A value that looks like a credential is
/// not shown.
pub(super) fn compare(old: &Variables, new: &Variables, subject: &Subject, changes: &mut Vec<Change>) {
    for (name, before) in old {
        let variable = Text::of("variable ").value(name);
        match new.get(name) {
            None => {
                let what = variable.and(" removed");
                changes.push(Change::new(Kind::VariableRemoved, subject, what).in_old(&before.location));
            }
            Some(after) if after.value != before.value => {
                let is_hidden = is_masked(name, &before.value) || is_masked(name, &after.value);
                let change = if is_hidden {
                    let what = variable.and(" changed; what it holds looks like a credential, and is not shown");
                    Change::new(Kind::VariableChanged, subject, what)
                } else {
                    Change::new(Kind::VariableChanged, subject, variable).with_values(&before.value, &after.value)
                };
                changes.push(change.at(&before.location, &after.location));
            }
            Some(_) => {}
        }
    }
    for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let what = Text::of("variable ").value(name).and(" added: ");
        let what = what.value(if is_masked(name, &value.value) { "…" } else { &value.value });
        changes.push(Change::new(Kind::VariableAdded, subject, what).in_new(&value.location));
    }
}
