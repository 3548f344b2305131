//! PATH: the entries that steps put in front of the default ones.

use std::rc::Rc;

use super::shared::SharedMap;
use crate::plan::Located;

/// The PATH that Railpack and Docker fall back to (`system.DefaultPathEnvUnix` of `BuildKit`).
pub(super) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Entries, each once. Copies share them.
#[derive(Clone, Debug)]
pub(super) struct Entries<'p> {
    first: Link<'p>,
    /// The numbers of those that are there.
    known: SharedMap<()>,
}

type Link<'p> = Option<Rc<Entry<'p>>>;

#[derive(Debug)]
struct Entry<'p> {
    number: usize,
    text: &'p Located<String>,
    /// How many bytes it and those behind it take, each with a colon.
    length: usize,
    next: Link<'p>,
}

impl Drop for Entry<'_> {
    /// Frees one after the other: a long list would take as many calls within each other.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut entry) = next.and_then(Rc::into_inner) {
            next = entry.next.take();
        }
    }
}

impl<'p> Entries<'p> {
    /// No entries. Their numbers are below `end`.
    pub(super) fn new(end: usize) -> Self {
        Self { first: None, known: SharedMap::new(end) }
    }

    /// Puts an entry in front, unless it is there.
    pub(super) fn push(&mut self, number: usize, entry: &'p Located<String>) {
        if self.known.get(number).is_none() {
            self.put_in_front(number, entry);
        }
    }

    /// Puts the entries behind that are not there.
    pub(super) fn append(&mut self, other: &Self) {
        if self.first.is_none() {
            self.clone_from(other);
        }
        if is_same(&self.first, &other.first) {
            return;
        }
        let new: Vec<&Entry<'p>> = links(&other.first).filter(|link| self.known.get(link.number).is_none()).collect();
        if new.is_empty() {
            return;
        }
        let mut joined = Self { first: None, known: self.known.clone() };
        let all: Vec<&Entry<'p>> = links(&self.first).chain(new).collect();
        for link in all.into_iter().rev() {
            joined.put_in_front(link.number, link.text);
        }
        *self = joined;
    }

    fn put_in_front(&mut self, number: usize, entry: &'p Located<String>) {
        self.known.set(number, Some(()));
        let next = self.first.take();
        let length = entry.value.len() + ":".len() + next.as_ref().map_or(0, |next| next.length);
        self.first = Some(Rc::new(Entry { number, text: entry, length, next }));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'p Located<String>> {
        links(&self.first).map(|link| link.text)
    }
}

fn links<'a, 'p>(first: &'a Link<'p>) -> impl Iterator<Item = &'a Entry<'p>> {
    std::iter::successors(first.as_deref(), |link| link.next.as_deref())
}

fn is_same(one: &Link<'_>, other: &Link<'_>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Rc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// The value of PATH.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchPath<'p> {
    entries: Link<'p>,
    variable: Option<&'p Located<String>>,
}

impl<'p> SearchPath<'p> {
    /// That of some entries; without any, that of a variable.
    pub(super) fn new(entries: &Entries<'p>, variable: Option<&'p Located<String>>) -> Self {
        let entries = entries.first.clone();
        Self { variable: variable.filter(|_| entries.is_none()), entries }
    }

    /// Its text. None is the default.
    pub(super) fn text(&self) -> Option<String> {
        if self.entries.is_none() {
            return self.variable.map(|path| path.value.clone());
        }
        let entries = links(&self.entries).map(|link| link.text.value.as_str());
        Some(entries.chain([DEFAULT_PATH]).collect::<Vec<_>>().join(":"))
    }

    /// How many bytes its text has.
    pub(super) fn length(&self) -> usize {
        match (&self.entries, self.variable) {
            (Some(first), _) => first.length + DEFAULT_PATH.len(),
            (None, Some(variable)) => variable.value.len(),
            (None, None) => DEFAULT_PATH.len(),
        }
    }

    /// Where it was last changed in the plan.
    pub(super) fn origin(&self) -> Option<&'p Located<String>> {
        self.entries.as_ref().map(|first| first.text).or(self.variable)
    }
}

impl PartialEq for SearchPath<'_> {
    fn eq(&self, other: &Self) -> bool {
        let is_shared = is_same(&self.entries, &other.entries) && self.variable.is_none() && other.variable.is_none();
        is_shared || self.length() == other.length() && self.text() == other.text()
    }
}
