//! Whether docker is there, and what to do when it is not.

use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};

use super::super::key;
use crate::Diagnostic;

/// The program.
pub(super) const PROGRAM: &str = "docker";

/// Checks that docker and its buildx are installed and that an engine answers. A builder that
/// `more` names is not looked at.
pub(super) fn check(more: &[OsString]) -> Result<(), Diagnostic> {
    if ask(&["buildx", "version"])?.is_err() {
        return Err(Diagnostic::new(Code::NoDocker, "this docker has no buildx")
            .with_help("install the plugin `docker-buildx-plugin`: https://github.com/docker/buildx#installing"));
    }
    if more.iter().any(|argument| argument.as_encoded_bytes().starts_with(b"--builder")) {
        return Ok(());
    }
    let Err(said) = ask(&["version", "--format", "{{.Server.Version}}"])? else { return Ok(()) };
    if ask(&["buildx", "inspect"])?.is_ok_and(|about| is_elsewhere(&about)) {
        return Ok(());
    }
    let said = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason is given").to_owned();
    Err(Diagnostic::new(Code::NoDocker, format!("no Docker Engine answers: {said}")).with_help(
        "start it, with Docker Desktop or `sudo systemctl start docker`, or name another with DOCKER_HOST or `docker context use`",
    ))
}

/// Runs docker, and gives what it says: on standard output, or on standard error where it fails.
fn ask(arguments: &[&str]) -> Result<Result<String, String>, Diagnostic> {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .env_remove(key::VARIABLE)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_run(&error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

/// Whether a builder needs no engine on this machine.
fn is_elsewhere(about: &str) -> bool {
    about.lines().filter_map(|line| line.strip_prefix("Driver:")).any(|driver| {
        let driver = driver.trim();
        driver == "remote" || driver == "kubernetes" || driver == "cloud"
    })
}

/// Why docker can't be started.
pub(super) fn cannot_run(error: &io::Error) -> Diagnostic {
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new(Code::NoDocker, "there is no program `docker` on PATH")
            .with_help("install Docker: https://docs.docker.com/engine/install/"),
        io::ErrorKind::ArgumentListTooLong => {
            Diagnostic::new(Code::NoDocker, "can't run `docker`: the environment and the arguments are too long")
                .with_help("write large secrets to files, and pass `--secret id=NAME,src=FILE`")
        }
        _ => Diagnostic::new(Code::NoDocker, format!("can't run `docker`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_elsewhere_needs_no_engine_here() {
        assert!(is_elsewhere("Name:   far\nDriver: remote\n\nNodes:\n"));
        assert!(!is_elsewhere("Name:   default\nDriver: docker\n"));
        assert!(!is_elsewhere("Name:   x\nDriver: docker-container\n"));
    }
}
