//! `railpack2docker build`: from the plan to the image.

mod check_leaks;
pub(super) mod command;
pub(super) mod export;
mod failure;
mod history;
pub(super) mod platforms;
mod reproducible;
mod running;
pub(super) mod wait;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueHint;
use fs_err as fs;
use railpack2docker::header::Header;
use railpack2docker::secrets::{Values, hash};
use railpack2docker::{Code, Compilation, Diagnostic, Options, Transpiled};

use super::leaks;
use crate::docker;
use crate::failure::Failure;
use crate::files::build_context::{check_assets_are_in, check_assets_are_sent, exposed_files, plan_context};
use crate::files::given::Given;
use crate::files::paths::dockerignore_path;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, plan_at};
use crate::options::key::KeyArgs;
use crate::options::plan::PlanArgs;
use crate::options::secret_sources::SecretArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::print::print;
use crate::output::regenerate::{self, Recipe};
use crate::output::report::{OrReport, Reporter};
use crate::output::stale_files::{DEFAULT_DOCKERFILE, fail_if_stale, read, refuse_plan, stale_files};
use check_leaks::ImageId;
use command::{BuildInputs, DockerBuild};
use failure::{location_of_failure, other_dockerfile};

const EXAMPLES: &str = "\
Examples:
  railpack2docker build plan.json -- -t app              build an image
  railpack2docker build --env-file .env.build -- -t app  read secrets from a file
  railpack2docker build --check-leaks -- -t app          build it, and search it for secrets
  railpack2docker build -f Dockerfile                    build a Dockerfile that is up to date
  railpack2docker build --dry-run                        print the command

Exit status:
  that of docker, or
  1  the Dockerfile is stale, or `--check-leaks` found a secret
  2  an error occurred (see stderr)";

/// The directory shown for the Dockerfile in a dry run, which doesn't write one.
const PLACEHOLDER: &str = "<temporary>";

/// Build the image: check the secrets, hash them, and run `docker buildx build`
///
/// Docker gets the values of secrets through its environment or from files, never on its command line.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// Build this Dockerfile, which must be up to date, instead of a temporary one
    ///
    /// The plan and the options default to those in its header.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    /// Build context [default: the directory of the plan]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    context: Option<PathBuf>,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// Search the image for the values of its secrets after the build; see `railpack2docker leaks --help`
    #[arg(long)]
    check_leaks: bool,

    /// Print the command instead of running it
    #[arg(long)]
    dry_run: bool,

    /// Arguments for `docker buildx build`
    #[arg(last = true, value_name = "ARGS", value_hint = ValueHint::AnyPath)]
    more: Vec<OsString>,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// The plan, the options, and the Dockerfile to build.
struct Inputs {
    plan: PlanFile,
    plan_path: PathBuf,
    options: Options,
    /// The text of the Dockerfile, if one is given and exists.
    current: Option<String>,
}

impl Inputs {
    /// Reads them. A plan and options that are not given come from the header of the Dockerfile, if one is given.
    fn read(args: &BuildArgs) -> Result<Self, Failure> {
        let given = args.plan.given.as_deref().map(plan_at).transpose()?;
        let Some(file) = args.file.as_deref() else {
            let plan_path = args.plan.path()?;
            let plan = PlanFile::read(&plan_path)?;
            let options = args.transpile.options(&plan, None)?;
            return Ok(Self { plan, plan_path, options, current: None });
        };
        let current = read(file, Given::Dockerfile("-f"))?;
        let header = current.as_deref().and_then(Header::parse);
        let recipe = Recipe::new(file, header.as_ref(), given.as_deref(), Path::new(PLAN_NAME), &args.transpile);
        let (plan, options) = recipe.read(header.as_ref())?;
        Ok(Self { plan, plan_path: recipe.plan_path, options, current })
    }
}

/// Builds the image. The result is the exit status of `docker`.
pub(crate) fn run(args: &BuildArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let file = args.file.as_deref();
    let Inputs { plan, plan_path, options, current } = Inputs::read(args)?;
    if let Some(file) = file {
        refuse_plan(file, &plan_path, "-f")?;
    }
    check_builder("build", &options)?;
    let compilation = Compilation::parse(&plan.text, options.strict).or_report(&plan, reporter)?;
    let generated = compilation.transpile(&options).or_report(&plan, reporter)?;
    reporter.report(&generated.findings, Some(&plan));
    let usage = compilation.secrets(&options);
    let found = args.secrets.find_with_key(&usage, &options)?;
    reporter.report(&found.references(), None);
    if let Some(file) = file {
        let command = regenerate::command(&plan_path, file, &options);
        fail_if_stale(file, &stale_files(file, current, &generated)?, &command)?;
    }
    platforms::check(&args.more, &options)?;
    let key = args.key.read()?;
    let hash = usage.has_hash().then(|| hash(&found.completed(&usage), key.as_deref()));
    let place = file.unwrap_or(Path::new(DEFAULT_DOCKERFILE));
    let context = args.context.clone().unwrap_or_else(|| plan_context(&plan, place, &options));
    if let Some(file) = file {
        check_assets_are_in(&context, file, &generated)?;
        check_assets_are_sent(&context, &generated, file)?;
    }
    let exposed = exposed_files(&context, &generated, &options, file, &found.files());
    reporter.report(exposed.as_slice(), None);
    let inputs =
        BuildInputs { usage: &usage, options: &options, found: &found, hash, more: &args.more, context: &context };
    if args.dry_run {
        let path = file.map_or_else(|| Path::new(PLACEHOLDER).join("Dockerfile"), Path::to_owned);
        let build = DockerBuild::new(&inputs)?.with_file(&path);
        reporter.report(&dry_run_notes(args, &build), None);
        return print(&format!("{}\n", build.shell_command())).map(|()| ExitCode::SUCCESS);
    }
    // fails before docker runs
    let temporary_parent = std::env::temp_dir();
    if file.is_none() {
        check_outside(&temporary_parent, &context)?;
    }
    let id = if args.check_leaks { Some(image_id(args, &temporary_parent)?) } else { None };
    let more = [args.more.as_slice(), &id.as_ref().map(ImageId::arguments).unwrap_or_default()].concat();
    let build = DockerBuild::new(&BuildInputs { more: &more, ..inputs })?;
    docker::check(&args.more)?;
    let ended = {
        let signals = wait::Signals::hold()?;
        match file {
            Some(file) => signals.run(&build.with_file(file))?,
            None => {
                reporter.report(other_dockerfile(&plan, &args.transpile).as_slice(), None);
                let directory = write_temporary(&temporary_parent, &generated)?;
                let path = directory.path().join("Dockerfile");
                let mut ended = signals.run(&build.with_file(&path))?;
                if ended.failed && ended.is_on_terminal {
                    ended.line = history::recorded_line(&path);
                }
                ended
            }
        }
    };
    reporter.report(location_of_failure(&ended, file, &generated).as_slice(), Some(&plan));
    match id {
        Some(id) if ended.code == ExitCode::SUCCESS => check_leaks(id, &found.values, reporter),
        _ => Ok(ended.code),
    }
}

/// Refuses a builder that docker can't run. `command` is the one that runs docker.
pub(super) fn check_builder(command: &str, options: &Options) -> Result<(), Diagnostic> {
    if options.builder.is_docker() {
        return Ok(());
    }
    let message = format!("`{command}` runs docker, but the Dockerfile is for `{}`", options.builder);
    let help = "write it with `-o Dockerfile`, and run the command in its header";
    Err(Diagnostic::new(Code::InvalidOption, message).with_help(help))
}

/// The file that docker writes the ID of the image to. Fails if the image can't be read after the build.
fn image_id(args: &BuildArgs, temporary_parent: &Path) -> Result<ImageId, Diagnostic> {
    check_leaks::check_destination(&args.more)?;
    ImageId::new(&args.more, temporary_parent)
}

/// Searches the image that was built. The result is the exit status.
fn check_leaks(id: ImageId, values: &Values, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let images = id.read()?;
    wait::Signals::hold()?.end_process();
    let is_clean = leaks::check_image(docker::existing(&images)?, values, reporter)?;
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::from(leaks::FOUND) })
}

/// The reasons why the printed command can't be run as it is.
fn dry_run_notes(args: &BuildArgs, build: &DockerBuild) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    if args.file.is_none() {
        notes.push(
            Diagnostic::new(Code::DryRun, "no Dockerfile was written")
                .with_help("write one with `-o Dockerfile`, and pass `-f Dockerfile` to `build`"),
        );
    }
    if args.check_leaks {
        let note = Diagnostic::new(Code::DryRun, "the command does not search the image for secrets");
        notes.push(note.with_help("run `railpack2docker leaks IMAGE` after the build"));
    }
    let variables: Vec<&str> = build.variables().collect();
    if !variables.is_empty() {
        let message = format!("the command requires these variables to be set: `{}`", variables.join("`, `"));
        notes.push(Diagnostic::new(Code::DryRun, message));
    }
    notes
}

/// Checks that temporary files are outside the build context.
pub(super) fn check_outside(directory: &Path, context: &Path) -> Result<(), Diagnostic> {
    let absolute = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !absolute(directory).starts_with(absolute(context)) {
        return Ok(());
    }
    let message = format!(
        "the temporary directory `{}` is inside the build context `{}`",
        directory.display(),
        context.display()
    );
    Err(Diagnostic::new(Code::TemporaryDirectory, message)
        .with_help("set TMPDIR to another directory, or write a Dockerfile with `-o` and pass it with `-f`"))
}

/// Writes the Dockerfile and its ignore file to a directory that is removed when it is dropped.
pub(super) fn write_temporary(parent: &Path, generated: &Transpiled) -> Result<tempfile::TempDir, Diagnostic> {
    let write = || {
        let directory = tempfile::Builder::new().prefix("railpack2docker-").tempdir_in(parent)?;
        let path = directory.path().join("Dockerfile");
        fs::write(&path, &generated.dockerfile)?;
        if let Some(text) = &generated.dockerignore {
            fs::write(dockerignore_path(&path), text)?;
        }
        Ok(directory)
    };
    write().map_err(|error: std::io::Error| {
        Diagnostic::new(Code::UnwritableFile, format!("can't write a temporary Dockerfile: {error}"))
    })
}
