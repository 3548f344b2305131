//! A persistent map (a bitwise trie) with structural sharing.

use std::rc::Rc;

/// A persistent map with small numbers as keys. A clone costs almost nothing, a change to a clone costs
/// little, and comparing two clones takes time proportional to their differences, because shared parts are
/// skipped.
///
/// It is a binary tree over the bits of the keys, with the highest bit at the root.
#[derive(Clone, Debug)]
pub(super) struct PersistentMap<T> {
    root: Link<T>,
    /// The number of bits in a key.
    depth: u32,
}

impl<T> Default for PersistentMap<T> {
    fn default() -> Self {
        Self { root: None, depth: 0 }
    }
}

type Link<T> = Option<Rc<Node<T>>>;

#[derive(Debug)]
enum Node<T> {
    Leaf(T),
    Fork(Link<T>, Link<T>),
}

impl<T: Copy> PersistentMap<T> {
    /// An empty map for keys below `end`. Maps can only be compared with maps for the same keys.
    pub(super) fn new(end: usize) -> Self {
        Self { root: None, depth: usize::BITS - end.leading_zeros() }
    }

    pub(super) fn get(&self, number: usize) -> Option<T> {
        let mut at = self.root.as_ref();
        for bit in (0..self.depth).rev() {
            at = match at?.as_ref() {
                Node::Fork(low, high) => if number >> bit & 1 == 0 { low } else { high }.as_ref(),
                Node::Leaf(_) => None,
            };
        }
        match at?.as_ref() {
            Node::Leaf(value) => Some(*value),
            Node::Fork(..) => None,
        }
    }

    /// Sets or removes the value of a number.
    pub(super) fn set(&mut self, number: usize, value: Option<T>) {
        self.root = with(self.root.as_ref(), self.depth, number, value);
    }

    /// Calls `found` with each number and its value, in ascending order.
    pub(super) fn for_each(&self, mut found: impl FnMut(usize, T)) {
        self.for_each_unshared(&Self::default(), |number, value, _| found(number, value));
    }

    /// Calls `found` with each number and value that is not shared with another map, and with the other
    /// map's value for that number, in ascending order.
    pub(super) fn for_each_unshared(&self, other: &Self, mut found: impl FnMut(usize, T, Option<T>)) {
        differences(self.root.as_ref(), other.root.as_ref(), 0, &mut found);
    }
}

fn with<T: Copy>(link: Option<&Rc<Node<T>>>, depth: u32, number: usize, value: Option<T>) -> Link<T> {
    let Some(below) = depth.checked_sub(1) else { return value.map(|value| Rc::new(Node::Leaf(value))) };
    let [low, high] = children(link);
    let fork = if number >> below & 1 == 0 {
        (with(low, below, number, value), high.cloned())
    } else {
        (low.cloned(), with(high, below, number, value))
    };
    match fork {
        (None, None) => None,
        (low, high) => Some(Rc::new(Node::Fork(low, high))),
    }
}

fn children<T>(node: Option<&Rc<Node<T>>>) -> [Option<&Rc<Node<T>>>; 2] {
    match node.map(Rc::as_ref) {
        Some(Node::Fork(low, high)) => [low.as_ref(), high.as_ref()],
        Some(Node::Leaf(_)) | None => [None, None],
    }
}

fn differences<T: Copy>(
    link: Option<&Rc<Node<T>>>,
    other: Option<&Rc<Node<T>>>,
    number: usize,
    found: &mut impl FnMut(usize, T, Option<T>),
) {
    let Some(node) = link else { return };
    if other.is_some_and(|other| Rc::ptr_eq(node, other)) {
        return;
    }
    match node.as_ref() {
        Node::Leaf(value) => {
            let other = other.and_then(|other| match other.as_ref() {
                Node::Leaf(value) => Some(*value),
                Node::Fork(..) => None,
            });
            found(number, *value, other);
        }
        Node::Fork(low, high) => {
            let [other_low, other_high] = children(other);
            differences(low.as_ref(), other_low, number << 1, found);
            differences(high.as_ref(), other_high, number << 1 | 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Model = BTreeMap<usize, u8>;

    fn all(map: &PersistentMap<u8>) -> Vec<(usize, u8)> {
        let mut all = Vec::new();
        map.for_each(|number, value| all.push((number, value)));
        all
    }

    fn unshared(map: &PersistentMap<u8>, other: &PersistentMap<u8>) -> Vec<(usize, u8, Option<u8>)> {
        let mut found = Vec::new();
        map.for_each_unshared(other, |number, value, there| found.push((number, value, there)));
        found
    }

    /// A clone of an earlier map, with some changes.
    type Change = (prop::sample::Index, Vec<(prop::sample::Index, Option<u8>)>);

    fn change() -> impl Strategy<Value = Change> {
        let set = (any::<prop::sample::Index>(), prop::option::weighted(0.7, 0..3_u8));
        (any::<prop::sample::Index>(), prop::collection::vec(set, 0..6))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn clones_are_independent(end in 1..70_usize, changes in prop::collection::vec(change(), 1..12)) {
            let mut maps = vec![(PersistentMap::new(end), Model::new())];
            for (of, sets) in changes {
                let (mut map, mut model) = maps[of.index(maps.len())].clone();
                for (number, value) in sets {
                    let number = number.index(end);
                    map.set(number, value);
                    model.remove(&number);
                    model.extend(value.map(|value| (number, value)));
                }
                maps.push((map, model));
            }
            for (map, model) in &maps {
                prop_assert_eq!(all(map), model.clone().into_iter().collect::<Vec<_>>());
                for number in 0..end {
                    prop_assert_eq!(map.get(number), model.get(&number).copied());
                }
                for (other, other_model) in &maps {
                    let found = unshared(map, other);
                    prop_assert!(found.is_sorted_by_key(|(number, ..)| *number));
                    for (number, value, there) in &found {
                        prop_assert_eq!(model.get(number), Some(value));
                        prop_assert_eq!(other_model.get(number), there.as_ref());
                    }
                    for (number, value) in model.iter().filter(|(number, value)| other_model.get(number) != Some(value)) {
                        prop_assert!(found.contains(&(*number, *value, other_model.get(number).copied())));
                    }
                }
            }
        }
    }

    #[test]
    fn shared_parts_are_skipped() {
        let mut one = PersistentMap::new(100);
        for number in 0..100 {
            one.set(number, Some(0));
        }
        let mut other = one.clone();
        assert_eq!(unshared(&one, &other), []);
        other.set(40, None);
        other.set(70, Some(1));
        other.set(71, Some(0));
        assert_eq!(unshared(&one, &other), [(40, 0, None), (70, 0, Some(1)), (71, 0, Some(0))]);
        assert_eq!(unshared(&other, &one), [(70, 1, Some(0)), (71, 0, Some(0))]);
    }

    #[test]
    fn removed_values_leave_no_nodes() {
        let mut map = PersistentMap::new(9);
        map.set(8, Some(1));
        map.set(3, None);
        map.set(8, None);
        assert!(map.root.is_none());
    }

    #[test]
    fn map_without_keys_is_empty() {
        assert_eq!(PersistentMap::<u8>::new(0).get(0), None);
        assert_eq!(all(&PersistentMap::new(0)), []);
    }
}
