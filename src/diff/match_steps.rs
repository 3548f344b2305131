//! Matching of the old plan's steps with the new plan's: first by name, then by content.

use std::collections::BTreeMap;

use super::commands::CommandKey;
use super::sequence::similarity;
use crate::plan::{Input, Plan, Source, Step, StepId, StepMap};

/// The minimum similarity, from 0 to 1, of a step before and after it was renamed.
const MIN_SIMILARITY: f64 = 0.6;

/// The minimum difference between the similarities of the best and the second-best match.
const MIN_LEAD: f64 = 0.1;

/// The maximum number of unpaired steps that are compared with each other.
const MAX_STEPS: usize = 100;

/// A plan, with an index of its steps by name.
pub(super) struct Side<'p> {
    pub(super) plan: &'p Plan,
    ids: BTreeMap<&'p str, StepId>,
}

impl<'p> Side<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let ids = plan.steps_by_id().map(|(id, step)| (step.name.value.as_str(), id)).collect();
        Self { plan, ids }
    }

    fn id(&self, name: &str) -> Option<StepId> {
        self.ids.get(name).copied()
    }
}

/// The pairing of the steps of two plans.
pub(super) struct Pairs<'p> {
    pub(super) old: Side<'p>,
    pub(super) new: Side<'p>,
    new_of_old: StepMap<Option<StepId>>,
    old_of_new: StepMap<Option<StepId>>,
}

impl<'p> Pairs<'p> {
    pub(super) fn new(old: &'p Plan, new: &'p Plan) -> Self {
        let (old, new) = (Side::new(old), Side::new(new));
        let mut pairs = Self {
            new_of_old: StepMap::filled(old.plan.steps.len(), None),
            old_of_new: StepMap::filled(new.plan.steps.len(), None),
            old,
            new,
        };
        let same_name: Vec<_> =
            pairs.old.ids.iter().filter_map(|(name, old)| Some((*old, pairs.new.id(name)?))).collect();
        for (old, new) in same_name {
            pairs.pair(old, new);
        }
        while pairs.pair_equal() {}
        pairs.pair_similar();
        pairs
    }

    fn pair(&mut self, old: StepId, new: StepId) {
        self.new_of_old[old] = Some(new);
        self.old_of_new[new] = Some(old);
    }

    /// The old version of a step of the new plan.
    pub(super) fn old_of(&self, new: StepId) -> Option<(StepId, &'p Step)> {
        self.old_of_new[new].map(|id| (id, self.old.plan.step(id)))
    }

    /// The steps of the old plan that have no counterpart in the new plan.
    pub(super) fn removed(&self) -> impl Iterator<Item = &'p Step> {
        unpaired(&self.new_of_old).into_iter().map(|id| self.old.plan.step(id))
    }

    /// Whether a removed step has this name.
    pub(super) fn is_removed(&self, name: &str) -> bool {
        self.old.id(name).is_some_and(|id| self.new_of_old[id].is_none())
    }

    /// Whether an added step has this name.
    pub(super) fn is_added(&self, name: &str) -> bool {
        self.new.id(name).is_some_and(|id| self.old_of_new[id].is_none())
    }

    /// The origin of an input of the old plan, comparable with those of the new plan.
    pub(super) fn old_origin(&self, source: &Source) -> String {
        origin(source, |name| self.new_of_old[self.old.id(name)?])
    }

    /// The origin of an input of the new plan, comparable with those of the old plan.
    pub(super) fn new_origin(&self, source: &Source) -> String {
        origin(source, |name| {
            let id = self.new.id(name)?;
            self.old_of_new[id].map(|_| id)
        })
    }

    /// Pairs the steps that differ only in their names. Returns whether there were any, since their consumers may
    /// then be equal too.
    fn pair_equal(&mut self) -> bool {
        let mut of_new: BTreeMap<Vec<String>, Vec<StepId>> = BTreeMap::new();
        for id in unpaired(&self.old_of_new).into_iter().rev() {
            let words = words(self.new.plan.step(id), &|source| self.new_origin(source));
            of_new.entry(words).or_default().push(id);
        }
        let mut found = Vec::new();
        for id in unpaired(&self.new_of_old) {
            let equal = of_new.get_mut(&words(self.old.plan.step(id), &|source| self.old_origin(source)));
            found.extend(equal.and_then(Vec::pop).map(|new| (id, new)));
        }
        for (old, new) in &found {
            self.pair(*old, *new);
        }
        !found.is_empty()
    }

    /// Pairs similar steps if each is clearly the most similar one to the other.
    fn pair_similar(&mut self) {
        let (olds, news) = (unpaired(&self.new_of_old), unpaired(&self.old_of_new));
        if olds.len() > MAX_STEPS || news.len() > MAX_STEPS {
            return;
        }
        let words_of = |ids: &[StepId], plan: &Plan, origin: &dyn Fn(&Source) -> String| -> Vec<Vec<String>> {
            ids.iter().map(|id| words(plan.step(*id), origin)).collect()
        };
        let of_old = words_of(&olds, self.old.plan, &|source| self.old_origin(source));
        let of_new = words_of(&news, self.new.plan, &|source| self.new_origin(source));
        let table: Vec<Vec<f64>> =
            of_old.iter().map(|old| of_new.iter().map(|new| similarity(old, new)).collect()).collect();
        for (row, old) in table.iter().zip(&olds) {
            let Some(at) = clear_best(row) else { continue };
            let column: Vec<f64> = table.iter().filter_map(|row| row.get(at).copied()).collect();
            let is_mutual = clear_best(&column).and_then(|best| olds.get(best)) == Some(old);
            if let Some(new) = news.get(at).filter(|_| is_mutual) {
                self.pair(*old, *new);
            }
        }
    }
}

fn unpaired(partners: &StepMap<Option<StepId>>) -> Vec<StepId> {
    partners.iter().filter(|(_, partner)| partner.is_none()).map(|(id, _)| id).collect()
}

/// The index of the best value, if it is high enough and clearly above all others.
fn clear_best(values: &[f64]) -> Option<usize> {
    let (at, best) = values.iter().copied().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let second =
        values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| *value).fold(0.0, f64::max);
    (best >= MIN_SIMILARITY && best - second >= MIN_LEAD).then_some(at)
}

fn origin(source: &Source, id: impl Fn(&str) -> Option<StepId>) -> String {
    match source {
        Source::Image(image) => format!("image {}", image.value),
        Source::Local => "local".to_owned(),
        Source::Step(name) => id(&name.value).map_or_else(|| "step".to_owned(), |id| format!("step {}", id.index())),
    }
}

/// The content of a step without its name, in parts.
fn words(step: &Step, origin: &dyn Fn(&Source) -> String) -> Vec<String> {
    let mut words = Vec::new();
    for input in &step.inputs {
        words.extend(input_words(input, origin));
    }
    for command in &step.commands {
        words.extend(CommandKey::new(command).words());
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
