//! What a container starts.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns of an image whose containers end as soon as they start.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let deploy = &subject.graph.plan().deploy;
    let (location, message) = match &deploy.start_command {
        Some(command) if !command.value.trim().is_empty() => return,
        Some(command) if !command.value.is_empty() => {
            (&command.location, "`startCommand` is blank: a container exits immediately")
        }
        Some(command) => (&command.location, NOTHING),
        None => (&deploy.location, NOTHING),
    };
    findings.push(
        Diagnostic::new(Code::NoStartCommand, message)
            .at(location)
            .with_help("set the command that runs the application, for example `\"startCommand\": \"node server.js\"`"),
    );
}

/// What Railpack starts instead (`getStartCommand` in `buildkit/convert.go`).
const NOTHING: &str = "no start command: a container runs `/bin/bash`, which exits immediately without a terminal";
