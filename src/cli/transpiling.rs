//! The options of transpiling, which more than one command has.

use std::path::Path;

use super::files::{self, PlanFile};
use crate::options::{Files, Options, SecretMount, SecretsHash, SecretsScope, Ssh};

const DEFAULT_SYNTAX: &str = "docker/dockerfile:1";

/// How the plan becomes a Dockerfile.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "a command line has as many flags as it has")]
pub(super) struct TranspileArgs {
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

    /// Fail a build whose `SECRETS_HASH` is empty
    #[arg(long)]
    require_secrets_hash: bool,

    /// How a command gets its secrets: `env`, `file`, or `bundle=ID`, one secret that holds all
    #[arg(long, value_name = "HOW", default_value = "env", value_parser = secret_mount)]
    secret_mount: SecretMount,

    /// Call a secret something else in the build; can be given again
    #[arg(long, value_name = "NAME=ID", value_parser = secret_id)]
    secret_id: Vec<(String, String)>,

    /// Let commands use the builder's SSH agent, `default` or another one
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "default", require_equals = true)]
    ssh: Option<String>,

    /// Let only the commands of this step use the SSH agent; can be given again
    #[arg(long, value_name = "STEP", requires = "ssh")]
    ssh_step: Vec<String>,

    /// Give `mise install` an optional secret `GITHUB_TOKEN`
    #[arg(long)]
    github_token: bool,

    /// Do not give warnings of this code; can be given again
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,

    /// Put this in front of the id of every cache mount
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    cache_prefix: String,

    /// Take a key that nobody knows for an error
    #[arg(long)]
    strict: bool,
}

impl TranspileArgs {
    /// The options of transpiling a plan to a file; none is standard output.
    pub(super) fn options(&self, plan: &PlanFile, output: Option<&Path>) -> Options {
        let dockerfile = output.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let directory = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let plan = plan.path.as_deref().map(|path| files::relative(path, directory));
        Options {
            syntax: (self.syntax != "none").then(|| self.syntax.clone()),
            secrets_scope: self.secrets_scope,
            optional_secrets: self.optional_secrets,
            secrets_hash: self.secrets_hash,
            require_secrets_hash: self.require_secrets_hash,
            secret_mount: self.secret_mount.clone(),
            secret_ids: self.secret_id.iter().cloned().collect(),
            ssh: self.ssh.clone().map(|id| Ssh { id, steps: self.ssh_step.clone() }),
            github_token: self.github_token,
            allow: self.allow.iter().cloned().collect(),
            cache_prefix: self.cache_prefix.clone(),
            strict: self.strict,
            files: Files {
                plan,
                dockerfile: dockerfile.unwrap_or_else(|| Files::default().dockerfile),
                arguments: self.chosen(),
            },
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
        if self.require_secrets_hash {
            choose("require-secrets-hash", None);
        }
        match &self.secret_mount {
            SecretMount::Env => {}
            SecretMount::File => choose("secret-mount", Some("file")),
            SecretMount::Bundle(id) => choose(&format!("secret-mount=bundle={id}"), None),
        }
        for (name, id) in &self.secret_id {
            choose(&format!("secret-id={name}={id}"), None);
        }
        match self.ssh.as_deref() {
            None => {}
            Some("default") => choose("ssh", None),
            Some(id) => choose(&format!("ssh={id}"), None),
        }
        for step in &self.ssh_step {
            choose(&format!("ssh-step={step}"), None);
        }
        if self.github_token {
            choose("github-token", None);
        }
        for code in &self.allow {
            choose(&format!("allow={code}"), None);
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

/// `env`, `file`, `bundle` or `bundle=ID`.
fn secret_mount(text: &str) -> Result<SecretMount, String> {
    match text.split_once('=') {
        None if text == "env" => Ok(SecretMount::Env),
        None if text == "file" => Ok(SecretMount::File),
        None if text == "bundle" => Ok(SecretMount::Bundle("ALL_SECRETS".to_owned())),
        Some(("bundle", id)) if !id.is_empty() => Ok(SecretMount::Bundle(id.to_owned())),
        _ => Err("it is `env`, `file` or `bundle=ID`".to_owned()),
    }
}

fn secret_id(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => Ok((name.to_owned(), id.to_owned())),
        _ => Err("it is the secret's name, `=`, and what it is called in the build".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::Args;
    use clap::Parser;

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
            "--require-secrets-hash",
            "--secret-mount=bundle=ALL",
            "--secret-id=A=a",
            "--secret-id=B=b=c",
            "--ssh=work",
            "--ssh-step=install",
            "--github-token",
            "--allow=unlisted-secret",
            "--cache-prefix=-x y",
            "--strict",
        ];
        let parse = |arguments: &[String]| {
            Args::parse_from(std::iter::once("x".to_owned()).chain(arguments.iter().cloned())).transpiling
        };
        let first = parse(&chosen.map(str::to_owned));
        assert_eq!(first.chosen(), chosen);
        assert_eq!(parse(&first.chosen()).chosen(), chosen);
        assert!(parse(&[]).chosen().is_empty());
    }
}
