//! Secrets from their sources to docker: what counts, what is said, and that no value is shown.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod build;
mod sources;
mod world;
