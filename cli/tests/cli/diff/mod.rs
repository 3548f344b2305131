//! What `diff` says of pairs of plans, and which it takes them from.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test ends where it fails")]

mod comment;
mod git;
mod markdown;
mod pairs;
mod says;
