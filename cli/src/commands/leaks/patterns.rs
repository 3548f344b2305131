//! The texts to search for: each secret in each encoding.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Span, packed};
use railpack2docker::secrets::Values;
use railpack2docker::{Code, Diagnostic};

use super::encode::{Encoding, encodings};

/// The length of the shortest value that is searched for: shorter ones occur by chance.
const MIN_VALUE: usize = 8;

/// The length of the shortest value that is removed from messages. Removing shorter ones would reveal them.
const MIN_REDACTED: usize = 4;

/// The number of bytes of a value that are searched for. A longer value is recognized by its beginning.
const MAX_VALUE: usize = 1024;

/// The number of bytes by which the automaton finds a candidate, so that its size does not grow with the values.
const WINDOW: usize = 16;

/// The number of windows that vector instructions find at once.
const MAX_PACKED: usize = 64;

/// The number of such searches that are faster than the automaton.
const MAX_SEARCHERS: usize = 8;

/// All texts to search for. It has no `Debug`, since it contains the values.
pub(super) struct Patterns {
    /// The names of the secrets that are searched for.
    secrets: Vec<String>,
    /// The names of the secrets that are too short.
    short: Vec<String>,
    /// The values of those that are removed from messages, although they are not searched for.
    redacted: Vec<(String, Vec<u8>)>,
    all: Vec<Pattern>,
    /// Finds the first bytes of patterns.
    finder: Finder,
    longest: usize,
}

/// A search for the first bytes of patterns.
enum Finder {
    /// With vector instructions, several times as fast. Each searcher finds the places of some of the patterns.
    Packed(Vec<(packed::Searcher, Vec<usize>)>),
    /// For any number of patterns: an automaton, and the patterns that begin with each of its windows.
    Automaton(AhoCorasick, Vec<Vec<usize>>),
}

/// A secret in an encoding.
struct Pattern {
    secret: usize,
    encoding: Encoding,
    bytes: Vec<u8>,
    /// Whether the value is longer than the pattern.
    is_cut: bool,
}

/// An occurrence of a pattern in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// The index of the secret.
    pub(super) secret: usize,
    pub(super) encoding: Encoding,
    pub(super) start: usize,
    pub(super) end: usize,
    is_cut: bool,
}

impl Patterns {
    /// The patterns for these values, without blanks and line endings around them. Fails if the automaton would be
    /// too large.
    pub(super) fn new(values: &Values) -> Result<Self, Diagnostic> {
        let (mut secrets, mut short, mut redacted, mut patterns) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, value) in values.iter() {
            let value = value.trim_ascii();
            if value.len() < MIN_VALUE {
                short.push(name.to_owned());
                if value.len() >= MIN_REDACTED {
                    redacted.push((name.to_owned(), value.to_vec()));
                }
                continue;
            }
            let start = beginning(value);
            let (secret, is_cut) = (secrets.len(), start.len() < value.len());
            secrets.push(name.to_owned());
            let forms = encodings(start).into_iter();
            patterns.extend(forms.map(|(encoding, bytes)| Pattern { secret, encoding, bytes, is_cut }));
        }
        let finder = Finder::new(&patterns)?;
        let longest = patterns.iter().map(|pattern| pattern.bytes.len()).max().unwrap_or_default();
        Ok(Self { secrets, short, redacted, finder, longest, all: patterns })
    }

    /// The names of the secrets that are searched for, sorted.
    pub(super) fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// The names of the secrets that are too short to search for, sorted.
    pub(super) fn short(&self) -> &[String] {
        &self.short
    }

    /// The name of a secret.
    pub(super) fn name(&self, secret: usize) -> &str {
        self.secrets.get(secret).map_or("", String::as_str)
    }

    /// The length of the longest pattern.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// All matches in a text, which may overlap.
    pub(super) fn matches<'a>(&'a self, text: &'a [u8]) -> Box<dyn Iterator<Item = Match> + 'a> {
        let at = move |start: usize, pattern: &Pattern| {
            let &Pattern { secret, encoding, is_cut, .. } = pattern;
            let end = start + pattern.bytes.len();
            let is_here = text.get(start..).is_some_and(|rest| rest.starts_with(&pattern.bytes));
            is_here.then_some(Match { secret, encoding, start, end, is_cut })
        };
        match &self.finder {
            Finder::Packed(searchers) => Box::new(searchers.iter().flat_map(move |(searcher, indices)| {
                let patterns = move || indices.iter().filter_map(|index| self.all.get(*index));
                places(searcher, text).flat_map(move |start| patterns().filter_map(move |pattern| at(start, pattern)))
            })),
            Finder::Automaton(automaton, by_window) => {
                let windows = automaton.find_overlapping_iter(text);
                Box::new(windows.flat_map(move |window| {
                    let candidates = by_window.get(window.pattern().as_usize()).map(Vec::as_slice).unwrap_or_default();
                    let patterns = candidates.iter().filter_map(|index| self.all.get(*index));
                    patterns.filter_map(move |pattern| at(window.start(), pattern))
                }))
            }
        }
    }

    /// A text that is safe to print: each secret is replaced with its name in brackets. Invalid UTF-8 is replaced.
    pub(super) fn redact(&self, text: &[u8]) -> String {
        let mut spans: Vec<(usize, usize, &str)> = self
            .matches(text)
            .map(|found| (found.start, if found.is_cut { text.len() } else { found.end }, self.name(found.secret)))
            .collect();
        for (name, value) in &self.redacted {
            let starts = text.windows(value.len()).enumerate().filter(|(_, window)| window == value);
            spans.extend(starts.map(|(start, _)| (start, start + value.len(), name.as_str())));
        }
        spans.sort_unstable();
        let (mut redacted, mut at) = (String::new(), 0);
        for (start, end, name) in spans {
            if start >= at {
                redacted.push_str(&String::from_utf8_lossy(text.get(at..start).unwrap_or_default()));
                redacted.push_str(&format!("[{name}]"));
            }
            at = at.max(end);
        }
        redacted + &String::from_utf8_lossy(text.get(at..).unwrap_or_default())
    }
}

impl Finder {
    fn new(patterns: &[Pattern]) -> Result<Self, Diagnostic> {
        let mut windows: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let window = pattern.bytes.get(..WINDOW).unwrap_or(&pattern.bytes);
            windows.entry(window).or_default().push(index);
        }
        match Self::packed(&windows) {
            Some(packed) => Ok(packed),
            None => Self::automaton(windows),
        }
    }

    /// `None` for too many patterns, or if the processor has no such instructions.
    fn packed(windows: &BTreeMap<&[u8], Vec<usize>>) -> Option<Self> {
        let windows: Vec<(&[u8], &Vec<usize>)> = windows.iter().map(|(window, indices)| (*window, indices)).collect();
        let searcher = |part: &[(&[u8], &Vec<usize>)]| {
            let searcher = packed::Config::new().builder().extend(part.iter().map(|(window, _)| window)).build()?;
            Some((searcher, part.iter().flat_map(|(_, indices)| indices.iter().copied()).collect()))
        };
        let parts = windows.chunks(MAX_PACKED);
        if parts.len() > MAX_SEARCHERS {
            return None;
        }
        parts.map(searcher).collect::<Option<_>>().map(Self::Packed)
    }

    fn automaton(windows: BTreeMap<&[u8], Vec<usize>>) -> Result<Self, Diagnostic> {
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(windows.keys());
        let automaton = automaton.map_err(|error| {
            Diagnostic::new(Code::TooLarge, format!("there are too many secrets to search for: {error}"))
        })?;
        Ok(Self::Automaton(automaton, windows.into_values().collect()))
    }
}

/// The places of a text where a pattern may begin, in order.
fn places(searcher: &packed::Searcher, text: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let found = searcher.find_in(text, Span { start: from, end: text.len() })?;
        from = found.start() + 1;
        Some(found.start())
    })
}

/// The bytes of a value that are searched for. A text ends before a character.
fn beginning(value: &[u8]) -> &[u8] {
    let Some(start) = value.get(..MAX_VALUE) else { return value };
    match std::str::from_utf8(start) {
        Err(error) if error.error_len().is_none() => start.get(..error.valid_up_to()).unwrap_or(start),
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, HEXLOWER};
    use proptest::prelude::*;

    fn patterns(values: &[(&str, &[u8])]) -> Patterns {
        Patterns::new(&values.iter().copied().collect()).unwrap()
    }

    fn found(patterns: &Patterns, text: &[u8]) -> Vec<(String, Encoding)> {
        patterns.matches(text).map(|found| (patterns.name(found.secret).to_owned(), found.encoding)).collect()
    }

    #[test]
    fn secrets_within_each_other_are_all_found() {
        let patterns = patterns(&[("A", b"swordfish"), ("B", b"a swordfish!"), ("C", b"swordfish\n"), ("D", b"word")]);
        assert_eq!(patterns.short(), ["D"]);
        let mut names: Vec<String> = found(&patterns, b"x a swordfish!").into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["A", "B", "C"]);
    }

    #[test]
    fn messages_contain_no_secret() {
        let patterns =
            patterns(&[("A", b"hunter2hunter2"), ("B", b"hunter2hunter2hunter2"), ("C", b"xyzzy"), ("D", b"ab")]);
        assert_eq!(patterns.redact(b"a hunter2hunter2 b xyzzy"), "a [A] b [C]");
        assert_eq!(patterns.redact(b"hunter2hunter2hunter2."), "[A].");
        let encoded = BASE64.encode(b"x hunter2hunter2");
        let redacted = patterns.redact(encoded.as_bytes());
        assert!(redacted.contains("[A]") && redacted.len() < 12, "{redacted}");
        assert_eq!(patterns.redact(b"ab \xff"), "ab \u{fffd}");
    }

    #[test]
    fn a_long_value_is_recognized_by_its_beginning_and_removed_as_a_whole() {
        let value = "ä".to_owned() + &"0123456789".repeat(500);
        let patterns = patterns(&[("A", value.as_bytes())]);
        assert_eq!(found(&patterns, value.as_bytes()), [("A".to_owned(), Encoding::Plain)]);
        assert_eq!(patterns.redact(format!("a {value} b").as_bytes()), "a [A]");
        assert!(
            found(&patterns, HEXLOWER.encode(value.as_bytes()).as_bytes()).contains(&("A".to_owned(), Encoding::Hex))
        );
        assert!(patterns.longest() < 4 * MAX_VALUE);
    }

    #[test]
    fn any_number_of_secrets_is_found() {
        let values: Vec<(String, String)> =
            (0..200).map(|number| (format!("S{number:03}"), format!("{:x}-secret {number}", number * 7919))).collect();
        for count in [1, 2, 200] {
            let known: Values = values[..count].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let patterns = Patterns::new(&known).unwrap();
            assert!(count < 200 || matches!(patterns.finder, Finder::Automaton(..)));
            for (name, value) in &values[..count] {
                for text in [format!("a {value}"), HEXLOWER.encode(value.as_bytes()), BASE64.encode(value.as_bytes())] {
                    let names: Vec<String> =
                        found(&patterns, text.as_bytes()).into_iter().map(|(name, _)| name).collect();
                    assert!(names.contains(name), "{name} in {text}: {names:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn both_ways_to_search_find_the_same(
            values in prop::collection::vec("[ab/]{8,10}", 1..3),
            text in "[ab/]{0,300}",
        ) {
            let names = ["A", "B"].iter().zip(&values).map(|(name, value)| (*name, value.as_bytes()));
            let mut patterns = patterns(&names.collect::<Vec<_>>());
            let all = |patterns: &Patterns| {
                let mut all: Vec<Match> = patterns.matches(text.as_bytes()).collect();
                all.sort_by_key(|found| (found.start, found.end, found.secret));
                all
            };
            let packed = all(&patterns);
            let mut windows: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
            for (index, pattern) in patterns.all.iter().enumerate() {
                windows.entry(&pattern.bytes[..8]).or_default().push(index);
            }
            patterns.finder = Finder::automaton(windows).unwrap();
            prop_assert_eq!(packed, all(&patterns));
        }

        #[test]
        fn random_data_has_no_false_positives(
            value in prop::collection::vec(any::<u8>(), 8..40),
            data in prop::collection::vec(any::<u8>(), 0..4000),
        ) {
            prop_assume!(value.trim_ascii().len() >= 8);
            let patterns = patterns(&[("A", &value)]);
            prop_assert_eq!(found(&patterns, &data), []);
            prop_assert_eq!(found(&patterns, BASE64.encode(&data).as_bytes()), []);
            prop_assert_eq!(found(&patterns, HEXLOWER.encode(&data).as_bytes()), []);
        }
    }
}
