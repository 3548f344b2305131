//! Environment variables.

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::plan::Variables;
use crate::secrets::is_masked;

/// Compares variables. Values that look like credentials are hidden.
pub(super) fn compare(old: &Variables, new: &Variables, subject: &Subject, changes: &mut Vec<Change>) {
    for (name, before) in old {
        let variable = Message::new("variable ").value(name);
        match new.get(name) {
            None => {
                let message = variable.and(" removed");
                changes.push(Change::new(ChangeKind::VariableRemoved, subject, message).in_old(&before.location));
            }
            Some(after) if after.value != before.value => {
                let is_hidden = is_masked(name, &before.value) || is_masked(name, &after.value);
                let change = if is_hidden {
                    let message = variable.and(" changed (value hidden: it looks like a credential)");
                    Change::new(ChangeKind::VariableChanged, subject, message)
                } else {
                    Change::new(ChangeKind::VariableChanged, subject, variable).with_values(&before.value, &after.value)
                };
                changes.push(change.at(&before.location, &after.location));
            }
            Some(_) => {}
        }
    }
    for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let message = Message::new("variable ").value(name).and(" added: ");
        let message = message.value(if is_masked(name, &value.value) { "…" } else { &value.value });
        changes.push(Change::new(ChangeKind::VariableAdded, subject, message).in_new(&value.location));
    }
}
