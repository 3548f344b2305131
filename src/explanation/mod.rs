//! What a plan builds, for people: its steps, what each takes from where, what becomes of it in the
//! Dockerfile, and what runs again when something changes.
//!
//! ```
//! use railpack2docker::explanation::{Change, explain, mermaid};
//!
//! let plan = r#"{
//!   "secrets": ["TOKEN"],
//!   "steps": [{ "name": "build", "inputs": [{ "image": "debian" }], "secrets": ["*"], "commands": [{ "cmd": "make" }] }],
//!   "deploy": { "base": { "image": "debian" }, "inputs": [{ "step": "build", "include": ["."] }] }
//! }"#;
//! let explanation = explain(plan, &railpack2docker::Options::default())?;
//! assert_eq!(explanation.steps[0].secrets.listed, ["TOKEN"]);
//! let change = Change { secrets: vec!["TOKEN".to_owned()], files: Vec::new() };
//! let consequences = explanation.consequences(&change)?;
//! assert!(consequences.steps.contains_key(&0));
//! assert!(mermaid::draw(&explanation, Some(&consequences)).starts_with("flowchart TB\n"));
//! # Ok::<(), railpack2docker::Diagnostics>(())
//! ```

mod changes;
mod drawing;
pub mod json;
mod lines;
pub mod mermaid;
mod model;
mod reading;
mod short;
mod stages;
#[cfg(feature = "svg")]
pub mod svg;
mod taking;
pub mod text;
mod why;

pub use changes::{Cause, Change, Consequences, FileChange, First, Outcome, RunsAgain};
pub use lines::{Group, Part, PartKind, StepLines};
pub use model::{Cache, Command, Copy, Explanation, Image, Position, Secrets, Source, Step, Taker};

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Findings};
use crate::options::Options;
use crate::place::Lines;
use crate::{graph, lower, plan, render};
use model::Made;
use stages::Stages;

/// Explains the JSON text of a build plan. The options are those of the Dockerfile that is
/// explained.
///
/// # Errors
/// Every mistake that keeps the plan from becoming a Dockerfile, as [`transpile`](crate::transpile)
/// finds them. Its warnings are not given here.
pub fn explain(json: &str, options: &Options) -> Result<Explanation, Diagnostics> {
    let mut findings = Findings::default();
    let plan = plan::read(json, options.strict, &mut findings)?;
    let graph = graph::resolve(&plan, &mut findings)?;
    let (dockerfile, dockerignore) = lower::lower(&graph, options, &mut findings)?;
    let dockerfile = Arc::new(dockerfile);
    let rendered = render::render(&dockerfile, dockerignore.as_ref())?;
    let positions = Lines::of(json);
    let (steps, image) = reading::read(&graph, options, &positions);
    let stages = Stages::of(&graph, Arc::unwrap_or_clone(dockerfile), rendered.stages);
    let made = Made {
        lines: rendered.dockerfile.lines().map(str::to_owned).collect(),
        source_map: rendered.source_map,
        stages,
        exclude: plan.exclude.iter().map(|pattern| pattern.value.clone()).collect(),
        secrets_hash: options.secrets_hash,
        json: json.to_owned(),
    };
    let secrets = plan.secrets.iter().map(|secret| secret.value.clone()).collect();
    Ok(Explanation { steps, image, secrets, made })
}

impl Explanation {
    /// The step of a name, and its index.
    fn find(&self, name: &str) -> Result<(usize, &Step), Diagnostics> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name).ok_or_else(|| {
            let known = self.steps.iter().map(|step| step.name.as_str());
            let found = Diagnostic::error("no-such-step", format!("the plan has no step `{name}`"));
            Diagnostics(vec![found.with_suggestion(name, known)])
        })
    }
}
