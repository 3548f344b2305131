//! The command line and the environment of `docker buildx build`. A value is only ever in the
//! environment.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process;

use fs_err as fs;

use super::super::key;
use super::super::sources::{Found, Origin, variable_value};
use super::docker::PROGRAM;
use crate::dockerfile::{csv_field, shell_word};
use crate::options::SecretMount;
use crate::secrets::{Values, bundle};
use crate::{Diagnostic, Options};

/// The most bytes that Linux takes for a variable, with its name, `=` and a NUL.
const LONGEST_VARIABLE: usize = 128 * 1024;

/// Goes in front of the name of a secret in docker's environment, where the secret is not there
/// anyway. So no secret changes what docker itself does, be its name `PATH` or `DOCKER_HOST`.
const PREFIX: &str = "RAILPACK2DOCKER_SECRET_";

/// The optional secret of `mise install`.
const TOKEN: &str = "GITHUB_TOKEN";

/// What the command is made of.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) found: &'a Found,
    /// Those of the Dockerfile, which say how it takes the secrets.
    pub(super) options: &'a Options,
    pub(super) hash: Option<&'a str>,
    /// What the user adds.
    pub(super) more: &'a [OsString],
    pub(super) context: &'a Path,
}

/// A command that can be run.
pub(super) struct Command {
    arguments: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    /// Whether one of the secrets is in the variable of the key.
    shows_key: bool,
}

impl Command {
    /// The command that builds a Dockerfile. A value that no variable can hold is an error.
    pub(super) fn new(file: &Path, parts: &Parts<'_>) -> Result<Self, Diagnostic> {
        let mut arguments: Vec<OsString> = ["buildx", "build", "-f"].map(OsString::from).to_vec();
        arguments.push(not_an_option(file));
        let mut this = Self { arguments, variables: Vec::new(), shows_key: false };
        match &parts.options.secret_mount {
            SecretMount::Bundle(id) => this.pass_bundle(id, &parts.found.values)?,
            SecretMount::Env | SecretMount::File => this.pass_each(parts)?,
        }
        if parts.options.github_token && !parts.found.origins.contains_key(TOKEN) && variable_value(TOKEN).is_some() {
            this.secret(id_of(parts, TOKEN), &format!("env={TOKEN}"));
        }
        if let Some(ssh) = &parts.options.ssh
            && !parts.more.iter().any(|argument| argument.as_encoded_bytes().starts_with(b"--ssh"))
        {
            this.arguments.extend(["--ssh".into(), OsString::from(&ssh.id)]);
        }
        if let Some(hash) = parts.hash {
            this.arguments.extend(["--build-arg".into(), format!("SECRETS_HASH={hash}").into()]);
        }
        this.arguments.extend(parts.more.iter().cloned());
        this.arguments.push(not_an_option(parts.context));
        Ok(this)
    }

    fn pass_each(&mut self, parts: &Parts<'_>) -> Result<(), Diagnostic> {
        for (name, origin) in &parts.found.origins {
            let value = parts.found.values.get(name).unwrap_or_default();
            if value.contains(&0) {
                return Err(impossible(name, "holds a NUL byte, which no environment variable can")
                    .with_help("encode it, for example in base64, and decode it in the command that needs it"));
            }
            let location = match origin {
                Origin::Variable(variable) => {
                    self.shows_key |= variable == key::VARIABLE;
                    format!("env={variable}")
                }
                Origin::File(path) if is_regular(path) => format!("src={}", absolute(path)?),
                Origin::File(_) | Origin::EnvFile(_) | Origin::Argument => {
                    let help = format!("write it to a file, and pass `--secret id={name},src=FILE`");
                    format!("env={}", self.set(name, value).map_err(|found| found.with_help(help))?)
                }
            };
            self.secret(id_of(parts, name), &location);
        }
        Ok(())
    }

    fn pass_bundle(&mut self, id: &str, values: &Values) -> Result<(), Diagnostic> {
        if values.iter().next().is_none() {
            return Ok(());
        }
        let bundle = bundle(values).map_err(|error| Diagnostic::new(Code::InvalidBundle, error.to_string()))?;
        let help = "pass the secrets one by one";
        let variable = self.set(id, bundle.as_bytes()).map_err(|found| found.with_help(help))?;
        self.secret(id, &format!("env={variable}"));
        Ok(())
    }

    fn secret(&mut self, id: &str, location: &str) {
        let fields = [csv_field(&format!("id={id}")), csv_field(location)].join(",");
        self.arguments.extend(["--secret".into(), fields.into()]);
    }

    /// Sets a variable of docker's environment to a value, and gives the variable's name.
    fn set(&mut self, name: &str, value: &[u8]) -> Result<String, Diagnostic> {
        let mut variable = format!("{PREFIX}{name}");
        while variable_value(&variable).is_some() || self.variables().any(|taken| taken == variable) {
            variable.push('_');
        }
        if variable.len() + value.len() + 2 > LONGEST_VARIABLE {
            let why = format!("has {} bytes, too many for an environment variable", value.len());
            return Err(impossible(name, &why));
        }
        let value = os_string(value).ok_or_else(|| impossible(name, "is not UTF-8"))?;
        self.variables.push((variable.clone(), value));
        Ok(variable)
    }

    /// The names of the variables that are set for docker.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    /// The command as a shell reads it, with no value in it.
    pub(super) fn shown(&self) -> String {
        let words = self.arguments.iter().map(|word| shell_word(&word.to_string_lossy(), false));
        std::iter::once(PROGRAM.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// The command as a process that can be started.
    pub(super) fn process(&self) -> process::Command {
        let mut process = process::Command::new(PROGRAM);
        process.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        if !self.shows_key {
            process.env_remove(key::VARIABLE);
        }
        process
    }
}

/// What a secret is called in the build.
fn id_of<'a>(parts: &Parts<'a>, name: &'a str) -> &'a str {
    parts.options.secret_ids.get(name).map_or(name, String::as_str)
}

fn impossible(name: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::UnusableSecret, format!("the secret `{name}` {why}"))
}

/// Whether docker can read a file again: it can't where the file is a pipe, as `<(…)` is.
fn is_regular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn absolute(path: &Path) -> Result<String, Diagnostic> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Diagnostic::new(Code::UnusableSecret, format!("the path `{}` of a secret is not UTF-8", path.display()))
    })
}

fn not_an_option(path: &Path) -> OsString {
    if path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        // with this slash on Windows, too
        return [OsStr::new("./"), path.as_os_str()].into_iter().collect();
    }
    path.as_os_str().to_owned()
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn os_string(value: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(value).to_owned())
}

#[cfg(not(unix))]
fn os_string(value: &[u8]) -> Option<OsString> {
    std::str::from_utf8(value).ok().map(|text| OsStr::new(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Values;

    fn command(secrets: &[(&str, &str, Origin)], options: &Options) -> Result<Command, Diagnostic> {
        let values: Values = secrets.iter().map(|(name, value, _)| (*name, *value)).collect();
        let origins = secrets.iter().map(|(name, _, origin)| ((*name).to_owned(), origin.clone())).collect();
        let found = Found { values, origins };
        let more = ["-t", "a b"].map(OsString::from);
        let parts = Parts { found: &found, options, hash: Some("123"), more: &more, context: Path::new(".") };
        Command::new(Path::new("-f"), &parts)
    }

    #[test]
    fn a_value_is_in_the_environment_alone() {
        let secrets = [
            ("A", "hunter2", Origin::Argument),
            ("A,B", "swordfish", Origin::Variable("C".to_owned())),
            ("PATH", "xyzzy", Origin::EnvFile(".env".into())),
        ];
        let made = command(&secrets, &Options::default()).unwrap();
        assert_eq!(
            made.shown(),
            "docker buildx build -f ./-f --secret id=A,env=RAILPACK2DOCKER_SECRET_A --secret '\"id=A,B\",env=C' \
             --secret id=PATH,env=RAILPACK2DOCKER_SECRET_PATH --build-arg SECRETS_HASH=123 -t 'a b' ."
        );
        let process = made.process();
        let set: Vec<_> = process.get_envs().map(|(name, value)| (name.to_str().unwrap(), value)).collect();
        assert_eq!(
            set,
            [
                ("RAILPACK2DOCKER_HASH_KEY", None),
                ("RAILPACK2DOCKER_SECRET_A", Some(OsStr::new("hunter2"))),
                ("RAILPACK2DOCKER_SECRET_PATH", Some(OsStr::new("xyzzy"))),
            ]
        );
    }

    #[test]
    fn what_no_variable_can_hold_is_refused() {
        for value in ["a\0b".to_owned(), "x".repeat(LONGEST_VARIABLE)] {
            let made = command(&[("A", &value, Origin::Argument)], &Options::default());
            assert_eq!(made.err().unwrap().code, "unusable-secret");
        }
    }

    #[test]
    fn secrets_are_called_as_in_the_dockerfile() {
        let secrets = [("A", "1", Origin::Variable("B".to_owned())), ("C", "2", Origin::Argument)];
        let secret_ids = [("A", "a"), ("C", "c d")].map(|(name, id)| (name.to_owned(), id.to_owned())).into();
        let ssh = Some(crate::Ssh { id: "default".to_owned(), steps: Vec::new() });
        let made = command(&secrets, &Options { secret_ids, ssh, ..Options::default() }).unwrap();
        let expected = "--secret id=a,env=B --secret 'id=c d,env=RAILPACK2DOCKER_SECRET_C' --ssh default --build-arg";
        assert!(made.shown().contains(expected), "{}", made.shown());

        let secret_mount = SecretMount::Bundle("ALL".to_owned());
        let made = command(&secrets, &Options { secret_mount, ..Options::default() }).unwrap();
        let expected = "-f ./-f --secret id=ALL,env=RAILPACK2DOCKER_SECRET_ALL --build-arg";
        assert!(made.shown().contains(expected), "{}", made.shown());
        assert_eq!(made.variables.len(), 1);
    }
}
