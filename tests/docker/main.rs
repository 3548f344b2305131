//! What only Docker knows: the examples are built in a real engine, and what is in the images is
//! compared with what the plans say.
//!
//! Needs an engine with `BuildKit` and a static `busybox` (Debian: `busybox-static`), of which the
//! stand-ins for the base images are made: nothing is pulled. Where there is none, the tests say so
//! and pass; with `REQUIRE_DOCKER=1` they fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where it fails, and says why one did not run"
)]

mod awkward;
mod documents;
mod engine;
mod examples;
mod explained;
mod leaks;
mod predicts;
mod readme;
mod rebuilds;
