//! What `diff` says of pairs of plans, and which it takes them from.

mod git;
mod markdown;
mod says;
