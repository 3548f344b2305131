//! Variables with names that look like secrets.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::secrets::looks_secret;

/// Warns about variables that `docker build --check` treats as secrets.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in subject.graph.variables().filter(|(name, _)| looks_secret(name)) {
        let message = format!(
            "variable `{name}` looks like a secret; its value would be visible in the Dockerfile and the image"
        );
        findings.push(
            Diagnostic::new(Code::SecretInVariable, message)
                .at(&value.location)
                .with_help("if it is one, list its name in the plan's `secrets` instead"),
        );
    }
    for (name, _) in subject.options.image.env.iter().filter(|(name, _)| looks_secret(name)) {
        let message = format!(
            "variable `{name}` of `--env` looks like a secret; its value would be visible in the Dockerfile and the image"
        );
        findings.push(
            Diagnostic::new(Code::SecretInVariable, message)
                .with_help("if it is one, pass it when a container starts, with `docker run --env`"),
        );
    }
}
