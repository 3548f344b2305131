//! What there is to say about a plan: code, message, place, help.

use std::collections::BTreeSet;
use std::fmt;

use crate::place::Place;
use crate::text::without_middle;
use crate::visible::visible;

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
    /// A stable name for this kind of finding, such as `unknown-step`.
    pub code: &'static str,
    /// The fact: lower case, no full stop, values in backticks, no control characters.
    pub message: String,
    /// Where it is, where that can be said.
    pub place: Option<Place>,
    /// Other places that belong to it, with what they are.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    fn new(severity: Severity, code: &'static str, message: &str) -> Self {
        let message = shortened(&visible(message));
        Self { severity, code, message, place: None, related: Vec::new(), help: None }
    }

    /// Something that keeps the plan from becoming a Dockerfile.
    #[must_use]
    pub fn error(code: &'static str, message: impl AsRef<str>) -> Self {
        Self::new(Severity::Error, code, message.as_ref())
    }

    /// Something that is probably not what was meant.
    #[must_use]
    pub fn warning(code: &'static str, message: impl AsRef<str>) -> Self {
        Self::new(Severity::Warning, code, message.as_ref())
    }

    /// Something that is good to know.
    #[must_use]
    pub fn note(code: &'static str, message: impl AsRef<str>) -> Self {
        Self::new(Severity::Note, code, message.as_ref())
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    /// The same, with another place that belongs to it.
    #[must_use]
    pub fn with_related(mut self, place: &Place, what: impl AsRef<str>) -> Self {
        self.related.push((place.clone(), shortened(&visible(what.as_ref()))));
        self
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(visible(help.as_ref()).into_owned());
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
            if let Some(place) = &diagnostic.place {
                write!(f, " (at {})", visible(&place.path().to_string()))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Collects findings, so that a phase reports all of its errors at once.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Diagnostic>,
    /// Where each is and what it says: what two stages stumble over is one finding.
    known: BTreeSet<(Option<usize>, String)>,
    /// How many names misspelt ones have been compared with.
    compared: usize,
}

impl Findings {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let start = diagnostic.place.as_ref().map(|place| place.span().start);
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
    pub(crate) fn make_errors_of(&mut self, code: &str) {
        for diagnostic in self.found.iter_mut().filter(|found| found.code == code) {
            diagnostic.severity = Severity::Error;
        }
    }

    /// Forgets the warnings of some codes.
    pub(crate) fn leave_out(&mut self, codes: &BTreeSet<String>) {
        self.found.retain(|found| found.severity != Severity::Warning || !codes.contains(found.code));
    }

    /// Ends a phase: fails with everything found so far if there is an error among it.
    pub(crate) fn check(&mut self) -> Result<(), Diagnostics> {
        if self.found.iter().any(|found| found.severity == Severity::Error) {
            return Err(Diagnostics(std::mem::take(&mut self.found)));
        }
        Ok(())
    }

    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.found
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
            findings.push(Diagnostic::warning("x", message));
        }
        assert_eq!(findings.into_vec().len(), 2);
    }

    #[test]
    fn of_a_long_message_the_beginning_and_the_end_are_there() {
        let found = Diagnostic::error("x", format!("no step is called `{}`!", "é".repeat(1_000_000)));
        assert!(found.message.len() < 10_000);
        assert!(found.message.starts_with("no step is called `é") && found.message.ends_with("é`!"));
        assert_eq!(Diagnostic::error("x", "y".repeat(4_000)).message.len(), 4_000);
    }

    #[test]
    fn messages_hold_no_control_characters() {
        let found = Diagnostic::error("x", "a\u{1b}[2J").with_help("b\n");
        assert_eq!(found.message, "a\\u{1b}[2J");
        assert_eq!(found.help.as_deref(), Some("b\\u{a}"));
    }
}
