//! Turns a Railpack build plan into a Dockerfile that builds the same image.
//!
//! ```
//! let plan = r#"{
//!   "steps": [{ "name": "build", "inputs": [{ "image": "debian" }], "commands": [{ "cmd": "make" }] }],
//!   "deploy": { "base": { "image": "debian" }, "inputs": [{ "step": "build", "include": ["."] }] }
//! }"#;
//! let made = railpack2docker::transpile(plan, &railpack2docker::Options::default())?;
//! assert!(made.dockerfile.contains("FROM debian AS build\n"));
//! # Ok::<(), railpack2docker::Diagnostics>(())
//! ```

use std::sync::Arc;

pub mod codes;
pub mod comparison;
pub mod diagnostic;
pub mod dockerfile;
pub mod explanation;
#[cfg(all(fuzzing, feature = "cli"))]
#[doc(hidden)]
pub mod fuzzing;
mod graph;
pub mod header;
mod hidden;
pub mod ignoring;
mod lint;
mod lower;
pub mod options;
pub mod place;
mod plan;
mod render;
pub mod secrets;
pub mod source_map;
pub mod text;
pub mod visible;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod phases;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use lint::lint;
pub use options::{Files, Options, OutputVersion, SecretMount, SecretsHash, SecretsScope, Ssh};

pub use place::{Located, Place};
pub use source_map::SourceMap;

use diagnostic::Findings;

/// What `BuildKit` takes, in bytes: the text goes twice into a message of at most 16 MiB.
const LARGEST_DOCKERFILE: usize = 7 * 1024 * 1024;

/// What a plan became.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transpiled {
    /// The Dockerfile's text, UTF-8, each line ended by a line feed.
    pub dockerfile: String,
    /// The text of `<Dockerfile>.dockerignore`, when the plan excludes something.
    pub dockerignore: Option<String>,
    /// The place in the plan that each line of the Dockerfile comes from.
    pub source_map: SourceMap,
    /// For each instruction that copies the whole build context, the patterns of what it does not
    /// copy.
    pub whole_copies: Vec<Vec<String>>,
    /// Warnings and notes, in the order they were found.
    pub findings: Vec<Diagnostic>,
}

/// Turns the JSON text of a build plan into a Dockerfile, and gives what else is to be known about
/// it. The same text and options give the same bytes everywhere, and in every release that knows
/// [`Options::output_version`].
///
/// # Errors
/// Every mistake that the plan holds, as far as the first phase with a mistake finds them:
/// reading, resolving names, saying it in instructions.
pub fn transpile(json: &str, options: &Options) -> Result<Transpiled, Diagnostics> {
    let mut findings = Findings::default();
    let plan = plan::read(json, options.strict, &mut findings)?; // text -> what was written
    let graph = graph::resolve(&plan, &mut findings)?; // names -> what it means
    let (dockerfile, dockerignore) = lower::lower(&graph, options, &mut findings)?; // meaning -> instructions
    let dockerfile = Arc::new(dockerfile);
    let rendered = render::render(&dockerfile, dockerignore.as_ref())?; // instructions -> text
    hidden::warn(&rendered, &mut findings);
    let dockerfile = header::seal(rendered.dockerfile);
    if dockerfile.len() > LARGEST_DOCKERFILE {
        let message = format!("the Dockerfile has {} bytes, and BuildKit fails from about 7 MiB on", dockerfile.len());
        let help = "take large assets out of the plan: commands can copy or fetch them";
        findings.push(Diagnostic::warning("large-dockerfile", message).with_help(help));
    }
    findings.leave_out(&options.allow);
    let whole_copies = lower::whole_copies(&graph);
    Ok(Transpiled {
        dockerfile,
        dockerignore: rendered.dockerignore.map(header::seal),
        source_map: rendered.source_map,
        whole_copies,
        findings: findings.into_vec(),
    })
}
