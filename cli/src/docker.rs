//! The program `docker`, and checks that it can build.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::process::{Command, Stdio};

use railpack2docker::{Code, Diagnostic};

use crate::options::key;

/// The program.
pub(crate) const PROGRAM: &str = "docker";

/// Checks that docker and buildx are installed, and that the engine is running. A builder that `more` names
/// is not checked.
pub(crate) fn check(more: &[OsString]) -> Result<(), Diagnostic> {
    check_buildx()?;
    if more.iter().any(|argument| argument.as_encoded_bytes().starts_with(b"--builder")) {
        return Ok(());
    }
    let Err(error) = query(&["version", "--format", "{{.Server.Version}}"])? else { return Ok(()) };
    if query(&["buildx", "inspect"])?.is_ok_and(|builder| is_remote(&builder)) {
        return Ok(());
    }
    let why = error.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("unknown error");
    Err(Diagnostic::new(Code::NoDocker, format!("can't connect to the Docker Engine: {why}")).with_help(
        "start it with Docker Desktop or `sudo systemctl start docker`, or select another with DOCKER_HOST or `docker context use`",
    ))
}

/// Checks that docker and buildx are installed.
pub(crate) fn check_buildx() -> Result<(), Diagnostic> {
    if query(&["buildx", "version"])?.is_err() {
        return Err(Diagnostic::new(Code::NoDocker, "the docker CLI has no buildx plugin")
            .with_help("install `docker-buildx-plugin`: https://github.com/docker/buildx#installing"));
    }
    Ok(())
}

/// The driver of the builder that docker uses with these arguments, if this driver does not load images into the engine.
/// `None` if it does, or if docker does not name the driver.
pub(crate) fn driver_without_load(more: &[OsString]) -> Result<Option<String>, Diagnostic> {
    let mut arguments = vec!["buildx", "inspect"];
    let builder = builder(more);
    arguments.extend(builder.as_deref());
    let inspected = query(&arguments)?.ok();
    Ok(inspected.filter(|inspected| !loads(inspected)).and_then(|it| drivers(&it).next().map(str::to_owned)))
}

/// The first of these images that the engine has, or else the first one.
pub(crate) fn existing(images: &[String]) -> Result<&str, Diagnostic> {
    for image in images {
        if query(&["image", "inspect", "--format", "{{.Id}}", "--", image])?.is_ok() {
            return Ok(image);
        }
    }
    Ok(images.first().map_or("", String::as_str))
}

/// The value of `--builder`.
fn builder(more: &[OsString]) -> Option<String> {
    let mut rest = more.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = rest.next() {
        if argument == "--builder" {
            return rest.next().map(Cow::into_owned);
        }
        if let Some(name) = argument.strip_prefix("--builder=") {
            return Some(name.to_owned());
        }
    }
    None
}

/// Runs docker. The result is its standard output, or its standard error if it fails.
pub(crate) fn query(arguments: &[&str]) -> Result<Result<String, String>, Diagnostic> {
    let output = Command::new(PROGRAM)
        .args(arguments)
        .env_remove(key::VARIABLE)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_run(&error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

/// Whether a builder runs without an engine on this machine.
fn is_remote(builder: &str) -> bool {
    drivers(builder).any(|driver| driver == "remote" || driver == "kubernetes" || driver == "cloud")
}

/// Whether a builder loads images into the engine: the engine's own does, and others can be created with an option.
fn loads(builder: &str) -> bool {
    let mut options = builder.lines().filter_map(|line| line.strip_prefix("Driver Options:"));
    drivers(builder).next() == Some("docker") || options.any(|options| options.contains("default-load=\"true\""))
}

/// The drivers in the description of a builder.
fn drivers(builder: &str) -> impl Iterator<Item = &str> {
    builder.lines().filter_map(|line| line.strip_prefix("Driver:")).map(str::trim)
}

/// The error when docker can't be started.
pub(crate) fn cannot_run(error: &io::Error) -> Diagnostic {
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new(Code::NoDocker, "`docker` was not found on PATH")
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
    fn a_remote_builder_needs_no_engine() {
        assert!(is_remote("Name:   far\nDriver: remote\n\nNodes:\n"));
        assert!(!is_remote("Name:   default\nDriver: docker\n"));
        assert!(!is_remote("Name:   x\nDriver: docker-container\n"));
    }

    #[test]
    fn a_builder_loads_images_if_it_is_the_engine_or_has_the_option() {
        assert!(loads("Name:   default\nDriver: docker\n"));
        assert!(!loads("Name:   x\nDriver: docker-container\n\nNodes:\nDriver Options: network=\"host\"\n"));
        assert!(loads("Name: x\nDriver: remote\n\nNodes:\nDriver Options:   default-load=\"true\" network=\"host\"\n"));
    }

    #[test]
    fn the_builder_of_the_arguments() {
        let builder = |more: &[&str]| builder(&more.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(builder(&["-t", "x"]), None);
        assert_eq!(builder(&["--builder", "a"]).as_deref(), Some("a"));
        assert_eq!(builder(&["-t", "x", "--builder=b"]).as_deref(), Some("b"));
    }
}
