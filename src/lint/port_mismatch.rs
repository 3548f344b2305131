//! Exposed ports that the application doesn't listen on.

use super::Subject;
use super::image_variables::image_variable;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::Port;

/// Warns about ports none of which is the value of `PORT`.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let (option, planned) = (subject.options.image.env.get("PORT"), image_variable(subject.graph, "PORT"));
    let Some(value) = option.or(planned.map(|planned| &planned.value)) else { return };
    let Ok(port) = Port::new(value) else { return };
    let exposed: Vec<Port> = subject.options.image.expose.iter().filter_map(|port| Port::new(port).ok()).collect();
    let Some(first) = exposed.first().filter(|_| !exposed.contains(&port)) else { return };
    let message = format!("port {first} is exposed, but variable `PORT` is `{value}`");
    let found = Diagnostic::new(Code::PortMismatch, message)
        .with_help(format!("expose the port of the application with `--expose {port}`, or change `PORT` with `--env`"));
    findings.push(match planned.filter(|_| option.is_none()) {
        Some(planned) => found.at(&planned.location),
        None => found,
    });
}
