//! What only Docker knows: the examples are built in a real engine, and what is in the images is
//! compared with what the plans say.
//!
//! Needs an engine with `BuildKit` and a static `busybox` (Debian: `busybox-static`), of which the
//! stand-ins for the base images are made: nothing is pulled. Where there is none, the tests say so
//! and pass; with `REQUIRE_DOCKER=1` they fail.
// the stand-ins are made of files with Unix modes
#![cfg(unix)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test ends where it fails")]

mod awkward;
mod documents;
mod examples;
mod explained;
mod image;
mod leaks;
mod nested;
mod predicts;
mod readme;
mod rebuilds;
mod torture;

use testkit::command::Folder;

/// An empty folder to run the command in.
fn folder() -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_railpack2docker"))
}
