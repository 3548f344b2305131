//! Tests of the command. Each test runs it in a folder of its own ([`testkit::command`]): standard output, standard
//! error and status are always compared.
//!
//! * `cases`: the output, case by case, in the files of `cases/`.
//! * `files`, `trouble`: the files that it writes, and those that it leaves alone if something goes wrong.
//! * `check`, `output_version`, `context`, `lint`, `diff`, `platforms`, `secrets`, `leaks`: a subject each.
//! * `pin`: digests from a stand-in for docker, mirrors, and the lock.
//! * `verify`: planted differences between images, and builds with a stand-in for docker.
//! * `many`: commands for many plans. `sync`: plans from a stand-in for Railpack.
//! * `injection`: all output is harmless in a terminal.
//! * `usage`: arguments that are refused, and what the messages suggest.
//! * `agreement`: different output formats give the same positions.
//! * `emit`: files for other tools.
//! * `manual`, `documents`: the manual, the completions and the book are correct.
//! * `schema`: the JSON schemas. `candidates`: completions of names in shells.
//! * `action`, `gitlab`: the action and the template for GitLab run as in a pipeline. `review_page` describes them.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test ends where it fails")]

mod action;
mod agreement;
mod append;
mod assets;
mod builder;
mod candidates;
mod cases;
mod check;
mod context;
mod diff;
mod documents;
mod emit;
mod files;
mod git;
mod gitlab;
mod injection;
mod leaks;
mod lint;
mod manual;
mod many;
mod output_version;
mod pin;
mod platforms;
mod reproducible;
mod review_page;
mod schema;
mod secrets;
mod stamp;
mod sync;
mod trouble;
mod usage;
mod verify;

use testkit::command::Folder;

const BINARY: &str = env!("CARGO_BIN_EXE_railpack2docker");

/// An empty folder to run the command in.
fn folder() -> Folder {
    Folder::new(BINARY)
}
