//! The arguments of the command line.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum, ValueHint};

use super::files::{self, PlanFile};
use crate::dockerfile::shell_word;
use crate::options::{Files, Options, SecretsHash, SecretsScope};

const DEFAULT_PLAN: &str = "railpack-plan.json";
const DEFAULT_SYNTAX: &str = "docker/dockerfile:1";

const EXAMPLES: &str = "\
Examples:
  railpack plan --out railpack-plan.json .    write the plan
  railpack2docker -o Dockerfile               write the Dockerfile, and its ignore file
  railpack2docker plan.json | less            look at it
  docker build --secret id=TOKEN,env=TOKEN .  build it; the file's header has the exact command

Exit status:
  0  done
  2  could not do it; the reason is on standard error";

/// Turn a Railpack build plan into a Dockerfile that builds the same image
#[derive(Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "a command line has as many flags as it has")]
#[command(version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(super) struct Args {
    /// The build plan, or `-` for standard input
    #[arg(value_name = "PLAN", default_value = DEFAULT_PLAN, value_hint = ValueHint::FilePath)]
    pub(super) plan: PathBuf,

    /// Write the Dockerfile there, and an ignore file beside it when the plan excludes something
    #[arg(short, long, alias = "out", value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Overwrite a file that this tool did not make
    #[arg(long, requires = "output")]
    pub(super) force: bool,

    /// Print the ignore file instead of the Dockerfile
    #[arg(long, conflicts_with = "output")]
    pub(super) dockerignore: bool,

    /// The image of the `# syntax=` line, or `none` to leave it out
    #[arg(long, value_name = "IMAGE|none", default_value = DEFAULT_SYNTAX)]
    syntax: String,

    /// Which secrets a command sees
    #[arg(long, value_name = "SCOPE", default_value_t, value_enum)]
    secrets_scope: SecretsScope,

    /// Let a build go on without a secret, its variable empty
    #[arg(long)]
    optional_secrets: bool,

    /// How a changed secret makes steps run again
    #[arg(long, value_name = "HOW", default_value_t, value_enum)]
    secrets_hash: SecretsHash,

    /// Put this in front of the id of every cache mount
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    cache_prefix: String,

    /// Take a key that nobody knows for an error
    #[arg(long)]
    strict: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value_t, value_enum)]
    pub(super) color: Color,

    /// How to print warnings and errors
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    pub(super) message_format: MessageFormat,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

/// How to print findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

impl Args {
    /// The file to write; none for standard output.
    pub(super) fn output_file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// The plan as a word of a command that someone can run.
    pub(super) fn plan_word(&self) -> String {
        shell_word(&self.plan.to_string_lossy(), false)
    }

    /// The options of transpiling.
    pub(super) fn options(&self, plan: &PlanFile) -> Options {
        let output = self.output_file();
        let dockerfile = output.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let directory = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let plan = plan.path.as_deref().map(|path| files::relative(path, directory));
        Options {
            syntax: (self.syntax != "none").then(|| self.syntax.clone()),
            secrets_scope: self.secrets_scope,
            optional_secrets: self.optional_secrets,
            secrets_hash: self.secrets_hash,
            cache_prefix: self.cache_prefix.clone(),
            strict: self.strict,
            files: Files {
                plan,
                dockerfile: dockerfile.unwrap_or_else(|| Files::default().dockerfile),
                arguments: self.chosen(),
            },
            ..Options::default()
        }
    }

    /// The options that change what is written and are not the default, as arguments.
    fn chosen(&self) -> Vec<String> {
        let mut chosen = Vec::new();
        let mut choose = |name: &str, value: Option<&str>| {
            chosen.push(format!("--{name}"));
            chosen.extend(value.map(str::to_owned));
        };
        if self.syntax != DEFAULT_SYNTAX {
            choose("syntax", Some(&self.syntax));
        }
        if self.secrets_scope == SecretsScope::Step {
            choose("secrets-scope", Some("step"));
        }
        if self.optional_secrets {
            choose("optional-secrets", None);
        }
        match self.secrets_hash {
            SecretsHash::Layer => {}
            SecretsHash::Arg => choose("secrets-hash", Some("arg")),
            SecretsHash::Off => choose("secrets-hash", Some("off")),
        }
        if !self.cache_prefix.is_empty() {
            choose(&format!("cache-prefix={}", self.cache_prefix), None);
        }
        if self.strict {
            choose("strict", None);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_is_chosen_can_be_chosen_again() {
        let chosen = [
            "--syntax",
            "none",
            "--secrets-scope",
            "step",
            "--optional-secrets",
            "--secrets-hash",
            "arg",
            "--cache-prefix=-x y",
            "--strict",
        ];
        let parse =
            |arguments: &[String]| Args::parse_from(std::iter::once("x".to_owned()).chain(arguments.iter().cloned()));
        let first = parse(&chosen.map(str::to_owned));
        assert_eq!(first.chosen(), chosen);
        assert_eq!(parse(&first.chosen()).chosen(), chosen);
        assert!(parse(&[]).chosen().is_empty());
    }
}
