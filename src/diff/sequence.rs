//! Alignment of two lists.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff};

/// The number of items aligned at a time: the stack that `similar` uses grows with the number of differences.
const WINDOW: usize = 30_000;

/// A range in each of two lists. The items are equal, or those of the new list replace those of the old one.
pub(super) struct Part {
    pub(super) is_shared: bool,
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// Aligns two lists. In long lists, some shared items may not be found. There is no deadline, so that the
/// result is deterministic.
pub(super) fn align<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Part> {
    let starts = (0..old.len().max(new.len())).step_by(WINDOW);
    let ops = starts.flat_map(|start| {
        let window = |list: &[T]| start.min(list.len())..(start + WINDOW).min(list.len());
        // in this order, the first of two swapped items counts as the moved one
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

/// The share of items that two lists have in common in any order, from 0 to 1.
pub(super) fn similarity<T: Ord>(old: &[T], new: &[T]) -> f64 {
    let mut unmatched: BTreeMap<&T, usize> = BTreeMap::new();
    for item in old {
        *unmatched.entry(item).or_default() += 1;
    }
    let mut shared: u32 = 0;
    for item in new {
        if let Some(count) = unmatched.get_mut(item).filter(|count| **count > 0) {
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

    fn aligned_text(old: &str, new: &str) -> String {
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
    fn lists_are_aligned_by_shared_items() {
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
            assert_eq!(aligned_text(old, new), aligned, "{old} {new}");
        }
    }

    #[test]
    fn long_lists_need_little_time_and_stack() {
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
    fn similarity_is_a_fraction() {
        assert!((similarity(&["a", "b"], &["b", "c"]) - 0.5).abs() < 1e-9);
        assert!((similarity::<&str>(&[], &[]) - 1.0).abs() < 1e-9);
    }
}
