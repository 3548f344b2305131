//! Images with a mutable tag.

use super::Subject;
use super::images::{at_all, images};
use super::railpack::is_image;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::ImageRef;

/// Warns about each image with the tag `latest`, explicit or implied.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (image, locations) in &images(subject.graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        let is_pinned = image.digest().is_some() || subject.options.pins.contains_key(image.as_str());
        let message = match (is_pinned, image.tag()) {
            (false, None) => format!("image `{image}` has no tag, so the mutable tag `latest` is used"),
            (false, Some("latest")) => format!("image `{image}` uses the mutable tag `latest`"),
            _ => continue,
        };
        let help = "use a version tag, so that the same plan builds the same image tomorrow";
        let found = at_all(Diagnostic::new(Code::LatestImage, message).with_help(help), locations);
        findings.push(subject.unless_from_railpack(found, is_image(&image.to_string())));
    }
}
