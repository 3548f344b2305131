//! Comparison of two build plans: the changes, and which layers a build of the new plan reuses.
//!
//! ```
//! use railpack2docker::diff::{ChangeKind, Status, compare};
//!
//! let plan = |command: &str| {
//!     format!(
//!         r#"{{
//!           "steps": [{{ "name": "build", "inputs": [{{ "image": "debian" }}], "commands": [{{ "cmd": "{command}" }}] }}],
//!           "deploy": {{ "base": {{ "step": "build" }} }}
//!         }}"#
//!     )
//! };
//! let comparison = compare(&plan("make"), &plan("make all"), &railpack2docker::Options::default())?;
//! assert_eq!(comparison.changes[0].kind, ChangeKind::CommandChanged);
//! assert_eq!(comparison.changes[0].to_string(), "command: `make` → `make all`");
//! let mut layers = comparison.stages.iter().flat_map(|stage| &stage.layers);
//! assert!(layers.any(|layer| layer.status == Status::Rebuilds));
//! # Ok::<(), railpack2docker::diff::CompareError>(())
//! ```

mod assets;
mod caches;
mod change;
mod commands;
mod deploy;
mod exclude;
mod images;
mod inputs;
mod layers;
mod match_steps;
mod message;
mod packages;
mod redact;
mod secrets;
mod sequence;
mod steps;
mod variables;

use crate::compilation::{Compilation, Lowered};
use crate::diagnostic::Diagnostics;
use crate::header::without_stamp;
use crate::options::{ImageOptions, Options};
use crate::plan::Plan;
use crate::secret_usage::SecretUsage;
use caches::Caches;
use match_steps::Pairs;
use secrets::Secrets;

pub use change::{Change, ChangeKind, Subject};
pub use layers::{Layer, StageLayers, Status};
pub use message::{Message, Piece};

/// The differences between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// The changes that affect the build. Empty if the plans are equivalent, even if their JSON differs.
    pub changes: Vec<Change>,
    /// The layers of the new plan by stage, with the predicted cache status of each.
    pub stages: Vec<StageLayers>,
    /// The files generated from the old plan.
    pub old: RedactedFiles,
    /// The files generated from the new plan.
    pub new: RedactedFiles,
}

/// Generated files that are safe to print: values of variables that look like credentials are masked as `…`,
/// or as `… (changed)` in the new plan's files if the value differs from the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedactedFiles {
    /// The Dockerfile.
    pub dockerfile: String,
    /// The ignore file of the Dockerfile, if the plan excludes something.
    pub dockerignore: Option<String>,
}

/// The error of [`compare`]: at least one of the plans is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompareError {
    /// The findings in the old plan, if it is invalid.
    pub old: Option<Diagnostics>,
    /// The findings in the new plan, if it is invalid.
    pub new: Option<Diagnostics>,
}

impl std::fmt::Display for CompareError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let section =
            |name, found: &Option<Diagnostics>| found.as_ref().map(|found| format!("the {name} plan:\n{found}"));
        let sections = [section("old", &self.old), section("new", &self.new)];
        f.write_str(&sections.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for CompareError {}

/// Compares two plans, given as JSON text, under the same options.
///
/// The status of layers is predicted for BuildKit 0.13 or later, with the old plan's layers in its cache and
/// with unchanged files, secrets and images.
///
/// # Errors
/// The findings in each plan that can't be transpiled.
pub fn compare(old: &str, new: &str, options: &Options) -> Result<Comparison, CompareError> {
    let parse = |text| Compilation::parse(text, options.strict);
    let (old, new) = both(parse(old), parse(new))?;
    let old_options = options_for(options, old.plan(), new.plan());
    let new_options = options_for(options, new.plan(), old.plan());
    let (before, after) = both(old.lower(&old_options), new.lower(&new_options))?;
    let (old_redacted, new_redacted) = redact::redact(&old, &new);
    let (old_shown, new_shown) = (redact::redact_options(&old_options), redact::redact_options(&new_options));
    let redacted = both(old_redacted.lower(&old_shown), new_redacted.lower(&new_shown))?;
    let stages = layers::predict(&before, &after, &redacted.1);
    let (old_files, new_files) = both(RedactedFiles::new(&redacted.0), RedactedFiles::new(&redacted.1))?;
    let (old_graph, new_graph) = (old.graph_with(options), new.graph_with(options));
    let changes = changes((old_graph.plan(), before.usage()), (new_graph.plan(), after.usage()), &options.image);
    Ok(Comparison { changes, stages, old: old_files, new: new_files })
}

fn both<T>(old: Result<T, Diagnostics>, new: Result<T, Diagnostics>) -> Result<(T, T), CompareError> {
    match (old, new) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (old, new) => Err(CompareError { old: old.err(), new: new.err() }),
    }
}

/// The options without references to secrets and steps that only the other plan has.
fn options_for(options: &Options, plan: &Plan, other: &Plan) -> Options {
    let has_secret = |plan: &Plan, name: &str| plan.secrets.iter().any(|secret| secret.value == name);
    let has_step = |plan: &Plan, name: &str| plan.steps.iter().any(|step| step.name.value == name);
    let mut options = options.clone();
    options.secret_ids.retain(|name, _| has_secret(plan, name) || !has_secret(other, name));
    if let Some(ssh) = options.ssh.as_mut().filter(|ssh| !ssh.steps.is_empty()) {
        ssh.steps.retain(|name| has_step(plan, name) || !has_step(other, name));
        if ssh.steps.is_empty() {
            options.ssh = None;
        }
    }
    options
}

impl RedactedFiles {
    fn new(lowered: &Lowered) -> Result<Self, Diagnostics> {
        let rendered = lowered.render()?;
        // the stamps always differ
        let dockerignore = rendered.dockerignore.as_deref().map(without_stamp);
        Ok(Self { dockerfile: without_stamp(&rendered.dockerfile), dockerignore })
    }
}

/// All changes: first those of the whole plan, then those of the steps, then those of the image.
fn changes(
    (old, old_usage): (&Plan, &SecretUsage),
    (new, new_usage): (&Plan, &SecretUsage),
    image: &ImageOptions,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = Pairs::new(old, new);
    let secrets = Secrets::new((old, old_usage), (new, new_usage));
    let caches = Caches::new(old, new);
    exclude::compare(old, new, &mut changes);
    variables::compare(&old.variables, &new.variables, &Subject::Plan, &mut changes);
    secrets.compare(&mut changes);
    caches.compare(&mut changes);
    steps::compare(&pairs, &secrets, &caches, &mut changes);
    deploy::compare(&pairs, image, &mut changes);
    changes
}
