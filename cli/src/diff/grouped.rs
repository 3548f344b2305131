//! Changes that are the same in several places, said once.

use std::collections::BTreeMap;

use crate::diff::{Change, Subject};

/// Changes of the same steps.
pub(super) struct Group<'a> {
    /// What they belong to; each change belongs to all of them.
    pub(super) subjects: Vec<&'a Subject>,
    /// In the order that they were found.
    pub(super) changes: Vec<&'a Change>,
}

/// How many steps a group names.
const MOST_NAMED: usize = 8;

impl Group<'_> {
    /// What the changes belong to, as `name` spells each.
    pub(super) fn named(&self, name: impl Fn(&Subject) -> String) -> String {
        let names: Vec<String> = self.subjects.iter().take(MOST_NAMED).map(|subject| name(subject)).collect();
        match self.subjects.len().saturating_sub(MOST_NAMED) {
            0 => names.join(", "),
            others => format!("{} and {others} more", names.join(", ")),
        }
    }
}

/// The changes by what they belong to, in the order that each came up first.
pub(super) fn grouped(changes: &[Change]) -> Vec<Group<'_>> {
    let mut locations: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut distinct: Vec<(Vec<&Subject>, &Change)> = Vec::new();
    for change in changes {
        let location = *locations.entry((change.kind.name(), change.to_string())).or_insert(distinct.len());
        match distinct.get_mut(location) {
            Some((subjects, _)) => subjects.push(&change.subject),
            None => distinct.push((vec![&change.subject], change)),
        }
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut locations: BTreeMap<Vec<&Subject>, usize> = BTreeMap::new();
    for (subjects, change) in distinct {
        let location = *locations.entry(subjects.clone()).or_insert(groups.len());
        match groups.get_mut(location) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { subjects, changes: vec![change] }),
        }
    }
    groups
}
