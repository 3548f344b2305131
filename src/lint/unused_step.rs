//! Steps that the image does not depend on.

use super::Subject;
use super::railpack::is_step;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about unused steps, which are not part of the Dockerfile.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    for (_, step) in graph.steps().filter(|(id, _)| !graph.is_needed(*id)) {
        let name = &step.name;
        let message = format!("step `{}` is unused: the image does not depend on it", name.value);
        let help = format!("add it to the inputs of `deploy`{}, or remove it", subject.in_config());
        let found = Diagnostic::new(Code::UnusedStep, message).at(&name.location).with_help(help);
        findings.push(subject.unless_from_railpack(found, is_step(&name.value)));
    }
}
