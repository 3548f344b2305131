//! What holds for every plan.
//!
//! Wild plans (`wild`) are transpiled, and an independent reader of Dockerfiles (`buildkit`) finds in
//! the output what the plan means (`model`), and nothing else (`reads_back`). Examples can't show this:
//! what goes wrong is a text that one of a chain of readers takes for its own, in a place where nobody
//! thought of it.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod buildkit;
#[path = "buildkit/readings.rs"]
mod buildkit_readings;
mod comparison;
mod copies;
mod lints;
mod model;
mod mutations;
mod order;
mod plans;
mod reads_back;
mod runs;
mod spelled;
mod variables;
mod wild;

use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Runs a property on 256 plans, the same each time: a run that fails, fails for everyone. Another
/// number is `PROPTEST_CASES`, other plans `PROPTEST_RNG_SEED`. Failures are not kept in files: what
/// they show belongs into an example.
fn runner() -> TestRunner {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2);
    }
    TestRunner::new(config)
}
