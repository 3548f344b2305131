//! Turns a Railpack build plan into a Dockerfile that builds the same image.
//!
//! [`transpile`] takes the JSON text of a plan and gives the text of a Dockerfile. Nothing is read or
//! written.
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
//! A [`Compilation`] does the same in steps, for programs that need more than the text: it reads the plan
//! once, and lowers, checks or renders it on demand. [`diff`] compares two plans, and [`explain`] describes
//! one.

#![cfg_attr(docsrs, feature(doc_cfg))]

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
mod plan;
mod render;
mod secret_usage;
pub mod secrets;
pub mod shell;
mod source_map;
pub mod text;

pub use compat::patternmatcher;
pub use compilation::{Compilation, Lowered};
pub use diagnostic::{Code, Diagnostic, Diagnostics, JsonPath, LineIndex, Located, Location, Position, Severity};
pub use options::{Files, Options, OutputVersion, SecretMount, SecretsHash, SecretsScope, Ssh};
pub use render::Rendered;
pub use secret_usage::{SecretUsage, StepSecrets};
pub use source_map::SourceMap;

/// A plan as a Dockerfile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transpiled {
    /// The Dockerfile's text, UTF-8, each line ended by a line feed.
    pub dockerfile: String,
    /// The text of `<Dockerfile>.dockerignore`, if the plan excludes something.
    pub dockerignore: Option<String>,
    /// The place in the plan that each line of the Dockerfile comes from.
    pub source_map: SourceMap,
    /// Warnings and notes, in the order of the plan's text, those without a place at the end.
    pub findings: Vec<Diagnostic>,
    lowered: Lowered,
}

impl Transpiled {
    /// Whether an instruction copies a file of the build context: see [`Lowered::copies`].
    #[must_use]
    pub fn copies(&self, path: &str) -> bool {
        self.lowered.copies(path)
    }
}

/// Turns the JSON text of a build plan into a Dockerfile. The same text and options give the same bytes
/// everywhere, and in every release that knows [`Options::output_version`].
///
/// # Errors
/// Every mistake that the first failing phase finds: reading the plan, resolving its names, lowering it to
/// instructions.
pub fn transpile(json: &str, options: &Options) -> Result<Transpiled, Diagnostics> {
    Compilation::parse(json, options.strict)?.transpile(options)
}

impl Compilation {
    /// Lowers and renders the plan, and runs the checks of each transpilation.
    ///
    /// # Errors
    /// Those of [`Self::lower`] and [`Lowered::render`].
    pub fn transpile(&self, options: &Options) -> Result<Transpiled, Diagnostics> {
        let lowered = self.lower(options)?;
        let rendered = lowered.render()?;
        let findings = self.findings(options, &rendered);
        let Rendered { dockerfile, dockerignore, source_map, .. } = rendered;
        Ok(Transpiled { dockerfile, dockerignore, source_map, findings, lowered })
    }
}

/// All findings of a plan, given as JSON text: see [`Compilation::lint`]. A plan that can't be read gives
/// the errors that say why.
#[must_use]
pub fn lint(json: &str, options: &Options) -> Vec<Diagnostic> {
    match Compilation::parse(json, options.strict) {
        Ok(compilation) => compilation.lint(options),
        Err(errors) => errors.0,
    }
}
