//! The findings as a JSON document.

use railpack2docker::Diagnostic;
use railpack2docker::escape::escape_invisible_json;
use serde_json::{Value, json};

use super::subject::Subject;
use crate::output::report::finding_json;

/// The document: `plans`, each with `plan`, its path or null, and `findings`. A finding has the same keys as with
/// `--message-format json`, and `page`, the path of the page of its code in the repository.
pub(super) fn print(plans: &[Subject<'_>]) -> String {
    let plans: Vec<Value> = plans.iter().map(plan_json).collect();
    escape_invisible_json(&format!("{:#}", json!({ "plans": plans }))) + "\n"
}

fn plan_json(plan: &Subject<'_>) -> Value {
    let with_page = |found: &Diagnostic| {
        let mut finding = finding_json(found, Some(&plan.source));
        if let Some(members) = finding.as_object_mut() {
            members.insert("page".to_owned(), found.code.path().into());
        }
        finding
    };
    json!({ "plan": plan.path, "findings": plan.findings.iter().map(with_page).collect::<Vec<_>>() })
}
