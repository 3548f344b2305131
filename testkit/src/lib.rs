//! Helpers that the tests of railpack2docker share.
//!
//! * [`buildkit`] parses a Dockerfile as `BuildKit` does, independently of the code that generates it.
//! * [`plans`] has the plans of tests, [`wild`] generates random ones, and [`model`] computes the meaning of a plan.
//!   [`reads_back`] compares a Dockerfile with that meaning, and [`shell`] reads its scripts.
//! * [`appended`] checks instructions of the user's own at the end of a Dockerfile.
//! * [`injection`] has a table of attacks, with the expected result of each.
//! * [`pairs`] has pairs of plans that differ, and [`comment`] checks the comment that `diff` writes about two plans
//!   for a pull request.
//! * [`schema`] validates JSON against a schema.
//! * [`secrets`] has odd values of secrets, and damaged bundles.
//! * [`command`] runs the command, [`shells`] and [`script_runs`] run scripts, and [`engine`] builds with Docker. [`registry`] has images.
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

pub mod appended;
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
#[cfg(all(feature = "tests", unix))]
pub mod registry;
#[cfg(feature = "tests")]
mod repository;
pub mod schema;
#[cfg(all(feature = "tests", unix))]
pub mod script_runs;
pub mod secrets;
pub mod shell;
#[cfg(all(feature = "tests", unix))]
pub mod shells;
#[cfg(feature = "tests")]
pub mod wild;

pub use compact::compact;
#[cfg(feature = "tests")]
pub use repository::{
    arguments_with, cargo, example, examples, is_required, options_with, plan_file, plan_with, report_skipped, root,
    settings, shared, skip, sources,
};

/// The default options except for some fields: `options! { strict: true }`.
#[macro_export]
macro_rules! options {
    ($($field:ident $(: $value:expr)?),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut options = railpack2docker::Options::default();
        $($crate::set!(options.$field $(= $value)?);)*
        options
    }};
}

/// Sets a field, from the variable with its name if no value is given.
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

/// A runner that tests a property with 256 plans. They are the same in each run, so a failure is reproducible.
/// `PROPTEST_CASES` sets another number, and `PROPTEST_RNG_SEED` other plans. Failures are not kept in files: add an
/// example instead.
#[cfg(feature = "tests")]
pub fn runner() -> proptest::test_runner::TestRunner {
    runner_of(256)
}

/// A runner like [`runner`], but with another number of plans.
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
