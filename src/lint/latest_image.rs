//! Images with a mutable tag.

use super::Subject;
use super::images::{at_all, images};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::ImageRef;

/// Warns of each image with the tag `latest`, written or implied.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (image, locations) in &images(subject.graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        let message = match (image.digest(), image.tag()) {
            (None, None) => format!("image `{image}` has no tag, so the mutable tag `latest` is used"),
            (None, Some("latest")) => format!("image `{image}` uses the mutable tag `latest`"),
            _ => continue,
        };
        let help = "use the tag of a version, so that the same plan gives the same image tomorrow";
        findings.push(at_all(Diagnostic::new(Code::LatestImage, message).with_help(help), locations));
    }
}
