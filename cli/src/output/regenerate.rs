//! Regenerates a Dockerfile from the plan and the options in its header.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use fs_err as fs;
use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic, OptionOrigin, Options, Transpiled, shell, transpile};

use super::report::{OrReport, Reporter};
use crate::failure::Failure;
use crate::files::paths::{can_be_joined, is_repository, path_word};
use crate::files::plan_file::PlanFile;
use crate::options::config::Config;
use crate::options::plan::PlanArgs;
use crate::options::transpile::TranspileArgs;

/// A Dockerfile as its plan generates it now.
pub(crate) struct Regenerated {
    /// The path of the plan, relative to the current directory.
    pub(crate) plan_path: PathBuf,
    pub(crate) plan: PlanFile,
    pub(crate) options: Options,
    pub(crate) generated: Transpiled,
}

/// How a Dockerfile is regenerated: from which plan, and with which options.
pub(crate) struct Recipe<'f> {
    file: &'f Path,
    /// The path of the plan, relative to the current directory.
    pub(crate) plan_path: PathBuf,
    /// Whether the plan was read from standard input, and no other is given.
    is_unknown: bool,
    /// Whether the header has no name of a plan, which it keeps.
    is_from_stdin: bool,
    args: TranspileArgs,
    /// Whether the options come from the header.
    has_header_options: bool,
}

impl<'f> Recipe<'f> {
    /// The recipe for a file. A plan and options that are not given come from its header. `default_plan` is the path of
    /// the plan if there is no header.
    pub(crate) fn new(
        file: &'f Path,
        header: Option<&Header>,
        plan: Option<&Path>,
        default_plan: &Path,
        given: &TranspileArgs,
    ) -> Self {
        let directory = file.parent().unwrap_or(Path::new(""));
        let command = header.and_then(|header| HeaderCommand::parse(header, directory));
        let header_plan = command.as_ref().and_then(|command| command.plan.given.clone());
        let plan_path = plan.map(Path::to_owned).or(header_plan).unwrap_or_else(|| default_plan.to_owned());
        let header_args = command.map(|command| command.transpile);
        let has_header_options = given.is_empty() && header_args.is_some();
        let args = if given.is_empty() { header_args.as_ref().unwrap_or(given) } else { given };
        let is_from_stdin = header.is_some_and(|header| header.is_from_stdin);
        let is_unknown = plan.is_none() && is_from_stdin;
        let args = args.clone().with_version_of(given);
        Self { file, plan_path, is_unknown, is_from_stdin, args, has_header_options }
    }

    /// Names the plan in the header, also if it was read from standard input before.
    pub(crate) fn with_name_of_plan(self) -> Self {
        Self { is_from_stdin: false, ..self }
    }

    /// Reads the config file.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        // the place of the plan decides, not its text
        self.args.config(&PlanFile { path: Some(self.plan_path.clone()), text: String::new() })
    }

    /// Reads the plan, and the options of the project.
    pub(crate) fn read(&self, header: Option<&Header>) -> Result<(PlanFile, Options), Failure> {
        if self.is_unknown && !self.plan_path.exists() {
            return Err(unknown_plan(self.file, &self.plan_path).into());
        }
        let plan = PlanFile::read(&self.plan_path)?;
        let options = self.options(self.config()?, &plan, header)?;
        Ok((plan, options))
    }

    fn options(&self, mut config: Config, plan: &PlanFile, header: Option<&Header>) -> Result<Options, Failure> {
        config.transpile.keep_version(header);
        let origins = self.header_origins();
        let options = self.args.options_with(&config, plan, Some(self.file));
        let mut options = options.map_err(|failure| failure.with_origins(&origins))?;
        options.origins.extend(origins);
        if self.is_from_stdin {
            options.files.plan = None;
        }
        Ok(options)
    }

    /// The origin of each option that comes from the header. Nothing but another run of the command in it changes them.
    fn header_origins(&self) -> BTreeMap<String, OptionOrigin> {
        if !self.has_header_options {
            return BTreeMap::new();
        }
        let command = format!("railpack2docker {} -o {}", path_word(&self.plan_path), path_word(self.file));
        let origin = OptionOrigin::new(format!("in the header of `{}`", self.file.display()))
            .with_help(format!("regenerate it with `{command}` and the right options"));
        let arguments = self.args.given_arguments();
        let names = arguments.iter().filter_map(|argument| argument.strip_prefix("--")?.split('=').next());
        names.map(|name| (name.to_owned(), origin.clone())).collect()
    }

    /// Regenerates the file from this text of its plan, with a config file that has been read. Errors in the plan are
    /// reported, warnings and notes are not.
    pub(crate) fn regenerate(
        self,
        plan: PlanFile,
        config: Config,
        header: Option<&Header>,
        reporter: &Reporter,
    ) -> Result<Regenerated, Failure> {
        let options = self.options(config, &plan, header)?;
        self.finish(plan, options, reporter)
    }

    fn finish(self, plan: PlanFile, options: Options, reporter: &Reporter) -> Result<Regenerated, Failure> {
        let generated = transpile(&plan.text, &options).or_report(&plan, reporter)?;
        Ok(Regenerated { plan_path: self.plan_path, plan, options, generated })
    }
}

/// The error for a Dockerfile whose plan was read from standard input, and is in no file.
fn unknown_plan(file: &Path, plan: &Path) -> Diagnostic {
    let (file, plan) = (file.display(), path_word(plan));
    let message = format!("the plan of `{file}` was read from standard input, and there is no `{plan}`");
    Diagnostic::new(Code::UnreadablePlan, message)
        .with_help(format!("write it with `railpack plan --out {plan} .`, or pass the path of the plan"))
}

/// Regenerates a Dockerfile from its plan: see [`Recipe::new`]. Errors in the plan are reported, warnings and notes are
/// not.
pub(crate) fn regenerate(
    file: &Path,
    header: Option<&Header>,
    plan: Option<&Path>,
    default_plan: &Path,
    given: &TranspileArgs,
    reporter: &Reporter,
) -> Result<Regenerated, Failure> {
    let recipe = Recipe::new(file, header, plan, default_plan, given);
    let (plan, options) = recipe.read(header)?;
    recipe.finish(plan, options, reporter)
}

impl Regenerated {
    /// The command that regenerates the file, to be run in the current directory.
    pub(crate) fn command(&self, file: &Path) -> String {
        command(&self.plan_path, file, &self.options)
    }
}

/// The command that generates a Dockerfile, to be run in the current directory.
pub(crate) fn command(plan: &Path, file: &Path, options: &Options) -> String {
    let mut words = vec!["railpack2docker".to_owned(), path_word(plan), "-o".to_owned(), path_word(file)];
    words.extend(options.files.arguments.iter().map(|argument| shell::word(argument)));
    words.join(" ")
}

/// The plan in the header of a Dockerfile.
pub(crate) fn header_plan(header: &Header, directory: &Path) -> Option<PathBuf> {
    HeaderCommand::parse(header, directory)?.plan.given
}

/// The command in a header.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true, disable_version_flag = true)]
struct HeaderCommand {
    #[command(flatten)]
    plan: PlanArgs,

    #[arg(id = "output", short = 'o', long = "output")]
    _output: Option<PathBuf>,

    #[command(flatten)]
    transpile: TranspileArgs,
}

impl HeaderCommand {
    /// The command in a header, its paths relative to the current directory. `None` if it is not a command
    /// of this version.
    ///
    /// Anyone can write a header, so its paths are limited to the repository of the Dockerfile.
    fn parse(header: &Header, directory: &Path) -> Option<Self> {
        let mut command = Self::try_parse_from(&header.arguments).ok()?;
        let is_allowed = |path: &Path| can_be_joined(path) && is_near(&directory.join(path), directory);
        let plan = command.plan.given.filter(|plan| plan != Path::new("-") && is_allowed(plan));
        command.plan.given = plan.map(|plan| directory.join(plan));
        command.transpile.move_to(directory, is_allowed);
        Some(command)
    }
}

/// Whether a file is in the repository of a directory. Without a repository: whether it is in the current
/// directory, if that contains the other, or else in the directory itself. True for a file that does not
/// exist: reading it will fail.
pub(crate) fn is_near(file: &Path, directory: &Path) -> bool {
    let Ok(file) = fs::canonicalize(file) else { return true };
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let Ok(directory) = fs::canonicalize(directory) else { return false };
    let repository = directory.ancestors().find(|directory| is_repository(directory));
    let current = fs::canonicalize(".").ok().filter(|current| directory.starts_with(current));
    file.starts_with(repository.or(current.as_deref()).unwrap_or(&directory))
}
