//! Diagnostics: with code frames for people, or as one JSON object per line.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use railpack2docker::escape::{escape_invisible, escape_invisible_json, escape_invisible_text};
use railpack2docker::{Diagnostic, Diagnostics, Location, Severity, text};
use serde_json::{Value, json};

use super::location::Source;
use super::print::write_all;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::options::messages::{Color, MessageArgs, MessageFormat};

/// The maximum number of findings printed for people: nobody reads more, and each takes time to draw.
pub(crate) const MAX_DRAWN: usize = 50;

/// Prints diagnostics to standard error, and colored text to standard output.
pub(crate) struct Reporter {
    format: MessageFormat,
    choice: ColorChoice,
}

impl Reporter {
    pub(crate) fn new(args: MessageArgs) -> Self {
        let choice = match args.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { format: args.message_format, choice }
    }

    /// Whether messages are JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.format == MessageFormat::Json
    }

    /// Writes text to standard output, with colors if the output supports them. Ignores a closed pipe.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        write_all(AutoStream::new(io::stdout().lock(), self.choice), text.as_bytes())
    }

    /// Prints a line about the whole run to standard error: as it is for people, or as `{"summary": …}`.
    pub(crate) fn summarize(&self, text: &str) {
        let text = match self.format {
            MessageFormat::Json => json!({ "summary": text }).to_string(),
            MessageFormat::Human => text.to_owned(),
        };
        // there is no other place to report a failure of standard error
        let _ = writeln!(io::stderr().lock(), "{}", escape_invisible_text(&text));
    }

    /// Prints a message about a file that was written to standard error: for people, the message alone.
    pub(crate) fn report_written(&self, written: &Diagnostic) {
        match self.format {
            MessageFormat::Json => self.report(std::slice::from_ref(written), None),
            MessageFormat::Human => {
                // there is no other place to report a failure of standard error
                let _ = writeln!(io::stderr().lock(), "{}", written.message);
            }
        }
    }

    /// Prints what another program said to standard error: each line after its name, or as `{"output": …}`.
    pub(crate) fn show_output(&self, program: &str, output: &str) {
        let output = escape_invisible_text(output);
        let text = match self.format {
            MessageFormat::Json => json!({ "program": program, "output": output }).to_string() + "\n",
            MessageFormat::Human => {
                let lines: Vec<String> = output.lines().map(|line| format!("{program} | {line}\n")).collect();
                lines.concat()
            }
        };
        // there is no other place to report a failure of standard error
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints the errors of a failure that have not been printed.
    pub(crate) fn report_failure(&self, failure: Failure) {
        match failure {
            Failure::Reported => {}
            Failure::Errors(found) | Failure::Stale(found) | Failure::TryAgain(found) => self.report(&found, None),
        }
    }

    /// Prints diagnostics to standard error, errors last, so that they are next to the prompt.
    pub(crate) fn report(&self, findings: &[Diagnostic], plan: Option<&PlanFile>) {
        if findings.is_empty() {
            return;
        }
        let source = plan.map(Source::new);
        let text = match self.format {
            MessageFormat::Json => {
                let lines = by_severity(findings).into_iter().map(|finding| to_json(finding, source.as_ref()) + "\n");
                lines.collect()
            }
            MessageFormat::Human => draw_all(findings, source.as_ref(), "--message-format json"),
        };
        let mut out = AutoStream::new(io::stderr().lock(), self.choice);
        // there is no other place to report a failure of standard error
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// A result whose errors can be reported.
pub(crate) trait OrReport<T> {
    /// The value. Errors, which concern the plan, are reported.
    fn or_report(self, plan: &PlanFile, reporter: &Reporter) -> Result<T, Failure>;
}

impl<T> OrReport<T> for Result<T, Diagnostics> {
    fn or_report(self, plan: &PlanFile, reporter: &Reporter) -> Result<T, Failure> {
        self.map_err(|diagnostics| {
            reporter.report(&diagnostics.0, Some(plan));
            Failure::Reported
        })
    }
}

/// A finding in a plan with its code frame.
pub(crate) fn drawing(finding: &Diagnostic, plan: &PlanFile) -> String {
    draw(finding, Some(&Source::new(plan))) + "\n"
}

/// A finding with its code frame, without colors.
pub(crate) fn plain_drawing(finding: &Diagnostic, source: Option<&Source<'_>>) -> String {
    strip_str(&draw(finding, source)).to_string()
}

/// The findings of a plan with their code frames. `all` is the option that prints more than the limit.
pub(crate) fn drawings(findings: &[Diagnostic], plan: &PlanFile, all: &str) -> String {
    draw_all(findings, Some(&Source::new(plan)), all)
}

/// Findings that are not about a plan. Empty without findings.
pub(crate) fn drawings_without_plan(findings: &[Diagnostic], all: &str) -> String {
    if findings.is_empty() { String::new() } else { draw_all(findings, None, all) + "\n" }
}

fn by_severity(findings: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    sorted
}

/// The most severe findings, up to the limit.
fn draw_all(findings: &[Diagnostic], source: Option<&Source<'_>>, all: &str) -> String {
    let mut worst: Vec<&Diagnostic> = findings.iter().collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let hidden = worst.len().saturating_sub(MAX_DRAWN);
    worst.truncate(MAX_DRAWN);
    worst.sort_by_key(|finding| finding.severity);
    let mut drawn: Vec<String> = worst.into_iter().map(|finding| draw(finding, source)).collect();
    if hidden > 0 {
        let findings = if hidden == 1 { "finding is" } else { "findings are" };
        drawn.push(format!("{hidden} more {findings} not shown; pass `{all}` to print all"));
    }
    drawn.join("\n\n") + "\n"
}

fn to_json(finding: &Diagnostic, source: Option<&Source<'_>>) -> String {
    escape_invisible_json(&finding_json(finding, source).to_string())
}

/// A finding as JSON: `severity`, `code`, `message`, `location`, `related` and `help`.
pub(crate) fn finding_json(finding: &Diagnostic, source: Option<&Source<'_>>) -> Value {
    let location = |location: &Location| source.map(|source| source.location_json(location));
    let related: Vec<Value> =
        finding.related.iter().map(|(at, what)| json!({ "message": what, "location": location(at) })).collect();
    json!({
        "severity": finding.severity.to_string(),
        "code": finding.code.name(),
        "message": finding.message,
        "location": finding.location.as_ref().map(location),
        "related": related,
        "help": finding.help,
    })
}

fn draw(finding: &Diagnostic, source: Option<&Source<'_>>) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(finding.message.as_str()).id(finding.code.name()));
    if let (Some(source), Some(location)) = (source, &finding.location) {
        let path = text::truncate_middle(&escape_invisible(&location.path().to_string()), 3_500, 500).into_owned();
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

/// The number of bytes of a line that are drawn before and after the start of a location: a plan may be a
/// single line of several megabytes.
const MARGIN: usize = 2_000;

/// The line of a location. The location is underlined up to the end of the line.
fn snippet(
    source: &Source<'_>,
    location: &Location,
    label: String,
    kind: AnnotationKind,
) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let span = location.span();
    let (line_start, line) = source.lines.line(span.start);
    // a byte order mark is before the first line
    let start = span.start.saturating_sub(line_start);
    let end = span.end.saturating_sub(line_start).min(line.len()).max(start);
    let near = |byte: usize| (0..=byte.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or_default();
    let (from, to) = (near(start.saturating_sub(MARGIN)), near(start + MARGIN));
    // tabs stay: they indent lines
    let part = |range: std::ops::Range<usize>| escape_invisible_text(line.get(range).unwrap_or_default());
    let (before, marked, after) = (part(from..start), part(start..end.min(to)), part(end.min(to)..to));
    let underlined = before.len()..before.len() + marked.len();
    let (number, _) = source.lines.line_and_column(span.start);
    let annotation = kind.span(underlined).label(label);
    Snippet::source(format!("{before}{marked}{after}"))
        .line_start(number)
        .path(escape_invisible(&source.name).into_owned())
        .annotation(annotation)
}
