//! Variables with values that look like credentials.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::secrets::is_credential;

/// Warns about values in the format of a well-known kind of credential.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in subject.graph.variables().filter(|(_, value)| is_credential(&value.value)) {
        let message = format!(
            "the value of variable `{name}` looks like a credential; it would be visible in the Dockerfile and the image"
        );
        findings.push(Diagnostic::new(Code::CredentialInVariable, message).at(&value.location).with_help(
            "remove it from the plan, revoke it if the plan was ever shared, and list its name in `secrets`",
        ));
    }
    for (name, _) in subject.options.image.env.iter().filter(|(_, value)| is_credential(value)) {
        let message = format!(
            "the value of variable `{name}` of `--env` looks like a credential; it would be visible in the Dockerfile and the image"
        );
        findings.push(
            Diagnostic::new(Code::CredentialInVariable, message)
                .with_help("remove it, and pass it when a container starts, with `docker run --env`"),
        );
    }
}
