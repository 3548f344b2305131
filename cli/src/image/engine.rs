//! Images of the Docker Engine, as `docker image save` writes them.

use std::io::Read;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::{self, JoinHandle};

use railpack2docker::{Code, Diagnostic};

use super::blobs::{BlobReader, read_archive};
use crate::docker::{PROGRAM, cannot_run};
use crate::options::key;

/// The maximum number of bytes of docker's messages that are kept.
const MAX_MESSAGE: u64 = 64 * 1024;

/// Reads an image of the engine.
pub(crate) fn read(image: &str, reader: &mut dyn BlobReader) -> Result<(), Diagnostic> {
    let mut docker = save(image)?;
    let messages = docker.stderr.take().map(collect);
    let result = docker.stdout.take().map(|stdout| {
        let progress = reader.progress(image, None);
        read_archive(reader, &mut progress.counted(stdout))
    });
    // the pipe is closed, so docker ends
    let status = docker.wait().map_err(|error| cannot_read(image, &error.to_string()))?;
    let said = messages.and_then(|messages| messages.join().ok()).unwrap_or_default();
    let why = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    if !status.success() && !why.is_empty() && !why.contains("broken pipe") {
        return Err(cannot_read(image, why).with_help(
            "pass the name or the ID of an image that `docker image ls` lists; `--oci FILE` reads an archive",
        ));
    }
    match result {
        Some(Err(fault)) => Err(cannot_read(image, &fault.describe())),
        _ if status.success() => Ok(()),
        _ => Err(cannot_read(image, &format!("`docker image save` failed ({status})"))),
    }
}

fn save(image: &str) -> Result<Child, Diagnostic> {
    let mut docker = Command::new(PROGRAM);
    docker.args(["image", "save", "--", image]).env_remove(key::VARIABLE);
    docker.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    docker.spawn().map_err(|error| cannot_run(&error))
}

/// Reads messages while the image is read, so that docker never waits.
fn collect(mut stderr: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        // without its messages, the status remains
        let _ = (&mut stderr).take(MAX_MESSAGE).read_to_end(&mut said);
        let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        String::from_utf8_lossy(&said).into_owned()
    })
}

fn cannot_read(image: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableImage, format!("can't read the image `{image}`: {why}"))
}
