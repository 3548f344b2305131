//! What holds for the library.
//!
//! * `rules`, `examples`, `limits`: what becomes of fragments of plans, of whole ones, and of what is too long.
//! * `codes`, `harmless`: findings, and plans that must have none.
//! * `properties`, `injection`: what holds for every plan, and for those that mean ill.
//! * `explain`, `diff`: what is said of one plan, and of two.
//! * `agreement`: what is computed for several readers is the same for each.
//! * `rooms`, `as_a_dependency`, `dependencies`, `documents`: the source, the manifests and the book.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test ends where it fails")]

mod agreement;
mod as_a_dependency;
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
mod properties;
mod rooms;
mod rules;
