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
use crate::options::Options;
use crate::plan::Plan;
use crate::secret_usage::SecretUsage;
use caches::Caches;
use match_steps::Pairs;
use secrets::Secrets;

pub use change::{Change, Kind, Subject};
pub use layers::{Layer, StageLayers, Status};
pub use message::{Piece, Text};

/// What differs between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// What changed in what is built. Empty where the plans mean the same, however they are written.
    pub changes: Vec<Change>,
    /// The layers of the new plan, stage by stage, and what becomes of each.
    pub stages: Vec<StageLayers>,
    /// What the old plan becomes.
    pub old: RedactedFiles,
    /// What the new plan becomes.
    pub new: RedactedFiles,
}

/// The files that a plan becomes, to be shown: instead of each variable's value that looks like a
/// credential there is `…`, and in the new plan `… (changed)` where it is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RedactedFiles {
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

/// Compares two plans, each given as JSON text, with the same options.
///
/// # Errors
/// Everything that was found in the plans that can't become a Dockerfile.
pub fn compare(old: &str, new: &str, options: &Options) -> Result<Comparison, Incomparable> {
    let parse = |text| Compilation::parse(text, options.strict);
    let (old, new) = both(parse(old), parse(new))?;
    let old_options = options_for(options, old.plan(), new.plan());
    let new_options = options_for(options, new.plan(), old.plan());
    let (before, after) = both(old.lower(&old_options), new.lower(&new_options))?;
    let (old_redacted, new_redacted) = redact::redacted(&old, &new);
    let redacted = both(old_redacted.lower(&old_options), new_redacted.lower(&new_options))?;
    let stages = layers::predict(&before, &after, &redacted.1);
    let (old_files, new_files) = both(RedactedFiles::new(&redacted.0), RedactedFiles::new(&redacted.1))?;
    let usage = (old.secrets(&old_options), new.secrets(&new_options));
    let changes = changes((old.plan(), &usage.0), (new.plan(), &usage.1));
    Ok(Comparison { changes, stages, old: old_files, new: new_files })
}

fn both<T>(old: Result<T, Diagnostics>, new: Result<T, Diagnostics>) -> Result<(T, T), Incomparable> {
    match (old, new) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (old, new) => Err(Incomparable { old: old.err(), new: new.err() }),
    }
}

/// The options without secrets and steps that only the other plan has.
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
        Ok(Self { dockerfile: rendered.dockerfile, dockerignore: rendered.dockerignore })
    }
}

/// Everything that changed: first what belongs to the plan as a whole, then the steps, then the image.
fn changes((old, old_usage): (&Plan, &SecretUsage), (new, new_usage): (&Plan, &SecretUsage)) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = Pairs::of(old, new);
    let secrets = Secrets::new((old, old_usage), (new, new_usage));
    let caches = Caches::of(old, new);
    exclude::compare(old, new, &mut changes);
    variables::compare(&old.variables, &new.variables, &Subject::Plan, &mut changes);
    secrets.compare(&mut changes);
    caches.compare(&mut changes);
    steps::compare(&pairs, &secrets, &caches, &mut changes);
    deploy::compare(&pairs, &mut changes);
    changes
}
