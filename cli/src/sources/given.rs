//! The options that say where secrets are, in the order in which they were given.

use std::fmt;
use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueHint};

/// What was given, later ones last.
#[derive(Clone, Debug)]
pub(in super::super) struct SourceArgs {
    pub(super) given: Vec<Source>,
    pub(super) allow_empty: bool,
}

/// One option.
#[derive(Clone, Debug)]
pub(super) enum Source {
    EnvFile(PathBuf),
    Secret(SecretText),
}

/// What `--secret` was given. It may hold a value, and is not shown.
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

/// The options as clap reads them, each kind apart.
#[derive(Args)]
struct Options {
    /// Take values of secrets from a file of `NAME=value` lines; can be given again
    ///
    /// `export`, quotes, comments, values of several lines and `${NAME}` are read as dotenv does. A variable that
    /// the plan does not list as a secret is passed over.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    env_file: Vec<PathBuf>,

    /// Say where a secret is: `NAME`, `NAME=VALUE` or `id=NAME[,env=VAR][,src=FILE]`; can be given again
    ///
    /// Without it, a secret is the environment variable of its name. `NAME` is that variable, too; `id=NAME,…` is
    /// what `docker build --secret` takes. Others on this machine can see a VALUE on a command line. Of several
    /// `--secret` and `--env-file` for one name, the last counts.
    #[arg(long, value_name = "SECRET", value_parser = clap::builder::StringValueParser::new())]
    secret: Vec<String>,

    /// Accept secrets whose value is empty
    #[arg(long)]
    allow_empty: bool,
}

impl FromArgMatches for SourceArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let options = Options::from_arg_matches(matches)?;
        let positions = |id: &str| matches.indices_of(id).into_iter().flatten().collect::<Vec<_>>();
        let files = options.env_file.into_iter().map(Source::EnvFile);
        let secrets = options.secret.into_iter().map(|text| Source::Secret(text.into()));
        let mut given: Vec<(usize, Source)> =
            positions("env_file").into_iter().zip(files).chain(positions("secret").into_iter().zip(secrets)).collect();
        given.sort_by_key(|(position, _)| *position);
        let given = given.into_iter().map(|(_, source)| source).collect();
        Ok(Self { given, allow_empty: options.allow_empty })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for SourceArgs {
    fn augment_args(command: Command) -> Command {
        Options::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Options::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_command_line_stays_and_debug_shows_no_value() {
        let arguments = ["x", "--secret", "A=hunter2", "--env-file", "a", "--secret=B", "--env-file=b"];
        let matches = SourceArgs::augment_args(Command::new("x")).get_matches_from(arguments);
        let shown = format!("{:?}", SourceArgs::from_arg_matches(&matches).unwrap().given);
        assert_eq!(shown, r#"[Secret(SecretText(…)), EnvFile("a"), Secret(SecretText(…)), EnvFile("b")]"#);
    }
}
