//! The arguments for sources of secrets, in their order on the command line.

use std::fmt;
use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueHint};

use crate::options::candidates::secrets;

/// The sources of secrets: a later one takes precedence.
#[derive(Clone, Debug)]
pub(crate) struct SecretArgs {
    pub(super) sources: Vec<Source>,
    pub(super) allow_empty: bool,
}

impl SecretArgs {
    /// Whether no source is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty() && !self.allow_empty
    }
}

/// One argument.
#[derive(Clone, Debug)]
pub(super) enum Source {
    EnvFile(PathBuf),
    Secret(SecretText),
}

/// The value of `--secret`. It may contain a secret's value, so `Debug` does not show it.
#[derive(Clone)]
pub(super) struct SecretText(String);

impl SecretText {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// The arguments as clap parses them, without their order.
#[derive(Args)]
struct UnorderedArgs {
    /// Read secrets from a file of `NAME=value` lines (repeatable)
    ///
    /// The syntax is dotenv's, including `export`, quotes, comments, multi-line values and `${NAME}`. Variables
    /// that are not secrets of the plan are ignored.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    env_file: Vec<PathBuf>,

    /// Source of a secret: `NAME`, `NAME=VALUE` or `id=NAME[,env=VAR][,src=FILE]` (repeatable)
    ///
    /// By default, a secret is read from the environment variable of the same name, as with `NAME`. The form
    /// `id=NAME,…` is the same as in `docker build --secret`. Other users of this machine can see a VALUE on the
    /// command line. If several `--secret` and `--env-file` options give a value for the same name, the last one
    /// takes precedence.
    #[arg(long, value_name = "SECRET", value_parser = clap::builder::StringValueParser::new(), add = secrets())]
    secret: Vec<String>,

    /// Accept secrets with an empty value
    #[arg(long)]
    allow_empty: bool,
}

impl FromArgMatches for SecretArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let args = UnorderedArgs::from_arg_matches(matches)?;
        let positions = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<_>>();
        let files = args.env_file.into_iter().map(Source::EnvFile);
        let secrets = args.secret.into_iter().map(|text| Source::Secret(text.into()));
        let mut sources: Vec<(usize, Source)> =
            positions("env_file").into_iter().zip(files).chain(positions("secret").into_iter().zip(secrets)).collect();
        sources.sort_by_key(|(position, _)| *position);
        let sources = sources.into_iter().map(|(_, source)| source).collect();
        Ok(Self { sources, allow_empty: args.allow_empty })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for SecretArgs {
    fn augment_args(command: Command) -> Command {
        UnorderedArgs::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        UnorderedArgs::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_command_line_is_kept_and_debug_shows_no_value() {
        let arguments = ["x", "--secret", "A=hunter2", "--env-file", "a", "--secret=B", "--env-file=b"];
        let matches = SecretArgs::augment_args(Command::new("x")).get_matches_from(arguments);
        let sources = format!("{:?}", SecretArgs::from_arg_matches(&matches).unwrap().sources);
        assert_eq!(sources, r#"[Secret(SecretText(…)), EnvFile("a"), Secret(SecretText(…)), EnvFile("b")]"#);
    }
}
