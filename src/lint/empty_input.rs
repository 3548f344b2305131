//! Inputs that copy nothing.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about inputs without `include`, except bases.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let plan = subject.graph.plan();
    let of_steps = plan.steps.iter().flat_map(|step| step.inputs.iter().skip(1));
    for input in of_steps.chain(&plan.deploy.inputs).filter(|input| input.includes().is_empty()) {
        let found = Diagnostic::new(Code::EmptyInput, "an input without `include` copies nothing")
            .at(&input.location)
            .with_help(format!("list the paths to copy{}, for example `\"include\": [\".\"]`", subject.in_config()));
        findings.push(subject.unless_from_railpack(found, true));
    }
}
