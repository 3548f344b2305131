//! The findings as a GitLab Code Quality report.

use railpack2docker::{Diagnostic, Severity};
use serde_json::{Value, json};

use super::subject::Subject;
use crate::files::plan_search::PLAN_NAME;

/// The report: the findings of all plans.
pub(super) fn print(plans: &[Subject<'_>]) -> String {
    let issues = plans
        .iter()
        .flat_map(|plan| plan.with_fingerprints().map(move |(found, fingerprint)| issue(found, &fingerprint, plan)));
    format!("{:#}\n", issues.collect::<Value>())
}

fn issue(found: &Diagnostic, fingerprint: &str, plan: &Subject<'_>) -> Value {
    let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    json!({
        "description": format!("{}{help}", found.message),
        "check_name": found.code.name(),
        "fingerprint": fingerprint,
        "severity": severity(found.severity),
        "location": {
            // a report must name a file, also for standard input
            "path": plan.path.as_deref().unwrap_or(PLAN_NAME),
            "lines": { "begin": found.location.as_ref().map_or(1, |location| plan.region(location).line) },
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        _ => "info",
    }
}
