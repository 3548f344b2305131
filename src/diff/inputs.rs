//! Bases and inputs of steps and of the image.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::change::{Change, ChangeKind, Subject};
use super::images;
use super::match_steps::Pairs;
use super::message::{MAX_VALUES, Message};
use super::sequence::differences;
use crate::plan::{Input, Located, Plan, Source};

/// The old and new inputs of a step, without its base, or of the final image.
pub(super) struct Inputs<'p> {
    pub(super) old: &'p [Input],
    pub(super) new: &'p [Input],
}

/// The meaning of an input, independent of the name of its source step.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct InputKey {
    origin: String,
    include: Option<Vec<String>>,
    exclude: Vec<String>,
}

impl InputKey {
    fn new(input: &Input, origin: String) -> Self {
        Self { origin, include: input.include.as_deref().map(values), exclude: values(&input.exclude) }
    }
}

fn values(list: &[Located<String>]) -> Vec<String> {
    list.iter().map(|item| item.value.clone()).collect()
}

/// Compares the bases of a step or of the image.
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
        (Some(Source::Image(old)), Some(Source::Image(new))) => images::compare(&old.value, &new.value, subject),
        (old, new) => Change::new(ChangeKind::BaseChanged, subject, Message::new("base"))
            .with_values(&origin_name(old), &origin_name(new)),
    };
    change.old = old.map(|input| input.location.clone());
    change.new = new.map(|input| input.location.clone());
    changes.push(change);
}

fn is_same_origin(old: &Input, new: &Input, pairs: &Pairs<'_>) -> bool {
    if let (Source::Step(old), Source::Step(new)) = (&old.source, &new.source) {
        // steps that are in only one of the plans are never the same
        if pairs.is_removed(&old.value) || pairs.is_added(&new.value) {
            return false;
        }
    }
    pairs.old_origin(&old.source) == pairs.new_origin(&new.source)
}

/// The source of an input, as the plan names it.
fn origin_name(source: Option<&Source>) -> String {
    match source {
        None => "nothing".to_owned(),
        Some(Source::Image(image)) => image.value.clone(),
        Some(Source::Step(step)) => format!("step {}", step.value),
        Some(Source::Local) => "the build context".to_owned(),
    }
}

/// Describes the paths and the source of an input.
fn describe(input: &Input) -> Message {
    let paths = input.include.iter().flatten().map(|path| path.value.as_str());
    let text = match input.include.as_deref() {
        None | Some([]) => Message::new("nothing"),
        Some(_) => Message::default().values(paths),
    };
    let text = text.and(" from ").then(source_name(&input.source));
    if input.exclude.is_empty() {
        return text;
    }
    text.and(" except ").values(input.exclude.iter().map(|path| path.value.as_str()))
}

fn source_name(source: &Source) -> Message {
    match source {
        Source::Image(image) => Message::new("image ").value(&image.value),
        Source::Step(step) => Message::new("step ").value(&step.value),
        Source::Local => Message::new("the build context"),
    }
}

impl Inputs<'_> {
    /// Compares the inputs. Inputs from an added or removed step are skipped, since the change of that step
    /// lists its consumers.
    pub(super) fn compare(&self, pairs: &Pairs<'_>, subject: &Subject, changes: &mut Vec<Change>) {
        let old = |input: &&Input| !is_from(input, |name| pairs.is_removed(name));
        let new = |input: &&Input| !is_from(input, |name| pairs.is_added(name));
        let olds: Vec<KeyedInput<'_>> =
            self.old.iter().filter(old).map(|it| (it, InputKey::new(it, pairs.old_origin(&it.source)))).collect();
        let news: Vec<KeyedInput<'_>> =
            self.new.iter().filter(new).map(|it| (it, InputKey::new(it, pairs.new_origin(&it.source)))).collect();
        let keys = |inputs: &[KeyedInput<'_>]| inputs.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for part in differences(&keys(&olds), &keys(&news)) {
            removed.extend(olds.get(part.old).unwrap_or_default());
            added.extend(news.get(part.new).unwrap_or_default());
        }
        // all moved inputs together are one change
        if let Some((old, new)) = take_pairs(&mut removed, &mut added, Clone::clone).first() {
            changes.push(self.order_change(old, new, subject));
        }
        for (old, new) in take_pairs(&mut removed, &mut added, |key| key.origin.clone()) {
            changes.push(
                Change::new(ChangeKind::InputChanged, subject, compare_paths(old, new))
                    .at(&old.location, &new.location),
            );
        }
        for (old, new) in take_pairs(&mut removed, &mut added, |key| (key.include.clone(), key.exclude.clone())) {
            changes.push(compare_sources(old, new, subject).at(&old.location, &new.location));
        }
        for (old, _) in removed {
            let message = Message::new("no longer copies ").then(describe(old));
            changes.push(Change::new(ChangeKind::InputRemoved, subject, message).in_old(&old.location));
        }
        for (new, _) in added {
            let message = Message::new("copies ").then(describe(new));
            changes.push(Change::new(ChangeKind::InputAdded, subject, message).in_new(&new.location));
        }
    }

    fn order_change(&self, old: &Input, new: &Input, subject: &Subject) -> Change {
        let order = |list: &[Input]| -> String {
            list.iter().map(|input| origin_name(Some(&input.source))).collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (order(self.old), order(self.new));
        let change = |words| {
            Change::new(ChangeKind::InputsReordered, subject, Message::new(words)).at(&old.location, &new.location)
        };
        if before == after {
            change("order of inputs changed")
        } else {
            change("order of inputs").with_values(&before, &after)
        }
    }
}

fn is_from(input: &Input, is: impl Fn(&str) -> bool) -> bool {
    matches!(&input.source, Source::Step(name) if is(&name.value))
}

/// An input with its key.
type KeyedInput<'p> = (&'p Input, InputKey);

/// Removes pairs of inputs with the same property from both lists.
fn take_pairs<'p, T: Ord>(
    removed: &mut Vec<&KeyedInput<'p>>,
    added: &mut Vec<&KeyedInput<'p>>,
    property: impl Fn(&InputKey) -> T,
) -> Vec<(&'p Input, &'p Input)> {
    let mut locations: BTreeMap<T, VecDeque<usize>> = BTreeMap::new();
    for (at, (_, key)) in added.iter().enumerate() {
        locations.entry(property(key)).or_default().push_back(at);
    }
    let mut pairs = Vec::new();
    let mut taken = BTreeSet::new();
    removed.retain(|(old, key)| {
        let found = locations.get_mut(&property(key)).and_then(VecDeque::pop_front);
        let Some((at, (new, _))) = found.and_then(|at| Some((at, added.get(at)?))) else { return true };
        taken.insert(at);
        pairs.push((*old, *new));
        false
    });
    let mut at = 0..;
    added.retain(|_| !at.next().is_some_and(|at| taken.contains(&at)));
    pairs
}

/// Describes a change of an input's source. The paths are the same.
fn compare_sources(old: &Input, new: &Input, subject: &Subject) -> Change {
    match (&old.source, &new.source) {
        (Source::Image(old), Source::Image(new)) => images::compare(&old.value, &new.value, subject),
        (before, after) => {
            let paths = new.include.iter().flatten().map(|path| path.value.as_str());
            let change = Change::new(ChangeKind::InputChanged, subject, Message::new("source of ").values(paths));
            change.with_values(&origin_name(Some(before)), &origin_name(Some(after)))
        }
    }
}

/// Describes the changes of an input's paths. The source is the same.
fn compare_paths(old: &Input, new: &Input) -> Message {
    let include = |input: &Input| values(input.include.as_deref().unwrap_or_default());
    let (old_include, new_include) = (include(old), include(new));
    let (old_exclude, new_exclude) = (values(&old.exclude), values(&new.exclude));
    let mut parts = Vec::new();
    let mut differ = |verb: &'static str, one: &[String], other: &[String]| {
        let only: Vec<&str> = one.iter().filter(|path| !other.contains(path)).map(String::as_str).collect();
        if !only.is_empty() {
            parts.push(Message::new(verb).values(only));
        }
    };
    differ("copies ", &new_include, &old_include);
    differ("no longer copies ", &old_include, &new_include);
    differ("excludes ", &new_exclude, &old_exclude);
    differ("no longer excludes ", &old_exclude, &new_exclude);
    if parts.is_empty() {
        parts.push(Message::new("reorders the paths copied"));
    }
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    parts.fold(first, |all, part| all.and(", ").then(part)).and(" from ").then(source_name(&new.source))
}

/// The consumers of each step, for messages about added and removed steps.
pub(super) struct Consumers<'p>(BTreeMap<&'p str, Vec<(Option<&'p str>, &'p Input)>>);

impl<'p> Consumers<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut consumers: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        let of_steps =
            plan.steps.iter().map(|step| (Some(step.name.value.as_str()), step.inputs.get(1..).unwrap_or_default()));
        for (consumer, inputs) in of_steps.chain([(None, plan.deploy.inputs.as_slice())]) {
            for input in inputs {
                if let Source::Step(name) = &input.source {
                    consumers.entry(name.value.as_str()).or_default().push((consumer, input));
                }
            }
        }
        Self(consumers)
    }

    /// Describes the consumers of a step: `; build copies dist from it` for each, with the given verb.
    pub(super) fn describe(&self, step: &str, verb: &'static str) -> Message {
        let mut text = Message::default();
        let consumers = self.0.get(step).map(Vec::as_slice).unwrap_or_default();
        for (consumer, input) in consumers.iter().take(MAX_VALUES) {
            text = text.and("; ");
            text = match consumer {
                Some(step) => text.value(step),
                None => text.and("the image"),
            };
            let paths = input.include.iter().flatten().map(|path| path.value.as_str());
            text = text.and(verb).values(paths).and(" from it");
        }
        if consumers.len() > MAX_VALUES { text.and("; and others") } else { text }
    }
}
