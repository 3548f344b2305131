//! Secrets: those of the plan, and those that a step lists.

use std::collections::BTreeSet;

use super::change::{Change, Kind, Subject};
use super::message::Text;
use crate::plan::{Located, Plan, Step, StepId};
use crate::secret_usage::SecretUsage;

/// The secrets of both plans.
pub(super) struct Secrets<'p> {
    old: &'p Plan,
    new: &'p Plan,
    old_usage: &'p SecretUsage,
    new_usage: &'p SecretUsage,
    in_both: BTreeSet<&'p str>,
}

impl<'p> Secrets<'p> {
    pub(super) fn new(
        (old, old_usage): (&'p Plan, &'p SecretUsage),
        (new, new_usage): (&'p Plan, &'p SecretUsage),
    ) -> Self {
        let names = |plan: &'p Plan| plan.secrets.iter().map(|secret| secret.value.as_str()).collect::<BTreeSet<_>>();
        Self { old, new, old_usage, new_usage, in_both: &names(old) & &names(new) }
    }

    /// Notes what changed in the plan's list.
    pub(super) fn compare(&self, changes: &mut Vec<Change>) {
        let subject = Subject::Plan;
        let is_alone = |secret: &&Located<String>| !self.in_both.contains(secret.value.as_str());
        for secret in self.old.secrets.iter().filter(is_alone) {
            let what = Text::of("secret removed: ").value(&secret.value);
            changes.push(Change::new(Kind::SecretRemoved, &subject, what).in_old(&secret.location));
        }
        for secret in self.new.secrets.iter().filter(is_alone) {
            let what = Text::of("secret added: ").value(&secret.value).then(self.listers(secret));
            changes.push(Change::new(Kind::SecretAdded, &subject, what).in_new(&secret.location));
        }
        // the order in which commands get them is a part of their layers' keys
        let (before, after) = (self.kept(&self.old.secrets), self.kept(&self.new.secrets));
        let firsts = self.old.secrets.first().zip(self.new.secrets.first());
        if let Some((old, new)) = firsts.filter(|_| before != after) {
            let change = Change::new(Kind::SecretsReordered, &subject, Text::of("order of secrets"));
            changes.push(change.at(&old.location, &new.location).with_values(&before.join(", "), &after.join(", ")));
        }
    }

    /// The names of those that are in both plans.
    fn kept(&self, secrets: &'p [Located<String>]) -> Vec<&'p str> {
        let names = secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| self.in_both.contains(name)).collect()
    }

    /// Notes which other secrets make a step run again. Those that came or went with the plan's list are
    /// said there.
    pub(super) fn compare_lists(&self, old: StepId, new: StepId, subject: &Subject, changes: &mut Vec<Change>) {
        let meant = |usage: &'p SecretUsage, step: StepId| -> BTreeSet<&'p str> {
            let listed = usage.secrets(usage.listed(step)).map(|secret| secret.value.as_str());
            listed.filter(|name| self.in_both.contains(name)).collect()
        };
        let is_same = meant(self.old_usage, old) == meant(self.new_usage, new);
        let (old, new) = (self.old.step(old), self.new.step(new));
        if is_same {
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
        let location = |step: &Step| step.secrets.first().map(|secret| secret.location.clone());
        let mut change = Change::new(Kind::SecretListChanged, subject, what);
        (change.old, change.new) = (location(old), location(new));
        changes.push(change);
    }

    /// What one step lists and the other does not, of the secrets that are in both plans.
    fn only<'s>(&self, one: &'s Step, other: &Step) -> Vec<&'s str> {
        let is_listed = |name: &str| other.secrets.iter().any(|secret| secret.value == name);
        let names = one.secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| (*name == "*" || self.in_both.contains(name)) && !is_listed(name)).collect()
    }

    /// The steps that a change of a new secret re-runs.
    fn listers(&self, secret: &Located<String>) -> Text {
        let listing = self.new_usage.listing_steps().iter().filter(|step| step.secrets.contains(&secret.value));
        let steps: Vec<&str> = listing.map(|step| step.step.as_str()).collect();
        if steps.is_empty() {
            return Text::of("; no step lists it");
        }
        Text::of("; listed by ").values(steps)
    }
}
