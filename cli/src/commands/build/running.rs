//! Docker, while it builds an image and loads it.

use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};

use railpack2docker::header::LOAD;

use super::command::DockerBuild;
use crate::options::key;

/// The build, and `docker load` if that reads its output.
pub(super) struct Running {
    build: Child,
    load: Option<Child>,
}

impl Running {
    /// Starts docker.
    pub(super) fn start(build: &DockerBuild) -> io::Result<Self> {
        let mut process = build.process();
        if !build.is_loaded() {
            return Ok(Self { build: process.spawn()?, load: None });
        }
        let mut build = process.stdout(Stdio::piped()).spawn()?;
        let archive = build.stdout.take().map_or(Stdio::null(), Stdio::from);
        let [program, arguments @ ..] = LOAD;
        let mut load = Command::new(program);
        load.args(arguments).env_remove(key::VARIABLE).stdin(archive).stderr(Stdio::piped());
        let load = load.spawn();
        // without a reader, the build would wait for ever
        Ok(Self { load: Some(load.inspect_err(|_| drop(build.kill()))?), build })
    }

    /// The process ID of the build.
    pub(super) fn id(&self) -> u32 {
        self.build.id()
    }

    /// Waits until docker ends. The result is the status of the build, or of `docker load` if the build succeeds.
    pub(super) fn wait(mut self) -> io::Result<ExitStatus> {
        let built = self.build.wait();
        let Some(load) = self.load else { return built };
        let loaded = load.wait_with_output()?;
        let built = built?;
        if !built.success() {
            // what it says about an archive that is not there would hide the reason
            return Ok(built);
        }
        io::stderr().write_all(&loaded.stderr)?;
        Ok(loaded.status)
    }
}
