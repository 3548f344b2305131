//! What only Docker knows: the examples are built in a real engine, and what is in the images is
//! compared with what the plans say.
//!
//! Needs an engine with `BuildKit` and a static `busybox` (Debian: `busybox-static`), of which the
//! stand-ins for the base images are made: nothing is pulled. Where there is none, the tests say so
//! and pass; with `REQUIRE_DOCKER=1` they fail.
// the stand-ins are made of files with Unix modes
#![cfg(unix)]
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
mod torture;

// what the plans of `torture` are made of, and the reader that must read what Docker reads
#[allow(dead_code)]
#[path = "../injection/attacks.rs"]
mod attacks;
#[allow(dead_code)]
#[path = "../properties/buildkit/mod.rs"]
mod buildkit;
#[path = "../properties/copies.rs"]
mod copies;
#[allow(dead_code)]
#[path = "../properties/model.rs"]
mod model;
#[path = "../properties/plans.rs"]
mod plans;
#[path = "../properties/reads_back.rs"]
mod reads_back;
#[path = "../properties/runs.rs"]
mod runs;
#[allow(dead_code)]
#[path = "../injection/slots.rs"]
mod slots;
#[allow(dead_code)]
#[path = "../properties/wild.rs"]
mod wild;
