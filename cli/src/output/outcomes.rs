//! The results of a command for several applications.

use std::process::ExitCode;

use super::counts::{counted, tally};
use super::report::Reporter;
use crate::failure::Failure;
use crate::{FAILED, STALE, TRY_AGAIN};

/// The result for one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Files were written.
    Updated,
    /// Nothing to do.
    UpToDate,
    /// A file is out of date.
    Stale,
    /// An error that may not happen again.
    TryAgain,
    /// An error, after which the others continue.
    Failed,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Updated, Self::UpToDate, Self::Stale, Self::TryAgain, Self::Failed];

    /// The word in a summary.
    fn word(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::UpToDate => "up to date",
            Self::Stale => "stale",
            Self::TryAgain => "failed temporarily",
            Self::Failed => "failed",
        }
    }
}

/// The results so far.
#[derive(Debug, Default)]
pub(crate) struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// Adds a result, and reports its errors.
    pub(crate) fn add(&mut self, result: Result<Outcome, Failure>, reporter: &Reporter) {
        self.0.push(match result {
            Ok(outcome) => outcome,
            Err(failure) => {
                let outcome = match &failure {
                    Failure::Stale(_) => Outcome::Stale,
                    Failure::TryAgain(_) => Outcome::TryAgain,
                    Failure::Reported | Failure::Errors(_) => Outcome::Failed,
                };
                reporter.report_failure(failure);
                outcome
            }
        });
    }

    /// A summary, such as `3 Dockerfiles: 1 up to date, 2 stale`. `what` is the singular of what was looked at.
    pub(crate) fn sentence(&self, what: &str) -> String {
        let count = |outcome: Outcome| self.0.iter().filter(|other| **other == outcome).count();
        let counts = Outcome::ALL.map(|outcome| (count(outcome), outcome.word()));
        format!("{}: {}", counted(self.0.len(), what), tally(counts))
    }

    /// The exit status: 2 if anything failed, 75 if it may succeed later, 1 if anything is stale, or else 0.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.0.iter().max() {
            Some(Outcome::Failed) => ExitCode::from(FAILED),
            Some(Outcome::TryAgain) => ExitCode::from(TRY_AGAIN),
            Some(Outcome::Stale) => ExitCode::from(STALE),
            _ => ExitCode::SUCCESS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_result_is_the_exit_status() {
        for (outcomes, status, sentence) in [
            (vec![Outcome::UpToDate], ExitCode::SUCCESS, "1 plan: 1 up to date"),
            (vec![Outcome::Updated, Outcome::UpToDate], ExitCode::SUCCESS, "2 plans: 1 updated, 1 up to date"),
            (vec![Outcome::Stale, Outcome::UpToDate], ExitCode::from(1), "2 plans: 1 up to date, 1 stale"),
            (vec![Outcome::TryAgain, Outcome::Stale], ExitCode::from(75), "2 plans: 1 stale, 1 failed temporarily"),
            (vec![Outcome::Failed, Outcome::TryAgain], ExitCode::from(2), "2 plans: 1 failed temporarily, 1 failed"),
            (vec![Outcome::Failed, Outcome::Stale], ExitCode::from(2), "2 plans: 1 stale, 1 failed"),
        ] {
            let outcomes = Outcomes(outcomes);
            assert_eq!(outcomes.exit_code(), status);
            assert_eq!(outcomes.sentence("plan"), sentence);
        }
    }
}
