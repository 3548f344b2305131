//! Tests of `diff`: its output for pairs of plans, and the sources of these plans.

mod git;
mod markdown;
mod says;
