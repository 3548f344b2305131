//! Options that do not exist, or not here.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, Error};

use super::docker_options::{DockerOption, docker_option};
use super::{add_tips, context};
use crate::NAME;

/// Adds what the option belongs to: another command, or docker.
pub(super) fn with_suggestions(mut error: Error, arguments: &[OsString], command: &Command) -> Error {
    let Some(given) = context(&error, ContextKind::InvalidArg).map(str::to_owned) else { return error };
    let option = given.split('=').next().unwrap_or_default().to_owned();
    if !option.starts_with('-') {
        return error;
    }
    let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let here = words.iter().skip(1).find_map(|word| command.find_subcommand(word)).map(Command::get_name);
    let value = value(&option, &words);
    let mut tips = Vec::new();
    if option == "-v" && here.is_none() {
        tips.push("'-V' prints the version".to_owned());
    }
    if let Some(docker) = docker_option(&option).filter(|_| here.is_none_or(|here| here == "build")) {
        tips.push(of_docker(docker, value.as_deref()));
    }
    if tips.is_empty() || option == "--platform" {
        tips.extend(of_other_command(&option, value.as_deref(), here, command));
    }
    let is_extended = |similar: &str| similar.starts_with(&option);
    if !tips.is_empty() && !context(&error, ContextKind::SuggestedArg).is_some_and(is_extended) {
        error.remove(ContextKind::SuggestedArg);
        // clap's has the option that it suggested
        if let Some(usage) = usage_of(here, command) {
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
        }
    }
    add_tips(&mut error, tips);
    error
}

/// The usage of a command.
fn usage_of(name: Option<&str>, command: &Command) -> Option<StyledStr> {
    let mut command = command.clone();
    command.build();
    match name {
        Some(name) => Some(command.find_subcommand_mut(name)?.render_usage()),
        None => Some(command.render_usage()),
    }
}

/// The value of an option, if it has one. It is never printed if it may be a secret.
fn value(option: &str, words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word.split('=').next() == Some(option))?;
    match words.get(at)?.split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(at + 1).filter(|next| !next.starts_with('-')).cloned(),
    }
}

fn of_docker(option: &DockerOption, value: Option<&str>) -> String {
    let value = match value {
        Some(value) if option.is_public => format!(" {value}"),
        _ => String::new(),
    };
    format!("docker's options go after '--': '{NAME} build -- {}{value}'", option.name)
}

/// The commands that have the option, except the command `here`.
fn of_other_command(option: &str, value: Option<&str>, here: Option<&str>, command: &Command) -> Option<String> {
    let others = command.get_subcommands().filter(|other| Some(other.get_name()) != here);
    let with_option = others.filter_map(|other| Some((other, find(other, option)?)));
    let suggestion = |(other, argument): (&Command, &Arg)| {
        let values = argument.get_possible_values();
        let is_known = value.is_none_or(|value| values.iter().any(|known| known.get_name() == value));
        let value = value.filter(|_| is_known).map(|value| format!(" {value}")).unwrap_or_default();
        (values.is_empty() || is_known).then(|| format!("'{NAME} {} {option}{value}'", other.get_name()))
    };
    let suggestions: Vec<String> = with_option.filter_map(suggestion).collect();
    match suggestions.as_slice() {
        [] => None,
        [only] => Some(format!("this is an option of another command: {only}")),
        several => Some(format!("this is an option of other commands: {}", several.join(", "))),
    }
}

/// The argument that an option such as `--format` or `-o` sets.
fn find<'c>(command: &'c Command, option: &str) -> Option<&'c Arg> {
    let short = option.strip_prefix('-').filter(|name| name.chars().count() == 1).and_then(|name| name.chars().next());
    command.get_arguments().find(|argument| match option.strip_prefix("--") {
        Some(long) => argument.get_long() == Some(long),
        None => short.is_some() && argument.get_short() == short,
    })
}
