//! Helpers that the tests of railpack2docker share.
//!
//! * [`buildkit`] reads a Dockerfile as `BuildKit` does. It was written apart from the writer.
//! * [`plans`] are plans as a test makes them, [`wild`] makes ones of every kind, and [`model`] says what one
//!   means. [`reads_back`] holds a Dockerfile against that.
//! * [`injection`] is the table of attacks, and what must become of each.
//! * [`pairs`] are pairs of plans that differ, and [`comment`] reads what `diff` writes of two for a pull request.
//! * [`command`] starts the command, [`engine`] builds with Docker.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where it fails, and only tests use this"
)]

pub mod buildkit;
#[cfg(feature = "tests")]
pub mod command;
pub mod comment;
mod compact;
#[cfg(all(feature = "tests", unix))]
pub mod engine;
pub mod injection;
pub mod model;
#[cfg(feature = "tests")]
pub mod pages;
pub mod pairs;
pub mod plans;
pub mod reads_back;
#[cfg(feature = "tests")]
mod repository;
#[cfg(feature = "tests")]
pub mod wild;

pub use compact::compact;
#[cfg(feature = "tests")]
pub use repository::{
    arguments_with, cargo, example, examples, is_required, options_with, plan_file, plan_with, root, settings, shared,
    skip, sources,
};

/// The default options but for some fields: `options! { strict: true }`.
#[macro_export]
macro_rules! options {
    ($($field:ident $(: $value:expr)?),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut options = railpack2docker::Options::default();
        $($crate::set!(options.$field $(= $value)?);)*
        options
    }};
}

/// Sets a field, from a variable of its name where no value is given.
#[doc(hidden)]
#[macro_export]
macro_rules! set {
    ($options:ident.$field:ident = $value:expr) => {
        $options.$field = $value
    };
    ($options:ident.$field:ident) => {
        $options.$field = $field
    };
}

/// Runs a property on 256 plans, the same each time: a run that fails, fails for everyone. Another
/// number is `PROPTEST_CASES`, other plans `PROPTEST_RNG_SEED`. Failures are not kept in files: what
/// they show belongs into an example.
#[cfg(feature = "tests")]
pub fn runner() -> proptest::test_runner::TestRunner {
    runner_of(256)
}

/// The same, with another number of plans.
#[cfg(feature = "tests")]
pub fn runner_of(cases: u32) -> proptest::test_runner::TestRunner {
    use proptest::test_runner::{Config, RngSeed, TestRunner};
    let mut config = Config { failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2);
    }
    if config.cases == Config::with_cases(256).cases {
        config.cases = cases;
    }
    TestRunner::new(config)
}
