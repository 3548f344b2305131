//! The ways in which a command fails.

use std::collections::BTreeMap;

use railpack2docker::{Diagnostic, OptionOrigin};

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

impl Failure {
    /// Adds to errors about options where these are set.
    pub(crate) fn with_origins(self, origins: &BTreeMap<String, OptionOrigin>) -> Self {
        match self {
            Self::Errors(found) => Self::Errors(found.into_iter().map(|found| found.with_origin(origins)).collect()),
            other => other,
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Errors(vec![diagnostic])
    }
}
