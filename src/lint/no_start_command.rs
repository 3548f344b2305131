//! Images without a start command.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about an image whose containers exit immediately.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.options.image.command.is_some() {
        return;
    }
    let deploy = &subject.graph.plan().deploy;
    let (location, message) = match &deploy.start_command {
        Some(command) if !command.value.trim().is_empty() => return,
        Some(command) if !command.value.is_empty() => {
            (&command.location, "`startCommand` is blank: a container exits immediately")
        }
        Some(command) => (&command.location, NO_COMMAND),
        None => (&deploy.location, NO_COMMAND),
    };
    findings.push(Diagnostic::new(Code::NoStartCommand, message).at(location).with_help(format!(
        "set the command that runs the application{}, for example `\"startCommand\": \"node server.js\"`",
        subject.in_config()
    )));
}

/// Railpack's default is `/bin/bash` (`getStartCommand` in `buildkit/convert.go`).
const NO_COMMAND: &str = "no start command: a container runs `/bin/bash`, which exits immediately without a terminal";
