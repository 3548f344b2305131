//! Secrets from their sources to docker: what counts, what is said, and that no value is shown.
#![cfg(unix)]

mod build;
mod sources;
mod world;
