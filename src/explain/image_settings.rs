//! The options of the image as lines of a description.

use super::model::Image;
use crate::options::{ImageCommand, ImageOptions};
use crate::shell::ProcessOne;

impl Image {
    /// The settings that come from options, each with a label. Variables and labels are listed by name.
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let ImageOptions {
            user, env, labels, label_args, expose, volumes, healthcheck, stop_signal, entrypoint, ..
        } = &self.options;
        let names: Vec<&str> = labels.keys().chain(label_args.keys()).map(String::as_str).collect();
        let variables: Vec<&str> = env.keys().map(String::as_str).collect();
        let settings = [
            ("entry", entrypoint.as_ref().map(line)),
            ("user", user.clone()),
            ("port", (!expose.is_empty()).then(|| expose.join(", "))),
            ("health", healthcheck.as_ref().map(|check| line(&check.command))),
            ("signal", stop_signal.clone()),
            ("volume", (!volumes.is_empty()).then(|| volumes.join(", "))),
            ("env", (!variables.is_empty()).then(|| variables.join(", "))),
            ("label", (!names.is_empty()).then(|| names.join(", "))),
        ];
        settings.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
    }
}

/// The start command of an image: that of the options, or else the plan's.
pub(super) fn start_command(planned: Option<&str>, options: &ImageOptions) -> Option<String> {
    let command = options.command.clone().or_else(|| planned.map(|line| ImageCommand::Shell(line.to_owned())))?;
    let with_exec = match &command {
        ImageCommand::Shell(script) if options.exec => ProcessOne::with_exec(script),
        _ => None,
    };
    Some(with_exec.unwrap_or_else(|| line(&command)))
}

fn line(command: &ImageCommand) -> String {
    match command {
        ImageCommand::Shell(line) => line.clone(),
        ImageCommand::Exec(words) => words.join(" "),
    }
}
