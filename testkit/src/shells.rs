//! The shells that images have as `/bin/sh`.

use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

/// Each shell: Debian's, that of images with only bash, and Alpine's. A shell that is named `sh` behaves as one.
pub const SHELLS: [&[&str]; 3] = [&["dash"], &["bash"], &["busybox", "sh"]];

/// Runs `sh` with these arguments and variables. `None` if the shell is not installed: the test is skipped, or fails
/// with `REQUIRE_SHELLS=1`.
pub fn run_in_shell(shell: &[&str], arguments: &[String], variables: &[(&str, &str)]) -> Option<Output> {
    let mut command = Command::new(shell[0]);
    if shell.len() == 1 {
        command.arg0("sh");
    }
    command.args(&shell[1..]).args(arguments).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).envs(variables.iter().copied());
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            crate::skip(&format!("there is no {}: {error}", shell[0]), "REQUIRE_SHELLS");
            None
        }
    }
}
