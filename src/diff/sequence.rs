//! Two lists side by side.

use std::collections::BTreeMap;

/// The largest table that is filled to find what two lists share. Beyond it, only what they begin and
/// end with counts, and what each holds once.
const LARGEST_TABLE: usize = 4_000_000;

/// An item of one list or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Both(usize, usize),
    Old(usize),
    New(usize),
}

/// A longest common subsequence, with what is in only one list in between, the old items first.
pub(super) fn align<T: Ord>(old: &[T], new: &[T]) -> Vec<Item> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let middle =
        (old.get(start..old.len() - end).unwrap_or_default(), new.get(start..new.len() - end).unwrap_or_default());
    let shared = match middle {
        (old, new) if old.len().saturating_mul(new.len()) <= LARGEST_TABLE => common(old, new),
        (old, new) => unique(old, new),
    };
    let behind = (0..end).map(|i| (old.len() - end + i, new.len() - end + i));
    let shared =
        (0..start).map(|i| (i, i)).chain(shared.into_iter().map(|(i, j)| (start + i, start + j))).chain(behind);
    let mut items = Vec::with_capacity(old.len() + new.len());
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in shared.chain([(old.len(), new.len())]) {
        items.extend((i..next_i).map(Item::Old));
        items.extend((j..next_j).map(Item::New));
        if next_i < old.len() {
            items.push(Item::Both(next_i, next_j));
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    items
}

fn common<T: Eq>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    // lengths of what the rests share, from the end
    let mut table = vec![0_u32; (old.len() + 1) * width];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let length =
                if a == b { at(&table, i + 1, j + 1) + 1 } else { at(&table, i + 1, j).max(at(&table, i, j + 1)) };
            if let Some(slot) = table.get_mut(i * width + j) {
                *slot = length;
            }
        }
    }
    let mut shared = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (old.get(i), new.get(j)) {
        if a == b {
            shared.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&table, i + 1, j) >= at(&table, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

/// What both lists hold exactly once, as far as it is in the same order.
fn unique<T: Ord>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let locations = |list: &[T]| -> Vec<(usize, bool)> {
        let mut count: BTreeMap<&T, usize> = BTreeMap::new();
        for item in list {
            *count.entry(item).or_default() += 1;
        }
        list.iter().enumerate().map(|(at, item)| (at, count.get(item) == Some(&1))).collect()
    };
    let once = locations(new);
    let of_new: BTreeMap<&T, usize> =
        new.iter().zip(&once).filter(|(_, (_, once))| *once).map(|(item, (at, _))| (item, *at)).collect();
    let mut shared: Vec<(usize, usize)> = Vec::new();
    for (at, is_once) in locations(old) {
        let found = old.get(at).filter(|_| is_once).and_then(|item| of_new.get(item));
        if let Some(found) = found.filter(|found| shared.last().is_none_or(|(_, last)| last < *found)) {
            shared.push((at, *found));
        }
    }
    shared
}

/// How many items of the lists are not in what they share.
pub(super) fn count(items: &[Item]) -> (usize, usize) {
    let old = items.iter().filter(|item| matches!(item, Item::Old(_))).count();
    let new = items.iter().filter(|item| matches!(item, Item::New(_))).count();
    (old, new)
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
        let items = align(&old, &new).into_iter().map(|item| match item {
            Item::Both(i, j) => {
                assert_eq!(old[i], new[j]);
                old[i].to_string()
            }
            Item::Old(i) => format!("-{}", old[i]),
            Item::New(j) => format!("+{}", new[j]),
        });
        items.collect()
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
        ] {
            assert_eq!(shown(old, new), aligned, "{old} {new}");
        }
    }

    #[test]
    fn what_both_hold_once_is_shared() {
        let list = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(unique(&list("abxcx"), &list("bayc")), [(0, 1), (3, 3)]);
    }

    #[test]
    fn likeness_is_a_share() {
        assert!((likeness(&["a", "b"], &["b", "c"]) - 0.5).abs() < 1e-9);
        assert!((likeness::<&str>(&[], &[]) - 1.0).abs() < 1e-9);
    }
}
