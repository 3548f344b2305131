//! The values of secrets: from the environment, then from `--env-file` and `--secret` in the order of the
//! command line. Every command finds them in the same way.

mod args;
mod env_file;
mod flag;
mod references;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::secrets::{LARGEST, Values};
use railpack2docker::{Code, Diagnostic, Options, SecretUsage, unknown_secret};

use crate::failure::Failure;
use crate::files::read::read_error;
pub(crate) use args::SecretArgs;
use args::Source;
use flag::{From, SecretFlag};

/// The values of the secrets that a build needs, and where each was found.
#[derive(Debug, Default)]
pub(crate) struct FoundSecrets {
    pub(crate) values: Values,
    pub(crate) origins: BTreeMap<String, Origin>,
}

/// The place where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In this environment variable.
    Variable(String),
    /// In this file, which contains nothing else.
    File(PathBuf),
    /// In this file of variables.
    EnvFile(PathBuf),
    /// On the command line.
    Argument,
}

impl Origin {
    fn describe(&self) -> String {
        match self {
            Self::Variable(name) => format!("the environment variable `{name}`"),
            Self::File(path) | Self::EnvFile(path) => format!("`{}`", path.display()),
            Self::Argument => "`--secret`".to_owned(),
        }
    }
}

impl FoundSecrets {
    /// The values of all secrets that a command mounts. A missing one is empty, as in the build.
    pub(crate) fn completed(&self, usage: &SecretUsage) -> Values {
        usage.mounted().map(|name| (name, self.values.get(name).unwrap_or_default())).collect()
    }

    /// The files that values were found in.
    pub(crate) fn files(&self) -> Vec<&Path> {
        let files = self.origins.values().filter_map(|origin| match origin {
            Origin::File(path) | Origin::EnvFile(path) => Some(path.as_path()),
            Origin::Variable(_) | Origin::Argument => None,
        });
        files.collect()
    }
}

/// The values of secrets to search for, and the secrets without a value.
#[derive(Debug, Default)]
pub(crate) struct KnownSecrets {
    pub(crate) values: Values,
    /// The names without a value, each with the places where it was looked for.
    pub(crate) missing: Vec<(String, String)>,
}

impl SecretArgs {
    /// Finds the value of each secret that a command mounts. One error names all that are missing or empty.
    /// The plan's other secrets are ignored.
    pub(crate) fn find(&self, usage: &SecretUsage, options: &Options) -> Result<FoundSecrets, Failure> {
        self.find_for_build(usage, None, options)
    }

    /// Finds the same values, and the key of the hash layer if the Dockerfile mounts one.
    pub(crate) fn find_with_key(&self, usage: &SecretUsage, options: &Options) -> Result<FoundSecrets, Failure> {
        self.find_for_build(usage, usage.hash_key(), options)
    }

    /// Finds the values of the secrets of a plan, and those of other secrets that the arguments name. Without a plan,
    /// each variable of an env file is a secret.
    pub(crate) fn find_known(&self, plan: Option<&SecretUsage>) -> Result<KnownSecrets, Failure> {
        let sources = self.read()?;
        let mut names: BTreeSet<&str> = plan.into_iter().flat_map(SecretUsage::names_of_plan).collect();
        for source in &sources {
            match source {
                ReadSource::Secret(flag) => drop(names.insert(&flag.name)),
                ReadSource::EnvFile(_, variables) if plan.is_none() => {
                    names.extend(variables.keys().map(String::as_str));
                }
                ReadSource::EnvFile(..) => {}
            }
        }
        let search = Search::new(names).search(&sources)?;
        let mut missing: Vec<(String, String)> = Vec::new();
        let mut values = Values::default();
        for name in &search.names {
            match search.found.get(name) {
                None => missing.push(((*name).to_owned(), search.misses_of(name))),
                Some((value, origin)) if value.is_empty() && !self.allow_empty => {
                    missing.push(((*name).to_owned(), format!("it is empty in {}", origin.describe())));
                }
                Some((value, _)) => values.insert(*name, value.clone()),
            }
        }
        Ok(KnownSecrets { values, missing })
    }

    fn find_for_build(
        &self,
        usage: &SecretUsage,
        key: Option<&str>,
        options: &Options,
    ) -> Result<FoundSecrets, Failure> {
        let sources = self.read()?;
        let search = Search::new(usage.mounted().chain(key).collect()).search(&sources)?;
        let unknown = search.unknown.iter().filter(|unknown| usage.names_of_plan().all(|name| name != **unknown));
        let unknown: Vec<Diagnostic> = unknown.map(|name| unknown_secret(name, usage.names_of_plan())).collect();
        if !unknown.is_empty() {
            return Err(Failure::Errors(unknown));
        }
        search.finish(usage, key, options.optional_secrets, self.allow_empty)
    }

    /// Reads and parses the sources.
    fn read(&self) -> Result<Vec<ReadSource>, Failure> {
        let read = |source: &Source| match source {
            Source::EnvFile(path) => Ok(ReadSource::EnvFile(path.clone(), env_file::read(path)?.into_iter().collect())),
            Source::Secret(text) => SecretFlag::parse(text.as_str()).map(ReadSource::Secret).map_err(|malformed| {
                Diagnostic::new(Code::MalformedSecret, malformed.to_string())
                    .with_help("pass `NAME`, `NAME=VALUE` or `id=NAME[,env=VAR][,src=FILE]`")
                    .into()
            }),
        };
        self.sources.iter().map(read).collect()
    }
}

/// A source that was read. It contains values, so it has no `Debug`.
enum ReadSource {
    EnvFile(PathBuf, BTreeMap<String, String>),
    Secret(SecretFlag),
}

struct Search<'a> {
    /// The secrets to find.
    names: BTreeSet<&'a str>,
    found: BTreeMap<&'a str, (Vec<u8>, Origin)>,
    /// The places where a value was looked for but not found, by name.
    misses: BTreeMap<&'a str, Vec<String>>,
    /// Names of `--secret` that are not among the secrets to find.
    unknown: Vec<String>,
}

impl<'a> Search<'a> {
    fn new(names: BTreeSet<&'a str>) -> Self {
        let mut this = Self { names, found: BTreeMap::new(), misses: BTreeMap::new(), unknown: Vec::new() };
        for name in this.names.clone() {
            this.add_variable(name, name);
        }
        this
    }

    /// Adds the values of all sources, in order.
    fn search(mut self, sources: &[ReadSource]) -> Result<Self, Failure> {
        for source in sources {
            match source {
                ReadSource::EnvFile(path, variables) => self.add_env_file(path, variables),
                ReadSource::Secret(flag) => self.add_flag(flag)?,
            }
        }
        Ok(self)
    }

    fn set(&mut self, name: &'a str, value: Vec<u8>, origin: Origin) {
        self.found.insert(name, (value, origin));
    }

    /// Reads an environment variable. If it is not set, a value from elsewhere is dropped: a secret never
    /// silently comes from a source other than the last one given.
    fn add_variable(&mut self, name: &'a str, variable: &str) {
        match variable_value(variable) {
            Some(value) => self.set(name, value, Origin::Variable(variable.to_owned())),
            None => {
                self.found.remove(name);
                let misses = self.misses.entry(name).or_default();
                misses.push(format!("environment variable `{variable}` is not set"));
                misses.dedup();
            }
        }
    }

    fn add_env_file(&mut self, path: &Path, variables: &BTreeMap<String, String>) {
        for name in self.names.clone() {
            match variables.get(name) {
                Some(value) => self.set(name, value.clone().into_bytes(), Origin::EnvFile(path.to_owned())),
                None => self.misses.entry(name).or_default().push(format!("not in `{}`", path.display())),
            }
        }
    }

    fn add_flag(&mut self, flag: &SecretFlag) -> Result<(), Failure> {
        let Some(name) = self.names.get(flag.name.as_str()).copied() else {
            self.unknown.push(flag.name.clone());
            return Ok(());
        };
        match &flag.from {
            From::Variable(variable) => self.add_variable(name, variable),
            From::Value(value) => self.set(name, value.clone().into_bytes(), Origin::Argument),
            From::File(path) => self.add_file(name, path.clone())?,
            From::VariableOrFile if variable_value(name).is_none() && Path::new(name).exists() => {
                self.add_file(name, name.into())?;
            }
            From::VariableOrFile => self.add_variable(name, name),
        }
        Ok(())
    }

    fn add_file(&mut self, name: &'a str, path: PathBuf) -> Result<(), Failure> {
        let mut value = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut value));
        if let Err(error) = read {
            let message = format!("can't read the secret `{name}` from `{}`: {}", path.display(), read_error(&error));
            return Err(Diagnostic::new(Code::UnreadableSecret, message).into());
        }
        self.set(name, value, Origin::File(path));
        Ok(())
    }

    /// The places where a value was looked for but not found.
    fn misses_of(&self, name: &str) -> String {
        self.misses.get(name).map(|misses| misses.join(", ")).unwrap_or_default()
    }

    fn finish(
        self,
        usage: &SecretUsage,
        key: Option<&str>,
        is_optional: bool,
        allow_empty: bool,
    ) -> Result<FoundSecrets, Failure> {
        // the key of the hash layer is never optional
        let names = usage.mounted().map(|name| (name, is_optional)).chain(key.map(|key| (key, false)));
        let problems: Vec<String> = names
            .filter_map(|(name, is_optional)| match self.found.get(name) {
                None if is_optional => None,
                None => Some(format!("`{name}` is missing ({})", self.misses_of(name))),
                Some((value, origin)) if value.is_empty() && !is_optional && !allow_empty => {
                    Some(format!("`{name}` is empty (in {})", origin.describe()))
                }
                Some(_) => None,
            })
            .collect();
        if !problems.is_empty() {
            return Err(incomplete(&problems, self.names.len()).into());
        }
        let mut found = FoundSecrets::default();
        for (name, (value, origin)) in self.found {
            if value.len() > LARGEST {
                let message = format!("the secret `{name}` is larger than {} KiB, BuildKit's limit", LARGEST >> 10);
                return Err(Diagnostic::new(Code::LargeSecret, message)
                    .with_help("fetch the data in the command that needs it, with a token as the secret")
                    .into());
            }
            found.values.insert(name, value);
            found.origins.insert(name.to_owned(), origin);
        }
        Ok(found)
    }
}

fn incomplete(problems: &[String], count: usize) -> Diagnostic {
    let secrets = if count == 1 { "secret" } else { "secrets" };
    let have = if problems.len() == 1 { "has" } else { "have" };
    let message = format!("{} of {count} {secrets} {have} no value: {}", problems.len(), problems.join("; "));
    Diagnostic::new(Code::MissingSecret, message).with_help(
        "set the variables, or pass `--env-file FILE` or `--secret id=NAME,src=FILE`; `--allow-empty` accepts empty values",
    )
}

/// Whether an environment variable has a value that is not empty.
pub(crate) fn is_set(name: &str) -> bool {
    variable_value(name).is_some_and(|value| !value.is_empty())
}

/// The value of an environment variable.
pub(crate) fn variable_value(name: &str) -> Option<Vec<u8>> {
    // no variable has such a name, and `var_os` may panic
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
}
