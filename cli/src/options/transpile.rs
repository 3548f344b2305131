//! The transpile options: from the command line and from `railpack2docker.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use railpack2docker::builder::Builder;
use railpack2docker::header::Header;
use railpack2docker::{
    Code, Diagnostic, OptionOrigin, Options, OutputVersion, SecretMount, SecretsHash, SecretsScope, Ssh, text,
};
use serde::Deserialize;
use serde::de::Error as _;

use super::assets::{assets_directory, slashed};
use super::candidates::{secrets_with_ids, steps, warnings};
use super::config::Config;
use super::image::ImageArgs;
use super::option_files::{OnDisk, OptionFiles};
use super::shared::fitting;
use super::whole_number::WholeNumber;
use crate::failure::Failure;
use crate::files::paths::{directory_of, relative, relative_directory};
use crate::files::plan_file::PlanFile;

const DEFAULT_BUILDER: &str = "docker";

/// The value of `--syntax` for no line.
const NO_SYNTAX: &str = "none";

/// The transpile options that were given, on the command line or in a config file.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize)]
#[command(next_help_heading = "Transpile options")]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct TranspileArgs {
    /// Program that builds the Dockerfile, with its version: `docker`, `buildkit`, `buildah`, `podman`, `kaniko` or
    /// `railway` [default: docker]
    #[arg(long, value_name = "NAME[@VERSION]", hide_short_help = true)]
    builder: Option<String>,

    /// Image for the `# syntax=` line, or `none` to omit the line [default: docker/dockerfile:1]
    #[arg(long, value_name = "IMAGE|none", hide_short_help = true)]
    syntax: Option<String>,

    /// Secrets that each command sees [default: plan]
    #[arg(long, value_name = "SCOPE", value_parser = secrets_scope(), hide_short_help = true)]
    #[serde(deserialize_with = "read_secrets_scope")]
    secrets_scope: Option<SecretsScope>,

    /// Don't fail when a secret is missing; set its variable to ""
    #[arg(long, hide_short_help = true)]
    optional_secrets: bool,

    /// How a changed secret makes steps run again [default: layer]
    #[arg(long, value_name = "HOW", value_parser = secrets_hash(), hide_short_help = true)]
    #[serde(deserialize_with = "read_secrets_hash")]
    secrets_hash: Option<SecretsHash>,

    /// ID of a secret that is a key for the hash layer, so that nobody can guess weak secrets from the layer
    #[arg(long, value_name = "ID", hide_short_help = true)]
    secrets_hash_key: Option<String>,

    /// Fail the build if `SECRETS_HASH` is empty
    #[arg(long, hide_short_help = true)]
    require_secrets_hash: bool,

    /// How a command gets its secrets: `env`, `file`, or `bundle=ID` for one secret containing them all [default: env]
    #[arg(long, value_name = "HOW", value_parser = secret_mount, hide_short_help = true)]
    #[serde(deserialize_with = "read_secret_mount")]
    secret_mount: Option<SecretMount>,

    /// ID of a secret in the build, if different from its name (repeatable)
    #[arg(long, value_name = "NAME=ID", value_parser = secret_id, add = secrets_with_ids(), hide_short_help = true)]
    #[serde(deserialize_with = "read_pairs")]
    pub(super) secret_id: Vec<(String, String)>,

    /// Give commands access to the SSH agent of `docker build --ssh`: `default` or another ID
    #[arg(
        long, value_name = "ID", num_args = 0..=1, default_missing_value = "default", require_equals = true,
        hide_short_help = true
    )]
    pub(super) ssh: Option<String>,

    /// Let only this step use the SSH agent (repeatable)
    #[arg(long, value_name = "STEP", add = steps(), hide_short_help = true)]
    pub(super) ssh_step: Vec<String>,

    /// Mount the optional secret `GITHUB_TOKEN` for `mise install`
    #[arg(long, hide_short_help = true)]
    github_token: bool,

    /// Build the same image, bit for bit, from the same files
    ///
    /// Sets the time of the image, and the time of newer files in it, to `SOURCE_DATE_EPOCH`, or to 1970.
    #[arg(long, hide_short_help = true)]
    reproducible: bool,

    /// Write the plan's files to DIR next to the Dockerfile, and copy them from there
    ///
    /// The path is relative to the Dockerfile. The directory must be in the build context, and contain nothing else.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, hide_short_help = true)]
    pub(super) assets: Option<PathBuf>,

    /// Append the instructions in FILE to the Dockerfile, for the image
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true)]
    pub(super) append: Option<PathBuf>,

    /// Prefix for the ID of every cache mount
    #[arg(long, value_name = "PREFIX", hide_short_help = true)]
    cache_prefix: Option<String>,

    /// ID of the Railway service, for the IDs of its caches
    #[arg(long, value_name = "ID", hide_short_help = true)]
    service_id: Option<String>,

    /// Platforms to build for, separated by commas; if there are several, each has its own caches
    #[arg(long, value_name = "PLATFORMS", value_delimiter = ',', hide_short_help = true)]
    platforms: Vec<String>,

    /// Pull images whose names begin with PREFIX from MIRROR, such as `ghcr.io=registry.internal/ghcr` (repeatable)
    #[arg(long, value_name = "PREFIX=MIRROR", value_parser = mirror, hide_short_help = true)]
    #[serde(deserialize_with = "read_pairs")]
    pub(super) mirror: Vec<(String, String)>,

    /// Fail if an image has no digest, in its name or in `railpack2docker.lock`
    #[arg(long, hide_short_help = true)]
    locked: bool,

    /// Treat unknown keys as errors
    #[arg(long, hide_short_help = true)]
    strict: bool,

    /// Output format version; the output of a version never changes [default: 1, the newest]
    #[arg(long, value_name = "N", value_parser = output_version(), hide_possible_values = true, hide_short_help = true)]
    #[serde(deserialize_with = "read_output_version")]
    output_version: Option<OutputVersion>,

    /// Don't report warnings with this code (repeatable)
    #[arg(long, value_name = "CODE", add = warnings(), hide_short_help = true)]
    #[serde(skip)]
    allow: Vec<String>,

    /// Read options from FILE, or pass `none` to read no file [default: the `railpack2docker.toml` nearest to the plan]
    #[arg(long, value_name = "FILE|none", value_hint = ValueHint::FilePath, hide_short_help = true)]
    #[serde(skip)]
    config: Option<PathBuf>,

    #[command(flatten)]
    #[serde(skip)]
    pub(super) image: ImageArgs,
}

impl TranspileArgs {
    /// Reads the config file for a plan.
    pub(crate) fn config(&self, plan: &PlanFile) -> Result<Config, Failure> {
        self.config_from(plan.directory())
    }

    /// Reads the config file for a command in a directory.
    pub(crate) fn config_from(&self, directory: &Path) -> Result<Config, Failure> {
        match self.config.as_deref() {
            Some(none) if is_none(none) => Ok(Config::default()),
            Some(file) => Config::read(file),
            None => Config::find_from(directory),
        }
    }

    /// The options for transpiling a plan to a file; `None` is standard output.
    pub(crate) fn options(&self, plan: &PlanFile, output: Option<&Path>) -> Result<Options, Failure> {
        self.options_with(&self.config(plan)?, plan, output)
    }

    /// The options, with a config file that has been read. The command line takes precedence.
    pub(crate) fn options_with(
        &self,
        config: &Config,
        plan: &PlanFile,
        output: Option<&Path>,
    ) -> Result<Options, Failure> {
        self.options_from(config, plan, output, &OnDisk)
    }

    /// The options, with the files that belong to them.
    pub(crate) fn options_from(
        &self,
        config: &Config,
        plan: &PlanFile,
        output: Option<&Path>,
        files: &impl OptionFiles,
    ) -> Result<Options, Failure> {
        let directory = output.and_then(Path::parent).unwrap_or(Path::new(""));
        let below = match &config.file {
            Some(file) => fitting(config.transpile.clone(), plan, directory_of(&file.path)),
            None => config.transpile.clone(),
        };
        let given = self.over(&below);
        let arguments = self.arguments(config);
        let origins = origins(config, &arguments);
        if given.ssh.is_none() && !given.ssh_step.is_empty() {
            let found = Diagnostic::new(Code::InvalidOption, "`--ssh-step` requires `--ssh`").about_option("ssh-step");
            return Err(found.with_origin(&origins).with_help("pass `--ssh`").into());
        }
        let builder = given.builder().map_err(|found| found.with_origin(&origins))?;
        let mut options = Options::for_builder(builder);
        options.output_version = given.output_version.unwrap_or_default();
        if let Some(syntax) = given.syntax {
            options.syntax = Some(syntax).filter(|syntax| syntax != NO_SYNTAX);
        }
        options.secrets_scope = given.secrets_scope.unwrap_or(options.secrets_scope);
        options.optional_secrets = given.optional_secrets;
        options.secrets_hash = given.secrets_hash.unwrap_or(options.secrets_hash);
        options.secrets_hash_key = given.secrets_hash_key;
        options.require_secrets_hash = given.require_secrets_hash;
        options.secret_mount = given.secret_mount.unwrap_or(options.secret_mount);
        options.secret_ids = given.secret_id.into_iter().collect();
        options.ssh = given.ssh.map(|id| Ssh { id, steps: given.ssh_step });
        options.github_token = given.github_token;
        options.reproducible = given.reproducible;
        options.assets = given
            .assets
            .map(|assets| assets_directory(&assets, config.railpack.source.as_deref(), plan, output))
            .transpose()?;
        options.append = given.append.map(|append| files.append(&append, directory)).transpose()?;
        options.allow = self.allow.iter().chain(&config.allow).cloned().collect();
        options.cache_prefix = given.cache_prefix.unwrap_or_default();
        options.service_id = given.service_id;
        options.platforms = given.platforms;
        options.mirrors = given.mirror.into_iter().collect();
        options.pins = files.pins(plan.directory())?;
        options.locked = given.locked;
        options.strict = given.strict;
        options.image = given.image.options().map_err(|found| found.with_origin(&origins))?;
        if let Some(name) = output.and_then(Path::file_name) {
            options.files.dockerfile = name.to_string_lossy().into_owned();
        }
        options.files.plan = plan.path.as_deref().map(|path| relative(path, directory));
        let source = config.railpack.source.as_deref().filter(|_| plan.path.is_some());
        options.files.context = source.map(|source| relative_directory(source, directory));
        options.files.arguments = arguments;
        options.files.arguments.extend(self.append_argument(config, directory));
        options.files.arguments.extend(self.config_argument(directory));
        options.files.arguments.extend(version_argument(options.output_version));
        options.origins = origins;
        Ok(options)
    }

    /// The builder, which is Docker by default.
    fn builder(&self) -> Result<Builder, Diagnostic> {
        Builder::parse(self.builder.as_deref().unwrap_or(DEFAULT_BUILDER))
    }

    fn append_argument(&self, config: &Config, directory: &Path) -> Option<String> {
        let path = |append: &PathBuf| relative(append, directory);
        let append = self.append.as_ref().map(path)?;
        (config.transpile.append.as_ref().map(path) != Some(append.clone())).then(|| format!("--append={append}"))
    }

    fn config_argument(&self, directory: &Path) -> Option<String> {
        let config = self.config.as_deref()?;
        let path = if is_none(config) { "none".to_owned() } else { relative(config, directory) };
        Some(format!("--config={path}"))
    }

    /// Makes the paths of files, which are relative to `directory`, relative to the current directory. A path that is
    /// not allowed is removed.
    pub(crate) fn move_to(&mut self, directory: &Path, is_allowed: impl Fn(&Path) -> bool) {
        self.append = self.append.take().filter(|append| is_allowed(append)).map(|append| directory.join(append));
        let config = self.config.take().filter(|config| is_none(config) || is_allowed(config));
        self.config = config.map(|config| if is_none(&config) { config } else { directory.join(config) });
    }

    /// These options, completed with those of `below` that are not given here.
    fn over(&self, below: &Self) -> Self {
        let this = self.clone();
        Self {
            builder: this.builder.or_else(|| below.builder.clone()),
            syntax: this.syntax.or_else(|| below.syntax.clone()),
            secrets_scope: this.secrets_scope.or(below.secrets_scope),
            optional_secrets: this.optional_secrets || below.optional_secrets,
            secrets_hash: this.secrets_hash.or(below.secrets_hash),
            secrets_hash_key: this.secrets_hash_key.or_else(|| below.secrets_hash_key.clone()),
            require_secrets_hash: this.require_secrets_hash || below.require_secrets_hash,
            secret_mount: this.secret_mount.or_else(|| below.secret_mount.clone()),
            // the last id of a name takes precedence
            secret_id: below.secret_id.iter().cloned().chain(this.secret_id).collect(),
            ssh: this.ssh.or_else(|| below.ssh.clone()),
            ssh_step: below.ssh_step.iter().cloned().chain(this.ssh_step).collect(),
            github_token: this.github_token || below.github_token,
            reproducible: this.reproducible || below.reproducible,
            assets: this.assets.or_else(|| below.assets.clone()),
            append: this.append.or_else(|| below.append.clone()),
            cache_prefix: this.cache_prefix.or_else(|| below.cache_prefix.clone()),
            service_id: this.service_id.or_else(|| below.service_id.clone()),
            platforms: if this.platforms.is_empty() { below.platforms.clone() } else { this.platforms },
            // the last mirror of a prefix takes precedence
            mirror: below.mirror.iter().cloned().chain(this.mirror).collect(),
            locked: this.locked || below.locked,
            strict: this.strict || below.strict,
            output_version: this.output_version.or(below.output_version),
            allow: this.allow,
            config: this.config,
            image: this.image.over(&below.image),
        }
    }

    /// Whether no option is given. A version does not count: it can be combined with any options.
    pub(crate) fn is_empty(&self) -> bool {
        Self { output_version: None, ..self.clone() } == Self::default()
    }

    /// These options, which allow warnings with these codes.
    pub(crate) fn with_allowed(self, codes: Vec<String>) -> Self {
        Self { allow: codes, ..self }
    }

    /// These options without the config file.
    pub(crate) fn without_config(&self) -> Self {
        Self { config: None, ..self.clone() }
    }

    /// These options with the version of others.
    pub(crate) fn with_version_of(self, given: &Self) -> Self {
        Self { output_version: given.output_version, ..self }
    }

    /// Keeps the version of an existing file unless another one is given.
    pub(crate) fn keep_version(&mut self, header: Option<&Header>) {
        self.output_version = self.output_version.or_else(|| header?.output_version());
    }

    /// The options that were given, as arguments of a command line in the current directory.
    pub(crate) fn given_arguments(&self) -> Vec<String> {
        let nothing = Config::default();
        let here = Path::new("");
        let append = self.append_argument(&nothing, here);
        self.arguments(&nothing).into_iter().chain(append).chain(self.config_argument(here)).collect()
    }

    /// The options as arguments of a command line, without those that change nothing.
    fn arguments(&self, config: &Config) -> Vec<String> {
        let below = &config.transpile;
        // an invalid builder is reported with the options
        let default = Options::for_builder(self.over(below).builder().unwrap_or_default());
        let default_syntax = default.syntax.as_deref().unwrap_or(NO_SYNTAX);
        let mut arguments = Vec::new();
        let mut add = |name: &str, value: Option<&str>| {
            arguments.push(format!("--{name}"));
            arguments.extend(value.map(str::to_owned));
        };
        if let Some(builder) = &self.builder
            && builder != below.builder.as_deref().unwrap_or(DEFAULT_BUILDER)
        {
            add("builder", Some(builder));
        }
        if let Some(syntax) = &self.syntax
            && syntax != below.syntax.as_deref().unwrap_or(default_syntax)
        {
            add("syntax", Some(syntax));
        }
        if let Some(scope) = self.secrets_scope
            && scope != below.secrets_scope.unwrap_or(default.secrets_scope)
        {
            add("secrets-scope", Some(scope.name()));
        }
        if self.optional_secrets && !below.optional_secrets {
            add("optional-secrets", None);
        }
        if let Some(hash) = self.secrets_hash
            && hash != below.secrets_hash.unwrap_or(default.secrets_hash)
        {
            add("secrets-hash", Some(hash.name()));
        }
        if let Some(id) = self.secrets_hash_key.as_ref().filter(|id| Some(*id) != below.secrets_hash_key.as_ref()) {
            add(&format!("secrets-hash-key={id}"), None);
        }
        if self.require_secrets_hash && !below.require_secrets_hash {
            add("require-secrets-hash", None);
        }
        if let Some(mount) = &self.secret_mount
            && mount != below.secret_mount.as_ref().unwrap_or(&default.secret_mount)
        {
            match mount {
                SecretMount::File => add("secret-mount", Some("file")),
                SecretMount::Bundle(id) => add(&format!("secret-mount=bundle={id}"), None),
                SecretMount::Arg => add("secret-mount", Some("arg")),
                _ => add("secret-mount", Some("env")),
            }
        }
        for (name, id) in &self.secret_id {
            add(&format!("secret-id={name}={id}"), None);
        }
        match self.ssh.as_deref().filter(|ssh| Some(*ssh) != below.ssh.as_deref()) {
            None => {}
            Some("default") => add("ssh", None),
            Some(id) => add(&format!("ssh={id}"), None),
        }
        for step in &self.ssh_step {
            add(&format!("ssh-step={step}"), None);
        }
        if self.github_token && !below.github_token {
            add("github-token", None);
        }
        if self.reproducible && !below.reproducible {
            add("reproducible", None);
        }
        if let Some(assets) = self.assets.as_ref().filter(|assets| Some(*assets) != below.assets.as_ref()) {
            add(&format!("assets={}", slashed(assets)), None);
        }
        for code in &self.allow {
            add(&format!("allow={code}"), None);
        }
        if let Some(prefix) = &self.cache_prefix
            && prefix != below.cache_prefix.as_deref().unwrap_or_default()
        {
            add(&format!("cache-prefix={prefix}"), None);
        }
        if let Some(id) = self.service_id.as_ref().filter(|id| Some(*id) != below.service_id.as_ref()) {
            add(&format!("service-id={id}"), None);
        }
        if !self.platforms.is_empty() && self.platforms != below.platforms {
            add(&format!("platforms={}", self.platforms.join(",")), None);
        }
        for (prefix, mirror) in &self.mirror {
            add(&format!("mirror={prefix}={mirror}"), None);
        }
        if self.locked && !below.locked {
            add("locked", None);
        }
        if self.strict && !below.strict {
            add("strict", None);
        }
        arguments.extend(self.image.arguments(&below.image));
        arguments
    }
}

/// The argument for the version in a header. It does not depend on where the version was chosen, so that the
/// text of a version is the same in every release. The first version has none.
fn version_argument(version: OutputVersion) -> Option<String> {
    (version != OutputVersion::V1).then(|| format!("--output-version={}", version.number()))
}

/// Where options are set, for messages: those of the config file that the command line does not override.
fn origins(config: &Config, arguments: &[String]) -> BTreeMap<String, OptionOrigin> {
    let is_given = |name: &String| {
        let name = format!("--{name}");
        arguments.iter().any(|argument| argument.split('=').next() == Some(name.as_str()))
    };
    let all = config.file.iter().flat_map(|file| &file.origins);
    all.filter(|(name, _)| !is_given(name)).map(|(name, place)| (name.clone(), OptionOrigin::new(place))).collect()
}

fn is_none(config: &Path) -> bool {
    config == Path::new("none")
}

fn secrets_scope() -> impl TypedValueParser<Value = SecretsScope> {
    let values = SecretsScope::ALL.iter().map(|scope| PossibleValue::new(scope.name()).help(scope.summary()));
    choice(values.collect(), SecretsScope::from_name)
}

fn secrets_hash() -> impl TypedValueParser<Value = SecretsHash> {
    let values = SecretsHash::ALL.iter().map(|hash| PossibleValue::new(hash.name()).help(hash.summary()));
    choice(values.collect(), SecretsHash::from_name)
}

fn output_version() -> impl TypedValueParser<Value = OutputVersion> {
    let values = OutputVersion::ALL.iter().map(|version| PossibleValue::new(version.number().to_string()));
    choice(values.collect(), |number| OutputVersion::from_number(number.parse().ok()?))
}

/// A parser of values with names.
fn choice<T: Clone + Send + Sync + 'static>(
    values: Vec<PossibleValue>,
    parse: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(values).try_map(move |name: String| parse(&name).ok_or("unknown value"))
}

/// `env`, `file`, `bundle` or `bundle=ID`.
fn secret_mount(text: &str) -> Result<SecretMount, String> {
    match text.split_once('=') {
        None if text == "env" => Ok(SecretMount::Env),
        None if text == "file" => Ok(SecretMount::File),
        None if text == "arg" => Ok(SecretMount::Arg),
        None if text == "bundle" => Ok(SecretMount::Bundle("ALL_SECRETS".to_owned())),
        Some(("bundle", id)) if !id.is_empty() => Ok(SecretMount::Bundle(id.to_owned())),
        _ => Err("expected `env`, `file` or `bundle=ID`".to_owned()),
    }
}

pub(super) fn secret_id(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => Ok((name.to_owned(), id.to_owned())),
        _ => Err("expected the name of a secret, `=`, and its ID in the build".to_owned()),
    }
}

pub(super) fn mirror(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((prefix, mirror)) if !prefix.is_empty() && !mirror.is_empty() => {
            Ok((prefix.to_owned(), mirror.to_owned()))
        }
        _ => Err("expected a registry, `=`, and its mirror".to_owned()),
    }
}

fn read_secrets_scope<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<SecretsScope>, D::Error> {
    let names: Vec<&str> = SecretsScope::ALL.iter().map(|scope| scope.name()).collect();
    read_choice(from, SecretsScope::from_name, &names)
}

fn read_secrets_hash<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<SecretsHash>, D::Error> {
    let names: Vec<&str> = SecretsHash::ALL.iter().map(|hash| hash.name()).collect();
    read_choice(from, SecretsHash::from_name, &names)
}

fn read_choice<'d, T, D: serde::Deserializer<'d>>(
    from: D,
    parse: fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<Option<T>, D::Error> {
    let name = String::deserialize(from)?;
    let error = || {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        D::Error::custom(format!("unknown value `{name}` (expected {})", text::list_or(&names)))
    };
    parse(&name).map(Some).ok_or_else(error)
}

fn read_secret_mount<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<SecretMount>, D::Error> {
    let text = String::deserialize(from)?;
    secret_mount(&text).map(Some).map_err(D::Error::custom)
}

/// A number.
fn read_output_version<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<OutputVersion>, D::Error> {
    let WholeNumber(number) = WholeNumber::deserialize(from)?;
    OutputVersion::from_number(number).map(Some).ok_or_else(|| {
        let known: Vec<_> = OutputVersion::ALL.iter().map(|version| version.number().to_string()).collect();
        D::Error::custom(format!("unknown output version `{number}` (supported: {})", known.join(", ")))
    })
}

/// A table of names and texts.
fn read_pairs<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<(String, String)>, D::Error> {
    Ok(BTreeMap::deserialize(from)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args as _, FromArgMatches};

    fn parse(arguments: &[&str]) -> Result<TranspileArgs, clap::Error> {
        let command = TranspileArgs::augment_args(clap::Command::new("x"));
        let arguments = std::iter::once("x").chain(arguments.iter().copied());
        TranspileArgs::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    #[test]
    fn arguments_parse_as_they_print() {
        let arguments = [
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
            "--reproducible",
            "--assets=docker/files",
            "--allow=unlisted-secret",
            "--cache-prefix=-x y",
            "--platforms=linux/amd64,linux/arm64",
            "--mirror=ghcr.io=registry.internal/ghcr",
            "--mirror=docker.io=registry.internal/hub",
            "--locked",
            "--strict",
        ];
        let none = Config::default();
        assert_eq!(parse(&arguments).unwrap().arguments(&none), arguments);
        assert!(parse(&[]).unwrap().is_empty());
        let version = parse(&["--output-version=1"]).unwrap();
        assert!(version.is_empty() && version.arguments(&none).is_empty());
        let default = parse(&["--secrets-hash=layer"]).unwrap();
        assert!(!default.is_empty() && default.arguments(&none).is_empty());
    }

    #[test]
    fn the_command_line_takes_precedence_over_the_file_of_options() {
        let config = Config::parse("allow = ['x']\n[transpile]\nsyntax = 'none'\nsecrets-hash = 'off'\nsecret-mount = 'bundle=A'\nsecret-id = { B = 'b' }\nssh = 'default'\nplatforms = ['linux/amd64', 'linux/arm64']\nmirror = { 'ghcr.io' = 'a.example', 'quay.io' = 'b.example' }\nlocked = true\nstrict = true").unwrap();
        let args = parse(&[
            "--syntax=none",
            "--secrets-hash=layer",
            "--strict",
            "--secret-id=B=c",
            "--mirror=ghcr.io=c.example",
        ])
        .unwrap();
        assert_eq!(
            args.arguments(&config),
            ["--secrets-hash", "layer", "--secret-id=B=c", "--mirror=ghcr.io=c.example"]
        );
        let plan = PlanFile { path: None, text: String::new() };
        let options = args.options_with(&config, &plan, None).unwrap();
        assert_eq!((options.syntax, options.secrets_hash, options.strict), (None, SecretsHash::Layer, true));
        assert_eq!(options.secret_mount, SecretMount::Bundle("A".to_owned()));
        assert_eq!(options.secret_ids["B"], "c");
        assert_eq!(
            (options.mirrors["ghcr.io"].as_str(), options.mirrors["quay.io"].as_str()),
            ("c.example", "b.example")
        );
        assert!(options.locked && options.pins.is_empty());
        assert!(options.ssh.is_some() && options.allow.contains("x"));
        assert_eq!(options.platforms, ["linux/amd64", "linux/arm64"]);
        let args = parse(&["--platforms=linux/arm64", "--platforms=linux/arm/v7"]).unwrap();
        assert_eq!(args.over(&config.transpile).platforms, ["linux/arm64", "linux/arm/v7"]);
    }

    #[test]
    fn an_unknown_value_is_refused_with_the_known_ones() {
        assert_eq!(parse(&["--output-version", "1"]).unwrap().output_version, Some(OutputVersion::V1));
        for unknown in ["0", "2", "x", ""] {
            let error = parse(&["--output-version", unknown]).unwrap_err().to_string();
            assert!(error.contains("[possible values: 1]"), "{error}");
        }
        let config = |line: &str| Config::parse(&format!("[transpile]\n{line}"));
        assert_eq!(config("output-version = 1").unwrap().transpile.output_version, Some(OutputVersion::V1));
        let error = config("output-version = 2").unwrap_err().to_string();
        assert!(error.contains("unknown output version `2` (supported: 1)"), "{error}");
        let error = config("secrets-scope = 'x'").unwrap_err().to_string();
        assert!(error.contains("unknown value `x` (expected `plan` or `step`)"), "{error}");
    }

    #[test]
    fn a_file_keeps_its_version() {
        let version = |argument: &str| {
            let text = format!(
                "# Code generated by railpack2docker from x; DO NOT EDIT.\n#   railpack2docker plan.json {argument}\n# plan: 0123456789ab  file: 0123456789ab\n"
            );
            let mut args = TranspileArgs::default();
            args.keep_version(Some(&Header::parse(&text).unwrap()));
            args.output_version
        };
        assert_eq!(version(""), Some(OutputVersion::V1));
        assert_eq!(version("--output-version=99"), None);
    }
}
