//! The `railpack2docker` command.

use std::process::ExitCode;

/// A Dockerfile is made of many small pieces: with the allocator of musl, large plans take twice as
/// long.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    railpack2docker::cli::run()
}
