//! Start commands whose shell stays process 1.

use super::Subject;
use super::railpack::is_start_command;
use super::start_script::StartScript;
use crate::diagnostic::{Code, Diagnostic, Findings, Severity};
use crate::shell::ProcessOne;

/// Warns about a start command that never receives the signal of `docker stop`. An entrypoint of one's own
/// may forward signals.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.options.image.exec || subject.options.image.entrypoint.is_some() {
        return;
    }
    let Some(script) = StartScript::new(subject) else { return };
    let ProcessOne::Shell { exec_at } = ProcessOne::parse(script.text) else { return };
    let message = "bash stays process 1, so `docker stop` waits ten seconds and then kills the application";
    let help = match exec_at {
        Some(_) => "pass `--exec`, or write `exec` before the last command",
        None => "end the start command with `exec` and a single program, without a pipe",
    };
    let mut found = script.at_location(Diagnostic::new(Code::ShellAsPid1, message)).with_help(help);
    if subject.is_from_railpack() && is_start_command(script.text) {
        // the remedy is an option, which helps in any case
        found.severity = Severity::Note;
    }
    findings.push(found);
}
