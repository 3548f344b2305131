//! Diagnostics: a code, a message, a location in the plan, and help.

mod code;
mod location;
mod origin;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use code::Code;
pub use location::{JsonPath, LineIndex, Located, Location, Position};
pub use origin::OptionOrigin;

use crate::escape::escape_invisible;
use crate::text::truncate_middle;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably a mistake.
    Warning,
    /// A failure. If the error is in the plan, no Dockerfile can be generated.
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

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The severity: that of the code, unless an option raises it.
    pub severity: Severity,
    /// The kind of the finding.
    pub code: Code,
    /// The message: lower case, no full stop, values in backticks, no control characters.
    pub message: String,
    /// The location in the plan, if there is one.
    pub location: Option<Location>,
    /// Related locations, each with a label.
    pub related: Vec<(Location, String)>,
    /// The remedy.
    pub help: Option<String>,
    /// The name of the option that it is about, without dashes, such as `secret-id`.
    pub option: Option<&'static str>,
}

impl Diagnostic {
    /// Creates a finding with the severity of its code.
    #[must_use]
    pub fn new(code: Code, message: impl AsRef<str>) -> Self {
        let message = shortened(&escape_invisible(message.as_ref()));
        Self { severity: code.severity(), code, message, location: None, related: Vec::new(), help: None, option: None }
    }

    /// Sets the location.
    #[must_use]
    pub fn at(mut self, location: &Location) -> Self {
        self.location = Some(location.clone());
        self
    }

    /// Adds a related location with a label.
    #[must_use]
    pub fn with_related(mut self, location: &Location, label: impl AsRef<str>) -> Self {
        self.related.push((location.clone(), shortened(&escape_invisible(label.as_ref()))));
        self
    }

    /// Sets the help.
    #[must_use]
    pub fn with_help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(escape_invisible(help.as_ref()).into_owned());
        self
    }

    /// Sets the option that it is about.
    #[must_use]
    pub fn about_option(mut self, option: &'static str) -> Self {
        self.option = Some(option);
        self
    }

    /// Adds to the message where the option is set that it is about, and to the help how, if `origins` has it: see
    /// [`Options::origins`](crate::Options::origins).
    #[must_use]
    pub fn with_origin(mut self, origins: &BTreeMap<String, OptionOrigin>) -> Self {
        self.add_origin(origins);
        self
    }

    fn add_origin(&mut self, origins: &BTreeMap<String, OptionOrigin>) {
        let Some(origin) = self.option.and_then(|option| origins.get(option)) else { return };
        let place = format!(" ({})", escape_invisible(&origin.place));
        if self.message.ends_with(&place) {
            return;
        }
        self.message = shortened(&(self.message.clone() + &place));
        if let Some(how) = origin.help.as_deref().map(escape_invisible) {
            self.help = Some(match self.help.take() {
                Some(help) if help.ends_with('?') => format!("{help} {how}"),
                Some(help) => format!("{help}; {how}"),
                None => how.into_owned(),
            });
        }
    }

    /// Suggests the name in `known` that is similar to `word`, or else lists all of them if there are
    /// only a few. `what` describes them: "the plan's caches".
    #[must_use]
    pub(crate) fn with_choice<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>, what: &str) -> Self {
        const MAX_COUNT: usize = 6;
        const MAX_LENGTH: usize = 40;
        let known: Vec<&str> = known.into_iter().collect();
        let is_short =
            !known.is_empty() && known.len() <= MAX_COUNT && known.iter().all(|known| known.len() <= MAX_LENGTH);
        let this = self.with_suggestion(word, known.iter().copied());
        if this.help.is_some() || !is_short {
            return this;
        }
        let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
        this.with_help(format!("{what}: {}", known.join(", ")))
    }

    /// Adds `did you mean` as help if one of `known` is similar to `word`.
    #[must_use]
    pub fn with_suggestion<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, known) {
            Some(near) => self.with_help(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// Cuts the middle out of a text that is too long to read: names in it can have any length.
pub(crate) fn shortened(text: &str) -> String {
    truncate_middle(text, 3_500, 500).into_owned()
}

/// The known word that `word` most likely misspells. At most a third of the known word may differ.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // beyond this, a comparison costs more than the suggestion is worth
    const MAX_LENGTH: usize = 100;
    if word.len() > MAX_LENGTH {
        return None;
    }
    let lower = word.to_lowercase();
    known
        .into_iter()
        .filter(|known| known.len() <= MAX_LENGTH)
        .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), known))
        .filter(|(distance, known)| *distance <= known.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The findings of a plan with errors, including its warnings and notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    /// One line per finding, with its path in the plan.
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

/// Marks a failure whose error is among the findings. Only [`Findings`] creates it, so no failure lacks a
/// message.
#[derive(Debug)]
pub(crate) struct Reported(());

/// Collects findings, so that a phase reports all of its errors at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Diagnostic>,
    /// The position and message of each finding, so that an error found by two phases is reported once.
    known: BTreeSet<(Option<usize>, String)>,
    /// The number of names that have been compared with misspelled ones.
    compared: usize,
}

impl Findings {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let start = diagnostic.location.as_ref().map(|location| location.span().start);
        if self.known.insert((start, diagnostic.message.clone())) {
            self.found.push(diagnostic);
        }
    }

    /// The names to compare with a misspelled one. Empty after so many comparisons that further
    /// suggestions are not worth the time.
    pub(crate) fn worth_comparing<I: ExactSizeIterator>(&mut self, known: I) -> std::iter::Take<I> {
        const MAX_COMPARISONS: usize = 100_000;
        self.compared = self.compared.saturating_add(known.len());
        known.take(if self.compared <= MAX_COMPARISONS { usize::MAX } else { 0 })
    }

    /// Turns the warnings with this code into errors.
    pub(crate) fn promote_to_errors(&mut self, code: Code) {
        for diagnostic in self.found.iter_mut().filter(|found| found.code == code) {
            diagnostic.severity = Severity::Error;
        }
    }

    /// Removes the warnings and notes with these codes, given by name.
    pub(crate) fn remove_allowed(&mut self, codes: &BTreeSet<String>) {
        self.found.retain(|found| found.severity == Severity::Error || !codes.contains(found.code.name()));
    }

    /// Adds to each finding about an option where that option is set, as far as `origins` has it.
    pub(crate) fn add_origins(&mut self, origins: &BTreeMap<String, OptionOrigin>) {
        for finding in &mut self.found {
            finding.add_origin(origins);
        }
    }

    /// Adds an error that ends a phase.
    pub(crate) fn fail(&mut self, error: Diagnostic) -> Reported {
        self.push(error);
        Reported(())
    }

    /// Ends a phase: fails if one of the findings is an error.
    pub(crate) fn check(&self) -> Result<(), Reported> {
        let has_error = self.found.iter().any(|found| found.severity == Severity::Error);
        if has_error { Err(Reported(())) } else { Ok(()) }
    }

    /// The findings of a phase that failed.
    pub(crate) fn into_errors(self, _: Reported) -> Diagnostics {
        Diagnostics(self.found)
    }

    /// The findings in plan order; those without a location come last.
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
    fn similar_words_are_suggested() {
        let steps = ["install", "build", "packages:mise"];
        assert_eq!(nearest("instal", steps), Some("install"));
        assert_eq!(nearest("Build", steps), Some("build"));
        assert_eq!(nearest("deploy", steps), None);
        assert_eq!(nearest(&"x".repeat(1000), steps), None);
    }

    #[test]
    fn duplicate_findings_are_reported_once() {
        let mut findings = Findings::default();
        for message in ["a", "b", "a"] {
            findings.push(Diagnostic::new(Code::EmptyCommand, message));
        }
        assert_eq!(findings.into_sorted().len(), 2);
    }

    #[test]
    fn long_message_keeps_its_start_and_end() {
        let found = Diagnostic::new(Code::EmptyCommand, format!("unknown step `{}`!", "é".repeat(1_000_000)));
        assert!(found.message.len() < 10_000);
        assert!(found.message.starts_with("unknown step `é") && found.message.ends_with("é`!"));
        assert_eq!(Diagnostic::new(Code::EmptyCommand, "y".repeat(4_000)).message.len(), 4_000);
    }

    #[test]
    fn messages_contain_no_control_characters() {
        let found = Diagnostic::new(Code::EmptyCommand, "a\u{1b}[2J").with_help("b\n");
        assert_eq!(found.message, "a\\u{1b}[2J");
        assert_eq!(found.help.as_deref(), Some("b\\u{a}"));
    }
}
