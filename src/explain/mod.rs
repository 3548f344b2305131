//! Explanation of a build plan: its steps and their sources, the lines of the Dockerfile that each step
//! generates, and the steps that re-run when a secret or a file changes.
//!
//! [`explain()`] builds the model. The modules [`text`], [`mermaid`], `svg` (with the feature `svg`) and [`json`]
//! render it.
//!
//! ```
//! use railpack2docker::explain::{ChangeSet, explain, mermaid};
//!
//! let plan = r#"{
//!   "secrets": ["TOKEN"],
//!   "steps": [{ "name": "build", "inputs": [{ "image": "debian" }], "secrets": ["*"], "commands": [{ "cmd": "make" }] }],
//!   "deploy": { "base": { "image": "debian" }, "inputs": [{ "step": "build", "include": ["."] }] }
//! }"#;
//! let explanation = explain(plan, &railpack2docker::Options::default())?;
//! assert_eq!(explanation.steps[0].secrets.listed, ["TOKEN"]);
//! let changes = ChangeSet { secrets: vec!["TOKEN".to_owned()], files: Vec::new() };
//! let consequences = explanation.consequences(&changes)?;
//! assert!(consequences.steps.contains_key(&0));
//! assert!(mermaid::render(&explanation, Some(&consequences)).starts_with("flowchart TB\n"));
//! # Ok::<(), railpack2docker::Diagnostics>(())
//! ```

mod causes;
mod changes;
mod from_graph;
mod graph_view;
mod image_settings;
pub mod json;
mod lines;
pub mod mermaid;
mod model;
#[cfg(feature = "svg")]
pub mod svg;
pub mod text;
mod text_fit;

pub use crate::diagnostic::Position;
pub use changes::{Cause, ChangeSet, Consequences, FileChange, FirstInstruction, Outcome, Rerun};
pub use lines::{LineGroup, StageKind, StepLines, StepStage};
pub use model::{Cache, Command, Consumer, Copy, Explanation, Image, Secrets, Source, Step};

use crate::compilation::Compilation;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, LineIndex};
use crate::options::Options;
use model::GeneratedDockerfile;

/// Explains a build plan, given as JSON text. The options are those of the Dockerfile to explain.
///
/// # Errors
/// All errors that [`transpile`](crate::transpile) reports. Warnings are not reported.
pub fn explain(json: &str, options: &Options) -> Result<Explanation, Diagnostics> {
    let compilation = Compilation::parse(json, options.strict)?;
    let lowered = compilation.lower(options)?;
    let rendered = lowered.render()?;
    let graph = compilation.graph_with(options);
    let (steps, image) = from_graph::steps_and_image(&graph, lowered.usage(), &options.image, &LineIndex::new(json));
    let generated = GeneratedDockerfile {
        lines: rendered.dockerfile.lines().map(str::to_owned).collect(),
        source_map: rendered.source_map,
        stages: lowered.dockerfile().stages.iter().cloned().zip(rendered.stages).collect(),
        index: graph.build_index(),
        exclude: compilation.plan().exclude.iter().map(|pattern| pattern.value.clone()).collect(),
        secrets_hash: options.secrets_hash,
        json: json.to_owned(),
    };
    let secrets = lowered.usage().names_of_plan().map(str::to_owned).collect();
    Ok(Explanation { steps, image, secrets, generated })
}

impl Explanation {
    /// Finds a step by name. Returns its index too.
    fn find(&self, name: &str) -> Result<(usize, &Step), Diagnostics> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name).ok_or_else(|| {
            let known = self.steps.iter().map(|step| step.name.as_str());
            let found = Diagnostic::new(Code::NoSuchStep, format!("the plan has no step `{name}`"));
            Diagnostics(vec![found.with_suggestion(name, known)])
        })
    }
}
