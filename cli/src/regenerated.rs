//! A generated Dockerfile made anew, with the plan and the options that its header names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use fs_err as fs;

use super::args::{Args, path_word};
use super::files::{self, Failure, PlanFile};
use super::report::Reporter;
use super::transpiled;
use super::transpiling::TranspileArgs;
use crate::dockerfile::shell_word;
use crate::header::Header;
use crate::{Options, Transpiled};

/// What a Dockerfile is made from and what it is now.
pub(super) struct Regenerated {
    /// The plan's path, as someone here would name it.
    pub(super) plan_path: PathBuf,
    pub(super) plan: PlanFile,
    pub(super) options: Options,
    pub(super) made: Transpiled,
}

impl Regenerated {
    /// Makes a file anew from the plan and with the options that are given. What is not given, its
    /// header says.
    pub(super) fn of(
        file: &Path,
        header: Option<&Header>,
        plan: Option<&Path>,
        given: &TranspileArgs,
        reporter: &Reporter,
    ) -> Result<Self, Failure> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let said = header.and_then(|header| said(header, folder));
        let of_header = said.as_ref().and_then(|said| said.plan.given.clone());
        let plan_path =
            plan.map(Path::to_owned).or(of_header).unwrap_or_else(|| Path::new(Args::DEFAULT_PLAN).to_owned());
        let said = said.map(|said| said.transpiling);
        let transpiling = if given.says_nothing() { said.as_ref().unwrap_or(given) } else { given };
        let transpiling = transpiling.clone().with_version_of(given);
        let plan = PlanFile::read(&plan_path)?;
        let mut config = transpiling.config(&plan)?;
        config.transpile.stay_with(header);
        let options = transpiling.options_over(&config, &plan, Some(file))?;
        let made = transpiled(&plan, &options, reporter)?;
        Ok(Self { plan_path, plan, options, made })
    }

    /// The command that makes the file as it is here.
    pub(super) fn command(&self, file: &Path) -> String {
        command(&self.plan_path, file, &self.options)
    }
}

/// The command that writes a Dockerfile, for someone to run here.
pub(super) fn command(plan: &Path, file: &Path, options: &Options) -> String {
    let mut words = vec!["railpack2docker".to_owned(), path_word(plan), "-o".to_owned(), path_word(file)];
    words.extend(options.files.arguments.iter().map(|argument| shell_word(argument, false)));
    words.join(" ")
}

/// The plan that the command in a header names.
#[cfg(fuzzing)]
pub(super) fn plan_of(header: &Header, folder: &Path) -> Option<PathBuf> {
    said(header, folder)?.plan.given
}

/// What the command in a header says, its paths as they read from here. None if it is no command
/// of this version.
fn said(header: &Header, folder: &Path) -> Option<Args> {
    let words = std::iter::once("railpack2docker").chain(header.arguments.iter().map(String::as_str));
    let mut args = Args::try_parse_from(words.map(OsString::from)).ok().filter(|args| args.command.is_none())?;
    // anyone can write a header: it leads only to what is in its repository
    let leads = |path: &Path| files::goes_on(path) && is_near(&folder.join(path), folder);
    let plan = args.plan.given.filter(|plan| plan != Path::new("-") && leads(plan));
    args.plan.given = plan.map(|plan| folder.join(plan));
    args.transpiling.move_to(folder, leads);
    Some(args)
}

/// Whether a file is in the repository that a folder is in; without one, in the current folder if
/// that holds the other, else in the folder. A file that is not there is: whoever reads it says so.
fn is_near(file: &Path, folder: &Path) -> bool {
    let Ok(file) = fs::canonicalize(file) else { return true };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(folder) = fs::canonicalize(folder) else { return false };
    let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
    let current = fs::canonicalize(".").ok().filter(|current| folder.starts_with(current));
    file.starts_with(repository.or(current.as_deref()).unwrap_or(&folder))
}
