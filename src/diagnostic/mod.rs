//! Diagnostics: a code, a message, a location in the plan, and help.

mod code;
mod location;

use std::collections::BTreeSet;
use std::fmt;

pub use code::Code;
pub use location::{JsonPath, LineIndex, Located, Location, Position};

use crate::escape::escape_invisible;
use crate::text::without_middle;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not what was meant.
    Warning,
    /// There is no Dockerfile for this plan.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding it is.
    pub code: Code,
    /// The fact: lower case, no full stop, values in backticks, no control characters.
    pub message: String,
    /// Where it is, where that can be said.
    pub location: Option<Location>,
    /// Other places that belong to it, with what they are.
    pub related: Vec<(Location, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of a code, with the severity of that code.
    #[must_use]
    pub fn new(code: Code, message: impl AsRef<str>) -> Self {
        let message = shortened(&escape_invisible(message.as_ref()));
        Self { severity: code.severity(), code, message, location: None, related: Vec::new(), help: None }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, location: &Location) -> Self {
        self.location = Some(location.clone());
        self
    }

    /// The same, with another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, location: &Location, what: impl AsRef<str>) -> Self {
        self.related.push((location.clone(), shortened(&escape_invisible(what.as_ref()))));
        self
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(escape_invisible(help.as_ref()).into_owned());
        self
    }

    /// The same, with the one of `known` that is near to `word`, or with all of them where they are
    /// few. `what` says what they are: "the plan's caches".
    #[must_use]
    pub(crate) fn with_choice<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>, what: &str) -> Self {
        const MOST: usize = 6;
        const LONGEST: usize = 40;
        let known: Vec<&str> = known.into_iter().collect();
        let is_short = !known.is_empty() && known.len() <= MOST && known.iter().all(|known| known.len() <= LONGEST);
        let this = self.with_suggestion(word, known.iter().copied());
        if this.help.is_some() || !is_short {
            return this;
        }
        let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
        this.with_help(format!("{what}: {}", known.join(", ")))
    }

    /// The same, with `did you mean` where one of `known` is near to `word`.
    #[must_use]
    pub fn with_suggestion<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, known) {
            Some(near) => self.with_help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// As much of a text as someone reads: the names in it can be of any length. The middle goes.
pub(crate) fn shortened(text: &str) -> String {
    without_middle(text, 3_500, 500).into_owned()
}

/// The known word that `word` is most likely a misspelling of: one that differs by a
/// third of its letters at most.
fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // beyond this, a comparison costs more than the suggestion is worth
    const LONGEST: usize = 100;
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    known
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The findings of a plan that has errors, the errors among warnings and notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    /// A line for each finding, with its path in the plan.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { "\n" } else { "" })?;
            write!(f, "{}: {}", diagnostic.severity, diagnostic.message)?;
            if let Some(location) = &diagnostic.location {
                write!(f, " (at {})", escape_invisible(&location.path().to_string()))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Marks a failure whose error is among the findings. Only [`Findings`] makes one, so no failure is
/// without a message.
#[derive(Debug)]
pub(crate) struct Reported(());

/// Collects findings, so that a phase reports all of its errors at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Diagnostic>,
    /// Where each is and what it says: what two stages stumble over is one finding.
    known: BTreeSet<(Option<usize>, String)>,
    /// How many names misspelt ones have been compared with.
    compared: usize,
}

impl Findings {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let start = diagnostic.location.as_ref().map(|location| location.span().start);
        if self.known.insert((start, diagnostic.message.clone())) {
            self.found.push(diagnostic);
        }
    }

    /// The names that a misspelt one may stand for; none once so many have been compared that nobody
    /// can be waiting for another suggestion.
    pub(crate) fn worth_comparing<I: ExactSizeIterator>(&mut self, known: I) -> std::iter::Take<I> {
        const MOST: usize = 100_000;
        self.compared = self.compared.saturating_add(known.len());
        known.take(if self.compared <= MOST { usize::MAX } else { 0 })
    }

    /// Turns the warnings of this code into errors.
    pub(crate) fn make_errors_of(&mut self, code: Code) {
        for diagnostic in self.found.iter_mut().filter(|found| found.code == code) {
            diagnostic.severity = Severity::Error;
        }
    }

    /// Removes the warnings of some codes, given by name.
    pub(crate) fn remove_allowed(&mut self, codes: &BTreeSet<String>) {
        self.found.retain(|found| found.severity != Severity::Warning || !codes.contains(found.code.name()));
    }

    /// Adds an error that ends a phase.
    pub(crate) fn fail(&mut self, error: Diagnostic) -> Reported {
        self.push(error);
        Reported(())
    }

    /// Ends a phase: fails if there is an error among the findings.
    pub(crate) fn check(&self) -> Result<(), Reported> {
        let has_error = self.found.iter().any(|found| found.severity == Severity::Error);
        if has_error { Err(Reported(())) } else { Ok(()) }
    }

    /// The findings of a phase that failed.
    pub(crate) fn into_errors(self, _: Reported) -> Diagnostics {
        Diagnostics(self.found)
    }

    /// The findings in the order of the plan's text, those without a place at the end.
    pub(crate) fn into_sorted(self) -> Vec<Diagnostic> {
        let start = |found: &Diagnostic| found.location.as_ref().map_or(usize::MAX, |location| location.span().start);
        let mut found = self.found;
        found.sort_by(|a, b| (start(a), a.code.name(), &a.message).cmp(&(start(b), b.code.name(), &b.message)));
        found
    }
}

impl FromIterator<Diagnostic> for Findings {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(found: I) -> Self {
        let mut findings = Self::default();
        found.into_iter().for_each(|found| findings.push(found));
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let steps = ["install", "build", "packages:mise"];
        assert_eq!(nearest("instal", steps), Some("install"));
        assert_eq!(nearest("Build", steps), Some("build"));
        assert_eq!(nearest("deploy", steps), None);
        assert_eq!(nearest(&"x".repeat(1000), steps), None);
    }

    #[test]
    fn a_finding_is_reported_once() {
        let mut findings = Findings::default();
        for message in ["a", "b", "a"] {
            findings.push(Diagnostic::new(Code::EmptyCommand, message));
        }
        assert_eq!(findings.into_sorted().len(), 2);
    }

    #[test]
    fn of_a_long_message_the_beginning_and_the_end_are_there() {
        let found = Diagnostic::new(Code::EmptyCommand, format!("no step is called `{}`!", "é".repeat(1_000_000)));
        assert!(found.message.len() < 10_000);
        assert!(found.message.starts_with("no step is called `é") && found.message.ends_with("é`!"));
        assert_eq!(Diagnostic::new(Code::EmptyCommand, "y".repeat(4_000)).message.len(), 4_000);
    }

    #[test]
    fn messages_hold_no_control_characters() {
        let found = Diagnostic::new(Code::EmptyCommand, "a\u{1b}[2J").with_help("b\n");
        assert_eq!(found.message, "a\\u{1b}[2J");
        assert_eq!(found.help.as_deref(), Some("b\\u{a}"));
    }
}
