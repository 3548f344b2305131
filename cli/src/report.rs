//! Findings drawn for people, or a JSON object a line.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};
use serde_json::{Value, json};

use super::args::{Color, MessageArgs, MessageFormat};
use super::files::{Failure, PlanFile};
use super::write_all;
use crate::diagnostic::shortened;
use crate::diagnostic::{Lines, Location};
use crate::escape::{escape_invisible, escape_invisible_text};
use crate::{Diagnostic, Severity};

/// How many findings people get to see. Nobody reads more, and drawing them takes time.
const MOST_DRAWN: usize = 50;

/// Prints findings.
pub(super) struct Reporter {
    format: MessageFormat,
    choice: ColorChoice,
}

impl Reporter {
    pub(super) fn new(args: &MessageArgs) -> Self {
        let choice = match args.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { format: args.message_format, choice }
    }

    /// Prints text to standard output, its colours where the output takes them. A reader that has
    /// enough is no failure.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        write_all(AutoStream::new(io::stdout().lock(), self.choice), text)
    }

    /// Prints findings to standard error, errors last, so that they are what stands above the prompt.
    pub(super) fn report(&self, findings: &[Diagnostic], plan: Option<&PlanFile>) {
        if findings.is_empty() {
            return;
        }
        let source = plan.map(Source::of);
        let text = match self.format {
            MessageFormat::Json => {
                let lines = by_severity(findings).into_iter().map(|finding| as_json(finding, source.as_ref()) + "\n");
                lines.collect()
            }
            MessageFormat::Human => drawings(findings, source.as_ref(), "--message-format json"),
        };
        let mut out = AutoStream::new(io::stderr().lock(), self.choice);
        // there is nowhere left to say that this failed
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// A finding in a plan, drawn with colours.
pub(super) fn drawing(finding: &Diagnostic, plan: &PlanFile) -> String {
    drawn(finding, Some(&Source::of(plan))) + "\n"
}

/// The plan's text, to point into.
pub(super) struct Source<'t> {
    name: String,
    lines: Lines<'t>,
}

impl<'t> Source<'t> {
    pub(super) fn of(plan: &'t PlanFile) -> Self {
        Self { name: escape_invisible(&plan.shown()).into_owned(), lines: Lines::of(&plan.text) }
    }
}

/// A place in JSON: `file`, `line`, `column` and `path`. Without the plan's text, only the path is known.
pub(super) fn location_json(location: &Location, source: Option<&Source<'_>>) -> Value {
    let (line, column) = source.map_or((0, 0), |source| source.lines.position(location.span().start));
    json!({
        "file": source.map(|source| source.name.as_str()),
        "line": line,
        "column": column,
        "path": escape_invisible(&location.path().to_string()),
    })
}

/// The findings of a plan drawn for people. `all` is the option that shows more than fit.
pub(super) fn drawn_for_people(findings: &[Diagnostic], plan: &PlanFile, all: &str) -> String {
    drawings(findings, Some(&Source::of(plan)), all)
}

fn by_severity(findings: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    sorted
}

/// The findings drawn, the worst of them where there are too many.
fn drawings(findings: &[Diagnostic], source: Option<&Source<'_>>, all: &str) -> String {
    let mut worst: Vec<&Diagnostic> = findings.iter().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let left_out = worst.len().saturating_sub(MOST_DRAWN);
    worst.truncate(MOST_DRAWN);
    worst.sort_by_key(|finding| finding.severity);
    let mut drawn: Vec<String> = worst.into_iter().map(|finding| drawn(finding, source)).collect();
    if left_out > 0 {
        drawn.push(format!("{left_out} more findings are not shown; `{all}` prints all"));
    }
    drawn.join("\n\n") + "\n"
}

fn as_json(finding: &Diagnostic, source: Option<&Source<'_>>) -> String {
    let location = |location: &Location| location_json(location, source);
    let related: Vec<_> =
        finding.related.iter().map(|(at, what)| json!({ "message": what, "place": location(at) })).collect();
    json!({
        "severity": finding.severity.to_string(),
        "code": finding.code,
        "message": finding.message,
        "place": finding.location.as_ref().map(location),
        "related": related,
        "help": finding.help,
    })
    .to_string()
}

fn drawn(finding: &Diagnostic, source: Option<&Source<'_>>) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(finding.message.as_str()).id(finding.code));
    if let (Some(source), Some(location)) = (source, &finding.location) {
        let path = shortened(&escape_invisible(&location.path().to_string()));
        group = group.element(snippet(source, location, path, AnnotationKind::Primary));
        for (location, what) in &finding.related {
            group = group.element(snippet(source, location, what.clone(), AnnotationKind::Context));
        }
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// How much of a line is drawn, in bytes before and behind the place's beginning. A plan on one
/// line has megabytes of it.
const MARGIN: usize = 2_000;

/// The line of a place, with the place underlined as far as it is on that line.
fn snippet<'a>(
    source: &'a Source<'_>,
    location: &Location,
    label: String,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let span = location.span();
    let (line_start, line) = source.lines.line(span.start);
    let start = span.start - line_start;
    let end = (span.end - line_start).min(line.len()).max(start);
    let near = |byte: usize| (0..=byte.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let (from, to) = (near(start.saturating_sub(MARGIN)), near(start + MARGIN));
    // tabs stay: lines begin with them
    let part = |range: std::ops::Range<usize>| escape_invisible_text(line.get(range).unwrap_or_default());
    let (before, marked, after) = (part(from..start), part(start..end.min(to)), part(end.min(to)..to));
    let underlined = before.len()..before.len() + marked.len();
    let (number, _) = source.lines.position(span.start);
    let annotation = kind.span(underlined).label(label);
    Snippet::source(format!("{before}{marked}{after}"))
        .line_start(number)
        .path(source.name.as_str())
        .annotation(annotation)
}
