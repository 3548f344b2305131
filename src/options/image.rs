//! Options of the final image: what a plan has no keys for.

use std::collections::BTreeMap;
use std::fmt;

/// Options of the final image. The default changes nothing.
///
/// A minor release may add fields, so start from the default:
///
/// ```
/// let mut options = railpack2docker::Options::default();
/// options.image.user = Some("1001:1001".to_owned());
/// options.image.expose = vec!["3000".to_owned()];
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageOptions {
    /// The image to use instead of the one that `deploy.base` starts from, directly or through steps.
    pub base: Option<String>,
    /// The user that containers run as: `UID`, `UID:GID`, or the name of a user to create.
    pub user: Option<String>,
    /// Variables by name. They override those of the plan.
    pub env: BTreeMap<String, String>,
    /// Values of labels by key.
    pub labels: BTreeMap<String, String>,
    /// Labels whose values are build args: the name of the arg by key.
    pub label_args: BTreeMap<String, String>,
    /// Ports, each as `PORT` or `PORT/PROTOCOL`.
    pub expose: Vec<String>,
    /// The absolute paths of volumes.
    pub volumes: Vec<String>,
    /// The command that checks whether a container is healthy.
    pub healthcheck: Option<Healthcheck>,
    /// The signal that stops a container, such as `SIGINT`.
    pub stop_signal: Option<String>,
    /// The program that runs the start command, instead of `/bin/bash -c`. A shell command is split into
    /// words.
    pub entrypoint: Option<ImageCommand>,
    /// The command that a container runs, instead of the plan's start command.
    pub command: Option<ImageCommand>,
    /// Put `exec` before the last command of a start command, so that it replaces the shell and receives
    /// signals.
    pub exec: bool,
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Healthcheck {
    /// The command. A shell command is run by `/bin/sh`.
    pub command: ImageCommand,
    /// The time between two checks, such as `30s`.
    pub interval: Option<String>,
    /// The time after which a check fails.
    pub timeout: Option<String>,
    /// The time after the start in which failures don't count.
    pub start_period: Option<String>,
    /// The number of failures in a row after which a container is unhealthy.
    pub retries: Option<u32>,
}

impl Healthcheck {
    /// A health check with Docker's default times.
    #[must_use]
    pub fn new(command: ImageCommand) -> Self {
        Self { command, interval: None, timeout: None, start_period: None, retries: None }
    }
}

/// A command of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageCommand {
    /// A command line.
    Shell(String),
    /// A program and its arguments, run without a shell.
    Exec(Vec<String>),
}

impl ImageCommand {
    /// Parses a command as a Dockerfile does: a JSON array of strings is a program and its arguments,
    /// anything else is a command line.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        serde_json::from_str(text).map_or_else(|_| Self::Shell(text.to_owned()), Self::Exec)
    }
}

impl fmt::Display for ImageCommand {
    /// The form that [`ImageCommand::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(line) => f.write_str(line),
            Self::Exec(words) => serde_json::Value::from(words.as_slice()).fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_of_strings_is_a_program_with_arguments() {
        let words = |words: &[&str]| ImageCommand::Exec(words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(ImageCommand::parse(r#"["npm", "start"]"#), words(&["npm", "start"]));
        assert_eq!(words(&["a b", "\"c\""]).to_string(), r#"["a b","\"c\""]"#);
        assert_eq!(ImageCommand::parse("[]"), words(&[]));
        for line in ["npm start", "[ -f x ] && npm start", "[1]", "\"x\"", ""] {
            assert_eq!(ImageCommand::parse(line), ImageCommand::Shell(line.to_owned()));
        }
    }
}
