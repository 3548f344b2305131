//! The options of transpiling, which more than one command has, and `railpack2docker.toml` too.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Deserialize;

use super::config::Config;
use super::files::{self, Failure, PlanFile};
use crate::Diagnostic;
use crate::header::Header;
use crate::options::{Files, Options, OutputVersion, SecretMount, SecretsHash, SecretsScope, Ssh};

const DEFAULT_SYNTAX: &str = "docker/dockerfile:1";

/// How the plan becomes a Dockerfile: what was said about it, on a command line or in a file.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "a command line has as many flags as it has")]
pub(super) struct TranspileArgs {
    /// The image of the `# syntax=` line, or `none` to leave it out [default: docker/dockerfile:1]
    #[arg(long, value_name = "IMAGE|none")]
    syntax: Option<String>,

    /// Which secrets a command sees [default: plan]
    #[arg(long, value_name = "SCOPE", value_enum)]
    secrets_scope: Option<SecretsScope>,

    /// Let a build go on without a secret, its variable empty
    #[arg(long)]
    optional_secrets: bool,

    /// How a changed secret makes steps run again [default: layer]
    #[arg(long, value_name = "HOW", value_enum)]
    secrets_hash: Option<SecretsHash>,

    /// Fail a build whose `SECRETS_HASH` is empty
    #[arg(long)]
    require_secrets_hash: bool,

    /// How a command gets its secrets: `env`, `file`, or `bundle=ID`, one secret that holds all [default: env]
    #[arg(long, value_name = "HOW", value_parser = secret_mount)]
    #[serde(deserialize_with = "read_secret_mount")]
    secret_mount: Option<SecretMount>,

    /// Call a secret something else in the build; can be given again
    #[arg(long, value_name = "NAME=ID", value_parser = secret_id)]
    #[serde(deserialize_with = "read_secret_ids")]
    secret_id: Vec<(String, String)>,

    /// Let commands use the builder's SSH agent, `default` or another one
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "default", require_equals = true)]
    ssh: Option<String>,

    /// Let only the commands of this step use the SSH agent; can be given again
    #[arg(long, value_name = "STEP")]
    ssh_step: Vec<String>,

    /// Give `mise install` an optional secret `GITHUB_TOKEN`
    #[arg(long)]
    github_token: bool,

    /// Put this in front of the id of every cache mount
    #[arg(long, value_name = "PREFIX")]
    cache_prefix: Option<String>,

    /// Take a key that nobody knows for an error
    #[arg(long)]
    strict: bool,

    /// Write the text of this version, the same in every later release [default: 1, the newest]
    #[arg(long, value_name = "N", value_enum, hide_possible_values = true)]
    #[serde(deserialize_with = "read_output_version")]
    output_version: Option<OutputVersion>,

    /// Do not give warnings of this code; can be given again
    #[arg(long, value_name = "CODE")]
    #[serde(skip)]
    allow: Vec<String>,

    /// Read options from this file, or from `none`; by default the `railpack2docker.toml` nearest to the plan
    #[arg(long, value_name = "FILE|none", value_hint = ValueHint::FilePath)]
    #[serde(skip)]
    config: Option<PathBuf>,
}

impl TranspileArgs {
    /// The file that holds options for a plan.
    pub(super) fn config(&self, plan: &PlanFile) -> Result<Config, Failure> {
        match self.config.as_deref() {
            Some(none) if is_none(none) => Ok(Config::default()),
            Some(file) => Config::read(file),
            None => Config::near(plan),
        }
    }

    /// The options of transpiling a plan to a file; none is standard output.
    pub(super) fn options(&self, plan: &PlanFile, output: Option<&Path>) -> Result<Options, Failure> {
        self.options_over(&self.config(plan)?, plan, output)
    }

    /// The same, with a file of options that has been read. What is said on the command line counts
    /// more.
    pub(super) fn options_over(
        &self,
        config: &Config,
        plan: &PlanFile,
        output: Option<&Path>,
    ) -> Result<Options, Failure> {
        let dockerfile = output.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let directory = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let plan = plan.path.as_deref().map(|path| files::relative(path, directory));
        let mut arguments = self.chosen(config);
        arguments.extend(self.config_argument(directory));
        let all = self.over(&config.transpile);
        let output_version = all.output_version.unwrap_or_default();
        arguments.extend(version_argument(output_version));
        if all.ssh.is_none() && !all.ssh_step.is_empty() {
            let message = "`--ssh-step` says which steps can use an SSH agent, and there is none";
            return Err(Diagnostic::new(Code::InvalidOption, message).with_help("pass `--ssh`, too").into());
        }
        Ok(Options {
            syntax: Some(all.syntax.unwrap_or_else(|| DEFAULT_SYNTAX.to_owned())).filter(|syntax| syntax != "none"),
            secrets_scope: all.secrets_scope.unwrap_or_default(),
            optional_secrets: all.optional_secrets,
            secrets_hash: all.secrets_hash.unwrap_or_default(),
            require_secrets_hash: all.require_secrets_hash,
            secret_mount: all.secret_mount.unwrap_or_default(),
            secret_ids: all.secret_id.into_iter().collect(),
            ssh: all.ssh.map(|id| Ssh { id, steps: all.ssh_step }),
            github_token: all.github_token,
            allow: self.allow.iter().chain(&config.allow).cloned().collect(),
            cache_prefix: all.cache_prefix.unwrap_or_default(),
            strict: all.strict,
            output_version,
            files: Files { plan, dockerfile: dockerfile.unwrap_or_else(|| Files::default().dockerfile), arguments },
        })
    }

    fn config_argument(&self, directory: &Path) -> Option<String> {
        let config = self.config.as_deref()?;
        let named = if is_none(config) { "none".to_owned() } else { files::relative(config, directory) };
        Some(format!("--config={named}"))
    }

    /// The same, said in another folder, and without a file of options that it does not lead to.
    pub(super) fn move_to(&mut self, folder: &Path, leads: impl Fn(&Path) -> bool) {
        let config = self.config.take().filter(|config| is_none(config) || leads(config));
        self.config = config.map(|config| if is_none(&config) { config } else { folder.join(config) });
    }

    /// Everything that is said here, and what is said in `below` and not here.
    fn over(&self, below: &Self) -> Self {
        let this = self.clone();
        Self {
            syntax: this.syntax.or_else(|| below.syntax.clone()),
            secrets_scope: this.secrets_scope.or(below.secrets_scope),
            optional_secrets: this.optional_secrets || below.optional_secrets,
            secrets_hash: this.secrets_hash.or(below.secrets_hash),
            require_secrets_hash: this.require_secrets_hash || below.require_secrets_hash,
            secret_mount: this.secret_mount.or_else(|| below.secret_mount.clone()),
            // the last one of a name counts
            secret_id: below.secret_id.iter().cloned().chain(this.secret_id).collect(),
            ssh: this.ssh.or_else(|| below.ssh.clone()),
            ssh_step: below.ssh_step.iter().cloned().chain(this.ssh_step).collect(),
            github_token: this.github_token || below.github_token,
            cache_prefix: this.cache_prefix.or_else(|| below.cache_prefix.clone()),
            strict: this.strict || below.strict,
            output_version: this.output_version.or(below.output_version),
            allow: this.allow,
            config: this.config,
        }
    }

    /// Whether nothing is said here, but for a version, which can be said of any options.
    pub(super) fn says_nothing(&self) -> bool {
        Self { output_version: None, ..self.clone() } == Self::default()
    }

    /// Takes the version from here, whatever these options said about it.
    pub(super) fn with_version_of(self, given: &Self) -> Self {
        Self { output_version: given.output_version, ..self }
    }

    /// A file that is there stays of its version as long as nothing is said about it.
    pub(super) fn stay_with(&mut self, header: Option<&Header>) {
        self.output_version = self.output_version.or_else(|| header?.output_version());
    }

    /// What is said on the command line and would not be so without, as arguments.
    fn chosen(&self, config: &Config) -> Vec<String> {
        let below = &config.transpile;
        let mut chosen = Vec::new();
        let mut choose = |name: &str, value: Option<&str>| {
            chosen.push(format!("--{name}"));
            chosen.extend(value.map(str::to_owned));
        };
        if let Some(syntax) = &self.syntax
            && syntax != below.syntax.as_deref().unwrap_or(DEFAULT_SYNTAX)
        {
            choose("syntax", Some(syntax));
        }
        if let Some(scope) = self.secrets_scope
            && scope != below.secrets_scope.unwrap_or_default()
        {
            choose("secrets-scope", Some(word(&scope).as_str()));
        }
        if self.optional_secrets && !below.optional_secrets {
            choose("optional-secrets", None);
        }
        if let Some(hash) = self.secrets_hash
            && hash != below.secrets_hash.unwrap_or_default()
        {
            choose("secrets-hash", Some(word(&hash).as_str()));
        }
        if self.require_secrets_hash && !below.require_secrets_hash {
            choose("require-secrets-hash", None);
        }
        if let Some(mount) = &self.secret_mount
            && *mount != below.secret_mount.clone().unwrap_or_default()
        {
            match mount {
                SecretMount::Env => choose("secret-mount", Some("env")),
                SecretMount::File => choose("secret-mount", Some("file")),
                SecretMount::Bundle(id) => choose(&format!("secret-mount=bundle={id}"), None),
            }
        }
        for (name, id) in &self.secret_id {
            choose(&format!("secret-id={name}={id}"), None);
        }
        match self.ssh.as_deref().filter(|ssh| Some(*ssh) != below.ssh.as_deref()) {
            None => {}
            Some("default") => choose("ssh", None),
            Some(id) => choose(&format!("ssh={id}"), None),
        }
        for step in &self.ssh_step {
            choose(&format!("ssh-step={step}"), None);
        }
        if self.github_token && !below.github_token {
            choose("github-token", None);
        }
        for code in &self.allow {
            choose(&format!("allow={code}"), None);
        }
        if let Some(prefix) = &self.cache_prefix
            && prefix != below.cache_prefix.as_deref().unwrap_or_default()
        {
            choose(&format!("cache-prefix={prefix}"), None);
        }
        if self.strict && !below.strict {
            choose("strict", None);
        }
        chosen
    }
}

/// What the header says of a version, in whichever way it was chosen: so the text of a version is
/// the same in every release. It says nothing of the first.
fn version_argument(version: OutputVersion) -> Option<String> {
    match version {
        OutputVersion::V1 => None,
    }
}

fn is_none(config: &Path) -> bool {
    config == Path::new("none")
}

/// How a choice is spelled on the command line.
fn word(choice: &impl clap::ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
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

fn read_secret_mount<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<SecretMount>, D::Error> {
    let text = String::deserialize(from)?;
    secret_mount(&text).map(Some).map_err(serde::de::Error::custom)
}

/// A number.
fn read_output_version<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<OutputVersion>, D::Error> {
    let number = u32::deserialize(from)?;
    OutputVersion::of(number).map(Some).ok_or_else(|| {
        let known: Vec<_> = OutputVersion::ALL.iter().map(|version| format!("`{}`", version.number())).collect();
        serde::de::Error::custom(format!("there is no output version `{number}`, but {}", known.join(", ")))
    })
}

/// A table of names and ids.
fn read_secret_ids<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    Ok(std::collections::BTreeMap::deserialize(from)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::super::args::Args;
    use super::*;
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
        let none = Config::default();
        let first = parse(&chosen.map(str::to_owned));
        assert_eq!(first.chosen(&none), chosen);
        assert_eq!(parse(&first.chosen(&none)).chosen(&none), chosen);
        assert!(parse(&[]).says_nothing());
        // said, and as without
        let version = parse(&["--output-version=1".to_owned()]);
        assert!(version.says_nothing() && version.chosen(&none).is_empty());
        let default = parse(&["--secrets-hash=layer".to_owned()]);
        assert!(!default.says_nothing() && default.chosen(&none).is_empty());
    }

    #[test]
    fn what_a_file_says_is_not_said_again_and_can_be_unsaid() {
        let config = Config::parse("allow = ['x']\n[transpile]\nsyntax = 'none'\nsecrets-hash = 'off'\nsecret-mount = 'bundle=A'\nsecret-id = { B = 'b' }\nssh = 'default'\nstrict = true").unwrap();
        let args =
            Args::parse_from(["x", "--syntax=none", "--secrets-hash=layer", "--strict", "--secret-id=B=c"]).transpiling;
        assert_eq!(args.chosen(&config), ["--secrets-hash", "layer", "--secret-id=B=c"]);
        let plan = PlanFile { path: None, text: String::new() };
        let options = args.options_over(&config, &plan, None).unwrap();
        assert_eq!((options.syntax, options.secrets_hash, options.strict), (None, SecretsHash::Layer, true));
        assert_eq!(options.secret_mount, SecretMount::Bundle("A".to_owned()));
        assert_eq!(options.secret_ids["B"], "c");
        assert!(options.ssh.is_some() && options.allow.contains("x"));
    }

    #[test]
    fn a_version_is_known_or_refused_with_the_known_ones() {
        let parse = |number: &str| {
            let args = Args::try_parse_from(["x", "--output-version", number])?.transpiling;
            Ok::<_, clap::Error>(args.output_version)
        };
        assert_eq!(parse("1").unwrap(), Some(OutputVersion::V1));
        for unknown in ["0", "2", "x", ""] {
            let said = parse(unknown).unwrap_err().to_string();
            assert!(said.contains("[possible values: 1]"), "{said}");
        }
        let config = |number: &str| Config::parse(&format!("[transpile]\noutput-version = {number}"));
        assert_eq!(config("1").unwrap().transpile.output_version, Some(OutputVersion::V1));
        let said = config("2").unwrap_err().to_string();
        assert!(said.contains("there is no output version `2`, but `1`"), "{said}");
    }

    #[test]
    fn a_file_stays_of_its_version() {
        let header = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
            Header { digest: String::new(), checksum: String::new(), arguments }
        };
        let stayed = |header: Option<&Header>| {
            let mut args = TranspileArgs::default();
            args.stay_with(header);
            args.output_version
        };
        assert_eq!(stayed(Some(&header(&["plan.json"]))), Some(OutputVersion::V1));
        assert_eq!(stayed(Some(&header(&["--output-version=99"]))), None);
        assert_eq!(stayed(None), None);
    }
}
