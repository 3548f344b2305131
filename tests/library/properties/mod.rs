//! Properties of every plan.
//!
//! Wild plans (`testkit::wild`) are transpiled. An independent parser of Dockerfiles (`testkit::buildkit`) must find
//! in the output what the plan means (`testkit::model`), and nothing else (`testkit::reads_back`). Examples are not
//! enough: typical bugs are texts that one of several parsers misreads, in places where nobody expects it.

mod appended;
mod comparison;
mod lints;
mod mutations;
mod order;
mod readings;
mod scripts;
mod spelled;
mod variables;
