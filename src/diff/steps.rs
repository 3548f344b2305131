//! Added, removed and changed steps.

use super::caches::Caches;
use super::change::{Change, ChangeKind, Subject};
use super::inputs::{self, Consumers, Inputs};
use super::match_steps::Pairs;
use super::message::Message;
use super::secrets::Secrets;
use super::{commands, variables};
use crate::plan::{Source, Step};

/// Compares the steps in the order of the new plan, followed by the removed ones.
pub(super) fn compare(pairs: &Pairs<'_>, secrets: &Secrets<'_>, caches: &Caches<'_>, changes: &mut Vec<Change>) {
    let (consumers, former_consumers) = (Consumers::new(pairs.new.plan), Consumers::new(pairs.old.plan));
    for (id, step) in pairs.new.plan.steps_by_id() {
        let subject = Subject::Step(step.name.value.clone());
        match pairs.old_of(id) {
            Some((old_id, old)) => {
                compare_step(old, step, pairs, &subject, changes);
                secrets.compare_lists(old_id, id, &subject, changes);
                caches.compare_uses(old, step, &subject, changes);
                commands::compare(old, step, &subject, changes);
            }
            None => {
                let message = Message::new("step added: ").then(describe(step));
                let message = message.then(consumers.describe(&step.name.value, " copies "));
                changes.push(Change::new(ChangeKind::StepAdded, &subject, message).in_new(&step.name.location));
            }
        }
    }
    for step in pairs.removed() {
        let subject = Subject::Step(step.name.value.clone());
        let message = Message::new("step removed").then(former_consumers.describe(&step.name.value, " copied "));
        changes.push(Change::new(ChangeKind::StepRemoved, &subject, message).in_old(&step.name.location));
    }
}

/// Compares the name, base, inputs and variables of a step.
fn compare_step(old: &Step, new: &Step, pairs: &Pairs<'_>, subject: &Subject, changes: &mut Vec<Change>) {
    if old.name.value != new.name.value {
        let message = Message::new("step renamed from ").value(&old.name.value);
        changes.push(Change::new(ChangeKind::StepRenamed, subject, message).at(&old.name.location, &new.name.location));
    }
    inputs::compare_base(old.inputs.first(), new.inputs.first(), pairs, subject, changes);
    let after_base = |step: &'_ Step| step.inputs.len().min(1);
    let inputs = Inputs {
        old: old.inputs.get(after_base(old)..).unwrap_or_default(),
        new: new.inputs.get(after_base(new)..).unwrap_or_default(),
    };
    inputs.compare(pairs, subject, changes);
    variables::compare(&old.variables, &new.variables, subject, changes);
}

/// Describes the base of a step and the number of its commands.
fn describe(step: &Step) -> Message {
    let text = match step.inputs.first().map(|input| &input.source) {
        None => Message::new("starts from scratch, "),
        Some(Source::Local) => Message::new("starts from the build context, "),
        Some(Source::Step(base)) => Message::new("starts from step ").value(&base.value).and(", "),
        Some(Source::Image(image)) => Message::new("starts from ").value(&image.value).and(", "),
    };
    text.count(step.commands.len(), " command", " commands")
}
