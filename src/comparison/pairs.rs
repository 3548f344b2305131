//! Which step of the old plan is which of the new one. A step keeps its name; where it does not, it is
//! known by what it does.

use std::collections::BTreeMap;

use super::commands::Key;
use super::sequence::likeness;
use crate::graph::StepId;
use crate::plan::{Input, Plan, Source, Step};

/// How much two steps of different names share to be one, from 0 to 1.
const ALIKE: f64 = 0.6;

/// How much less they share with any other step.
const CLEARLY: f64 = 0.1;

/// How many steps without a partner are looked at one by one.
const MOST: usize = 100;

/// A plan and its steps by name.
pub(super) struct Side<'p> {
    pub(super) plan: &'p Plan,
    ids: BTreeMap<&'p str, StepId>,
}

impl<'p> Side<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let ids = plan.steps.iter().enumerate().map(|(id, step)| (step.name.value.as_str(), id)).collect();
        Self { plan, ids }
    }

    fn id(&self, name: &str) -> Option<StepId> {
        self.ids.get(name).copied()
    }
}

/// The steps that are in both plans.
pub(super) struct Pairs<'p> {
    pub(super) old: Side<'p>,
    pub(super) new: Side<'p>,
    new_of_old: Vec<Option<StepId>>,
    old_of_new: Vec<Option<StepId>>,
}

impl<'p> Pairs<'p> {
    pub(super) fn of(old: &'p Plan, new: &'p Plan) -> Self {
        let (old, new) = (Side::of(old), Side::of(new));
        let mut pairs = Self {
            new_of_old: vec![None; old.plan.steps.len()],
            old_of_new: vec![None; new.plan.steps.len()],
            old,
            new,
        };
        let same_name: Vec<_> =
            pairs.old.ids.iter().filter_map(|(name, old)| Some((*old, pairs.new.id(name)?))).collect();
        for (old, new) in same_name {
            pairs.join(old, new);
        }
        while pairs.join_equal() {}
        pairs.join_alike();
        pairs
    }

    fn join(&mut self, old: StepId, new: StepId) {
        if let (Some(to_new), Some(to_old)) = (self.new_of_old.get_mut(old), self.old_of_new.get_mut(new)) {
            (*to_new, *to_old) = (Some(new), Some(old));
        }
    }

    /// The step of the old plan that one of the new plan was.
    pub(super) fn old_of(&self, new: StepId) -> Option<&'p Step> {
        let id = self.old_of_new.get(new).copied().flatten()?;
        self.old.plan.steps.get(id)
    }

    /// The steps of the old plan that the new one lacks.
    pub(super) fn removed(&self) -> impl Iterator<Item = &'p Step> {
        self.old.plan.steps.iter().zip(&self.new_of_old).filter(|(_, new)| new.is_none()).map(|(step, _)| step)
    }

    /// Whether the old plan has a step of this name and the new one lacks it.
    pub(super) fn is_removed(&self, name: &str) -> bool {
        self.old.id(name).is_some_and(|id| self.new_of_old.get(id).copied().flatten().is_none())
    }

    /// Whether the new plan has a step of this name and the old one lacks it.
    pub(super) fn is_added(&self, name: &str) -> bool {
        self.new.id(name).is_some_and(|id| self.old_of_new.get(id).copied().flatten().is_none())
    }

    /// What an input of the old plan takes from, so that it can be compared with one of the new plan.
    pub(super) fn old_origin(&self, source: &Source) -> String {
        origin(source, |name| self.new_of_old.get(self.old.id(name)?).copied().flatten())
    }

    /// The same for an input of the new plan.
    pub(super) fn new_origin(&self, source: &Source) -> String {
        origin(source, |name| {
            let id = self.new.id(name)?;
            self.old_of_new.get(id).copied().flatten().map(|_| id)
        })
    }

    /// Joins the steps that are the same but for their names, and says whether there were any: then
    /// others may be the same that take from them.
    fn join_equal(&mut self) -> bool {
        let mut of_new: BTreeMap<Vec<String>, Vec<StepId>> = BTreeMap::new();
        for id in lonely(&self.old_of_new).into_iter().rev() {
            if let Some(step) = self.new.plan.steps.get(id) {
                of_new.entry(words(step, &|source| self.new_origin(source))).or_default().push(id);
            }
        }
        let mut found = Vec::new();
        for id in lonely(&self.new_of_old) {
            let Some(step) = self.old.plan.steps.get(id) else { continue };
            let equal = of_new.get_mut(&words(step, &|source| self.old_origin(source)));
            found.extend(equal.and_then(Vec::pop).map(|new| (id, new)));
        }
        for (old, new) in &found {
            self.join(*old, *new);
        }
        !found.is_empty()
    }

    /// Joins the steps that are nearly the same, where each is nearest to the other by far.
    fn join_alike(&mut self) {
        let (olds, news) = (lonely(&self.new_of_old), lonely(&self.old_of_new));
        if olds.len() > MOST || news.len() > MOST {
            return;
        }
        let words_of = |ids: &[StepId], steps: &[Step], origin: &dyn Fn(&Source) -> String| -> Vec<Vec<String>> {
            ids.iter().filter_map(|id| steps.get(*id)).map(|step| words(step, origin)).collect()
        };
        let of_old = words_of(&olds, &self.old.plan.steps, &|source| self.old_origin(source));
        let of_new = words_of(&news, &self.new.plan.steps, &|source| self.new_origin(source));
        let table: Vec<Vec<f64>> =
            of_old.iter().map(|old| of_new.iter().map(|new| likeness(old, new)).collect()).collect();
        for (row, old) in table.iter().zip(&olds) {
            let Some(at) = clear_best(row) else { continue };
            let column: Vec<f64> = table.iter().filter_map(|row| row.get(at).copied()).collect();
            let is_mutual = clear_best(&column).and_then(|best| olds.get(best)) == Some(old);
            if let Some(new) = news.get(at).filter(|_| is_mutual) {
                self.join(*old, *new);
            }
        }
    }
}

fn lonely(partners: &[Option<StepId>]) -> Vec<StepId> {
    partners.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(id, _)| id).collect()
}

/// The place of a value that is high enough and well above all others.
fn clear_best(values: &[f64]) -> Option<usize> {
    let (at, best) = values.iter().copied().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let second =
        values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| *value).fold(0.0, f64::max);
    (best >= ALIKE && best - second >= CLEARLY).then_some(at)
}

fn origin(source: &Source, id: impl Fn(&str) -> Option<StepId>) -> String {
    match source {
        Source::Image(image) => format!("image {}", image.value),
        Source::Local => "local".to_owned(),
        Source::Step(name) => id(&name.value).map_or_else(|| "step".to_owned(), |id| format!("step {id}")),
    }
}

/// Everything that a step is but its name, in pieces.
fn words(step: &Step, origin: &dyn Fn(&Source) -> String) -> Vec<String> {
    let mut words = Vec::new();
    for input in &step.inputs {
        words.extend(input_words(input, origin));
    }
    for command in &step.commands {
        words.extend(Key::of(command).words());
    }
    for (name, asset) in &step.assets {
        words.push(format!("asset {name}"));
        words.extend(asset.value.lines().map(str::to_owned));
    }
    words.extend(step.variables.iter().map(|(name, value)| format!("{name}={}", value.value)));
    words.extend(step.caches.iter().map(|cache| format!("cache {}", cache.value)));
    words.extend(step.secrets.iter().map(|secret| format!("secret {}", secret.value)));
    words
}

fn input_words(input: &Input, origin: &dyn Fn(&Source) -> String) -> Vec<String> {
    let includes = input.include.iter().flatten().map(|path| format!("include {}", path.value));
    let excludes = input.exclude.iter().map(|path| format!("exclude {}", path.value));
    std::iter::once(origin(&input.source)).chain(includes).chain(excludes).collect()
}
