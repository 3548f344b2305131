//! The findings as one JSON document.

use serde_json::{Value, json};

use super::subject::Subject;
use crate::diagnostic::Location;
use crate::escape::escape_invisible;
use crate::{Diagnostic, codes};

/// The document, and a line feed.
pub(super) fn document(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    let findings: Vec<Value> = findings.iter().map(|found| finding(found, plan)).collect();
    let document = json!({ "plan": plan.path.as_deref().map(escape_invisible), "findings": findings });
    format!("{document:#}\n")
}

fn finding(found: &Diagnostic, plan: &Subject<'_>) -> Value {
    let related = found.related.iter().map(|(at, what)| json!({ "message": what, "place": location(at, plan) }));
    json!({
        "severity": found.severity.to_string(),
        "code": found.code,
        "message": found.message,
        "help": found.help,
        "place": found.location.as_ref().map(|at| location(at, plan)),
        "related": related.collect::<Vec<_>>(),
        "page": codes::find(found.code).map(codes::Code::path),
    })
}

fn location(at: &Location, plan: &Subject<'_>) -> Value {
    let region = plan.region(at);
    json!({
        "path": escape_invisible(&at.path().to_string()),
        "line": region.line,
        "column": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}
