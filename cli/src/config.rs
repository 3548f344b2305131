//! `railpack2docker.toml`: options for everyone who works on a project.

use std::path::Path;

use fs_err as fs;
use serde::Deserialize;

use super::files::{Failure, PlanFile, why_unreadable};
use super::lint::FailOn;
use super::transpiling::TranspileArgs;
use crate::Diagnostic;
use crate::diagnostic::line_and_column;

/// What the file is called.
pub(super) const NAME: &str = "railpack2docker.toml";

/// What is in the file. Its keys are the names of options.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    /// Codes of warnings that are not given.
    pub(super) allow: Vec<String>,
    /// How the plan becomes a Dockerfile.
    pub(super) transpile: TranspileArgs,
    /// What `lint` looks at.
    pub(super) lint: LintConfig,
}

/// The part of the file that is for `lint`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LintConfig {
    /// Which findings fail the command.
    pub(super) fail_on: Option<FailOn>,
    /// Codes of checks that are off by default.
    pub(super) warn: Vec<String>,
}

impl Config {
    /// Reads the nearest file of that name, from the plan's folder upward. Where there is none,
    /// nothing is said.
    pub(super) fn near(plan: &PlanFile) -> Result<Self, Failure> {
        let directory = plan.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        // a directory that is not there holds nothing, and the plan has been read
        let Ok(directory) = fs::canonicalize(directory) else { return Ok(Self::default()) };
        match directory.ancestors().map(|folder| folder.join(NAME)).find(|file| file.is_file()) {
            Some(file) => Self::read(&file),
            None => Ok(Self::default()),
        }
    }

    /// Reads this file.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let text = fs::read_to_string(file).map_err(|error| {
            Diagnostic::new(
                Code::InvalidConfig,
                format!("can't read options from `{shown}`: {}", why_unreadable(&error)),
            )
            .with_help("pass `--config none` to go without")
        })?;
        Self::parse(&text).map_err(|error| {
            let (line, column) = line_and_column(&text, error.span().unwrap_or_default().start);
            let what = error.message().replace('\n', "; ");
            Diagnostic::new(Code::InvalidConfig, format!("`{shown}`, line {line}, column {column}: {what}"))
                .with_help("its keys are `allow`, and below `[transpile]` and `[lint]` the names of options, such as `secrets-hash`")
                .into()
        })
    }

    /// Reads the file's text.
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
