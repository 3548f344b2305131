//! A map from numbers whose copies share what they have in common.

use std::rc::Rc;

/// A map from small numbers. To copy it costs nothing, to change a copy little, and to compare two
/// copies no more than there are changes: what they share is passed over.
///
/// A binary tree over the bits of the numbers, the highest bit at the root.
#[derive(Clone, Debug)]
pub(super) struct SharedMap<T> {
    root: Link<T>,
    /// How many bits the numbers have.
    depth: u32,
}

impl<T> Default for SharedMap<T> {
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

impl<T: Copy> SharedMap<T> {
    /// An empty map for numbers below `end`. Maps are compared with those for the same numbers only.
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

    /// Sets the value of a number, or takes it away.
    pub(super) fn set(&mut self, number: usize, value: Option<T>) {
        self.root = with(self.root.as_ref(), self.depth, number, value);
    }

    /// Calls `found` with each number and its value, from the lowest number on.
    pub(super) fn for_each(&self, mut found: impl FnMut(usize, T)) {
        self.for_each_beside(&Self::default(), |number, value, _| found(number, value));
    }

    /// Calls `found` with each number and value that another map does not share, from the lowest
    /// number on, and with the value there.
    pub(super) fn for_each_beside(&self, other: &Self, mut found: impl FnMut(usize, T, Option<T>)) {
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
