//! Runs docker and waits until it ends. Ctrl-C ends docker, not this process.

use std::process::{ExitCode, ExitStatus};

use railpack2docker::{Code, Diagnostic};

use super::command::DockerBuild;
use super::running::Running;
use crate::commands::docker::cannot_run;
use crate::failure::Failure;

#[cfg(unix)]
pub(super) use unix::Signals;

#[cfg(not(unix))]
pub(super) use other::Signals;

fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // as in a shell
        return ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX));
    }
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

fn cannot_wait(error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::IoError, format!("can't wait for `docker`: {error}"))
}

#[cfg(unix)]
mod unix {
    use std::thread;

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals as Held;

    use super::{DockerBuild, ExitCode, Failure, Running, cannot_run, cannot_wait, exit_code};

    /// The signals that end a process, caught so that temporary files are removed.
    pub(in crate::commands::build) struct Signals(Held);

    impl Signals {
        /// Catches them. Docker starts with the default handlers.
        pub(in crate::commands::build) fn hold() -> Result<Self, Failure> {
            Ok(Self(Held::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| cannot_wait(&error))?))
        }

        /// Runs the build. The result is its exit status. SIGTERM is forwarded; a terminal sends SIGINT and
        /// SIGHUP to docker as well.
        pub(in crate::commands::build) fn run(mut self, build: &DockerBuild) -> Result<ExitCode, Failure> {
            let running = Running::start(build).map_err(|error| cannot_run(&error))?;
            let handle = self.0.handle();
            let pid = i32::try_from(running.id()).ok().and_then(Pid::from_raw);
            let forwarding = thread::spawn(move || {
                for signal in self.0.forever() {
                    if let (SIGTERM, Some(pid)) = (signal, pid) {
                        // it may have ended
                        let _ = kill_process(pid, Signal::TERM);
                    }
                }
            });
            let status = running.wait();
            handle.close();
            let _ = forwarding.join();
            Ok(exit_code(status.map_err(|error| cannot_wait(&error))?))
        }

        /// Ends this process at the next signal, as if it were not caught: once caught, a signal stays without its
        /// default action.
        pub(in crate::commands::build) fn end_process(mut self) {
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
    use super::{DockerBuild, ExitCode, Failure, Running, cannot_run, cannot_wait, exit_code};

    /// Nothing is caught: Ctrl-C ends this process and docker.
    pub(in crate::commands::build) struct Signals;

    impl Signals {
        /// Does nothing.
        #[expect(clippy::unnecessary_wraps, reason = "fails on Unix")]
        pub(in crate::commands::build) fn hold() -> Result<Self, Failure> {
            Ok(Self)
        }

        /// Runs the build. The result is its exit status.
        #[expect(clippy::unused_self, reason = "used on Unix")]
        pub(in crate::commands::build) fn run(self, build: &DockerBuild) -> Result<ExitCode, Failure> {
            let running = Running::start(build).map_err(|error| cannot_run(&error))?;
            Ok(exit_code(running.wait().map_err(|error| cannot_wait(&error))?))
        }

        /// Does nothing.
        #[expect(clippy::unused_self, reason = "used on Unix")]
        pub(in crate::commands::build) fn end_process(self) {}
    }
}
