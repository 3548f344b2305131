//! Runs docker and waits until it ends. Ctrl-C ends docker, not this process.

use std::process::{ExitCode, ExitStatus};

use railpack2docker::{Code, Diagnostic};

use super::command::DockerBuild;
use super::running::{Running, failing_line};
use crate::docker::cannot_run;
use crate::failure::Failure;

#[cfg(unix)]
pub(in crate::commands) use unix::Signals;

#[cfg(not(unix))]
pub(in crate::commands) use other::Signals;

/// The end of a build.
pub(super) struct Ended {
    pub(super) code: ExitCode,
    /// Whether docker ended with an error, and not by a signal.
    pub(super) failed: bool,
    /// The line of the Dockerfile at which the build fails, if docker named it.
    pub(super) line: Option<usize>,
    /// Whether docker wrote to a terminal, so that nothing is known about the line.
    pub(super) is_on_terminal: bool,
}

impl Ended {
    fn new(status: ExitStatus, messages: Option<&[u8]>) -> Self {
        // 130: interrupted
        let failed = status.code().is_some_and(|code| code != 0 && code != 130);
        let line = messages.and_then(failing_line);
        Self { code: exit_code(status), failed, line, is_on_terminal: messages.is_none() }
    }
}

/// The exit status of docker as one of this process.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // as in a shell
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

pub(super) fn cannot_wait(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::IoError, format!("can't wait for `docker`: {error}"))
}

#[cfg(unix)]
mod unix {
    use std::thread;

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals as Held;

    use super::{DockerBuild, Ended, Failure, Running, cannot_run, cannot_wait};

    /// The signals that end a process, caught so that temporary files are removed.
    pub(in crate::commands) struct Signals(Held);

    impl Signals {
        /// Catches them. Docker starts with the default handlers.
        pub(in crate::commands) fn hold() -> Result<Self, Failure> {
            Ok(Self(Held::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| cannot_wait(&error))?))
        }

        /// Runs the build.
        pub(in crate::commands::build) fn run(self, build: &DockerBuild) -> Result<Ended, Failure> {
            let running = Running::start(build).map_err(|error| cannot_run(&error))?;
            let (status, messages) =
                self.forward(running.id(), || running.wait()).map_err(|error| cannot_wait(&error))?;
            Ok(Ended::new(status, messages.as_deref()))
        }

        /// Does something while a process runs. SIGTERM is forwarded to it; a terminal sends SIGINT and SIGHUP to it as
        /// well.
        pub(in crate::commands) fn forward<T>(mut self, process: u32, work: impl FnOnce() -> T) -> T {
            let handle = self.0.handle();
            let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
            let forwarding = thread::spawn(move || {
                for signal in self.0.forever() {
                    if let (SIGTERM, Some(pid)) = (signal, pid) {
                        // it may have ended
                        let _ = kill_process(pid, Signal::TERM);
                    }
                }
            });
            let result = work();
            handle.close();
            let _ = forwarding.join();
            result
        }

        /// Ends this process at the next signal, as if it were not caught: once caught, a signal stays without its
        /// default action.
        pub(in crate::commands) fn end_process(mut self) {
            thread::spawn(move || {
                if let Some(signal) = self.0.forever().next() {
                    std::process::exit(128 + signal);
                }
            });
        }
    }
}

#[cfg(not(unix))]
mod other {
    use super::{DockerBuild, Ended, Failure, Running, cannot_run, cannot_wait};

    /// Nothing is caught: Ctrl-C ends this process and docker.
    pub(in crate::commands) struct Signals;

    impl Signals {
        /// Does nothing.
        #[expect(clippy::unnecessary_wraps, reason = "fails on Unix")]
        pub(in crate::commands) fn hold() -> Result<Self, Failure> {
            Ok(Self)
        }

        /// Runs the build.
        pub(in crate::commands::build) fn run(self, build: &DockerBuild) -> Result<Ended, Failure> {
            let running = Running::start(build).map_err(|error| cannot_run(&error))?;
            let (status, messages) =
                self.forward(running.id(), || running.wait()).map_err(|error| cannot_wait(&error))?;
            Ok(Ended::new(status, messages.as_deref()))
        }

        /// Does something while a process runs.
        #[expect(clippy::unused_self, reason = "used on Unix")]
        pub(in crate::commands) fn forward<T>(self, _process: u32, work: impl FnOnce() -> T) -> T {
            work()
        }

        /// Does nothing.
        #[expect(clippy::unused_self, reason = "used on Unix")]
        pub(in crate::commands) fn end_process(self) {}
    }
}
