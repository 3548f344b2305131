//! The image.

use super::change::{Change, Kind, Subject};
use super::inputs::{self, Inputs};
use super::match_steps::Pairs;
use super::message::Text;
use super::variables;
use crate::plan::{Deploy, Located};

/// Notes what changed in `deploy`.
pub(super) fn compare(pairs: &Pairs<'_>, changes: &mut Vec<Change>) {
    let (old, new) = (&pairs.old.plan.deploy, &pairs.new.plan.deploy);
    let subject = Subject::Image;
    inputs::compare_base(Some(&old.base), Some(&new.base), pairs, &subject, changes);
    Inputs { old: &old.inputs, new: &new.inputs }.compare(pairs, &subject, changes);
    variables::compare(&old.variables, &new.variables, &subject, changes);
    paths(old, new, changes);
    start_command(old, new, changes);
}

/// The entries are sorted in the image, so that their order means nothing.
fn paths(old: &Deploy, new: &Deploy, changes: &mut Vec<Change>) {
    let subject = Subject::Image;
    for entry in surplus(&old.paths, &new.paths) {
        let what = Text::of("PATH entry removed: ").value(&entry.value);
        changes.push(Change::new(Kind::PathRemoved, &subject, what).in_old(&entry.location));
    }
    for entry in surplus(&new.paths, &old.paths) {
        let what = Text::of("PATH entry added: ").value(&entry.value);
        changes.push(Change::new(Kind::PathAdded, &subject, what).in_new(&entry.location));
    }
}

/// What one list holds more often than the other.
fn surplus<'p>(one: &'p [Located<String>], other: &[Located<String>]) -> Vec<&'p Located<String>> {
    let mut left: Vec<&str> = other.iter().map(|entry| entry.value.as_str()).collect();
    one.iter()
        .filter(|entry| match left.iter().position(|other| *other == entry.value) {
            Some(at) => {
                left.remove(at);
                false
            }
            None => true,
        })
        .collect()
}

fn start_command(old: &Deploy, new: &Deploy, changes: &mut Vec<Change>) {
    let given = |deploy: &Deploy| deploy.start_command.clone().filter(|command| !command.value.is_empty());
    let (before, after) = (given(old), given(new));
    let change = |what| Change::new(Kind::StartCommandChanged, &Subject::Image, what);
    changes.extend(match (before, after) {
        (Some(before), Some(after)) if before.value != after.value => {
            let change = change(Text::of("start command")).at(&before.location, &after.location);
            Some(change.with_values(&before.value, &after.value))
        }
        (Some(before), None) => {
            let what = Text::of("start command removed: ").value(&before.value);
            Some(change(what).in_old(&before.location))
        }
        (None, Some(after)) => {
            let what = Text::of("start command added: ").value(&after.value);
            Some(change(what).in_new(&after.location))
        }
        _ => None,
    });
}
