//! What a file has to do for each plan: the build command of the header, with paths relative to the file.

use std::path::{Path, PathBuf};

use railpack2docker::header::{BuildCommand, Destination, HashArg, Header, SecretSource, check_platforms};
use railpack2docker::{Code, Compilation, Diagnostic, Options, SecretsHash};

use super::EmitArgs;
use super::kind::Kind;
use crate::failure::Failure;
use crate::files::given::Given;
use crate::files::paths::{directory_of, relative, relative_directory};
use crate::files::plan_file::PlanFile;
use crate::options::transpile::TranspileArgs;
use crate::output::regenerate::{self, Recipe};
use crate::output::report::{OrReport, Reporter};
use crate::output::stale_files::{dockerfile_beside, read, reasons, stale_files, take_line_endings};

/// A Dockerfile to build. All paths have `/` as the separator.
pub(super) struct Target {
    /// The name, which is legal and unique in each format.
    pub(super) name: String,
    /// The plan, relative to the directory of the file's paths.
    pub(super) plan: String,
    /// The build context, relative to the same directory.
    pub(super) context: String,
    /// The Dockerfile, relative to the same directory.
    pub(super) dockerfile: String,
    /// The Dockerfile, relative to the build context.
    pub(super) dockerfile_in_context: String,
    /// Whether the Dockerfile has an ignore file of its own.
    pub(super) has_ignore_file: bool,
    /// Whether the build fails without a secret.
    requires_secrets: bool,
    /// The variable with the key of the hash layer, which is always required.
    hash_key: Option<String>,
    /// The value of the build arg `SECRETS_HASH`. `None` if the Dockerfile does not have it.
    pub(super) hash: Option<Hash>,
    /// The build command, to be run in the directory of the file's paths.
    pub(super) command: BuildCommand,
    /// The builder, with its version if it has one.
    pub(super) builder: String,
    /// Whether the Dockerfile mounts the optional secret `GITHUB_TOKEN`.
    pub(super) has_github_token: bool,
    /// The digest of the plan.
    pub(super) digest: String,
}

/// How the value of `SECRETS_HASH` is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    /// Any value that is different in each build: the build hashes the secrets itself.
    Fresh,
    /// The output of this command, a hash of the secrets.
    Secrets(String),
}

/// A plan with its options, as its Dockerfile has them.
struct Application {
    path: PathBuf,
    dockerfile: PathBuf,
    plan: PlanFile,
    options: Options,
}

impl Application {
    /// Reads the plan. Options that are not given come from the header of the Dockerfile next to it.
    fn read(path: &Path, args: &TranspileArgs) -> Result<(Self, Option<String>), Failure> {
        if path == Path::new("-") {
            let found = Diagnostic::new(Code::InvalidOption, "`emit` can't read a plan from standard input");
            return Err(found.with_help("write it to a file: its Dockerfile is the one next to it").into());
        }
        let dockerfile = dockerfile_beside(path);
        let current = read(&dockerfile, Given::BesidePlan)?;
        let header = current.as_deref().and_then(Header::parse);
        let recipe = Recipe::new(&dockerfile, header.as_ref(), Some(path), path, args).with_name_of_plan();
        let (plan, options) = recipe.read(header.as_ref())?;
        Ok((Self { path: path.to_owned(), dockerfile, plan, options }, current))
    }

    /// The options with the paths of a command that is run in another directory.
    fn options_in(&self, base: &Path) -> Options {
        let mut options = self.options.clone();
        options.files.plan = Some(relative(&self.path, base));
        options.files.context = Some(relative_directory(&self.context(), base));
        options.files.dockerfile = relative(&self.dockerfile, base);
        options
    }

    fn context(&self) -> PathBuf {
        directory_of(&self.dockerfile).join(self.options.files.build_context())
    }
}

/// Reads the plans. Warns if a Dockerfile is not the one that its plan and options generate.
///
/// Fails for a plan with errors, for what the kind can't express, and for two plans with the same Dockerfile.
pub(super) fn targets(
    args: &EmitArgs,
    kind: Kind,
    paths: &[PathBuf],
    base: &Path,
    reporter: &Reporter,
) -> Result<Vec<Target>, Failure> {
    let plans: Vec<String> = paths.iter().map(|path| relative(path, base)).collect();
    let names = super::names::names(plans.iter().map(String::as_str));
    let mut targets: Vec<Target> = Vec::new();
    for (path, name) in paths.iter().zip(names) {
        let target = target(args, kind, path, name, base, reporter)?;
        if let Some(other) = targets.iter().find(|other| other.dockerfile == target.dockerfile) {
            let (file, plans) = (&target.dockerfile, [&other.plan, &target.plan]);
            let message = format!("two plans have the same Dockerfile `{file}`: `{}` and `{}`", plans[0], plans[1]);
            return Err(Diagnostic::new(Code::DuplicateOutput, message)
                .with_help("move each plan to a directory of its own")
                .into());
        }
        targets.push(target);
    }
    Ok(targets)
}

fn target(
    args: &EmitArgs,
    kind: Kind,
    path: &Path,
    name: String,
    base: &Path,
    reporter: &Reporter,
) -> Result<Target, Failure> {
    let (application, current) = Application::read(path, &args.transpile)?;
    let options = application.options_in(base);
    let compilation =
        Compilation::parse(&application.plan.text, options.strict).or_report(&application.plan, reporter)?;
    let generated = compilation.transpile(&application.options).or_report(&application.plan, reporter)?;
    check(kind, &options)?;
    check_platforms(args.platform.iter().map(String::as_str), &options)?;
    let usage = compilation.secrets(&options);
    let mut command = BuildCommand::for_header(&usage, &options);
    if !args.platform.is_empty() {
        command.platforms.clone_from(&args.platform);
    }
    command.destination = match (args.push, command.destination) {
        (false, destination) => destination,
        (true, Destination::Load) => Destination::PushRewritten,
        (true, _) => Destination::Push,
    };
    if !kind.has_platforms() && command.platforms.len() > 1 {
        return Err(unsupported(kind, "can't build for several platforms", "pass `--platform linux/amd64`").into());
    }
    let digest = Header::parse(&generated.dockerfile).map(|header| header.stamp.plan).unwrap_or_default();
    let mut stale = stale_files(&application.dockerfile, current, &generated)?;
    take_line_endings(&mut stale);
    if let Some(reason) = reasons(&stale).into_iter().next() {
        let run = regenerate::command(path, &application.dockerfile, &application.options);
        let message = format!("the Dockerfile is not ready to build: {}", reason.message);
        reporter.report(&[Diagnostic::new(Code::UnreadyDockerfile, message).with_help(format!("run `{run}`"))], None);
    }
    Ok(Target {
        name,
        plan: relative(path, base),
        context: options.files.build_context().to_owned(),
        dockerfile: options.files.dockerfile.clone(),
        dockerfile_in_context: relative(&application.dockerfile, &application.context()),
        has_ignore_file: generated.dockerignore.is_some(),
        requires_secrets: !options.optional_secrets,
        hash_key: usage.hash_key().map(str::to_owned),
        hash: command.secrets_hash.as_ref().map(|hash| match (options.secrets_hash, hash) {
            (SecretsHash::Arg, HashArg::Output(command)) => Hash::Secrets(command.clone()),
            _ => Hash::Fresh,
        }),
        command,
        builder: options.builder.to_string(),
        has_github_token: options.github_token,
        digest,
    })
}

/// Refuses options that a kind can't express.
fn check(kind: Kind, options: &Options) -> Result<(), Diagnostic> {
    if !kind.runs_any_builder() && !options.builder.is_docker() {
        let what = format!("builds with BuildKit, but the Dockerfile is for `{}`", options.builder);
        let help = "generate the Dockerfile for Docker, or emit `sh`, which runs every builder";
        return Err(unsupported(kind, &what, help));
    }
    if options.reproducible && !kind.has_exporter() {
        let help = "emit `bake` or `sh`, or generate the Dockerfile without `--reproducible`";
        return Err(unsupported(kind, "can't rewrite the times of a reproducible image", help));
    }
    if options.ssh.is_some() && !kind.has_ssh() {
        let help = "generate the Dockerfile without `--ssh`, and pass a token as a secret";
        return Err(unsupported(kind, "can't give the build an SSH agent", help));
    }
    Ok(())
}

/// The error for what a kind can't express.
pub(super) fn unsupported(kind: Kind, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::InvalidOption, format!("`emit {}` {what}", kind.name())).with_help(help)
}

impl Target {
    /// The secrets of the build: the ID of each, and the environment variable with its value.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.command.secrets.iter().filter_map(|secret| match &secret.source {
            SecretSource::Variable(variable) => Some((secret.id.as_str(), variable.as_str())),
            SecretSource::File(_) => None,
        })
    }

    /// Whether the secret in a variable is required.
    pub(super) fn is_required(&self, variable: &str) -> bool {
        self.requires_secrets || self.hash_key.as_deref() == Some(variable)
    }

    /// The required secrets, by their variables, except for a bundle that the command of the header generates.
    pub(super) fn required(&self) -> impl Iterator<Item = &str> {
        let bundle = self.command.bundle.as_ref().map(|bundle| bundle.name.as_str());
        let variables = self.secrets().map(|(_, variable)| variable);
        variables.filter(move |variable| self.is_required(variable) && Some(*variable) != bundle)
    }

    /// Lines of a script that fail if the variable of a required secret is unset or empty.
    pub(super) fn checks(&self) -> Vec<String> {
        let checked = self.required().filter(|variable| is_variable(variable));
        checked.map(|variable| format!(": \"${{{variable}:?the secret is missing or empty}}\"")).collect()
    }

    /// Whether the times of the image are rewritten.
    pub(super) fn is_reproducible(&self) -> bool {
        self.command.source_date.is_some()
    }
}

/// Whether a shell can expand a variable with this name.
pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
