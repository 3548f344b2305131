//! Caches of the plan, and their use in steps.

use std::collections::BTreeMap;

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use crate::compat::gopath::under_app;
use crate::plan::{Cache, Located, Plan, Step};

/// The caches of both plans.
pub(super) struct Caches<'p> {
    old: &'p Plan,
    new: &'p Plan,
    /// The new names of renamed caches, by their old names.
    renamed: BTreeMap<&'p str, &'p str>,
}

impl<'p> Caches<'p> {
    pub(super) fn new(old: &'p Plan, new: &'p Plan) -> Self {
        let only = |one: &'p Plan, other: &Plan| -> Vec<(&'p str, &'p Cache)> {
            let only = one.caches.iter().filter(|(name, _)| !other.caches.contains_key(*name));
            only.map(|(name, cache)| (name.as_str(), cache)).collect()
        };
        let mut added = only(new, old);
        let mut renamed = BTreeMap::new();
        for (name, cache) in only(old, new) {
            if let Some(at) = added.iter().position(|(_, other)| is_same(cache, other)) {
                renamed.insert(name, added.remove(at).0);
            }
        }
        Self { old, new, renamed }
    }

    /// Compares the caches of the plans.
    pub(super) fn compare(&self, changes: &mut Vec<Change>) {
        let subject = Subject::Plan;
        for (name, before) in &self.old.caches {
            let cache = Message::new("cache ").value(name);
            let location = &before.directory.location;
            let change = match (self.new.caches.get(name), self.renamed.get(name.as_str())) {
                (Some(after), _) if is_same(before, after) => continue,
                (Some(after), _) => Change::new(ChangeKind::CacheChanged, &subject, cache)
                    .in_new(&after.directory.location)
                    .with_values(&describe(before), &describe(after)),
                (None, Some(now)) => {
                    let message = cache.and(" renamed to ").value(now).and(", which starts empty");
                    let change = Change::new(ChangeKind::CacheRenamed, &subject, message);
                    match self.new.caches.get(*now) {
                        Some(after) => change.in_new(&after.directory.location),
                        None => change,
                    }
                }
                (None, None) => {
                    let message = Message::new("cache removed: ").value(name).and(" at ").value(&directory(before));
                    Change::new(ChangeKind::CacheRemoved, &subject, message)
                }
            };
            changes.push(change.in_old(location));
        }
        let is_new = |name: &str| !self.old.caches.contains_key(name) && !self.renamed.values().any(|now| *now == name);
        for (name, cache) in self.new.caches.iter().filter(|(name, _)| is_new(name)) {
            let message = Message::new("cache added: ").value(name).and(" at ").value(&directory(cache));
            let message = message.and(if cache.locked { ", locked" } else { ", shared" }).then(users(self.new, name));
            changes.push(Change::new(ChangeKind::CacheAdded, &subject, message).in_new(&cache.directory.location));
        }
    }

    /// Compares a step's use of the caches that both plans have.
    pub(super) fn compare_uses(&self, old: &Step, new: &Step, subject: &Subject, changes: &mut Vec<Change>) {
        let now = |name: &'p str| self.renamed.get(name).copied().unwrap_or(name);
        let has = |list: &[Located<String>], name: &str| list.iter().any(|cache| cache.value == name);
        for (name, _) in self.old.caches.iter().filter(|(name, _)| self.new.caches.contains_key(now(name))) {
            let (before, after) = (has(&old.caches, name), has(&new.caches, now(name)));
            let location = |step: &Step, name: &str| {
                step.caches.iter().find(|cache| cache.value == name).map(|cache| cache.location.clone())
            };
            let mut change = match (before, after) {
                (false, true) => {
                    Change::new(ChangeKind::CacheUseAdded, subject, Message::new("uses cache ").value(now(name)))
                }
                (true, false) => {
                    Change::new(ChangeKind::CacheUseRemoved, subject, Message::new("no longer uses cache ").value(name))
                }
                _ => continue,
            };
            change.old = location(old, name);
            change.new = location(new, now(name));
            changes.push(change);
        }
    }
}

fn is_same(old: &Cache, new: &Cache) -> bool {
    (directory(old), old.locked) == (directory(new), new.locked)
}

fn directory(cache: &Cache) -> String {
    under_app(&cache.directory.value)
}

fn describe(cache: &Cache) -> String {
    format!("{}, {}", directory(cache), if cache.locked { "locked" } else { "shared" })
}

/// A clause that lists the steps that use a cache.
fn users(plan: &Plan, name: &str) -> Message {
    let uses = |step: &&Step| step.caches.iter().any(|cache| cache.value == name);
    let steps: Vec<&str> = plan.steps.iter().filter(uses).map(|step| step.name.value.as_str()).collect();
    if steps.is_empty() {
        return Message::new("; no step uses it");
    }
    Message::new("; used by ").values(steps)
}
