//! The ways in which a command fails.

use railpack2docker::Diagnostic;

/// The reason why a command ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The errors have been reported.
    Reported,
    /// These errors, which have not been reported yet.
    Errors(Vec<Diagnostic>),
    /// Generated files are out of date, for these reasons.
    Stale(Vec<Diagnostic>),
    /// These errors, which may not happen again.
    TryAgain(Vec<Diagnostic>),
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Errors(vec![diagnostic])
    }
}
