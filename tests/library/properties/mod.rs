//! What holds for every plan.
//!
//! Wild plans (`testkit::wild`) are transpiled, and an independent reader of Dockerfiles (`testkit::buildkit`) finds
//! in the output what the plan means (`testkit::model`), and nothing else (`testkit::reads_back`). Examples can't
//! show this: what goes wrong is a text that one of a chain of readers takes for its own, in a place where nobody
//! thought of it.

mod comparison;
mod lints;
mod mutations;
mod order;
mod readings;
mod spelled;
mod variables;
