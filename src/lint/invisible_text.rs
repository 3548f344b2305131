//! What a reader of a generated file would not see in it: characters that show nothing or turn the
//! text around, and text that blanks push out of sight. Most places of a Dockerfile have an escape
//! for them; a variable, the content of a file and a pattern have to hold them as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use crate::diagnostic::Location;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::escape::hidden;
use crate::source_map::SourceMap;
use crate::text::list_first;

/// How many columns of blanks push what follows them out of sight.
const FAR: usize = 200;

/// How many characters are named.
const MOST_NAMED: usize = 5;

/// What one place of the plan hides in a file.
#[derive(Default)]
struct Hidden<'m> {
    location: Option<&'m Location>,
    characters: BTreeSet<char>,
    /// The most columns of blanks in a row.
    blanks: usize,
}

/// Warns of each place of the plan that hides something in a file.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(rendered) = subject.rendered else { return };
    warn_of("Dockerfile", &rendered.dockerfile, &rendered.source_map, findings);
    if let Some(text) = &rendered.dockerignore {
        warn_of("ignore file", text, &rendered.ignore_map, findings);
    }
}

fn warn_of(file: &str, text: &str, map: &SourceMap, findings: &mut Findings) {
    let mut locations: BTreeMap<Option<usize>, Hidden<'_>> = BTreeMap::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if line.len() < FAR && is_plain(line) {
            continue;
        }
        let (characters, blanks) = (hidden(line).collect::<BTreeSet<_>>(), widest_blank(line));
        if characters.is_empty() && blanks < FAR {
            continue;
        }
        let location = map.location_of(number);
        let found = locations.entry(location.map(|location| location.span().start)).or_default();
        found.location = location;
        found.characters.extend(characters);
        found.blanks = found.blanks.max(blanks);
    }
    for found in locations.values() {
        found.warn(file, findings);
    }
}

/// Whether a line, its end included, holds nothing but visible ASCII and spaces, as most do.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

impl Hidden<'_> {
    fn warn(&self, file: &str, findings: &mut Findings) {
        let what = self.location.map_or("the header".to_owned(), |location| format!("`{}`", location.path()));
        let mut push = |message: String, help: &str| {
            let found = Diagnostic::new(Code::InvisibleText, message).with_help(help);
            findings.push(match self.location {
                Some(location) => found.at(location),
                None => found,
            });
        };
        if !self.characters.is_empty() {
            let message = format!("{what} puts {} into the {file}, out of any reader's sight", self.named());
            push(message, "leave out what is not meant: what is shown is not what is built");
        }
        if self.blanks >= FAR {
            let message = format!("{what} puts {} blanks in a row into the {file}, and text behind them", self.blanks);
            push(message, "take them out: what stands behind them is out of sight");
        }
    }

    fn named(&self) -> String {
        let names = self.characters.iter().map(|c| format!("U+{:04X}", u32::from(*c)));
        let named = list_first(names, MOST_NAMED, |others| format!("{others} more characters"));
        if self.characters.len() == 1 { format!("the character {named}") } else { named }
    }
}

/// The columns of the longest row of blanks with something behind it.
fn widest_blank(line: &str) -> usize {
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
    fn only_blanks_with_something_behind_them_count() {
        for (line, width) in [("a b", 1), ("\t\ta", 16), ("a    \n", 0), ("a \u{a0}\u{3000}b  c", 3), ("", 0)] {
            assert_eq!(widest_blank(line), width, "{line:?}");
        }
    }

    #[test]
    fn not_every_character_is_named() {
        let hidden = |text: &str| Hidden { characters: text.chars().collect(), ..Hidden::default() }.named();
        assert_eq!(hidden("\u{202e}"), "the character U+202E");
        assert_eq!(hidden("\u{200b}\u{202e}\u{1b}"), "U+001B, U+200B and U+202E");
        assert!(hidden("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}").ends_with("U+0005 and 2 more characters"));
    }
}
