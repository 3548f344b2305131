//! `railpack2docker.toml`: the options of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use fs_err as fs;
use railpack2docker::{Code, Diagnostic, LineIndex};
use serde::Deserialize;

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

/// The error for a file that is not valid, with the most similar key for one that does not exist.
fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> Diagnostic {
    let (line, column) = LineIndex::new(text).line_and_column(error.span().unwrap_or_default().start);
    invalid_content(&format!("`{}`, line {line}, column {column}", shown(file)), error.message())
}

/// The error for content that is not valid at a place. `what` is serde's message; the keys that lead to the value, if
/// any, are in lines of their own.
fn invalid_content(place: &str, what: &str) -> Diagnostic {
    let what = what.trim_end().replace('\n', "; ");
    let found = |what: &str| Diagnostic::new(Code::InvalidConfig, format!("{place}: {what}"));
    // serde's message: unknown field `a`, expected one of `b`, `c`
    let names: Vec<&str> = what.split('`').skip(1).step_by(2).collect();
    if let ([unknown, known @ ..], true) = (names.as_slice(), what.starts_with("unknown field")) {
        let found = found(&format!("unknown key `{unknown}`")).with_suggestion(unknown, known.iter().copied());
        return if found.help.is_some() {
            found
        } else {
            found.with_help(format!("the keys here: {}", known.join(", ")))
        };
    }
    found(&what).with_help(
        "valid keys are `allow` at the top level and, in `[transpile]`, `[image]`, `[lint]` and `[verify]`, the names of options, such as `secrets-hash`; see `docs/options.md` for `[railpack]`",
    )
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
        for (key, _) in value.get_ref().as_table().into_iter().flatten() {
            origins.insert(key.get_ref().to_string(), origin(key.span().start));
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_the_lines_of_keys() {
        let text = "allow = []\n\n[transpile]\nsecret-id = { A = \"b\" }\n[image]\n\nuser = 1001\n";
        let origins = origins(Path::new("x.toml"), text);
        for (option, line) in [("allow", 1), ("secret-id", 4), ("user", 7)] {
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

    #[test]
    fn messages_about_values_are_one_line_without_types_of_rust() {
        for (json, toml, message) in [
            (
                r#"{"image": {"healthcheck": {"retries": "many"}}}"#,
                "[image]\nhealthcheck = { retries = 'many' }",
                "invalid type: string \"many\", expected a whole number; in `retries`",
            ),
            (
                r#"{"image": {"healthcheck": {"retries": -1}}}"#,
                "[image]\nhealthcheck = { retries = -1 }",
                "invalid value: integer `-1`, expected a whole number; in `retries`",
            ),
            (
                r#"{"transpile": {"output-version": 5000000000}}"#,
                "[transpile]\noutput-version = 5000000000",
                "the number `5000000000` is too large",
            ),
            (
                r#"{"transpile": {"output-version": 1.5}}"#,
                "[transpile]\noutput-version = 1.5",
                "invalid type: floating point `1.5`, expected a whole number",
            ),
            (r#"{"railpack": {"command": 3}}"#, "[railpack]\ncommand = 3", "expected a string or an array of strings"),
        ] {
            assert_eq!(Config::parse_json(json).unwrap_err().message, format!("the options: {message}"));
            let found = syntax_error(Path::new("x"), toml, &Config::parse(toml).unwrap_err());
            assert!(found.message.ends_with(&format!(": {message}")), "{}", found.message);
        }
        let error = Config::parse_json("1").unwrap_err();
        assert_eq!(error.message, "the options: invalid type: integer `1`, expected a table");
        assert!(Config::parse_json("{} {}").is_err() && Config::parse_json("[]").is_err());
    }

    #[test]
    fn unknown_keys_get_a_suggestion() {
        for (text, message, help) in [
            (
                "[transpile]\nsecret-scope = 1",
                "`x`, line 2, column 1: unknown key `secret-scope`",
                "did you mean `secrets-scope`?",
            ),
            ("alow = []", "`x`, line 1, column 1: unknown key `alow`", "did you mean `allow`?"),
        ] {
            let error = Config::parse(text).unwrap_err();
            let found = syntax_error(Path::new("x"), text, &error);
            assert_eq!((found.message.as_str(), found.help.as_deref()), (message, Some(help)));
        }
    }
}
