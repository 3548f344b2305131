//! Step ids, and values by step.

use std::ops::{Index, IndexMut};

/// The index of a step in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StepId(usize);

impl StepId {
    pub(crate) fn new(index: usize) -> Self {
        Self(index)
    }

    pub(crate) fn index(self) -> usize {
        self.0
    }
}

/// A value for each step of a plan, in plan order. Ids must come from the plan that the map was created
/// for, so a lookup can't fail.
#[derive(Clone, Debug)]
pub(crate) struct StepMap<T>(Vec<T>);

impl<T> StepMap<T> {
    /// Every id with its value, in plan order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (StepId, &T)> + ExactSizeIterator {
        self.0.iter().enumerate().map(|(index, value)| (StepId(index), value))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Maps each value, given with its id.
    pub(crate) fn map<U>(&self, mut value: impl FnMut(StepId, &T) -> U) -> StepMap<U> {
        StepMap(self.iter().map(|(id, old)| value(id, old)).collect())
    }
}

impl<T: Clone> StepMap<T> {
    /// The same value for each of `len` steps.
    pub(crate) fn filled(len: usize, value: T) -> Self {
        Self(vec![value; len])
    }
}

impl<T> FromIterator<T> for StepMap<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> Index<StepId> for StepMap<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "an id is an index into the plan that the map was created for")]
    fn index(&self, id: StepId) -> &T {
        &self.0[id.0]
    }
}

impl<T> IndexMut<StepId> for StepMap<T> {
    #[expect(clippy::indexing_slicing, reason = "an id is an index into the plan that the map was created for")]
    fn index_mut(&mut self, id: StepId) -> &mut T {
        &mut self.0[id.0]
    }
}
