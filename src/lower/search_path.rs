//! PATH: the entries that steps prepend to the default PATH.

use std::rc::Rc;

use super::persistent_map::PersistentMap;
use crate::plan::Located;

/// The PATH that Railpack and Docker fall back to (`system.DefaultPathEnvUnix` of BuildKit).
pub(super) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// PATH entries without duplicates. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Entries<'p> {
    first: Link<'p>,
    /// The numbers of the entries.
    known: PersistentMap<()>,
}

type Link<'p> = Option<Rc<Entry<'p>>>;

#[derive(Debug)]
struct Entry<'p> {
    number: usize,
    text: &'p Located<String>,
    /// The length of this entry and of those after it, each with a colon, in bytes.
    length: usize,
    next: Link<'p>,
}

impl Drop for Entry<'_> {
    /// Frees the entries in a loop: freeing a long list recursively would overflow the stack.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut entry) = next.and_then(Rc::into_inner) {
            next = entry.next.take();
        }
    }
}

impl<'p> Entries<'p> {
    /// An empty list, for entries with numbers below `end`.
    pub(super) fn new(end: usize) -> Self {
        Self { first: None, known: PersistentMap::new(end) }
    }

    /// Prepends an entry, unless it is already there.
    pub(super) fn push(&mut self, number: usize, entry: &'p Located<String>) {
        if self.known.get(number).is_none() {
            self.prepend(number, entry);
        }
    }

    /// Appends the entries of another list, except those that are already there.
    pub(super) fn append(&mut self, other: &Self) {
        if self.first.is_none() {
            self.clone_from(other);
        }
        if ptr_eq(&self.first, &other.first) {
            return;
        }
        let new: Vec<&Entry<'p>> = links(&other.first).filter(|link| self.known.get(link.number).is_none()).collect();
        if new.is_empty() {
            return;
        }
        let mut joined = Self { first: None, known: self.known.clone() };
        let all: Vec<&Entry<'p>> = links(&self.first).chain(new).collect();
        for link in all.into_iter().rev() {
            joined.prepend(link.number, link.text);
        }
        *self = joined;
    }

    fn prepend(&mut self, number: usize, entry: &'p Located<String>) {
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

fn ptr_eq(one: &Link<'_>, other: &Link<'_>) -> bool {
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
    /// PATH with these entries or, without any, the value of a variable.
    pub(super) fn new(entries: &Entries<'p>, variable: Option<&'p Located<String>>) -> Self {
        let entries = entries.first.clone();
        Self { variable: variable.filter(|_| entries.is_none()), entries }
    }

    /// The text of PATH; `None` for the default.
    pub(super) fn text(&self) -> Option<String> {
        if self.entries.is_none() {
            return self.variable.map(|path| path.value.clone());
        }
        let entries = links(&self.entries).map(|link| link.text.value.as_str());
        Some(entries.chain([DEFAULT_PATH]).collect::<Vec<_>>().join(":"))
    }

    /// The length of the text, in bytes.
    pub(super) fn length(&self) -> usize {
        match (&self.entries, self.variable) {
            (Some(first), _) => first.length + DEFAULT_PATH.len(),
            (None, Some(variable)) => variable.value.len(),
            (None, None) => DEFAULT_PATH.len(),
        }
    }

    /// The value in the plan that changed PATH last.
    pub(super) fn origin(&self) -> Option<&'p Located<String>> {
        self.entries.as_ref().map(|first| first.text).or(self.variable)
    }
}

impl PartialEq for SearchPath<'_> {
    fn eq(&self, other: &Self) -> bool {
        let is_shared = ptr_eq(&self.entries, &other.entries) && self.variable.is_none() && other.variable.is_none();
        is_shared || self.length() == other.length() && self.text() == other.text()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{JsonPath, Location};

    fn texts(texts: &[&str]) -> Vec<Located<String>> {
        let location = Location::new(JsonPath::default(), 0..0);
        texts.iter().map(|text| Located::at(&location, (*text).to_owned())).collect()
    }

    fn entries<'p>(known: &'p [Located<String>], numbers: &[usize]) -> Entries<'p> {
        let mut entries = Entries::new(known.len());
        for number in numbers {
            entries.push(*number, &known[*number]);
        }
        entries
    }

    fn texts_of<'p>(entries: &Entries<'p>) -> Vec<&'p str> {
        entries.iter().map(|entry| entry.value.as_str()).collect()
    }

    #[test]
    fn new_entry_is_prepended() {
        let known = texts(&["/a", "/b"]);
        assert_eq!(texts_of(&entries(&known, &[0, 1, 0])), ["/b", "/a"]);
    }

    #[test]
    fn missing_entries_are_appended_in_order() {
        let known = texts(&["/a", "/b", "/c", "/d"]);
        let mut joined = entries(&known, &[1, 0]);
        joined.append(&entries(&known, &[3, 1, 2]));
        assert_eq!(texts_of(&joined), ["/a", "/b", "/c", "/d"]);
        joined.append(&entries(&known, &[0]));
        joined.append(&entries(&known, &[]));
        assert_eq!(texts_of(&joined), ["/a", "/b", "/c", "/d"]);
        let mut empty = entries(&known, &[]);
        empty.append(&joined);
        assert_eq!(texts_of(&empty), ["/a", "/b", "/c", "/d"]);
    }

    #[test]
    fn entries_take_precedence_over_the_variable() {
        let known = texts(&["/a", "/b", "/v"]);
        let text = |numbers: &[usize], variable| {
            let path = SearchPath::new(&entries(&known, numbers), variable);
            (path.text(), path.origin().map(|origin| origin.value.as_str()))
        };
        assert_eq!(text(&[0, 1], Some(&known[2])), (Some(format!("/b:/a:{DEFAULT_PATH}")), Some("/b")));
        assert_eq!(text(&[], Some(&known[2])), (Some("/v".to_owned()), Some("/v")));
        assert_eq!(text(&[], None), (None, None));
    }

    #[test]
    fn long_list_is_freed_in_a_loop() {
        let known = texts(&["/a"]);
        let mut entries = Entries::new(100_000);
        for number in 0..100_000 {
            entries.push(number, &known[0]);
        }
        drop(entries);
    }

    /// A list of entries, built as in a plan: it starts as a clone of an earlier one, and gets some
    /// entries, or those of another list.
    type Change = (prop::sample::Index, Vec<usize>, Option<prop::sample::Index>);

    fn change() -> impl Strategy<Value = Change> {
        (any::<prop::sample::Index>(), prop::collection::vec(0..6_usize, 0..3), any::<Option<prop::sample::Index>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        #[test]
        fn paths_are_equal_if_their_texts_are(changes in prop::collection::vec(change(), 1..8)) {
            let with_default = format!("/a:{DEFAULT_PATH}");
            let known = texts(&["/a", "/b", "/c", "/longer", "/d", "/e", "/a", &with_default, "/other"]);
            let variables = [None, known.get(6), known.get(7), known.get(8)];
            let mut lists = vec![(Entries::new(6), Vec::new())];
            for (of, pushed, appended) in changes {
                let (mut list, mut model) = lists[of.index(lists.len())].clone();
                for number in pushed {
                    list.push(number, &known[number]);
                    if !model.contains(&number) {
                        model.insert(0, number);
                    }
                }
                if let Some(other) = appended {
                    let (other, other_model) = &lists[other.index(lists.len())];
                    list.append(other);
                    let new: Vec<usize> = other_model.iter().copied().filter(|number| !model.contains(number)).collect();
                    model.extend(new);
                }
                lists.push((list, model));
            }
            let mut paths = Vec::new();
            for (list, model) in &lists {
                let texts: Vec<&str> = model.iter().map(|number| known[*number].value.as_str()).collect();
                prop_assert_eq!(texts_of(list), texts);
                paths.extend(variables.map(|variable| SearchPath::new(list, variable)));
            }
            for path in &paths {
                prop_assert_eq!(path.length(), path.text().map_or(DEFAULT_PATH.len(), |text| text.len()));
                for other in &paths {
                    prop_assert_eq!(path == other, path.text() == other.text());
                }
            }
        }
    }
}
