//! Commands that do not exist.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use railpack2docker::nearest;

use super::add_tips;
use crate::NAME;

/// Whether a word is similar to the name of a command.
pub(super) fn is_misspelled(word: &str, command: &Command) -> bool {
    suggestion(word, command).is_some()
}

/// The error for a command that does not exist.
pub(super) fn error(name: &str, command: &Command) -> Error {
    let mut error = Error::new(ErrorKind::InvalidSubcommand).with_cmd(command);
    error.insert(ContextKind::InvalidSubcommand, ContextValue::String(name.to_owned()));
    if let Some(suggestion) = suggestion(name, command) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![suggestion.to_owned()]));
    }
    error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    error
}

/// The error for a command after its plan.
pub(super) fn after_its_plan(name: &str, plan: &str, command: &Command) -> Error {
    let mut error = Error::new(ErrorKind::UnknownArgument).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(name.to_owned()));
    add_tips(&mut error, vec![format!("a command is before its plan: '{NAME} {name} {plan}'")]);
    error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    error
}

fn suggestion<'c>(word: &str, command: &'c Command) -> Option<&'c str> {
    nearest(word, command.get_subcommands().map(Command::get_name))
}
