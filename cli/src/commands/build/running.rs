//! Docker, while it builds an image and loads it.

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use railpack2docker::header::LOAD;

use super::command::DockerBuild;
use crate::options::key;

/// The number of bytes at the end of docker's messages in which it names the line at which the build fails.
const TAIL: usize = 64 * 1024;

/// The time for docker's last messages after it ended: a process that it started may keep the pipe open.
pub(super) const LAST_MESSAGES: Duration = Duration::from_secs(5);

/// The build, and `docker load` if that reads its output.
pub(super) struct Running {
    build: Child,
    load: Option<Child>,
    /// The end of what docker wrote to standard error. `None` if that is a terminal, on which docker draws.
    messages: Option<Receiver<Vec<u8>>>,
}

impl Running {
    /// Starts docker.
    pub(super) fn start(build: &DockerBuild) -> io::Result<Self> {
        let mut process = build.process();
        if !io::stderr().is_terminal() {
            process.stderr(Stdio::piped());
        }
        let is_loaded = build.is_loaded();
        if is_loaded {
            process.stdout(Stdio::piped());
        }
        let mut build = process.spawn()?;
        let messages = build.stderr.take().map(pass_on);
        if !is_loaded {
            return Ok(Self { build, load: None, messages });
        }
        let archive = build.stdout.take().map_or(Stdio::null(), Stdio::from);
        let [program, arguments @ ..] = LOAD;
        let mut load = Command::new(program);
        load.args(arguments).env_remove(key::VARIABLE).stdin(archive).stderr(Stdio::piped());
        let load = load.spawn();
        // without a reader, the build would wait for ever
        Ok(Self { load: Some(load.inspect_err(|_| drop(build.kill()))?), build, messages })
    }

    /// The process ID of the build.
    pub(super) fn id(&self) -> u32 {
        self.build.id()
    }

    /// Waits until docker ends. The result is the status of the build, or of `docker load` if the build succeeds, and
    /// the end of its messages.
    pub(super) fn wait(mut self) -> io::Result<(ExitStatus, Option<Vec<u8>>)> {
        let built = self.build.wait();
        let messages = self.messages.map(|messages| messages.recv_timeout(LAST_MESSAGES).unwrap_or_default());
        let Some(load) = self.load else { return Ok((built?, messages)) };
        let loaded = load.wait_with_output()?;
        let built = built?;
        if !built.success() {
            // what it says about an archive that is not there would hide the reason
            return Ok((built, messages));
        }
        io::stderr().write_all(&loaded.stderr)?;
        Ok((loaded.status, messages))
    }
}

/// Writes everything to standard error as it arrives. The result receives the end of it.
pub(super) fn pass_on(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (mut buffer, mut tail) = ([0; 8192], Vec::new());
        loop {
            let count = match from.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.unwrap_or_default(),
            };
            let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
            // docker must not wait for a reader that is gone
            let _ = io::stderr().write_all(read);
            tail.extend_from_slice(read);
            tail.drain(..tail.len().saturating_sub(TAIL));
        }
        // nobody waits for it after an error
        let _ = sender.send(tail);
    });
    receiver
}

/// The line of the Dockerfile at which the build fails: docker ends with `Dockerfile:21`, a line of hyphens, and the
/// source (`solver/errdefs/source.go` of `BuildKit`).
pub(super) fn failing_line(messages: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(messages);
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.windows(2).rev();
    let mut named = pairs.filter_map(|pair| match pair {
        [place, rule] if rule.len() >= 20 && rule.bytes().all(|byte| byte == b'-') => place.rsplit_once(':'),
        _ => None,
    });
    named.find_map(|(_, line)| line.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failing_line_is_before_the_source() {
        let source = "------\nDockerfile:21\n--------------------\n  20 |\n  21 | >>> RUN false\n--------------------\nERROR: failed\n";
        assert_eq!(failing_line(format!("Dockerfile:3\n{source}").as_bytes()), Some(21));
        assert_eq!(failing_line(source.replace('\n', "\r\n").as_bytes()), Some(21));
        for other in ["", "Dockerfile:21\n", "Dockerfile:x\n--------------------\n", "a\n--------------------\n"] {
            assert_eq!(failing_line(other.as_bytes()), None, "{other}");
        }
    }
}
