//! Turns a Railpack build plan into a Dockerfile that builds the same image.
//!
//! [`transpile`] turns the JSON text of a plan into the text of a Dockerfile. It does no I/O.
//!
//! ```
//! let plan = r#"{
//!   "steps": [{ "name": "build", "inputs": [{ "image": "debian" }], "commands": [{ "cmd": "make" }] }],
//!   "deploy": { "base": { "image": "debian" }, "inputs": [{ "step": "build", "include": ["."] }] }
//! }"#;
//! let transpiled = railpack2docker::transpile(plan, &railpack2docker::Options::default())?;
//! assert!(transpiled.dockerfile.contains("FROM debian AS build\n"));
//! # Ok::<(), railpack2docker::Diagnostics>(())
//! ```
//!
//! A [`Compilation`] does the same in phases, for programs that need more than the text: it parses the
//! plan once, and then lowers, checks or renders it on demand. [`diff`] compares two plans, and
//! [`explain`] describes one.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod builder;
mod compat;
mod compilation;
mod diagnostic;
pub mod diff;
mod dockerfile;
pub mod escape;
pub mod explain;
mod graph;
pub mod header;
mod lint;
mod lower;
mod options;
mod packages;
mod plan;
mod render;
mod secret_usage;
pub mod secrets;
pub mod shell;
mod source_map;
pub mod text;

pub use compat::patternmatcher;
pub use compilation::{Compilation, Lowered, Transpiled, lint, transpile};
pub use diagnostic::{
    Code, Diagnostic, Diagnostics, JsonPath, LineIndex, Located, Location, OptionOrigin, Position, Severity, nearest,
};
pub use dockerfile::PulledImage;
pub use options::{
    AppendFile, AssetsDirectory, Files, Healthcheck, ImageCommand, ImageOptions, Options, OutputVersion, SecretMount,
    SecretsHash, SecretsScope, Ssh,
};
pub use render::{AssetFile, Rendered};
pub use secret_usage::{SecretUsage, StepSecrets, unknown_secret};
pub use source_map::SourceMap;

/// The JSON schema of build plans, for editors: draft 7.
///
/// It accepts a plan if it parses without a finding about its shape, such as a key that is unknown or a value of the
/// wrong type. [`Compilation::parse`] is more tolerant of keys, and also finds problems that a schema can't express.
#[must_use]
pub fn plan_schema() -> serde_json::Value {
    plan::schema()
}

/// The words of a command line, and whether the last one is unfinished. For the fuzz targets.
#[cfg(fuzzing)]
#[doc(hidden)]
#[must_use]
pub fn fuzzing_words(line: &str) -> (Vec<String>, bool) {
    let split = compat::shlex::split(line);
    (split.words, split.unfinished.is_some())
}
