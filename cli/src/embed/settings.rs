//! The options of a program that embeds the command.

use std::collections::BTreeMap;
use std::path::Path;

use railpack2docker::{AppendFile, Code, Diagnostic, Options, shell};
use serde_json::Value;

use super::documents::failure_without_plan;
use crate::failure::Failure;
use crate::files::lock_file::{LOCK_NAME, LockFile, Pins};
use crate::files::paths::relative;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::PLAN_NAME;
use crate::options::config::Config;
use crate::options::option_files::OptionFiles;
use crate::options::transpile::TranspileArgs;
use crate::output::stale_files::DEFAULT_DOCKERFILE;

/// Options, and the files that belong to them.
#[derive(Debug, Default)]
pub struct Settings {
    args: TranspileArgs,
    warn: Vec<String>,
    files: Texts,
}

/// The texts of files by path: the one that the option `append` names, and `railpack2docker.lock`.
#[derive(Debug, Default)]
struct Texts(BTreeMap<String, String>);

impl Settings {
    /// Parses the content of `railpack2docker.toml` as JSON, and an object with the texts of files by path: the one that
    /// the option `append` names, and `railpack2docker.lock`.
    ///
    /// The options are treated as if they were given on the command line, so the header of the Dockerfile lists all of
    /// them. The tables `verify` and `railpack` have no effect.
    ///
    /// # Errors
    /// Unknown keys, values of another type, and values that the command line can't express: the document of a failure.
    pub fn parse(options: &str, files: &str) -> Result<Self, Value> {
        let failure = |found: Diagnostic| failure_without_plan(&[found]);
        let config = Config::parse_json(options).map_err(failure)?;
        let files = serde_json::from_str(files).map_err(|_| {
            failure(Diagnostic::new(Code::InvalidConfig, "the files: expected an object with the text of each file"))
        })?;
        let args = config.transpile.with_allowed(config.allow);
        args.check_arguments().map_err(failure)?;
        Ok(Self { args, warn: config.lint.warn, files: Texts(files) })
    }

    /// The arguments of the command line with the same options, without those that change nothing.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        self.args.given_arguments()
    }

    /// The command line with the same options, quoted for a shell.
    #[must_use]
    pub fn command(&self) -> String {
        let words = [crate::NAME, PLAN_NAME, "-o", DEFAULT_DOCKERFILE].map(str::to_owned);
        let words = words.into_iter().chain(self.arguments()).map(|word| shell::word(&word));
        words.collect::<Vec<_>>().join(" ")
    }

    /// The options for a plan.
    pub(super) fn options(&self, plan: &PlanFile) -> Result<Options, Failure> {
        let output = Some(Path::new(DEFAULT_DOCKERFILE));
        let mut options = self.args.options_from(&Config::default(), plan, output, &self.files)?;
        options.warn = self.warn.iter().cloned().collect();
        Ok(options)
    }
}

impl OptionFiles for Texts {
    fn append(&self, file: &Path, directory: &Path) -> Result<AppendFile, Diagnostic> {
        let name = file.to_string_lossy();
        match self.0.get(name.as_ref()) {
            Some(text) => {
                Ok(AppendFile { path: relative(file, directory), name: name.into_owned(), text: text.clone() })
            }
            None => Err(Diagnostic::new(Code::UnreadableFile, format!("can't read `{name}`: no such file"))
                .with_help("pass the text of the file with the options")),
        }
    }

    fn pins(&self, _: &Path) -> Result<Pins, Failure> {
        let lock = self.0.get(LOCK_NAME).map(|text| LockFile::parse(Path::new(LOCK_NAME), text.clone()));
        Ok(lock.transpose()?.map(|lock| lock.pins).unwrap_or_default())
    }
}
