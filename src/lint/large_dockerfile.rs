//! Dockerfiles that BuildKit does not accept.

use super::{LARGEST_DOCKERFILE, Subject};
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns of a Dockerfile that is too large.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(size) = subject.rendered.map(|rendered| rendered.dockerfile.len()) else { return };
    if size > LARGEST_DOCKERFILE {
        let message = format!("the Dockerfile has {size} bytes; BuildKit accepts about 7 MiB");
        let help = "remove large assets from the plan: commands can copy or download them";
        findings.push(Diagnostic::new(Code::LargeDockerfile, message).with_help(help));
    }
}
