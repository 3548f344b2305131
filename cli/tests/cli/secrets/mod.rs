//! Tests of secrets, from their sources to docker: precedence, messages, and that no value is ever shown.
#![cfg(unix)]

mod build;
mod bundle;
mod key;
mod sources;
pub(crate) mod world;
