//! What a step or the image starts from and takes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::change::{Change, Kind, Subject};
use super::images;
use super::match_steps::Pairs;
use super::message::{MOST_VALUES, Text};
use super::sequence::differences;
use crate::plan::{Input, Located, Plan, Source};

/// The inputs behind the first one of a step, or all of the image.
pub(super) struct Inputs<'p> {
    pub(super) old: &'p [Input],
    pub(super) new: &'p [Input],
}

/// What an input takes, whatever the step it takes from is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    origin: String,
    include: Option<Vec<String>>,
    exclude: Vec<String>,
}

impl Key {
    fn of(input: &Input, origin: String) -> Self {
        Self { origin, include: input.include.as_deref().map(values), exclude: values(&input.exclude) }
    }
}

fn values(list: &[Located<String>]) -> Vec<String> {
    list.iter().map(|item| item.value.clone()).collect()
}

/// Notes what else a step or the image starts from.
pub(super) fn compare_base(
    old: Option<&Input>,
    new: Option<&Input>,
    pairs: &Pairs<'_>,
    subject: &Subject,
    changes: &mut Vec<Change>,
) {
    let same = match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => is_same_origin(old, new, pairs),
        _ => false,
    };
    if same {
        return;
    }
    let mut change = match (old.map(|input| &input.source), new.map(|input| &input.source)) {
        (Some(Source::Image(old)), Some(Source::Image(new))) => images::changed(&old.value, &new.value, subject),
        (old, new) => {
            Change::new(Kind::BaseChanged, subject, Text::of("base")).with_values(&origin_name(old), &origin_name(new))
        }
    };
    change.old = old.map(|input| input.location.clone());
    change.new = new.map(|input| input.location.clone());
    changes.push(change);
}

fn is_same_origin(old: &Input, new: &Input, pairs: &Pairs<'_>) -> bool {
    if let (Source::Step(old), Source::Step(new)) = (&old.source, &new.source) {
        // two steps that are in one plan only are never the same
        if pairs.is_removed(&old.value) || pairs.is_added(&new.value) {
            return false;
        }
    }
    pairs.old_origin(&old.source) == pairs.new_origin(&new.source)
}

/// Where an input comes from, as it stands in a plan.
fn origin_name(source: Option<&Source>) -> String {
    match source {
        None => "nothing".to_owned(),
        Some(Source::Image(image)) => image.value.clone(),
        Some(Source::Step(step)) => format!("step {}", step.value),
        Some(Source::Local) => "the build context".to_owned(),
    }
}

/// What an input takes and from where.
fn described(input: &Input) -> Text {
    let paths = input.include.iter().flatten().map(|path| path.value.as_str());
    let text = match input.include.as_deref() {
        None | Some([]) => Text::of("nothing"),
        Some(_) => Text::default().values(paths),
    };
    let text = text.and(" from ").then(from(&input.source));
    if input.exclude.is_empty() {
        return text;
    }
    text.and(", but ").values(input.exclude.iter().map(|path| path.value.as_str()))
}

fn from(source: &Source) -> Text {
    match source {
        Source::Image(image) => Text::of("image ").value(&image.value),
        Source::Step(step) => Text::of("step ").value(&step.value),
        Source::Local => Text::of("the build context"),
    }
}

impl Inputs<'_> {
    /// Notes what changed. Inputs from a step that is in one plan only go without saying: that change
    /// names who takes from it.
    pub(super) fn compare(&self, pairs: &Pairs<'_>, subject: &Subject, changes: &mut Vec<Change>) {
        let old = |input: &&Input| !is_from(input, |name| pairs.is_removed(name));
        let new = |input: &&Input| !is_from(input, |name| pairs.is_added(name));
        let olds: Vec<Keyed<'_>> =
            self.old.iter().filter(old).map(|it| (it, Key::of(it, pairs.old_origin(&it.source)))).collect();
        let news: Vec<Keyed<'_>> =
            self.new.iter().filter(new).map(|it| (it, Key::of(it, pairs.new_origin(&it.source)))).collect();
        let keys = |inputs: &[Keyed<'_>]| inputs.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for part in differences(&keys(&olds), &keys(&news)) {
            removed.extend(olds.get(part.old).unwrap_or_default());
            added.extend(news.get(part.new).unwrap_or_default());
        }
        // what is in both lists, in different places: each change of order is one
        if let Some((old, new)) = joined(&mut removed, &mut added, Clone::clone).first() {
            changes.push(self.reordered(old, new, subject));
        }
        for (old, new) in joined(&mut removed, &mut added, |key| key.origin.clone()) {
            changes.push(Change::new(Kind::InputChanged, subject, paths(old, new)).at(&old.location, &new.location));
        }
        for (old, new) in joined(&mut removed, &mut added, |key| (key.include.clone(), key.exclude.clone())) {
            changes.push(other_source(old, new, subject).at(&old.location, &new.location));
        }
        for (old, _) in removed {
            let what = Text::of("no longer takes ").then(described(old));
            changes.push(Change::new(Kind::InputRemoved, subject, what).in_old(&old.location));
        }
        for (new, _) in added {
            let what = Text::of("takes ").then(described(new));
            changes.push(Change::new(Kind::InputAdded, subject, what).in_new(&new.location));
        }
    }

    fn reordered(&self, old: &Input, new: &Input, subject: &Subject) -> Change {
        let order = |list: &[Input]| -> String {
            list.iter().map(|input| origin_name(Some(&input.source))).collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (order(self.old), order(self.new));
        let change =
            Change::new(Kind::InputsReordered, subject, Text::of("order of inputs")).at(&old.location, &new.location);
        if before == after { change } else { change.with_values(&before, &after) }
    }
}

fn is_from(input: &Input, is: impl Fn(&str) -> bool) -> bool {
    matches!(&input.source, Source::Step(name) if is(&name.value))
}

/// An input with what it takes.
type Keyed<'p> = (&'p Input, Key);

/// Takes out of both lists the inputs that share something, in pairs.
fn joined<'p, T: Ord>(
    removed: &mut Vec<&Keyed<'p>>,
    added: &mut Vec<&Keyed<'p>>,
    shared: impl Fn(&Key) -> T,
) -> Vec<(&'p Input, &'p Input)> {
    let mut locations: BTreeMap<T, VecDeque<usize>> = BTreeMap::new();
    for (at, (_, key)) in added.iter().enumerate() {
        locations.entry(shared(key)).or_default().push_back(at);
    }
    let mut pairs = Vec::new();
    let mut taken = BTreeSet::new();
    removed.retain(|(old, key)| {
        let found = locations.get_mut(&shared(key)).and_then(VecDeque::pop_front);
        let Some((at, (new, _))) = found.and_then(|at| Some((at, added.get(at)?))) else { return true };
        taken.insert(at);
        pairs.push((*old, *new));
        false
    });
    let mut at = 0..;
    added.retain(|_| !at.next().is_some_and(|at| taken.contains(&at)));
    pairs
}

/// The same files from elsewhere.
fn other_source(old: &Input, new: &Input, subject: &Subject) -> Change {
    match (&old.source, &new.source) {
        (Source::Image(old), Source::Image(new)) => images::changed(&old.value, &new.value, subject),
        (before, after) => {
            let paths = new.include.iter().flatten().map(|path| path.value.as_str());
            let change = Change::new(Kind::InputChanged, subject, Text::of("source of ").values(paths));
            change.with_values(&origin_name(Some(before)), &origin_name(Some(after)))
        }
    }
}

/// What else is taken from the same source.
fn paths(old: &Input, new: &Input) -> Text {
    let include = |input: &Input| values(input.include.as_deref().unwrap_or_default());
    let (old_include, new_include) = (include(old), include(new));
    let (old_exclude, new_exclude) = (values(&old.exclude), values(&new.exclude));
    let mut parts = Vec::new();
    let mut differ = |verb: &'static str, one: &[String], other: &[String]| {
        let only: Vec<&str> = one.iter().filter(|path| !other.contains(path)).map(String::as_str).collect();
        if !only.is_empty() {
            parts.push(Text::of(verb).values(only));
        }
    };
    differ("takes ", &new_include, &old_include);
    differ("no longer takes ", &old_include, &new_include);
    differ("leaves out ", &new_exclude, &old_exclude);
    differ("no longer leaves out ", &old_exclude, &new_exclude);
    if parts.is_empty() {
        parts.push(Text::of("order of what it takes"));
    }
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |all, part| all.and(", ").then(part)).and(" from ").then(from(&new.source))
}

/// Who takes files from each step: to be said where the step comes or goes.
pub(super) struct Takers<'p>(BTreeMap<&'p str, Vec<(Option<&'p str>, &'p Input)>>);

impl<'p> Takers<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut takers: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        let of_steps =
            plan.steps.iter().map(|taker| (Some(taker.name.value.as_str()), taker.inputs.get(1..).unwrap_or_default()));
        for (taker, inputs) in of_steps.chain([(None, plan.deploy.inputs.as_slice())]) {
            for input in inputs {
                if let Source::Step(name) = &input.source {
                    takers.entry(name.value.as_str()).or_default().push((taker, input));
                }
            }
        }
        Self(takers)
    }

    /// `; build takes dist from it`, for each that does. `takes` is the verb.
    pub(super) fn said(&self, step: &str, takes: &'static str) -> Text {
        let mut text = Text::default();
        let takers = self.0.get(step).map(Vec::as_slice).unwrap_or_default();
        for (taker, input) in takers.iter().take(MOST_VALUES) {
            text = text.and("; ");
            text = match taker {
                Some(taker) => text.value(taker),
                None => text.and("the image"),
            };
            let paths = input.include.iter().flatten().map(|path| path.value.as_str());
            text = text.and(takes).values(paths).and(" from it");
        }
        if takers.len() > MOST_VALUES { text.and("; and others") } else { text }
    }
}
