//! What differs between two plans, in words, and what that means for the layers that are there.

mod assets;
mod caches;
mod change;
mod commands;
mod deploy;
mod exclude;
mod images;
mod inputs;
mod layers;
mod masked;
mod packages;
mod pairs;
mod secrets;
mod sequence;
mod steps;
mod text;
mod variables;

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Findings};
use crate::dockerfile::{Dockerfile, Dockerignore};
use crate::header::unsealed;
use crate::options::Options;
use crate::plan::{self, Plan};
use crate::render;
use crate::{graph, lower};
use caches::Caches;
use pairs::Pairs;
use secrets::Secrets;

pub use change::{Change, Kind, Subject};
pub use layers::{Layer, StageLayers, Status};
pub use text::{Piece, Text};

/// What differs between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// What changed in what is built. Empty where the plans mean the same, however they are written.
    pub changes: Vec<Change>,
    /// The layers of the new plan, stage by stage, and what becomes of each.
    pub stages: Vec<StageLayers>,
    /// What the old plan becomes.
    pub old: Shown,
    /// What the new plan becomes.
    pub new: Shown,
}

/// The files that a plan becomes, to be shown: instead of each variable's value that looks like a
/// credential there is `…`, and in the new plan `… (changed)` where it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// The Dockerfile.
    pub dockerfile: String,
    /// The ignore file beside it, when the plan excludes something.
    pub dockerignore: Option<String>,
}

/// Why two plans can't be compared: the findings of those that have errors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incomparable {
    /// The findings of the old plan, if it has errors.
    pub old: Option<Diagnostics>,
    /// The findings of the new plan, if it has errors.
    pub new: Option<Diagnostics>,
}

impl std::fmt::Display for Incomparable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of = |name, found: &Option<Diagnostics>| found.as_ref().map(|found| format!("the {name} plan:\n{found}"));
        let both = [of("old", &self.old), of("new", &self.new)];
        f.write_str(&both.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for Incomparable {}

/// The output of lowering.
struct Lowered {
    dockerfile: Arc<Dockerfile>,
    dockerignore: Option<Dockerignore>,
}

/// Compares two plans, each the JSON text of one, with the same options.
///
/// # Errors
/// Where one of them, or both, can't become a Dockerfile, everything that was found in it.
pub fn compare(old: &str, new: &str, options: &Options) -> Result<Comparison, Incomparable> {
    let (old, new) = both(read(old, options), read(new, options))?;
    let old_options = options_for(options, &old, &new);
    let new_options = options_for(options, &new, &old);
    let (before, after) = both(lowered(&old, &old_options), lowered(&new, &new_options))?;
    let (old_masked, new_masked) = masked::masked(&old, &new);
    let (before_masked, after_masked) = both(lowered(&old_masked, &old_options), lowered(&new_masked, &new_options))?;
    let stages = layers::predict(&before, &after, &after_masked);
    let (old_shown, new_shown) = both(shown(&before_masked), shown(&after_masked))?;
    Ok(Comparison { changes: changes(&old, &new), stages, old: old_shown, new: new_shown })
}

fn both<T>(old: Result<T, Diagnostics>, new: Result<T, Diagnostics>) -> Result<(T, T), Incomparable> {
    match (old, new) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (old, new) => Err(Incomparable { old: old.err(), new: new.err() }),
    }
}

fn read(text: &str, options: &Options) -> Result<Plan, Diagnostics> {
    plan::read(text, options.strict, &mut Findings::default())
}

/// The options without what they say of secrets and steps that only the other plan has.
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

fn lowered(plan: &Plan, options: &Options) -> Result<Lowered, Diagnostics> {
    let mut findings = Findings::default();
    let graph = graph::resolve(plan, &mut findings)?;
    let (dockerfile, dockerignore) = lower::lower(&graph, options, &mut findings)?;
    Ok(Lowered { dockerfile: Arc::new(dockerfile), dockerignore })
}

fn shown(lowered: &Lowered) -> Result<Shown, Diagnostics> {
    let rendered = render::render(&lowered.dockerfile, lowered.dockerignore.as_ref())?;
    Ok(Shown {
        dockerfile: unsealed(&rendered.dockerfile),
        dockerignore: rendered.dockerignore.as_deref().map(unsealed),
    })
}

/// Everything that changed: first what belongs to the plan as a whole, then the steps, then the image.
fn changes(old: &Plan, new: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = Pairs::of(old, new);
    let secrets = Secrets::of(old, new);
    let caches = Caches::of(old, new);
    exclude::compare(old, new, &mut changes);
    variables::compare(&old.variables, &new.variables, &Subject::Plan, &mut changes);
    secrets.compare(&mut changes);
    caches.compare(&mut changes);
    steps::compare(&pairs, &secrets, &caches, &mut changes);
    deploy::compare(&pairs, &mut changes);
    changes
}
