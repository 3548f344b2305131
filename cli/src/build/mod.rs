//! `railpack2docker build`: from the plan to the image, with the secrets checked and hashed.

mod command;
mod docker;
mod wait;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueHint;
use fs_err as fs;

use super::args::{MessageArgs, PlanArgs};
use super::check;
use super::context::exposed;
use super::files::{self, Failure, PlanFile};
use super::key::KeyArgs;
use super::regenerated::command;
use super::report::Reporter;
use super::sources::{Lenience, SourceArgs};
use super::transpiling::TranspileArgs;
use super::{print, secrets_of, transpiled};
use crate::options::SecretsHash;
use crate::secrets::{PlanSecrets, Values, hash};
use crate::{Diagnostic, Options, Transpiled};
use command::{Command, Parts};

const EXAMPLES: &str = "\
Examples:
  railpack2docker build plan.json -- -t app              build an image
  railpack2docker build --env-file .env.build -- -t app  take the secrets from a file
  railpack2docker build -f Dockerfile --dry-run          check a Dockerfile, and print the command

Exit status:
  that of docker, or
  1  the Dockerfile is not what the plan gives
  2  could not do it; the reason is on standard error";

/// Where the Dockerfile is said to be when none is written.
const NO_DIRECTORY: &str = "<temporary>";

/// Build the image: check the secrets, hash them, and run `docker buildx build`
///
/// Docker gets the secrets in its environment or by the paths of their files, never on its command line.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// Build this Dockerfile, if it is what the plan gives, instead of a temporary one
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    /// The build context, by default the plan's directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    context: Option<PathBuf>,

    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// Print the command instead of running it
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    transpiling: TranspileArgs,

    #[command(flatten)]
    pub(super) messages: MessageArgs,

    /// More arguments for `docker buildx build`
    #[arg(last = true, value_name = "ARGS", value_hint = ValueHint::AnyPath)]
    more: Vec<OsString>,
}

/// Builds, and gives the status of `docker`.
pub(super) fn run(args: &BuildArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    let mut config = args.transpiling.config(&plan)?;
    if let Some(file) = &args.file {
        config.transpile.stay_with(check::header_of(file)?.as_ref());
    }
    let options = args.transpiling.options_over(&config, &plan, args.file.as_deref())?;
    let made = transpiled(&plan, &options, reporter)?;
    let secrets = secrets_of(&plan, reporter)?;
    let lenience = Lenience { missing: options.optional_secrets, empty: options.optional_secrets };
    let found = args.sources.find(&secrets.names, lenience)?;
    if let Some(file) = &args.file {
        check::current(file, &made, &command(args.plan.path(), file, &options))?;
    }
    let key = args.key.read()?;
    let hash = has_hash(&secrets, &options).then(|| hash(&completed(&secrets, &found.values), key.as_deref()));
    let context = context(args, &plan);
    let exposed = exposed(&context, &made, &options, args.file.as_deref(), &found.files());
    reporter.report(exposed.as_slice(), None);
    let parts = Parts { found: &found, options: &options, hash: hash.as_deref(), more: &args.more, context: &context };
    if args.dry_run {
        let file = args.file.clone().unwrap_or_else(|| Path::new(NO_DIRECTORY).join("Dockerfile"));
        let command = Command::new(&file, &parts)?;
        reporter.report(&notes(args, &command), None);
        return print(&format!("{}\n", command.shown())).map(|()| ExitCode::SUCCESS);
    }
    // fails before docker is asked anything
    let temporary_parent = std::env::temp_dir();
    if args.file.is_none() {
        check_outside(&temporary_parent, &context)?;
    }
    let command = |file: &Path| Command::new(file, &parts);
    command(Path::new("Dockerfile"))?;
    docker::check(&args.more)?;
    let signals = wait::Signals::hold()?;
    match &args.file {
        Some(file) => signals.run(&command(file)?),
        None => {
            let directory = write_temporary(&temporary_parent, &made)?;
            signals.run(&command(&directory.path().join("Dockerfile"))?)
        }
    }
}

/// Whether the Dockerfile has a stage that takes the build arg.
fn has_hash(secrets: &PlanSecrets, options: &Options) -> bool {
    options.secrets_hash != SecretsHash::Off && !secrets.steps.is_empty()
}

/// The values with an empty one for each secret that may be missing: so it is in the build.
fn completed(secrets: &PlanSecrets, values: &Values) -> Values {
    let value = |name: &String| values.get(name).unwrap_or_default().to_vec();
    secrets.names.iter().map(|name| (name.clone(), value(name))).collect()
}

fn context(args: &BuildArgs, plan: &PlanFile) -> PathBuf {
    let of_plan = || plan.path.as_deref().and_then(Path::parent).map(Path::to_owned);
    let context = args.context.clone().or_else(of_plan).unwrap_or_default();
    if context.as_os_str().is_empty() { PathBuf::from(".") } else { context }
}

/// What keeps a printed command from being run as it is.
fn notes(args: &BuildArgs, command: &Command) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    if args.file.is_none() {
        notes.push(
            Diagnostic::new(Code::DryRun, "no Dockerfile has been written")
                .with_help("write one with `-o Dockerfile`, and pass `-f Dockerfile` here"),
        );
    }
    let set: Vec<&str> = command.variables().collect();
    if !set.is_empty() {
        let message = format!("the command would run with these variables set: `{}`", set.join("`, `"));
        notes.push(Diagnostic::new(Code::DryRun, message));
    }
    notes
}

/// A context holds no file that is there for the build alone.
fn check_outside(directory: &Path, context: &Path) -> Result<(), Diagnostic> {
    let absolute = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !absolute(directory).starts_with(absolute(context)) {
        return Ok(());
    }
    let message =
        format!("the temporary directory `{}` is in the build context `{}`", directory.display(), context.display());
    Err(Diagnostic::new(Code::TemporaryDirectory, message)
        .with_help("set TMPDIR to a directory elsewhere, or write a Dockerfile with `-o` and pass it with `-f`"))
}

/// The Dockerfile and its ignore file, in a directory that goes when it is dropped.
fn write_temporary(parent: &Path, made: &Transpiled) -> Result<tempfile::TempDir, Diagnostic> {
    let write = || {
        let directory = tempfile::Builder::new().prefix("railpack2docker-").tempdir_in(parent)?;
        let path = directory.path().join("Dockerfile");
        fs::write(&path, &made.dockerfile)?;
        if let Some(text) = &made.dockerignore {
            fs::write(files::ignore_path(&path), text)?;
        }
        Ok(directory)
    };
    write().map_err(|error: std::io::Error| {
        Diagnostic::new(Code::UnwritableFile, format!("can't write a temporary Dockerfile: {error}"))
    })
}
