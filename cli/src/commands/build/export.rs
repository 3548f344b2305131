//! A build whose image is read while docker writes it, so that it is never on disk.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::process::{ExitCode, ExitStatus, Stdio};

use railpack2docker::{Code, Diagnostic};

use super::command::DockerBuild;
use super::running::{LAST_MESSAGES, pass_on};
use super::wait::{Signals, cannot_wait, exit_code};
use crate::docker::cannot_run;
use crate::failure::Failure;

/// The arguments of docker that write the image to standard output. The layers are not compressed, which is faster.
pub(in crate::commands) const TO_STDOUT: [&str; 2] = ["--output", "type=oci,compression=uncompressed,dest=-"];

/// The same, with the times of a reproducible image.
pub(in crate::commands) const REPRODUCIBLE_TO_STDOUT: [&str; 2] =
    ["--output", "type=oci,compression=uncompressed,rewrite-timestamp=true,dest=-"];

/// A build that ended.
pub(in crate::commands) struct Exported<T> {
    pub(in crate::commands) status: ExitStatus,
    /// The end of what docker wrote to standard error.
    pub(in crate::commands) messages: String,
    /// The result of reading the image.
    pub(in crate::commands) read: T,
}

impl<T> Exported<T> {
    /// The exit status of this process if the user interrupted the build.
    pub(in crate::commands) fn interruption(&self) -> Option<ExitCode> {
        // without a code: a signal
        self.status.code().is_none_or(|code| code == 130).then(|| exit_code(self.status))
    }
}

/// Checks that the user's own arguments name no destination of the image.
pub(in crate::commands) fn check_no_destination(more: &[OsString]) -> Result<(), Diagnostic> {
    let Some(export) = more.iter().find(|argument| is_destination(argument)) else { return Ok(()) };
    let message = format!("`{}` names a destination, but both images are only compared", export.to_string_lossy());
    Err(Diagnostic::new(Code::InvalidOption, message).with_help("remove it"))
}

/// Whether an argument of docker names the destination of the image.
fn is_destination(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    let name = argument.split('=').next().unwrap_or_default();
    matches!(name, "--output" | "--push" | "--load" | "--call" | "--check" | "--print") || argument.starts_with("-o")
}

/// Runs a build that writes its image to standard output. Docker's messages are passed on.
pub(in crate::commands) fn export<T>(
    build: &DockerBuild,
    read: impl FnOnce(&mut dyn Read) -> T,
) -> Result<Exported<T>, Failure> {
    let signals = Signals::hold()?;
    let mut process = build.process();
    process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut docker = process.spawn().map_err(|error| cannot_run(&error))?;
    let messages = docker.stderr.take().map(pass_on);
    let stdout = docker.stdout.take();
    let (status, read) = signals.forward(docker.id(), || {
        let read = match stdout {
            Some(mut stdout) => {
                let read = read(&mut stdout);
                // after an error, docker writes the rest, and does not fail because nobody reads it
                let _ = io::copy(&mut stdout, &mut io::sink());
                read
            }
            None => read(&mut io::empty()),
        };
        (docker.wait(), read)
    });
    let status = status.map_err(|error| cannot_wait(&error))?;
    let messages = messages.and_then(|messages| messages.recv_timeout(LAST_MESSAGES).ok()).unwrap_or_default();
    Ok(Exported { status, messages: String::from_utf8_lossy(&messages).into_owned(), read })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_refused() {
        let check = |more: &[&str]| check_no_destination(&more.iter().map(OsString::from).collect::<Vec<_>>());
        for more in [&["--push"][..], &["-o", "x"], &["-ox"], &["--no-cache", "--output=type=oci"], &["--load"]] {
            assert_eq!(check(more).unwrap_err().help.as_deref(), Some("remove it"), "{more:?}");
        }
        assert_eq!(check(&["--network=host", "--no-cache", "-t", "x", "--platform=linux/amd64"]), Ok(()));
    }
}
