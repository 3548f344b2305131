//! The findings as a Code Quality report of GitLab.

use serde_json::{Value, json};

use super::subject::Subject;
use crate::{Diagnostic, Severity};

/// What a plan from standard input is called: a report must name a file.
const UNNAMED: &str = "railpack-plan.json";

/// The report, and a line feed.
pub(super) fn report(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    let path = plan.path.as_deref().unwrap_or(UNNAMED);
    let findings = findings.iter().zip(plan.fingerprints(findings));
    let issues = findings.map(|(found, fingerprint)| {
        let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        json!({
            "description": format!("{}{help}", found.message),
            "check_name": found.code,
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
        Severity::Note => "info",
    }
}
