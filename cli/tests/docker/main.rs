//! Tests with Docker: plans are built in a real engine, and the images are compared with the plans.
//!
//! The tests need an engine with `BuildKit`, and a static `busybox` (Debian: `busybox-static`), from which the
//! stand-ins for base images are built: nothing is pulled, except from a registry of the test's own (Debian:
//! `docker-registry`). Without these, the tests print that they are skipped, or
//! fail with `REQUIRE_DOCKER=1`.
// the stand-ins consist of files with Unix modes
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test ends where it fails")]

mod append;
mod assets;
mod awkward;
mod documents;
mod emit;
mod examples;
mod explained;
mod frontend;
mod image;
mod leaks;
mod lines;
mod nested;
mod pins;
mod platforms;
mod predicts;
mod railway;
mod readme;
mod rebuilds;
mod reproducible;
mod torture;
mod verify;

use testkit::command::Folder;

/// An empty folder to run the command in.
fn folder() -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_railpack2docker"))
}
