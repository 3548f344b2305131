//! Tests of the library.
//!
//! * `rules`, `examples`, `limits`: the output for fragments of plans, for whole plans, and for text that is too long.
//! * `codes`, `harmless`: findings, and plans that must have none.
//! * `properties`, `injection`: properties of every plan, and of hostile ones.
//! * `explain`, `diff`: the explanation of a plan, and the comparison of two.
//! * `agreement`: facts that several parts of the library report. `bundle`: shells read a bundle of secrets.
//! * `schema`: the schema of plans agrees with the reader.
//! * `threat_model`: the tests that the page names exist.
//! * `rooms`, `as_a_dependency`, `dependencies`, `documents`: the source, the manifests and the book.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test ends where it fails")]

mod agreement;
mod as_a_dependency;
mod bundle;
mod codes;
mod dependencies;
mod diff;
mod documents;
mod examples;
mod explain;
mod harmless;
mod image;
mod injection;
mod limits;
mod prescribed;
mod properties;
mod rooms;
mod rules;
mod schema;
mod threat_model;
