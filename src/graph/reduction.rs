//! Transitive reduction of the parents whose environment a step inherits: it drops parents from which
//! another parent already inherits.

/// The number of ancestors that are tracked at a time.
const BATCH: usize = 512;

/// A set of tracked ancestors, one bit each.
#[derive(Clone, Copy, Default)]
struct Ancestors([u64; BATCH / 64]);

impl Ancestors {
    fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    fn insert_all(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & 1 << (number % 64) != 0)
    }

    fn intersects(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).any(|(word, other)| word & other != 0)
    }
}

/// Drops each parent that is also an ancestor of another parent of the same step. The steps are in build
/// order, so parents come before their children.
///
/// The parents are checked in batches of a few hundred, from the first of them to the last step that may
/// drop one. In most plans that is a short range: steps depend on steps near them, or on a few steps that
/// all others depend on, too.
pub(super) fn reduce(parents: &mut [Vec<usize>]) {
    let last_checks = find_last_checks(parents);
    let candidates: Vec<usize> =
        (0..parents.len()).filter(|step| last_checks.get(*step).is_some_and(Option::is_some)).collect();
    if candidates.is_empty() {
        return;
    }
    let mut numbers = vec![None; parents.len()];
    let mut ancestors = vec![Ancestors::default(); parents.len()];
    for batch in candidates.chunks(BATCH) {
        for (number, step) in batch.iter().enumerate() {
            set(&mut numbers, *step, Some(number));
        }
        let first = batch.first().copied().unwrap_or_default();
        let last = batch.iter().filter_map(|step| last_checks.get(*step).copied().flatten()).max().unwrap_or_default();
        for (step, parents) in parents.iter_mut().enumerate().take(last + 1).skip(first) {
            let mut own = Ancestors::default();
            let mut inherited = Ancestors::default();
            for parent in parents.iter().filter(|parent| **parent >= first) {
                if let Some(number) = numbers.get(*parent).copied().flatten() {
                    own.insert(number);
                }
                if let Some(parent_ancestors) = ancestors.get(*parent) {
                    inherited.insert_all(parent_ancestors);
                }
            }
            if own.intersects(&inherited) {
                let number = |parent: &usize| numbers.get(*parent).copied().flatten();
                parents.retain(|parent| number(parent).is_none_or(|number| !inherited.contains(number)));
            }
            inherited.insert_all(&own);
            set(&mut ancestors, step, inherited);
        }
        for step in batch {
            set(&mut numbers, *step, None);
        }
    }
}

/// For each step, its last child that also has a later parent, and so may drop the step.
fn find_last_checks(parents: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut last = vec![None; parents.len()];
    for (step, parents) in parents.iter().enumerate() {
        let latest = parents.iter().max();
        for parent in parents.iter().filter(|parent| Some(*parent) != latest) {
            set(&mut last, *parent, Some(step));
        }
    }
    last
}

fn set<T>(values: &mut [T], step: usize, value: T) {
    if let Some(slot) = values.get_mut(step) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ancestors_of_other_parents_are_dropped_and_duplicates_are_kept() {
        let mut parents = vec![vec![], vec![0], vec![1, 0], vec![2, 0, 1], vec![1, 1], vec![3, 4, 0]];
        reduce(&mut parents);
        assert_eq!(parents, [vec![], vec![0], vec![1], vec![2], vec![1, 1], vec![3, 4]]);
    }

    #[test]
    fn complete_graph_is_reduced_to_a_chain() {
        let mut parents: Vec<Vec<usize>> = (0..2 * BATCH).map(|step| (0..step).collect()).collect();
        reduce(&mut parents);
        for (step, parents) in parents.iter().enumerate() {
            assert_eq!(*parents, step.checked_sub(1).into_iter().collect::<Vec<_>>());
        }
    }

    /// A literal implementation of the definition.
    fn naive_reduction(parents: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut ancestors: Vec<BTreeSet<usize>> = Vec::new();
        let mut reduced = Vec::new();
        for own in parents {
            let inherited: BTreeSet<usize> = own.iter().flat_map(|parent| ancestors[*parent].clone()).collect();
            reduced.push(own.iter().copied().filter(|parent| !inherited.contains(parent)).collect());
            ancestors.push(inherited.into_iter().chain(own.iter().copied()).collect());
        }
        reduced
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]
        #[test]
        fn batches_do_not_change_the_result(
            seeds in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..5), 1..1_200),
            reach in 1..1_200_usize,
        ) {
            let parents: Vec<Vec<usize>> = seeds
                .iter()
                .enumerate()
                .map(|(step, back)| match step {
                    0 => Vec::new(),
                    _ => back.iter().map(|back| step - 1 - back.index(step.min(reach))).collect(),
                })
                .collect();
            let mut reduced = parents.clone();
            reduce(&mut reduced);
            prop_assert_eq!(reduced, naive_reduction(&parents));
        }
    }
}
