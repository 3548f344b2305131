//! Secrets of the plan, and the lists of secrets in steps.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
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

    /// Compares the secrets of the plans.
    pub(super) fn compare(&self, changes: &mut Vec<Change>) {
        let subject = Subject::Plan;
        let is_in_one = |secret: &&Located<String>| !self.in_both.contains(secret.value.as_str());
        for secret in self.old.secrets.iter().filter(is_in_one) {
            let message = Message::new("secret removed: ").value(&secret.value);
            changes.push(Change::new(ChangeKind::SecretRemoved, &subject, message).in_old(&secret.location));
        }
        for secret in self.new.secrets.iter().filter(is_in_one) {
            let message = Message::new("secret added: ").value(&secret.value).then(self.listers(secret));
            changes.push(Change::new(ChangeKind::SecretAdded, &subject, message).in_new(&secret.location));
        }
        // the order of a command's secrets is part of its cache key
        let (before, after) = (self.shared(&self.old.secrets), self.shared(&self.new.secrets));
        let firsts = self.old.secrets.first().zip(self.new.secrets.first());
        if let Some((old, new)) = firsts.filter(|_| before != after) {
            let change = Change::new(ChangeKind::SecretsReordered, &subject, Message::new("order of secrets"));
            changes.push(change.at(&old.location, &new.location).with_values(&before.join(", "), &after.join(", ")));
        }
    }

    /// The names of the secrets that are in both plans.
    fn shared(&self, secrets: &'p [Located<String>]) -> Vec<&'p str> {
        let names = secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| self.in_both.contains(name)).collect()
    }

    /// Compares the secrets that a step lists. Secrets that were added to or removed from the plan are
    /// reported once, by [`Self::compare`].
    pub(super) fn compare_lists(&self, old: StepId, new: StepId, subject: &Subject, changes: &mut Vec<Change>) {
        let listed = |usage: &'p SecretUsage, step: StepId| -> BTreeSet<&'p str> {
            let names = usage.secrets(usage.listed(step)).map(|secret| secret.value.as_str());
            names.filter(|name| self.in_both.contains(name)).collect()
        };
        let is_same = listed(self.old_usage, old) == listed(self.new_usage, new);
        let (old, new) = (self.old.step(old), self.new.step(new));
        if is_same {
            return;
        }
        let (added, removed) = (self.only(new, old), self.only(old, new));
        let mut message = Message::default();
        if !added.is_empty() {
            message = message
                .and(if added.len() == 1 { "lists secret " } else { "lists secrets " })
                .values(added.iter().copied());
        }
        if !removed.is_empty() {
            message = message.and(match (added.len(), removed.len()) {
                (0, 1) => "no longer lists secret ",
                (0, _) => "no longer lists secrets ",
                _ => ", no longer ",
            });
            message = message.values(removed);
        }
        let location = |step: &Step| step.secrets.first().map(|secret| secret.location.clone());
        let mut change = Change::new(ChangeKind::SecretListChanged, subject, message);
        (change.old, change.new) = (location(old), location(new));
        changes.push(change);
    }

    /// The secrets in both plans that `one` lists and `other` does not.
    fn only<'s>(&self, one: &'s Step, other: &Step) -> Vec<&'s str> {
        let is_listed = |name: &str| other.secrets.iter().any(|secret| secret.value == name);
        let names = one.secrets.iter().map(|secret| secret.value.as_str());
        names.filter(|name| (*name == "*" || self.in_both.contains(name)) && !is_listed(name)).collect()
    }

    /// A clause that lists the steps that a new secret invalidates.
    fn listers(&self, secret: &Located<String>) -> Message {
        let listing = self.new_usage.listing_steps().iter().filter(|step| step.secrets.contains(&secret.value));
        let steps: Vec<&str> = listing.map(|step| step.step.as_str()).collect();
        if steps.is_empty() {
            return Message::new("; no step lists it");
        }
        Message::new("; listed by ").values(steps)
    }
}
