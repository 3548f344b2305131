//! Secrets that a step lists and the plan does not have.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about names in the `secrets` of steps that are not secrets of the plan.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let names: BTreeSet<&str> = subject.usage.names_of_plan().collect();
    let listed = subject.graph.steps().flat_map(|(_, step)| &step.secrets);
    for secret in listed.filter(|secret| secret.value != "*" && !names.contains(secret.value.as_str())) {
        let known = findings.worth_comparing(names.iter());
        findings.push(
            Diagnostic::new(
                Code::UnknownSecret,
                format!("the plan has no secret `{}`, so the step does not get it", secret.value),
            )
            .at(&secret.location)
            .with_suggestion(&secret.value, known.copied()),
        );
    }
}
