//! `railpack2docker.toml`: the options of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use fs_err as fs;
use railpack2docker::{Code, Diagnostic, LineIndex};
use serde::Deserialize;

use super::config_error::{invalid_content, syntax_error};
use super::config_table::read_table;
use super::image::ImageArgs;
use super::railpack::RailpackConfig;
use super::transpile::TranspileArgs;
use crate::failure::Failure;
use crate::files::paths::{directory_of, nearest, shown};
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
    #[serde(deserialize_with = "read_table")]
    pub(crate) transpile: TranspileArgs,
    /// The options of the image. [`Config::parse`] moves them to those of transpiling.
    #[serde(deserialize_with = "read_table")]
    image: ImageArgs,
    /// The options of `lint`.
    #[serde(deserialize_with = "read_table")]
    pub(crate) lint: LintConfig,
    /// The options of `verify`.
    #[serde(deserialize_with = "read_table")]
    pub(crate) verify: VerifyConfig,
    /// How `sync` runs Railpack.
    #[serde(deserialize_with = "read_table")]
    pub(crate) railpack: RailpackConfig,
    /// The file itself. `None` if no file was read.
    #[serde(skip)]
    pub(crate) file: Option<ConfigFile>,
}

/// A config file that has been read.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// For messages: where each option is set, by its name, such as ``in `railpack2docker.toml`, line 3``.
    pub(crate) origins: BTreeMap<String, String>,
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

/// The options of `verify`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VerifyConfig {
    /// The image of Railpack's frontend.
    pub(crate) frontend: Option<String>,
    /// The patterns for differences that are accepted.
    pub(crate) accept: Vec<String>,
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
    /// Reads the nearest file, from a directory upward. Without one, no option is set.
    pub(crate) fn find_from(directory: &Path) -> Result<Self, Failure> {
        match nearest(directory, FILE_NAME) {
            Some(file) => Self::read(&file),
            None => Ok(Self::default()),
        }
    }

    /// Reads a file.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let name = shown(file);
        let text = fs::read_to_string(file).map_err(|error| {
            let message = format!("can't read options from `{name}`: {}", read_error(&error));
            Diagnostic::new(Code::InvalidConfig, message).with_help("pass `--config none` to ignore it")
        })?;
        let mut config = Self::parse(&text).map_err(|error| syntax_error(file, &text, &error))?;
        config.file = Some(ConfigFile { path: file.to_owned(), origins: origins(file, &text) });
        Ok(config.in_directory(directory_of(file)))
    }

    /// Where an option is set, for messages. Empty if it is not set.
    pub(crate) fn origin(&self, option: &str) -> &str {
        self.file.as_ref().and_then(|file| file.origins.get(option)).map_or("", String::as_str)
    }

    /// Makes the paths of files, which are relative to the config file, relative to the current directory.
    fn in_directory(mut self, directory: &Path) -> Self {
        self.transpile.move_to(directory, |_| true);
        self.railpack.move_to(directory);
        self
    }

    /// Parses the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text).map(Self::with_moved_image)
    }

    /// Parses the content of a file that is written as JSON.
    pub(crate) fn parse_json(text: &str) -> Result<Self, Diagnostic> {
        let mut json = serde_json::Deserializer::from_str(text);
        let config = read_table(&mut json).and_then(|config| json.end().map(|()| config));
        config.map(Self::with_moved_image).map_err(|error| {
            let what = error.to_string();
            // the position is in a text that the user has not seen
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            invalid_content("the options", what)
        })
    }

    fn with_moved_image(mut self) -> Self {
        self.transpile.image = std::mem::take(&mut self.image);
        self
    }
}

/// Where each option is set, by its name. The names in the tables of the file are different from each other.
fn origins(file: &Path, text: &str) -> BTreeMap<String, String> {
    let Ok(document) = toml::de::DeTable::parse(text) else { return BTreeMap::new() };
    let lines = LineIndex::new(text);
    let name = shown(file);
    let origin = |start: usize| format!("in `{name}`, line {}", lines.line_and_column(start).0);
    let mut origins = BTreeMap::new();
    for (key, value) in document.get_ref() {
        origins.insert(key.get_ref().to_string(), origin(key.span().start));
        for (key, value) in value.get_ref().as_table().into_iter().flatten() {
            origins.insert(key.get_ref().to_string(), origin(key.span().start));
            // the settings of a health check are options of their own on the command line
            for (setting, _) in
                value.get_ref().as_table().filter(|_| key.get_ref() == "healthcheck").into_iter().flatten()
            {
                origins.insert(format!("health-{}", setting.get_ref()), origin(setting.span().start));
            }
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_the_lines_of_keys() {
        let text = "allow = []\n\n[transpile]\nsecret-id = { A = \"b\" }\n[image]\n\nuser = 1001\n[image.healthcheck]\ninterval = 1\n";
        let origins = origins(Path::new("x.toml"), text);
        for (option, line) in [("allow", 1), ("secret-id", 4), ("user", 7), ("health-interval", 9)] {
            assert_eq!(origins[option], format!("in `x.toml`, line {line}"));
        }
    }

    #[test]
    fn json_has_the_same_keys() {
        let config = Config::parse_json(
            r#"{"allow": ["x"], "transpile": {"output-version": 1}, "image": {"healthcheck": {"command": "true", "retries": 2}}}"#,
        );
        let toml =
            "allow = ['x']\n[transpile]\noutput-version = 1\n[image]\nhealthcheck = { command = 'true', retries = 2 }";
        let (config, same) = (config.unwrap(), Config::parse(toml).unwrap());
        assert_eq!((config.allow, config.transpile), (same.allow, same.transpile));
        let error = Config::parse_json(r#"{"transpile": {"secret-scope": 1}}"#).unwrap_err();
        assert_eq!(error.message, "the options: unknown key `secret-scope`");
        assert_eq!(error.help.as_deref(), Some("did you mean `secrets-scope`?"));
    }
}
