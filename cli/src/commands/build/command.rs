//! The process `docker buildx build`: its command line and its environment. The values of secrets are only
//! in the environment.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process;

use fs_err as fs;
use railpack2docker::header::{BuildCommand, Destination, HashArg, LOAD, SecretFlag, SecretSource};
use railpack2docker::secrets::bundle;
use railpack2docker::{Code, Diagnostic, Options, SecretMount, SecretUsage, shell};

use super::{platforms, reproducible};
use crate::docker::PROGRAM;
use crate::options::key;
use crate::options::secret_sources::{FoundSecrets, Origin, variable_value};

/// Linux's size limit for a variable: its name, `=`, its value and a NUL.
const MAX_VARIABLE: usize = 128 * 1024;

/// The prefix for the name of a secret that is added to the environment, so that no secret changes what docker
/// does, even if its name is `PATH` or `DOCKER_HOST`.
const PREFIX: &str = "RAILPACK2DOCKER_SECRET_";

/// The optional secret of `mise install`.
const TOKEN: &str = "GITHUB_TOKEN";

/// The inputs of a build.
pub(in crate::commands) struct BuildInputs<'a> {
    pub(in crate::commands) usage: &'a SecretUsage,
    pub(in crate::commands) options: &'a Options,
    pub(in crate::commands) found: &'a FoundSecrets,
    /// The value of the build arg `SECRETS_HASH`.
    pub(in crate::commands) hash: Option<String>,
    /// The user's own arguments.
    pub(in crate::commands) more: &'a [OsString],
    pub(in crate::commands) context: &'a Path,
}

/// A build that can be started.
pub(in crate::commands) struct DockerBuild {
    command: BuildCommand,
    environment: Environment,
}

/// The variables that are added to the environment of docker.
#[derive(Default)]
struct Environment {
    variables: Vec<(String, OsString)>,
    /// Whether a secret is in the variable of the key.
    needs_key: bool,
}

impl DockerBuild {
    /// The build, without its Dockerfile. Fails for a value that can't be passed.
    pub(in crate::commands) fn new(inputs: &BuildInputs<'_>) -> Result<Self, Diagnostic> {
        let BuildInputs { usage, options, found, .. } = inputs;
        let mut environment = Environment::default();
        let mut command = BuildCommand::default();
        command.secrets = match &options.secret_mount {
            SecretMount::Bundle(id) => environment.bundle(id, usage, found)?.into_iter().collect(),
            _ => environment.secrets(usage, found)?,
        };
        command.secrets.extend(environment.hash_key(usage, found)?);
        if options.github_token && !found.origins.contains_key(TOKEN) && variable_value(TOKEN).is_some() {
            let source = SecretSource::Variable(TOKEN.to_owned());
            command.secrets.push(SecretFlag { id: usage.id(TOKEN).to_owned(), source });
        }
        command.platforms = platforms::flag(inputs.more, options);
        let has_ssh = inputs.more.iter().any(|argument| argument.as_encoded_bytes().starts_with(b"--ssh"));
        command.ssh = options.ssh.as_ref().filter(|_| !has_ssh).map(|ssh| ssh.id.clone());
        command.secrets_hash = inputs.hash.clone().map(HashArg::Value);
        if options.reproducible {
            command.source_date = reproducible::source_date(inputs.more)?;
            command.destination = reproducible::destination(inputs.more)?;
        }
        command.more = inputs.more.to_vec();
        command.context = inputs.context.into();
        Ok(Self { command, environment })
    }

    /// The build of this Dockerfile.
    pub(in crate::commands) fn with_file(mut self, file: &Path) -> Self {
        self.command.file = Some(file.into());
        self
    }

    /// The arguments of docker.
    fn arguments(&self) -> impl Iterator<Item = OsString> {
        ["buildx", "build"].into_iter().map(OsString::from).chain(self.command.arguments())
    }

    /// The names of the variables that are added to the environment.
    pub(in crate::commands) fn variables(&self) -> impl Iterator<Item = &str> {
        self.environment.variables.iter().map(|(name, _)| name.as_str())
    }

    /// The command for a shell, without values of secrets.
    pub(in crate::commands) fn shell_command(&self) -> String {
        let words = self.arguments().map(|word| shell::word(&word.to_string_lossy()));
        let command = std::iter::once(PROGRAM.to_owned()).chain(words).collect::<Vec<_>>().join(" ");
        if self.is_loaded() { format!("{command} | {}", LOAD.join(" ")) } else { command }
    }

    /// Whether `docker load` reads the standard output.
    pub(in crate::commands) fn is_loaded(&self) -> bool {
        self.command.destination == Destination::Load
    }

    /// The process to start.
    pub(in crate::commands) fn process(&self) -> process::Command {
        let mut process = process::Command::new(PROGRAM);
        process.args(self.arguments()).envs(self.environment.variables.iter().map(|(name, value)| (name, value)));
        if !self.environment.needs_key {
            process.env_remove(key::VARIABLE);
        }
        process
    }
}

impl Environment {
    /// The flags for the secrets that were found, in the plan's order.
    fn secrets(&mut self, usage: &SecretUsage, found: &FoundSecrets) -> Result<Vec<SecretFlag>, Diagnostic> {
        let mut flags = Vec::new();
        for name in usage.mounted() {
            let Some(origin) = found.origins.get(name) else { continue };
            let source = self.source(name, found.values.get(name).unwrap_or_default(), origin)?;
            flags.push(SecretFlag { id: usage.id(name).to_owned(), source });
        }
        Ok(flags)
    }

    /// The flag for the key of the hash layer. `None` if the Dockerfile mounts none.
    fn hash_key(&mut self, usage: &SecretUsage, found: &FoundSecrets) -> Result<Option<SecretFlag>, Diagnostic> {
        let Some((id, origin)) = usage.hash_key().and_then(|id| Some((id, found.origins.get(id)?))) else {
            return Ok(None);
        };
        let source = self.source(id, found.values.get(id).unwrap_or_default(), origin)?;
        Ok(Some(SecretFlag { id: id.to_owned(), source }))
    }

    fn source(&mut self, name: &str, value: &[u8], origin: &Origin) -> Result<SecretSource, Diagnostic> {
        if value.contains(&0) {
            return Err(unusable(name, "contains a NUL byte, which is not allowed in an environment variable")
                .with_help("encode it, for example in base64, and decode it in the command that needs it"));
        }
        Ok(match origin {
            Origin::Variable(variable) => {
                self.needs_key |= variable == key::VARIABLE;
                SecretSource::Variable(variable.clone())
            }
            Origin::File(path) if is_regular(path) => SecretSource::File(absolute(path)?),
            Origin::File(_) | Origin::EnvFile(_) | Origin::Argument => {
                let help = format!("write it to a file, and pass `--secret id={name},src=FILE`");
                SecretSource::Variable(self.add(name, value).map_err(|found| found.with_help(help))?)
            }
        })
    }

    /// The flag for the bundle of all secrets. `None` if there are none.
    fn bundle(
        &mut self,
        id: &str,
        usage: &SecretUsage,
        found: &FoundSecrets,
    ) -> Result<Option<SecretFlag>, Diagnostic> {
        let values = found.values.only(usage.mounted());
        if values.iter().next().is_none() {
            return Ok(None);
        }
        let bundle = bundle(&values).map_err(|error| Diagnostic::new(Code::InvalidBundle, error.to_string()))?;
        let help = "pass the secrets individually, with `--secret-mount env`";
        let variable = self.add(id, &bundle).map_err(|found| found.with_help(help))?;
        Ok(Some(SecretFlag { id: id.to_owned(), source: SecretSource::Variable(variable) }))
    }

    /// Adds a variable for a secret. The result is its name.
    fn add(&mut self, secret: &str, value: &[u8]) -> Result<String, Diagnostic> {
        let mut variable = format!("{PREFIX}{secret}");
        while variable_value(&variable).is_some() || self.variables.iter().any(|(name, _)| *name == variable) {
            variable.push('_');
        }
        if variable.len() + value.len() + 2 > MAX_VARIABLE {
            let why = format!("is {} bytes long, which is too long for an environment variable", value.len());
            return Err(unusable(secret, &why));
        }
        let value = os_string(value).ok_or_else(|| unusable(secret, "is not UTF-8"))?;
        self.variables.push((variable.clone(), value));
        Ok(variable)
    }
}

fn unusable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::UnusableSecret, format!("the secret `{name}` {why}"))
}

/// Whether docker can read a file again. It can't read a pipe, such as `<(…)`, a second time.
fn is_regular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn absolute(path: &Path) -> Result<String, Diagnostic> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Diagnostic::new(Code::UnusableSecret, format!("the path of a secret is not UTF-8: `{}`", path.display()))
    })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "fails on other systems")]
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
    use railpack2docker::secrets::Values;
    use railpack2docker::{Compilation, Ssh};

    fn build(secrets: &[(&str, &str, Origin)], options: &Options) -> Result<DockerBuild, Diagnostic> {
        let values: Values = secrets.iter().map(|(name, value, _)| (*name, *value)).collect();
        let origins = secrets.iter().map(|(name, _, origin)| ((*name).to_owned(), origin.clone())).collect();
        let names: Vec<&str> = secrets.iter().map(|(name, _, _)| *name).collect();
        let plan = serde_json::json!({
            "secrets": names,
            "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }] }],
            "deploy": { "base": { "step": "a" } },
        });
        let inputs = BuildInputs {
            usage: &Compilation::parse(&plan.to_string(), false).unwrap().secrets(options),
            options,
            found: &FoundSecrets { values, origins },
            hash: Some("123".to_owned()),
            more: &["-t", "a b"].map(OsString::from),
            context: Path::new("."),
        };
        Ok(DockerBuild::new(&inputs)?.with_file(Path::new("-f")))
    }

    #[test]
    fn a_value_is_in_the_environment_alone() {
        let secrets = [
            ("A", "hunter2", Origin::Argument),
            ("A,B", "swordfish", Origin::Variable("C".to_owned())),
            ("PATH", "xyzzy", Origin::EnvFile(".env".into())),
        ];
        let build = build(&secrets, &Options::default()).unwrap();
        assert_eq!(
            build.shell_command(),
            "docker buildx build -f ./-f --secret id=A,env=RAILPACK2DOCKER_SECRET_A --secret '\"id=A,B\",env=C' \
             --secret id=PATH,env=RAILPACK2DOCKER_SECRET_PATH --build-arg SECRETS_HASH=123 -t 'a b' ."
        );
        let process = build.process();
        let variables: Vec<_> = process.get_envs().map(|(name, value)| (name.to_str().unwrap(), value)).collect();
        assert_eq!(
            variables,
            [
                ("RAILPACK2DOCKER_HASH_KEY", None),
                ("RAILPACK2DOCKER_SECRET_A", Some(OsStr::new("hunter2"))),
                ("RAILPACK2DOCKER_SECRET_PATH", Some(OsStr::new("xyzzy"))),
            ]
        );
    }

    #[test]
    fn a_value_that_no_variable_can_contain_is_refused() {
        for value in ["a\0b".to_owned(), "x".repeat(MAX_VARIABLE)] {
            let build = build(&[("A", &value, Origin::Argument)], &Options::default());
            assert_eq!(build.err().unwrap().code, Code::UnusableSecret);
        }
    }

    #[test]
    fn secrets_have_the_ids_of_the_dockerfile() {
        let secrets = [("A", "1", Origin::Variable("B".to_owned())), ("C", "2", Origin::Argument)];
        let mut options = Options::default();
        options.secret_ids = [("A", "a"), ("C", "c d")].map(|(name, id)| (name.to_owned(), id.to_owned())).into();
        options.ssh = Some(Ssh { id: "default".to_owned(), steps: Vec::new() });
        let command = build(&secrets, &options).unwrap().shell_command();
        let expected = "--secret id=a,env=B --secret 'id=c d,env=RAILPACK2DOCKER_SECRET_C' --ssh default --build-arg";
        assert!(command.contains(expected), "{command}");

        let mut options = Options::default();
        options.secret_mount = SecretMount::Bundle("ALL".to_owned());
        let build = build(&secrets, &options).unwrap();
        let expected = "-f ./-f --secret id=ALL,env=RAILPACK2DOCKER_SECRET_ALL --build-arg";
        assert!(build.shell_command().contains(expected), "{}", build.shell_command());
        assert_eq!(build.variables().count(), 1);
    }
}
