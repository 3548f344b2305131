//! Text in generated files that a reader can't see: invisible and bidirectional control characters, and text
//! after a long run of whitespace. Most parts of a Dockerfile can escape such characters; variables, file
//! contents and patterns can't.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings, Location};
use crate::escape::hidden;
use crate::text::list_first;

/// The width of whitespace, in columns, that pushes the text after it out of sight.
const FAR: usize = 200;

/// The maximum number of characters that a message lists.
const MAX_LISTED: usize = 5;

/// The invisible text that one location of the plan adds to a file.
#[derive(Default)]
struct Hidden<'m> {
    location: Option<&'m Location>,
    characters: BTreeSet<char>,
    /// The widest run of whitespace, in columns.
    whitespace: usize,
}

/// Warns about each location of the plan that adds invisible text to a file.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(rendered) = subject.rendered else { return };
    let map = &rendered.source_map;
    // instructions of the user's own come last, and contain no invisible characters
    let lines = rendered.stages.last().map_or(usize::MAX, |stage| stage.last);
    let generated = rendered.dockerfile.split_inclusive('\n').take(lines);
    check_file("Dockerfile", generated, |line| map.location_of(line), findings);
    if let Some(text) = &rendered.dockerignore {
        check_file("ignore file", text.split_inclusive('\n'), |line| rendered.ignore_map.location_of(line), findings);
    }
    for asset in &rendered.assets {
        let lines = asset.text.split_inclusive('\n');
        check_file(&format!("file `{}`", asset.path), lines, |_| Some(&asset.location), findings);
    }
}

fn check_file<'m, 't>(
    file: &str,
    lines: impl Iterator<Item = &'t str>,
    location_of: impl Fn(usize) -> Option<&'m Location>,
    findings: &mut Findings,
) {
    let mut locations: BTreeMap<Option<usize>, Hidden<'_>> = BTreeMap::new();
    for (number, line) in (1..).zip(lines) {
        if line.len() < FAR && is_plain(line) {
            continue;
        }
        let (characters, whitespace) = (hidden(line).collect::<BTreeSet<_>>(), widest_whitespace(line));
        if characters.is_empty() && whitespace < FAR {
            continue;
        }
        let location = location_of(number);
        let found = locations.entry(location.map(|location| location.span().start)).or_default();
        found.location = location;
        found.characters.extend(characters);
        found.whitespace = found.whitespace.max(whitespace);
    }
    for found in locations.values() {
        found.warn(file, findings);
    }
}

/// Whether a line consists of printable ASCII, as most do.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

impl Hidden<'_> {
    fn warn(&self, file: &str, findings: &mut Findings) {
        let origin = self.location.map_or("the header".to_owned(), |location| format!("`{}`", location.path()));
        let mut push = |message: String, help: &str| {
            let found = Diagnostic::new(Code::InvisibleText, message).with_help(help);
            findings.push(match self.location {
                Some(location) => found.at(location),
                None => found,
            });
        };
        if !self.characters.is_empty() {
            let message = format!("{origin} adds invisible text to the {file}: {}", self.list());
            push(message, "remove it unless it is intended: the visible text is not what is built");
        }
        if self.whitespace >= FAR {
            let message =
                format!("{origin} adds {} columns of whitespace to the {file}, with text after it", self.whitespace);
            push(message, "remove the whitespace: it pushes the text after it out of sight");
        }
    }

    fn list(&self) -> String {
        let names = self.characters.iter().map(|c| format!("U+{:04X}", u32::from(*c)));
        list_first(names, MAX_LISTED, |others| format!("{others} more characters"))
    }
}

/// The width of the widest whitespace that is followed by text, in columns.
fn widest_whitespace(line: &str) -> usize {
    let (mut widest, mut width) = (0, 0);
    for c in line.trim_end().chars() {
        width = match c {
            '\t' => width + 8,
            c if c.is_whitespace() => width + 1,
            _ => 0,
        };
        widest = widest.max(width);
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_whitespace_does_not_count() {
        for (line, width) in [("a b", 1), ("\t\ta", 16), ("a    \n", 0), ("a \u{a0}\u{3000}b  c", 3), ("", 0)] {
            assert_eq!(widest_whitespace(line), width, "{line:?}");
        }
    }

    #[test]
    fn long_lists_of_characters_are_cut() {
        let hidden = |text: &str| Hidden { characters: text.chars().collect(), ..Hidden::default() }.list();
        assert_eq!(hidden("\u{202e}"), "U+202E");
        assert_eq!(hidden("\u{200b}\u{202e}\u{1b}"), "U+001B, U+200B and U+202E");
        assert!(hidden("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}").ends_with("U+0005 and 2 more characters"));
    }
}
