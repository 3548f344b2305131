//! Usage errors: arguments that clap rejects, with the suggestions that it can't make.

mod docker_options;
mod json;
mod unknown_command;
mod unknown_option;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use railpack2docker::escape::{escape_invisible_text, is_invisible};

use crate::FAILED;

/// The arguments with `help [COMMAND]` replaced by `[COMMAND] --help`. Fails for an unknown command.
///
/// clap's own `help` would get a page in the manual, and a tree of commands in the completions.
pub(crate) fn expand_help(mut arguments: Vec<OsString>, command: fn() -> Command) -> Result<Vec<OsString>, Error> {
    if arguments.get(1).is_none_or(|first| first != "help") || arguments.len() > 3 {
        return Ok(arguments);
    }
    let command = command();
    arguments.remove(1);
    let name = arguments.get(1).and_then(|name| name.to_str()).filter(|name| !name.starts_with('-'));
    match name {
        Some("help") => drop(arguments.remove(1)),
        Some(name) if command.find_subcommand(name).is_none() => return Err(unknown_command::error(name, &command)),
        _ => {}
    }
    arguments.push("--help".into());
    Ok(arguments)
}

/// Fails if the plans of the default command are rather a command: a misspelled one, or one after its plan. A bare word
/// that is a file is a plan.
pub(crate) fn check_plans(plans: &[PathBuf], command: fn() -> Command) -> Result<(), Error> {
    let mut words = plans.iter().filter_map(|plan| plan.to_str());
    let is_bare = |word: &str| !word.contains(['.', '/', '\\']) && !Path::new(word).exists();
    if !words.clone().any(is_bare) {
        // building the description of all commands takes longer than transpiling a small plan
        return Ok(());
    }
    let command = command();
    let Some(first) = words.next() else { return Ok(()) };
    if is_bare(first) && unknown_command::is_misspelled(first, &command) {
        return Err(unknown_command::error(first, &command));
    }
    match words.find(|word| is_bare(word) && command.find_subcommand(word).is_some()) {
        Some(word) => Err(unknown_command::after_its_plan(word, first, &command)),
        None => Ok(()),
    }
}

/// Prints a usage error, or what `--help` and `--version` print. The result is the exit status.
pub(crate) fn report(error: &Error, arguments: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let text = if json::is_requested(arguments) {
        json::print(error)
    } else if arguments.iter().any(|argument| argument.to_string_lossy().chars().any(is_invisible)) {
        // clap shows arguments unchanged
        escape_invisible_text(&error.render().to_string()).into_owned()
    } else {
        error.exit();
    };
    // there is no other place to report a failure of standard error
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(FAILED)
}

/// Replaces the suggestions of clap where better ones are known.
pub(crate) fn with_suggestions(mut error: Error, arguments: &[OsString], command: &Command) -> Error {
    // `-- --option` is the only suggestion that clap makes for every option; no plan has such a name
    error.remove(ContextKind::Suggested);
    if error.kind() == ErrorKind::UnknownArgument {
        unknown_option::with_suggestions(error, arguments, command)
    } else {
        error
    }
}

/// A text in the context of an error.
fn context(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        ContextValue::Strings(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

/// Adds tips to an error, one line each.
fn add_tips(error: &mut Error, tips: Vec<String>) {
    if !tips.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips.into_iter().map(Into::into).collect()));
    }
}
