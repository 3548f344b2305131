//! The final image.

use super::change::{Change, ChangeKind, Subject};
use super::inputs::{self, Inputs};
use super::match_steps::Pairs;
use super::message::Message;
use super::variables;
use crate::options::ImageOptions;
use crate::plan::{Deploy, Located, Variables};

/// Compares `deploy`, without what the options of the image override.
pub(super) fn compare(pairs: &Pairs<'_>, image: &ImageOptions, changes: &mut Vec<Change>) {
    let (old, new) = (&pairs.old.plan.deploy, &pairs.new.plan.deploy);
    let subject = Subject::Image;
    inputs::compare_base(Some(&old.base), Some(&new.base), pairs, &subject, changes);
    Inputs { old: &old.inputs, new: &new.inputs }.compare(pairs, &subject, changes);
    let left = |variables: &Variables| -> Variables {
        variables
            .iter()
            .filter(|(name, _)| !image.env.contains_key(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    variables::compare(&left(&old.variables), &left(&new.variables), &subject, changes);
    paths(old, new, changes);
    if image.command.is_none() {
        start_command(old, new, changes);
    }
}

/// Compares the entries of `PATH`. Their order has no meaning, since they are sorted in the image.
fn paths(old: &Deploy, new: &Deploy, changes: &mut Vec<Change>) {
    let subject = Subject::Image;
    for entry in surplus(&old.paths, &new.paths) {
        let message = Message::new("PATH entry removed: ").value(&entry.value);
        changes.push(Change::new(ChangeKind::PathRemoved, &subject, message).in_old(&entry.location));
    }
    for entry in surplus(&new.paths, &old.paths) {
        let message = Message::new("PATH entry added: ").value(&entry.value);
        changes.push(Change::new(ChangeKind::PathAdded, &subject, message).in_new(&entry.location));
    }
}

/// The entries that occur more often in one list than in the other.
fn surplus<'p>(one: &'p [Located<String>], other: &[Located<String>]) -> Vec<&'p Located<String>> {
    let mut unmatched: Vec<&str> = other.iter().map(|entry| entry.value.as_str()).collect();
    one.iter()
        .filter(|entry| match unmatched.iter().position(|other| *other == entry.value) {
            Some(at) => {
                unmatched.remove(at);
                false
            }
            None => true,
        })
        .collect()
}

fn start_command(old: &Deploy, new: &Deploy, changes: &mut Vec<Change>) {
    let command = |deploy: &Deploy| deploy.start_command.clone().filter(|command| !command.value.is_empty());
    let (before, after) = (command(old), command(new));
    let change = |message| Change::new(ChangeKind::StartCommandChanged, &Subject::Image, message);
    changes.extend(match (before, after) {
        (Some(before), Some(after)) if before.value != after.value => {
            let change = change(Message::new("start command")).at(&before.location, &after.location);
            Some(change.with_values(&before.value, &after.value))
        }
        (Some(before), None) => {
            let message = Message::new("start command removed: ").value(&before.value);
            Some(change(message).in_old(&before.location))
        }
        (None, Some(after)) => {
            let message = Message::new("start command added: ").value(&after.value);
            Some(change(message).in_new(&after.location))
        }
        _ => None,
    });
}
