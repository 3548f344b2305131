//! Tests of the GitHub action: its scripts run as on a runner, with stand-ins for `gh`, `cargo`, docker and the server
//! that releases are downloaded from.
#![cfg(unix)]

mod build;
mod install;
mod review;
mod server;
