//! Steps that the image does not depend on.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about unused steps, which are not part of the Dockerfile.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    for (_, step) in graph.steps().filter(|(id, _)| !graph.is_needed(*id)) {
        let name = &step.name;
        findings.push(
            Diagnostic::new(
                Code::UnusedStep,
                format!("step `{}` is unused: the image does not depend on it", name.value),
            )
            .at(&name.location)
            .with_help("add it to the inputs of `deploy`, or remove it"),
        );
    }
}
