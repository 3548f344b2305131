//! Groups of changes that are the same for several subjects.

use std::collections::BTreeMap;

use railpack2docker::diff::{Change, Subject};

/// Changes to the same subjects.
pub(super) struct Group<'a> {
    /// Each of them has all changes.
    pub(super) subjects: Vec<&'a Subject>,
    /// In the order of the comparison.
    pub(super) changes: Vec<&'a Change>,
}

/// The maximum number of subjects that a heading names.
const MAX_NAMED: usize = 8;

impl Group<'_> {
    /// The names of the subjects.
    pub(super) fn heading(&self, name: impl Fn(&Subject) -> String) -> String {
        let names: Vec<String> = self.subjects.iter().take(MAX_NAMED).map(|subject| name(subject)).collect();
        match self.subjects.len().saturating_sub(MAX_NAMED) {
            0 => names.join(", "),
            others => format!("{} and {others} more", names.join(", ")),
        }
    }
}

/// Groups changes by subject, in the order of their first appearance.
pub(super) fn group(changes: &[Change]) -> Vec<Group<'_>> {
    let mut indices: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut distinct: Vec<(Vec<&Subject>, &Change)> = Vec::new();
    for change in changes {
        let index = *indices.entry((change.kind.name(), change.to_string())).or_insert(distinct.len());
        match distinct.get_mut(index) {
            Some((subjects, _)) => subjects.push(&change.subject),
            None => distinct.push((vec![&change.subject], change)),
        }
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut indices: BTreeMap<Vec<&Subject>, usize> = BTreeMap::new();
    for (subjects, change) in distinct {
        let index = *indices.entry(subjects.clone()).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { subjects, changes: vec![change] }),
        }
    }
    groups
}
