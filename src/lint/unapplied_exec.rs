//! Start commands that `--exec` leaves as they are.

use super::Subject;
use super::start_script::StartScript;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::shell::ProcessOne;

/// Warns about a start command in which `exec` could change more than the process that receives signals.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(script) = StartScript::new(subject).filter(|_| subject.options.image.exec) else { return };
    if matches!(ProcessOne::parse(script.text), ProcessOne::Unknown | ProcessOne::Shell { exec_at: None }) {
        let message = "`--exec` leaves the start command as it is: `exec` could change what it does";
        findings.push(
            script
                .at_location(Diagnostic::new(Code::UnappliedExec, message))
                .with_help("write `exec` into the command yourself, or pass another one with `--command`"),
        );
    }
}
