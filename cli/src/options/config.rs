//! `railpack2docker.toml`: the options of a project.

use std::path::Path;

use clap::ValueEnum;
use fs_err as fs;
use railpack2docker::{Code, Diagnostic, LineIndex};
use serde::Deserialize;

use super::image::ImageArgs;
use super::transpile::TranspileArgs;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::files::read::read_error;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "railpack2docker.toml";

/// The content of the file. Its keys are the names of options.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// The codes of warnings that are not reported.
    pub(crate) allow: Vec<String>,
    /// The transpile options.
    pub(crate) transpile: TranspileArgs,
    /// The options of the image. [`Config::parse`] moves them to those of transpiling.
    image: ImageArgs,
    /// The options of `lint`.
    pub(crate) lint: LintConfig,
}

/// The options of `lint`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LintConfig {
    /// The lowest severity that fails the command.
    pub(crate) fail_on: Option<FailOn>,
    /// The codes of checks that are off by default.
    pub(crate) warn: Vec<String>,
}

/// The lowest severity that fails `lint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FailOn {
    /// Warnings and errors
    #[default]
    Warning,
    /// Errors
    Error,
    /// Nothing
    Never,
}

impl Config {
    /// Reads the nearest file, from the directory of the plan upward. Without one, no option is set.
    pub(crate) fn find(plan: &PlanFile) -> Result<Self, Failure> {
        // the plan has been read; a directory that is gone contains nothing
        let Ok(directory) = fs::canonicalize(plan.directory()) else { return Ok(Self::default()) };
        match directory.ancestors().map(|directory| directory.join(FILE_NAME)).find(|file| file.is_file()) {
            Some(file) => Self::read(&file),
            None => Ok(Self::default()),
        }
    }

    /// Reads a file.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let name = file.display();
        let text = fs::read_to_string(file).map_err(|error| {
            let message = format!("can't read options from `{name}`: {}", read_error(&error));
            Diagnostic::new(Code::InvalidConfig, message).with_help("pass `--config none` to ignore it")
        })?;
        let config = Self::parse(&text).map_err(|error| {
            let (line, column) = LineIndex::new(&text).line_and_column(error.span().unwrap_or_default().start);
            let what = error.message().trim_end().replace('\n', "; ");
            Diagnostic::new(Code::InvalidConfig, format!("`{name}`, line {line}, column {column}: {what}"))
                .with_help("valid keys are `allow` at the top level and, in `[transpile]`, `[image]` and `[lint]`, the names of options, such as `secrets-hash`")
        })?;
        Ok(config.in_directory(file.parent().unwrap_or(Path::new(""))))
    }

    /// Makes the paths of files, which are relative to the config file, relative to the current directory.
    fn in_directory(mut self, directory: &Path) -> Self {
        self.transpile.move_to(directory, |_| true);
        self
    }

    /// Parses the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut config: Self = toml::from_str(text)?;
        config.transpile.image = std::mem::take(&mut config.image);
        Ok(config)
    }
}
