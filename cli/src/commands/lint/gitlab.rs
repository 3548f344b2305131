//! The findings as a GitLab Code Quality report.

use railpack2docker::{Diagnostic, Severity};
use serde_json::{Value, json};

use super::subject::Subject;

/// The name of a plan from standard input: a report must name a file.
const UNNAMED: &str = "railpack-plan.json";

/// The report.
pub(super) fn print(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    let path = plan.path.as_deref().unwrap_or(UNNAMED);
    let findings = findings.iter().zip(plan.fingerprints(findings));
    let issues = findings.map(|(found, fingerprint)| {
        let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        json!({
            "description": format!("{}{help}", found.message),
            "check_name": found.code.name(),
            "fingerprint": fingerprint,
            "severity": severity(found.severity),
            "location": {
                "path": path,
                "lines": { "begin": found.location.as_ref().map_or(1, |location| plan.region(location).line) },
            },
        })
    });
    format!("{:#}\n", issues.collect::<Value>())
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        _ => "info",
    }
}
