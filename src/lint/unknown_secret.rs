//! Steps that list secrets which the plan does not have.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns of names that no secret of the plan has.
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
