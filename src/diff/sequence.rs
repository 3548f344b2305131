//! Two lists side by side.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff};

/// How many items are aligned at a time: `similar` needs more of the stack the more of them differ.
const MOST: usize = 30_000;

/// Items that are in both lists, or that are in place of each other.
pub(super) struct Part {
    pub(super) is_shared: bool,
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// The parts of two lists, in their order. Long lists may share more than is found. There is no deadline,
/// so that the parts are the same everywhere.
pub(super) fn align<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Part> {
    let starts = (0..old.len().max(new.len())).step_by(MOST);
    let ops = starts.flat_map(|start| {
        let window = |list: &[T]| start.min(list.len())..(start + MOST).min(list.len());
        // the other way round, of two that change places, the second would be the one that moved
        capture_diff(Algorithm::Myers, new, window(new), old, window(old))
    });
    let parts = ops.map(|op| {
        let (tag, new, old) = op.as_tag_tuple();
        Part { is_shared: tag == DiffTag::Equal, old, new }
    });
    parts.collect()
}

/// The parts that differ.
pub(super) fn differences<T: Eq + Hash>(old: &[T], new: &[T]) -> impl Iterator<Item = Part> + use<T> {
    align(old, new).into_iter().filter(|part| !part.is_shared)
}

/// What two lists share, whatever the order, from 0 for nothing to 1 for all.
pub(super) fn likeness<T: Ord>(old: &[T], new: &[T]) -> f64 {
    let mut left: BTreeMap<&T, usize> = BTreeMap::new();
    for item in old {
        *left.entry(item).or_default() += 1;
    }
    let mut shared: u32 = 0;
    for item in new {
        if let Some(count) = left.get_mut(item).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    let all = u32::try_from(old.len() + new.len()).unwrap_or(u32::MAX);
    if all == 0 { 1.0 } else { 2.0 * f64::from(shared) / f64::from(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let parts = align(&old, &new).into_iter().map(|part| {
            let (old, new) = (&old[part.old], &new[part.new]);
            if part.is_shared {
                assert_eq!(old, new);
                return old.iter().collect();
            }
            let signed = |sign: char, items: &[char]| items.iter().flat_map(|item| [sign, *item]).collect::<String>();
            signed('-', old) + &signed('+', new)
        });
        parts.collect()
    }

    #[test]
    fn lists_are_aligned_by_what_they_share() {
        for (old, new, aligned) in [
            ("", "", ""),
            ("abc", "abc", "abc"),
            ("abc", "ac", "a-bc"),
            ("ac", "abc", "a+bc"),
            ("abc", "axc", "a-b+xc"),
            ("ab", "ba", "-ab+a"),
            ("", "ab", "+a+b"),
            ("aaa", "aa", "aa-a"),
            ("abxcx", "bayc", "+ba-b-x+yc-x"),
        ] {
            assert_eq!(shown(old, new), aligned, "{old} {new}");
        }
    }

    #[test]
    fn long_lists_take_neither_time_nor_stack() {
        const LENGTH: u64 = 40_000;
        let mixed =
            |factor: u64, kinds: u64| (0..LENGTH / 4).map(|i| i * i * factor % 10_007 % kinds).collect::<Vec<_>>();
        let all: Vec<u64> = (0..LENGTH).collect();
        let backwards: Vec<u64> = (0..LENGTH).rev().collect();
        let every_other: Vec<u64> = all.iter().map(|i| if i % 2 == 0 { *i } else { i + LENGTH }).collect();
        for (old, new, least) in [
            (&mixed(3, 3), &mixed(5, 3), 6_000),
            (&mixed(3, 1_000), &mixed(5, 1_000), 300),
            (&all, &backwards, 1),
            (&all, &every_other, 20_000),
            (&all, &all[1..].to_vec(), 39_990),
            (&all[..10].to_vec(), &all, 10),
        ] {
            let differing: usize = differences(old, new).map(|part| part.old.len()).sum();
            assert!(old.len() - differing >= least, "{differing}");
        }
    }

    #[test]
    fn likeness_is_a_share() {
        assert!((likeness(&["a", "b"], &["b", "c"]) - 0.5).abs() < 1e-9);
        assert!((likeness::<&str>(&[], &[]) - 1.0).abs() < 1e-9);
    }
}
