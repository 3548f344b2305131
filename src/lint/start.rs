//! What a container starts.

use crate::diagnostic::{Diagnostic, Findings};
use crate::graph::Graph;

/// Warns of an image whose containers end as soon as they start.
pub(super) fn check(graph: &Graph<'_>, findings: &mut Findings) {
    let deploy = &graph.plan.deploy;
    let (place, message) = match &deploy.start_command {
        Some(command) if !command.value.trim().is_empty() => return,
        Some(command) if !command.value.is_empty() => {
            (&command.place, "`startCommand` is blank: a container ends at once")
        }
        Some(command) => (&command.place, NOTHING),
        None => (&deploy.place, NOTHING),
    };
    findings.push(
        Diagnostic::warning("no-start-command", message)
            .at(place)
            .with_help("name what runs the application, as in `\"startCommand\": \"node server.js\"`"),
    );
}

/// What Railpack starts instead (`getStartCommand` in `buildkit/convert.go`).
const NOTHING: &str = "there is no start command: a container runs `/bin/bash`, which ends at once without a terminal";
