//! Secrets that are build args.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::options::SecretMount;

/// Warns about each secret that commands see as a build arg.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.options.secret_mount != SecretMount::Arg {
        return;
    }
    let seen: Vec<&str> = subject.usage.mounted().collect();
    let secrets = subject.graph.plan().secrets.iter().filter(|secret| seen.contains(&secret.value.as_str()));
    for secret in secrets {
        let builder = subject.options.builder;
        let message =
            format!("secret `{}` is a build arg, so its value stays in the cache of `{builder}`", secret.value);
        findings.push(Diagnostic::new(Code::SecretInBuildArg, message).at(&secret.location).with_help(
            "let Railway build with Railpack, or build with Docker and deploy the image: both mount secrets; \
                 or use a token that can only read, and that expires",
        ));
    }
}
