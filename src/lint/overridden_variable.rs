//! Variables of the plan that options override.

use super::Subject;
use super::image_variables::image_variable;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Notes variables whose value in the image is not the plan's.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (name, value) in &subject.options.image.env {
        if let Some(planned) = image_variable(subject.graph, name).filter(|planned| planned.value != *value) {
            let message = format!("`--env` overrides variable `{name}` of the plan");
            findings.push(
                Diagnostic::new(Code::OverriddenVariable, message)
                    .at(&planned.location)
                    .with_help("remove one of the two: a change to the plan's value has no effect on the image"),
            );
        }
    }
}
