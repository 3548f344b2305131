//! The images whose digests are resolved again.

use railpack2docker::{Code, Diagnostic, PulledImage};

use super::used::PlanImages;

/// The images that `--update` selects.
pub(super) struct Update<'a>(&'a [String]);

impl<'a> Update<'a> {
    /// Reads the values of the option; an empty one selects all images. Fails for an image that no plan uses.
    pub(super) fn new(given: &'a [String], plans: &[PlanImages]) -> Result<Self, Diagnostic> {
        let names = || plans.iter().flat_map(PlanImages::pinnable).map(PulledImage::name);
        match given.iter().find(|image| !image.is_empty() && names().all(|name| name != *image)) {
            Some(image) => {
                let message = format!("can't update `{image}`: no plan uses this image without a digest");
                Err(Diagnostic::new(Code::InvalidOption, message).with_suggestion(image, names()))
            }
            None => Ok(Self(given)),
        }
    }

    /// Whether the option selects an image.
    pub(super) fn has(&self, image: &str) -> bool {
        self.0.iter().any(|update| update.is_empty() || update == image)
    }
}
