//! Secrets that fill the Dockerfile with mounts.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::options::{SecretMount, SecretsScope};

/// The number of secrets that commands may mount individually. A Railpack plan has about five commands. With ten
/// secrets, a third of the lines of its Dockerfile are mounts; with fifteen, more than half are about secrets.
const MAX: usize = 10;

/// Warns if every command mounts more secrets than that, unless an option already avoids it.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let options = subject.options;
    if options.secrets_scope == SecretsScope::Step || matches!(options.secret_mount, SecretMount::Bundle(_)) {
        return;
    }
    let count = subject.usage.mounted().count();
    let first = subject.graph.plan().secrets.first();
    if let Some(first) = first.filter(|_| count > MAX) {
        let message = format!("every command mounts all {count} secrets of the plan, one by one");
        findings.push(Diagnostic::new(Code::ManySecrets, message).at(&first.location).with_help(
            "list each secret in the `secrets` of the steps that use it, and pass `--secrets-scope step`; \
             or mount them all as one file, with `--secret-mount bundle=ALL_SECRETS`",
        ));
    }
}
