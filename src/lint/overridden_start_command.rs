//! Start commands that an option replaces.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Notes a start command that no container runs.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let planned = subject.graph.plan().deploy.start_command.as_ref().filter(|command| !command.value.is_empty());
    if let (Some(planned), true) = (planned, subject.options.image.command.is_some()) {
        findings.push(
            Diagnostic::new(Code::OverriddenStartCommand, "`--command` replaces the plan's start command")
                .at(&planned.location)
                .with_help("remove `--command` to run it: a change to it has no effect on the image"),
        );
    }
}
