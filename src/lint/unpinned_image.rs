//! Images without a digest. This check runs only on request.

use super::Subject;
use super::images::{at_all, images};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::ImageRef;

/// Warns about each image that is not pinned to a digest.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (image, locations) in &images(subject.graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        if image.digest().is_some() || subject.options.pins.contains_key(image.as_str()) {
            continue;
        }
        let message = format!("image `{image}` is not pinned to a digest, so its content can change");
        let help = "write the digests of all images to a lock file with `railpack2docker pin`, or append this one as `@sha256:…`";
        findings.push(at_all(Diagnostic::new(Code::UnpinnedImage, message).with_help(help), locations));
    }
}
