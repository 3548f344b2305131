//! A plan is what someone else wrote. Nothing in it can start an instruction, forge the header, leave a
//! comment, direct a parser or a linter, write to a terminal or hide from a reader.
//!
//! `attacks` is the table: where a text stands in a plan, the text, and what must become of it. What
//! holds for every file is in `files`, what holds for everything that is printed in `terminal`.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends where it fails")]

mod attacks;
#[allow(dead_code, reason = "the reader is that of the properties")]
#[path = "../properties/buildkit/mod.rs"]
mod buildkit;
mod expectation;
mod files;
mod slots;
mod terminal;
