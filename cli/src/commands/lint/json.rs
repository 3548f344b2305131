//! The findings as a JSON document.

use railpack2docker::Diagnostic;
use railpack2docker::escape::escape_invisible_json;
use serde_json::{Value, json};

use super::subject::Subject;
use crate::output::report::finding_json;

/// The document: `plan`, the path of the plan or null, and `findings`. A finding has the same keys as with
/// `--message-format json`, and `page`, the path of the page of its code in the repository.
pub(super) fn print(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    let with_page = |found: &Diagnostic| {
        let mut finding = finding_json(found, Some(&plan.source));
        if let Some(members) = finding.as_object_mut() {
            members.insert("page".to_owned(), found.code.path().into());
        }
        finding
    };
    let findings: Vec<Value> = findings.iter().map(with_page).collect();
    let document = json!({ "plan": plan.path, "findings": findings });
    escape_invisible_json(&format!("{document:#}")) + "\n"
}
