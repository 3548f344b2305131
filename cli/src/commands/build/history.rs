//! Docker's record of a build: where it fails, if docker told only a terminal.

use std::path::Path;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use serde_json::Value;

use super::running::failing_line;
use crate::docker::PROGRAM;
use crate::options::key;

/// The line of a temporary Dockerfile at which its build failed. The name of a record is that of the directory of the
/// Dockerfile, which no other build has. `None` if docker keeps no records, or those of another builder.
pub(super) fn recorded_line(dockerfile: &Path) -> Option<usize> {
    let name = dockerfile.parent()?.file_name()?.to_str()?;
    let records = query(&["ls", "--format", "json"])?;
    let records = records.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let record = records.into_iter().find(|record| record.get("name").is_some_and(|known| known == name))?;
    let id = record.get("ref")?.as_str()?.rsplit('/').next()?;
    let record: Value = serde_json::from_str(&query(&["inspect", "--format", "json", id])?).ok()?;
    let source = BASE64.decode(record.pointer("/Error/Sources")?.as_str()?.as_bytes()).ok()?;
    failing_line(&source)
}

/// The output of `docker buildx history`, which older versions don't have.
fn query(arguments: &[&str]) -> Option<String> {
    let mut docker = Command::new(PROGRAM);
    docker.args(["buildx", "history"]).args(arguments).env_remove(key::VARIABLE);
    let output = docker.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
