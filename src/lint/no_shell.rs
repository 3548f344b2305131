//! Shell syntax in commands that are not run by a shell.

use super::Subject;
use super::railpack::is_command;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::escape::escape_invisible;
use crate::shell::Literal;

/// The longest command that the help repeats, in bytes.
const LONGEST_SHOWN: usize = 100;

/// Warns about commands with shell syntax that is passed literally.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cmd) in subject.graph.command_lines() {
        let Some(fact) = Literal::mistake(&cmd.value) else { continue };
        let found = Diagnostic::new(Code::NoShell, format!("{fact}: this command is not run by a shell"))
            .at(&cmd.location)
            .with_help(wrap_help(&cmd.value));
        findings.push(subject.unless_from_railpack(found, is_command(&cmd.value)));
    }
}

/// The help: the command wrapped in a shell.
fn wrap_help(cmd: &str) -> String {
    if cmd.contains('\'') || cmd.len() > LONGEST_SHOWN || escape_invisible(cmd) != cmd {
        return "wrap it: `sh -c '…'`".to_owned();
    }
    format!("wrap it: `sh -c '{cmd}'`")
}
