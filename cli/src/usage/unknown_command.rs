//! Commands that do not exist.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use railpack2docker::nearest;

use super::{add_tips, context};
use crate::NAME;

/// Whether a word is similar to the name of a command, and not a file.
pub(super) fn is_misspelled(word: &str, command: &Command) -> bool {
    !word.contains(['.', '/', '\\']) && suggestion(word, command).is_some() && !Path::new(word).exists()
}

/// The error for a command that does not exist.
pub(super) fn error(name: &str, command: &Command) -> Error {
    let mut error = Error::new(ErrorKind::InvalidSubcommand).with_cmd(command);
    error.insert(ContextKind::InvalidSubcommand, ContextValue::String(name.to_owned()));
    let suggestion = suggestion(name, command).map(|name| vec![name.to_owned()]);
    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(suggestion.unwrap_or_default()));
    error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    error
}

/// Replaces clap's error for a second word after a plan: it expects a command there.
pub(super) fn instead_of_conflict(error: Error, arguments: &[OsString], command: &Command) -> Error {
    let Some(second) = context(&error, ContextKind::InvalidSubcommand).or(context(&error, ContextKind::InvalidArg))
    else {
        return error;
    };
    // the parser stops at the second word, so the plan is the last argument before it without a dash
    let at = arguments.iter().position(|argument| argument.to_string_lossy() == second).unwrap_or_default();
    let mut before = arguments.get(1..at).unwrap_or_default().iter().map(|word| word.to_string_lossy());
    let Some(plan) = before.rfind(|word| !word.starts_with('-')) else { return error };
    if is_misspelled(&plan, command) {
        return self::error(&plan, command);
    }
    if command.find_subcommand(second).is_some() {
        let tip = format!("a command is before its plan: '{NAME} {second} {plan}'");
        let mut error = error;
        add_tips(&mut error, vec![tip]);
        return error;
    }
    let second = second.to_owned();
    let mut error = Error::new(ErrorKind::UnknownArgument).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(second.clone()));
    add_tips(&mut error, vec![format!("to write the Dockerfile to this file, use '-o {second}'")]);
    error.insert(ContextKind::Usage, ContextValue::StyledStr(command.clone().render_usage()));
    error
}

fn suggestion<'c>(word: &str, command: &'c Command) -> Option<&'c str> {
    nearest(word, command.get_subcommands().map(Command::get_name))
}
