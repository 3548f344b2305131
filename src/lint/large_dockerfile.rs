//! Dockerfiles that are too large for BuildKit.

use super::{LARGEST_DOCKERFILE, Subject};
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about a Dockerfile above the limit.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(size) = subject.rendered.map(|rendered| rendered.dockerfile.len()) else { return };
    if size > LARGEST_DOCKERFILE {
        let message = format!("the Dockerfile is {size} bytes long, but BuildKit accepts only about 7 MiB");
        let help = "move large assets out of the plan: commands can copy or download them";
        findings.push(Diagnostic::new(Code::LargeDockerfile, message).with_help(help));
    }
}
