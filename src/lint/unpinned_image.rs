//! Images without a digest. Runs only on request.

use super::Subject;
use super::images::{at_all, images};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::ImageRef;

/// Warns of each image that is not pinned to a digest.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (image, locations) in &images(subject.graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        if image.digest().is_some() {
            continue;
        }
        let message = format!("image `{image}` is not pinned to a digest, so it can change under its name");
        let help = format!(
            "`docker buildx imagetools inspect {image}` prints its digest; append it to the name, as `@sha256:…`"
        );
        findings.push(at_all(Diagnostic::new(Code::UnpinnedImage, message).with_help(help), locations));
    }
}
