//! Findings on standard error: drawn for people, or a JSON object a line.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};
use serde_json::json;

use super::args::{Color, MessageFormat};
use super::files::{PlanFile, position};
use crate::place::Place;
use crate::visible::visible;
use crate::{Diagnostic, Severity};

/// How many findings people get to see. Nobody reads more, and drawing them takes time.
const MOST_DRAWN: usize = 50;

/// Prints findings.
pub(super) struct Reporter {
    format: MessageFormat,
    choice: ColorChoice,
}

impl Reporter {
    pub(super) fn new(format: MessageFormat, color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { format, choice }
    }

    /// Prints findings, errors last, so that they are what stands above the prompt.
    pub(super) fn report(&self, findings: &[Diagnostic], plan: Option<&PlanFile>) {
        let mut sorted: Vec<&Diagnostic> = findings.iter().collect();
        sorted.sort_by_key(|finding| finding.severity);
        let mut text = String::new();
        match self.format {
            MessageFormat::Json => {
                for finding in sorted {
                    text.push_str(&as_json(finding, plan));
                    text.push('\n');
                }
            }
            MessageFormat::Human => {
                let left_out = sorted.len().saturating_sub(MOST_DRAWN);
                if left_out > 0 {
                    text.push_str(&format!(
                        "{left_out} more findings are not shown; `--message-format json` prints all\n\n"
                    ));
                }
                let drawn: Vec<String> =
                    sorted.into_iter().skip(left_out).map(|finding| drawn(finding, plan)).collect();
                text.push_str(&drawn.join("\n\n"));
                if !drawn.is_empty() {
                    text.push('\n');
                }
            }
        }
        let mut out = AutoStream::new(io::stderr().lock(), self.choice);
        // there is nowhere left to say that this failed
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

fn as_json(finding: &Diagnostic, plan: Option<&PlanFile>) -> String {
    let place = |place: &Place| {
        let (line, column) = plan.map_or((0, 0), |plan| position(&plan.text, place));
        json!({
            "file": plan.map(PlanFile::shown),
            "line": line,
            "column": column,
            "path": place.path().to_string(),
        })
    };
    let related: Vec<_> =
        finding.related.iter().map(|(at, what)| json!({ "message": what, "place": place(at) })).collect();
    json!({
        "severity": finding.severity.to_string(),
        "code": finding.code,
        "message": finding.message,
        "place": finding.place.as_ref().map(place),
        "related": related,
        "help": finding.help,
    })
    .to_string()
}

fn drawn(finding: &Diagnostic, plan: Option<&PlanFile>) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(finding.message.as_str()).id(finding.code));
    let name = plan.map(|plan| visible(&plan.shown()).into_owned()).unwrap_or_default();
    if let (Some(plan), Some(place)) = (plan, &finding.place) {
        let path = visible(&place.path().to_string()).into_owned();
        group = group.element(snippet(&plan.text, &name, place, path, AnnotationKind::Primary));
        for (place, what) in &finding.related {
            group = group.element(snippet(&plan.text, &name, place, what.clone(), AnnotationKind::Context));
        }
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// The line of a place, with the place underlined as far as it is on that line.
fn snippet<'a>(
    text: &'a str,
    name: &'a str,
    place: &Place,
    label: String,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let span = place.span();
    let line_start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |feed| feed + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let start = span.start - line_start;
    let end = (span.end - line_start).min(line.len()).max(start);
    let (number, _) = position(text, place);
    let annotation = kind.span(start..end).label(label);
    Snippet::source(line).line_start(number).path(name).annotation(annotation)
}
