//! The script that a shell runs as the start command.

use super::Subject;
use crate::diagnostic::{Diagnostic, Location};
use crate::options::ImageCommand;

/// A script that `/bin/bash -c` runs, and its location, if it comes from the plan.
pub(super) struct StartScript<'a> {
    pub(super) text: &'a str,
    location: Option<&'a Location>,
}

impl<'a> StartScript<'a> {
    /// `None` if no shell runs the start command.
    pub(super) fn new(subject: &Subject<'a>) -> Option<Self> {
        match &subject.options.image.command {
            Some(ImageCommand::Exec(_)) => None,
            Some(ImageCommand::Shell(script)) => Some(Self { text: script, location: None }),
            None => {
                let planned = subject.graph.plan().deploy.start_command.as_ref()?;
                (!planned.value.trim().is_empty())
                    .then_some(Self { text: &planned.value, location: Some(&planned.location) })
            }
        }
    }

    pub(super) fn at_location(&self, found: Diagnostic) -> Diagnostic {
        match self.location {
            Some(location) => found.at(location),
            None => found,
        }
    }
}
