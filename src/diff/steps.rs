//! Steps: those that came or went, and what changed in those that stayed.

use super::caches::Caches;
use super::change::{Change, Kind, Subject};
use super::inputs::{self, Inputs, Takers};
use super::match_steps::Pairs;
use super::message::Text;
use super::secrets::Secrets;
use super::{commands, variables};
use crate::plan::{Source, Step};

/// Notes what changed in the steps, in the order of the new plan; those that went are at the end.
pub(super) fn compare(pairs: &Pairs<'_>, secrets: &Secrets<'_>, caches: &Caches<'_>, changes: &mut Vec<Change>) {
    let (takers, former_takers) = (Takers::of(pairs.new.plan), Takers::of(pairs.old.plan));
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
                let what = Text::of("step added: ").then(described(step));
                let what = what.then(takers.said(&step.name.value, " takes "));
                changes.push(Change::new(Kind::StepAdded, &subject, what).in_new(&step.name.location));
            }
        }
    }
    for step in pairs.removed() {
        let subject = Subject::Step(step.name.value.clone());
        let what = Text::of("step removed").then(former_takers.said(&step.name.value, " took "));
        changes.push(Change::new(Kind::StepRemoved, &subject, what).in_old(&step.name.location));
    }
}

/// What a step is called, starts from, takes and sets.
fn compare_step(old: &Step, new: &Step, pairs: &Pairs<'_>, subject: &Subject, changes: &mut Vec<Change>) {
    if old.name.value != new.name.value {
        let what = Text::of("step renamed, it was ").value(&old.name.value);
        changes.push(Change::new(Kind::StepRenamed, subject, what).at(&old.name.location, &new.name.location));
    }
    inputs::compare_base(old.inputs.first(), new.inputs.first(), pairs, subject, changes);
    let behind = |step: &'_ Step| step.inputs.len().min(1);
    let inputs = Inputs {
        old: old.inputs.get(behind(old)..).unwrap_or_default(),
        new: new.inputs.get(behind(new)..).unwrap_or_default(),
    };
    inputs.compare(pairs, subject, changes);
    variables::compare(&old.variables, &new.variables, subject, changes);
}

/// What a step starts from and how much it does.
fn described(step: &Step) -> Text {
    let text = match step.inputs.first().map(|input| &input.source) {
        None => Text::of("starts from nothing, "),
        Some(Source::Local) => Text::of("starts from the build context, "),
        Some(Source::Step(base)) => Text::of("starts from step ").value(&base.value).and(", "),
        Some(Source::Image(image)) => Text::of("starts from ").value(&image.value).and(", "),
    };
    text.count(step.commands.len(), " command", " commands")
}
