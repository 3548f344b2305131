//! Where the values of secrets come from, the same for every command: the environment, then
//! `--env-file` and `--secret` in the order of the command line.

mod env_file;
mod flag;
mod given;

use std::collections::BTreeMap;
use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::files::{Failure, why_unreadable};
use crate::Diagnostic;
use crate::secrets::{LARGEST, Values};
use flag::{From, SecretFlag};
use given::Source;
pub(super) use given::SourceArgs;

/// What need not be there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lenience {
    pub(super) missing: bool,
    pub(super) empty: bool,
}

/// The values of a plan's secrets, and where each was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) values: Values,
    pub(super) origins: BTreeMap<String, Origin>,
}

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In this variable of the environment.
    Variable(String),
    /// In this file, as a whole.
    File(PathBuf),
    /// In this file of variables.
    EnvFile(PathBuf),
    /// On the command line.
    Argument,
}

impl Origin {
    fn shown(&self) -> String {
        match self {
            Self::Variable(name) => format!("the environment variable `{name}`"),
            Self::File(path) | Self::EnvFile(path) => format!("`{}`", path.display()),
            Self::Argument => "`--secret`".to_owned(),
        }
    }
}

impl Found {
    /// The files that values were found in.
    pub(super) fn files(&self) -> Vec<&Path> {
        let files = self.origins.values().filter_map(|origin| match origin {
            Origin::File(path) | Origin::EnvFile(path) => Some(path.as_path()),
            Origin::Variable(_) | Origin::Argument => None,
        });
        files.collect()
    }
}

impl SourceArgs {
    /// The values of a plan's secrets. One error names every secret that is missing or empty.
    pub(super) fn find(&self, names: &[String], lenience: Lenience) -> Result<Found, Failure> {
        let lenience = Lenience { empty: lenience.empty || self.allow_empty, ..lenience };
        let mut search = Search::new(names);
        for source in &self.given {
            match source {
                Source::EnvFile(path) => search.env_file(path)?,
                Source::Secret(text) => {
                    let flag = SecretFlag::parse(text.as_str()).map_err(|malformed| {
                        Diagnostic::new(Code::MalformedSecret, malformed.to_string())
                            .with_help("write `NAME`, `NAME=VALUE` or `id=NAME[,env=VAR][,src=FILE]`")
                    })?;
                    search.flag(flag)?;
                }
            }
        }
        search.finish(lenience)
    }
}

struct Search<'a> {
    names: &'a [String],
    found: BTreeMap<&'a str, (Vec<u8>, Origin)>,
    /// For each name without a value, where it was looked for.
    looked: BTreeMap<&'a str, Vec<String>>,
    /// Names that the plan does not have.
    unknown: Vec<Diagnostic>,
}

impl<'a> Search<'a> {
    fn new(names: &'a [String]) -> Self {
        let mut this = Self { names, found: BTreeMap::new(), looked: BTreeMap::new(), unknown: Vec::new() };
        for name in names {
            this.variable(name, name);
        }
        this
    }

    fn set(&mut self, name: &'a str, value: Vec<u8>, origin: Origin) {
        self.found.insert(name, (value, origin));
    }

    /// Looks into a variable of the environment. A value from elsewhere is forgotten: a secret
    /// that is asked for there is not taken from another place without a word.
    fn variable(&mut self, name: &'a str, variable: &str) {
        match variable_value(variable) {
            Some(value) => self.set(name, value, Origin::Variable(variable.to_owned())),
            None => {
                self.found.remove(name);
                let looked = self.looked.entry(name).or_default();
                looked.push(format!("there is no environment variable `{variable}`"));
                looked.dedup();
            }
        }
    }

    fn env_file(&mut self, path: &Path) -> Result<(), Failure> {
        let variables: BTreeMap<String, String> = env_file::read(path)?.into_iter().collect();
        for name in self.names {
            match variables.get(name) {
                Some(value) => self.set(name, value.clone().into_bytes(), Origin::EnvFile(path.to_owned())),
                None => self.looked.entry(name).or_default().push(format!("not in `{}`", path.display())),
            }
        }
        Ok(())
    }

    fn flag(&mut self, flag: SecretFlag) -> Result<(), Failure> {
        let Some(name) = self.names.iter().find(|name| **name == flag.name) else {
            self.unknown.push(self.unknown_name(&flag.name));
            return Ok(());
        };
        match flag.from {
            From::Variable(variable) => self.variable(name, &variable),
            From::Value(value) => self.set(name, value.into_bytes(), Origin::Argument),
            From::File(path) => self.file(name, path)?,
            From::VariableOrFile if variable_value(name).is_none() && Path::new(name).exists() => {
                self.file(name, name.into())?;
            }
            From::VariableOrFile => self.variable(name, name),
        }
        Ok(())
    }

    fn file(&mut self, name: &'a str, path: PathBuf) -> Result<(), Failure> {
        let mut value = Vec::new();
        let read = fs::File::open(&path).and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut value));
        if let Err(error) = read {
            let message =
                format!("can't read the secret `{name}` from `{}`: {}", path.display(), why_unreadable(&error));
            return Err(Diagnostic::new(Code::UnreadableSecret, message).into());
        }
        self.set(name, value, Origin::File(path));
        Ok(())
    }

    fn unknown_name(&self, name: &str) -> Diagnostic {
        let known = self.names.iter().map(String::as_str);
        let found = Diagnostic::new(Code::NoSuchSecret, format!("the plan has no secret `{name}`"))
            .with_suggestion(name, known.clone());
        match (&found.help, self.names) {
            (Some(_), _) => found,
            (None, []) => found.with_help("the plan lists no secrets"),
            (None, _) => found.with_help(format!("its secrets are `{}`", known.collect::<Vec<_>>().join("`, `"))),
        }
    }

    fn finish(self, lenience: Lenience) -> Result<Found, Failure> {
        if !self.unknown.is_empty() {
            return Err(Failure::Found(self.unknown));
        }
        let wanting: Vec<String> = self.names.iter().filter_map(|name| self.wanting(name, lenience)).collect();
        if !wanting.is_empty() {
            return Err(incomplete(&wanting, self.names.len()).into());
        }
        let mut found = Found { values: Values::default(), origins: BTreeMap::new() };
        for (name, (value, origin)) in self.found {
            if value.len() > LARGEST {
                let message = format!("the secret `{name}` is larger than {} KiB", LARGEST >> 10);
                return Err(Diagnostic::new(Code::LargeSecret, message)
                    .with_help("this is what BuildKit takes; have the command fetch it, with a token as the secret")
                    .into());
            }
            found.values.insert(name, value);
            found.origins.insert(name.to_owned(), origin);
        }
        Ok(found)
    }

    /// Why a secret can't be used as it is.
    fn wanting(&self, name: &str, lenience: Lenience) -> Option<String> {
        match self.found.get(name) {
            None if lenience.missing => None,
            None => {
                let looked = self.looked.get(name).map(|looked| looked.join(", ")).unwrap_or_default();
                Some(format!("`{name}` is missing ({looked})"))
            }
            Some((value, origin)) if value.is_empty() && !lenience.empty => {
                Some(format!("`{name}` is empty (in {})", origin.shown()))
            }
            Some(_) => None,
        }
    }
}

fn incomplete(wanting: &[String], of: usize) -> Diagnostic {
    let secrets = if of == 1 { "secret" } else { "secrets" };
    let have = if wanting.len() == 1 { "has" } else { "have" };
    let message = format!("{} of {of} {secrets} {have} no value: {}", wanting.len(), wanting.join("; "));
    Diagnostic::new(Code::MissingSecret, message).with_help(
        "set the variables, or pass `--env-file FILE` or `--secret id=NAME,src=FILE`; `--allow-empty` accepts the empty ones",
    )
}

/// The bytes of a variable of the environment.
pub(super) fn variable_value(name: &str) -> Option<Vec<u8>> {
    // the name of no variable, and `var_os` may panic of it
    if name.is_empty() || name.contains(['=', '\0']) {
        return None;
    }
    env::var_os(name).map(std::ffi::OsString::into_encoded_bytes)
}
