//! The `railpack2docker` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    railpack2docker_cli::run()
}
