//! The table `[railpack]` of the config file: how `sync` runs Railpack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// How to run Railpack for the plans below the config file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RailpackConfig {
    /// The program and its first arguments; `railpack` by default.
    command: Option<Words>,
    /// The required version of Railpack, such as `0.17.1`.
    pub(crate) version: Option<String>,
    /// Variables to plan with, which are not secret.
    pub(crate) env: BTreeMap<String, String>,
    /// The names of secrets to plan with. Their values come from the environment.
    pub(crate) secrets: Vec<String>,
    /// More arguments for `railpack plan`.
    pub(crate) args: Vec<String>,
    /// The directory to plan, if it is not that of the plan.
    pub(crate) source: Option<PathBuf>,
}

/// A program, with or without arguments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a string or an array of strings")]
enum Words {
    Program(String),
    Line(Vec<String>),
}

impl RailpackConfig {
    /// The program and its first arguments. Never empty.
    pub(crate) fn command(&self) -> Vec<String> {
        let words = match &self.command {
            Some(Words::Program(program)) => vec![program.clone()],
            Some(Words::Line(words)) => words.clone(),
            None => Vec::new(),
        };
        if words.is_empty() { vec!["railpack".to_owned()] } else { words }
    }

    /// Makes paths, which are relative to the directory of the config file, relative to the current directory. A
    /// program without a slash is searched for in PATH.
    pub(super) fn move_to(&mut self, directory: &Path) {
        self.source = self.source.take().map(|source| directory.join(source));
        let program = match &mut self.command {
            Some(Words::Program(program)) => Some(program),
            Some(Words::Line(words)) => words.first_mut(),
            None => None,
        };
        if let Some(program) = program.filter(|program| program.contains('/')) {
            *program = directory.join(&*program).to_string_lossy().into_owned();
        }
    }
}
