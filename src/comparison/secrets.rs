//! Secrets: those of the plan, and those that a step lists.

use std::collections::BTreeSet;

use super::change::{Change, Kind, Subject};
use super::text::Text;
use crate::plan::{Located, Plan, Step};

/// The secrets of both plans.
pub(super) struct Secrets<'p> {
    old: &'p Plan,
    new: &'p Plan,
    in_both: BTreeSet<&'p str>,
}

impl<'p> Secrets<'p> {
    pub(super) fn of(old: &'p Plan, new: &'p Plan) -> Self {
        let names = |plan: &'p Plan| plan.secrets.iter().map(|secret| secret.value.as_str()).collect::<BTreeSet<_>>();
        Self { old, new, in_both: &names(old) & &names(new) }
    }

    /// Notes what changed in the plan's list.
    pub(super) fn compare(&self, changes: &mut Vec<Change>) {
        let subject = Subject::Plan;
        let is_alone = |secret: &&Located<String>| !self.in_both.contains(secret.value.as_str());
        for secret in self.old.secrets.iter().filter(is_alone) {
            let what = Text::of("secret removed: ").value(&secret.value);
            changes.push(Change::new(Kind::SecretRemoved, &subject, what).in_old(&secret.place));
        }
        for secret in self.new.secrets.iter().filter(is_alone) {
            let what = Text::of("secret added: ").value(&secret.value).then(listers(self.new, secret));
            changes.push(Change::new(Kind::SecretAdded, &subject, what).in_new(&secret.place));
        }
        // the order in which commands get them is a part of their layers' keys
        let (before, after) = (self.kept(&self.old.secrets), self.kept(&self.new.secrets));
        let firsts = self.old.secrets.first().zip(self.new.secrets.first());
        if let Some((old, new)) = firsts.filter(|_| before != after) {
            let change = Change::new(Kind::SecretsReordered, &subject, Text::of("order of secrets"));
            changes.push(change.at(&old.place, &new.place).with_values(&before.join(", "), &after.join(", ")));
        }
    }

    /// The names of those that are in both plans.
    fn kept(&self, secrets: &'p [Located<String>]) -> Vec<&'p str> {
        let names = secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| self.in_both.contains(name)).collect()
    }

    /// Notes which other secrets make a step run again. Those that came or went with the plan's list are
    /// said there.
    pub(super) fn compare_lists(&self, old: &Step, new: &Step, subject: &Subject, changes: &mut Vec<Change>) {
        let meant = |plan: &'p Plan, step: &Step| -> BTreeSet<&'p str> {
            let listed = plan.listed_by(step).into_iter().map(|secret| secret.value.as_str());
            listed.filter(|name| self.in_both.contains(name)).collect()
        };
        if meant(self.old, old) == meant(self.new, new) {
            return;
        }
        let (added, removed) = (self.only(new, old), self.only(old, new));
        let mut what = Text::default();
        if !added.is_empty() {
            what = what.and("lists secret ").values(added.iter().copied());
        }
        if !removed.is_empty() {
            what = what.and(if added.is_empty() { "no longer lists secret " } else { ", no longer " });
            what = what.values(removed);
        }
        let place = |step: &Step| step.secrets.first().map(|secret| secret.place.clone());
        let mut change = Change::new(Kind::SecretListChanged, subject, what);
        (change.old, change.new) = (place(old), place(new));
        changes.push(change);
    }

    /// What one step lists and the other does not, of the secrets that are in both plans.
    fn only<'s>(&self, one: &'s Step, other: &Step) -> Vec<&'s str> {
        let is_listed = |name: &str| other.secrets.iter().any(|secret| secret.value == name);
        let names = one.secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| (*name == "*" || self.in_both.contains(name)) && !is_listed(name)).collect()
    }
}

/// The steps that run again when a secret changes.
fn listers(plan: &Plan, secret: &Located<String>) -> Text {
    let lists = |step: &&Step| step.secrets.iter().any(|listed| listed.value == "*" || listed.value == secret.value);
    let steps: Vec<&str> = plan.steps.iter().filter(lists).map(|step| step.name.value.as_str()).collect();
    if steps.is_empty() {
        return Text::of("; no step lists it");
    }
    Text::of("; listed by ").values(steps)
}
