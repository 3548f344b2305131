//! Running docker, and staying until it has ended: it is what Ctrl-C ends.

use std::process::{ExitCode, ExitStatus};

use super::super::files::Failure;
use super::command::Command;
use super::docker::cannot_run;
use crate::Diagnostic;

#[cfg(unix)]
pub(super) use unix::Signals;

#[cfg(not(unix))]
pub(super) use elsewhere::Signals;

fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        // as a shell says it
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

    use super::{Command, ExitCode, Failure, cannot_run, cannot_wait, exit_code};

    /// The signals that end a process, held off so that temporary files are removed.
    pub(in super::super) struct Signals(Held);

    impl Signals {
        /// Holds them off. Docker starts with its own handling of them.
        pub(in super::super) fn hold() -> Result<Self, Failure> {
            Ok(Self(Held::new([SIGINT, SIGTERM, SIGHUP]).map_err(|error| cannot_wait(&error))?))
        }

        /// Runs the command and gives its status. A terminal sends SIGINT and SIGHUP to docker
        /// as well; SIGTERM is passed on.
        pub(in super::super) fn run(mut self, command: &Command) -> Result<ExitCode, Failure> {
            let mut child = command.process().spawn().map_err(|error| cannot_run(&error))?;
            let handle = self.0.handle();
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            let passing = thread::spawn(move || {
                for signal in self.0.forever() {
                    if let (SIGTERM, Some(pid)) = (signal, pid) {
                        // it may have ended by now
                        let _ = kill_process(pid, Signal::TERM);
                    }
                }
            });
            let status = child.wait();
            handle.close();
            let _ = passing.join();
            Ok(exit_code(status.map_err(|error| cannot_wait(&error))?))
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use super::{Command, ExitCode, Failure, cannot_run, cannot_wait, exit_code};

    /// Nothing is held off here: Ctrl-C ends this process and docker alike.
    pub(in super::super) struct Signals;

    impl Signals {
        /// Does nothing.
        #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
        pub(in super::super) fn hold() -> Result<Self, Failure> {
            Ok(Self)
        }

        /// Runs the command and gives its status.
        #[expect(clippy::unused_self, reason = "elsewhere it is used")]
        pub(in super::super) fn run(self, command: &Command) -> Result<ExitCode, Failure> {
            let mut child = command.process().spawn().map_err(|error| cannot_run(&error))?;
            Ok(exit_code(child.wait().map_err(|error| cannot_wait(&error))?))
        }
    }
}
