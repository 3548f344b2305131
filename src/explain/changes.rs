//! Cache invalidation: the steps that re-run when a secret or a file changes.
//!
//! BuildKit re-runs an instruction if the layer below it was rebuilt, or if the files that it copies or mounts
//! changed. Changes are therefore propagated from stage to stage, in the Dockerfile itself.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Explanation;
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::Ignored;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, LineIndex, Position};
use crate::dockerfile::{From, Instruction, Role, Stage};
use crate::options::SecretsHash;
use crate::secret_usage::unknown_secret;
use crate::source_map::StageLines;

/// A set of changes: secrets and files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The names of secrets whose values change. `SECRETS_HASH` is assumed to change with them.
    pub secrets: Vec<String>,
    /// The paths of files, relative to the root of the build context. They need not exist.
    pub files: Vec<String>,
}

/// The consequences of a [`ChangeSet`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consequences {
    /// The changed secrets.
    pub secrets: Vec<String>,
    /// The changed files.
    pub files: Vec<FileChange>,
    /// The steps that re-run, by index.
    pub steps: BTreeMap<usize, Rerun>,
    /// The reasons why the image is rebuilt, or `None` if it is not.
    pub image: Option<Rerun>,
}

/// A changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileChange {
    /// The path, relative to the root of the build context.
    pub path: String,
    /// The effect of the change.
    pub outcome: Outcome,
}

/// The effect of a changed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The build copies the file.
    Copied,
    /// The plan excludes the file from the build context.
    Excluded,
    /// The image does not depend on the file.
    NotCopied,
}

impl Outcome {
    /// The outcome in documents: `copied`, `excluded` or `not copied`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Excluded => "excluded",
            Self::NotCopied => "not copied",
        }
    }
}

/// The reasons why a step or the image re-runs, and the first instruction that does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rerun {
    /// The reasons, without duplicates.
    pub causes: Vec<Cause>,
    /// The first instruction that re-runs.
    pub first: FirstInstruction,
}

/// A reason why a step or the image re-runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// The step or image starts from another step that re-runs, given by its index.
    StartsFrom(usize),
    /// The step or image copies from another step that re-runs, given by its index. If the copied files turn out to be
    /// unchanged, nothing re-runs because of them.
    CopiesFrom(usize),
    /// The step or image copies this file.
    Copies(String),
    /// The step lists this secret.
    Lists(String),
    /// The step mounts `SECRETS_HASH`, which changes with every secret.
    MountsHash,
}

/// The first instruction that re-runs in a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstInstruction {
    /// The line in the Dockerfile, from 1.
    pub line: usize,
    /// The instruction on one line, without its mounts.
    pub text: String,
    /// The position in the plan that the instruction comes from.
    pub position: Position,
}

impl Explanation {
    /// Determines the steps that re-run after a set of changes.
    ///
    /// # Errors
    /// An unknown secret, or a path outside the build context.
    pub fn consequences(&self, changes: &ChangeSet) -> Result<Consequences, Diagnostics> {
        let mut found = Vec::new();
        found.extend(changes.secrets.iter().filter_map(|name| self.unknown_secret(name)));
        let mut files = Vec::new();
        for file in &changes.files {
            match context_path(file) {
                Some(path) => files.push(path),
                None => found.push(outside_context(file)),
            }
        }
        if !found.is_empty() {
            return Err(Diagnostics(found));
        }
        let ignored = Ignored::by(self.generated.exclude.iter().map(String::as_str));
        let (excluded, kept): (BTreeSet<_>, BTreeSet<_>) =
            files.iter().map(String::as_str).partition(|path| ignored.holds(path));
        let mut propagation = Propagation {
            explanation: self,
            secrets: &changes.secrets,
            files: &kept,
            reruns: BTreeMap::new(),
            positions: LineIndex::new(&self.generated.json),
        };
        let mut consequences = Consequences { secrets: changes.secrets.clone(), ..Consequences::default() };
        for (stage, lines) in &self.generated.stages {
            let Some(rerun) = propagation.visit(stage, lines) else { continue };
            match stage.role {
                Role::Step(id) => drop(consequences.steps.insert(self.generated.index[id], rerun)),
                Role::Image => consequences.image = Some(rerun),
                Role::FileFor(_) | Role::SecretsHash => {}
            }
        }
        let causes = consequences.steps.values().chain(&consequences.image).flat_map(|rerun| &rerun.causes);
        let copied: BTreeSet<String> = causes
            .filter_map(|cause| if let Cause::Copies(path) = cause { Some(path.clone()) } else { None })
            .collect();
        let outcome = |path: &str| match path {
            _ if excluded.contains(path) => Outcome::Excluded,
            _ if copied.contains(path) => Outcome::Copied,
            _ => Outcome::NotCopied,
        };
        consequences.files =
            files.iter().map(|path| FileChange { outcome: outcome(path), path: path.clone() }).collect();
        Ok(consequences)
    }

    fn unknown_secret(&self, name: &str) -> Option<Diagnostic> {
        if self.secrets.iter().any(|secret| secret == name) {
            return None;
        }
        Some(unknown_secret(name, self.secrets.iter().map(String::as_str)))
    }
}

/// The clean form of a path in the build context. `None` for its root and for paths outside it.
fn context_path(path: &str) -> Option<String> {
    let path = clean(path);
    (path != "." && path != ".." && !path.starts_with("../") && !path.starts_with('/')).then_some(path)
}

fn outside_context(path: &str) -> Diagnostic {
    Diagnostic::new(Code::OutsideContext, format!("`{path}` is not a file in the build context"))
        .with_help("pass a path relative to the plan's directory, such as `src/main.rs`")
}

/// Propagates changes through the stages, each of which comes after the stages that it depends on.
struct Propagation<'a> {
    explanation: &'a Explanation,
    secrets: &'a [String],
    files: &'a BTreeSet<&'a str>,
    /// The steps that re-run, by the names of their stages.
    reruns: BTreeMap<&'a str, usize>,
    positions: LineIndex<'a>,
}

impl<'a> Propagation<'a> {
    fn visit(&mut self, stage: &'a Stage, lines: &StageLines) -> Option<Rerun> {
        let step = match stage.role {
            Role::Step(id) => Some(self.explanation.generated.index[id]),
            Role::FileFor(_) | Role::SecretsHash | Role::Image => None,
        };
        let mut causes: Vec<(usize, Cause)> = Vec::new();
        if let Some(step) = self.rerun_step(Some(&stage.from.value)) {
            causes.push((0, Cause::StartsFrom(step)));
        }
        // 0 is `FROM`, which is not among the instructions
        for (at, instruction) in (1..).zip(&stage.instructions) {
            let Instruction::Copy(copy) = &instruction.value else { continue };
            causes.extend(self.rerun_step(copy.from.as_ref()).map(|step| (at, Cause::CopiesFrom(step))));
            let copied = self.files.iter().filter(|file| copy.takes(file));
            causes.extend(copied.map(|file| (at, Cause::Copies((*file).to_owned()))));
        }
        if let (Some(step), Some((at, name))) = (step, stage.secrets_hash()) {
            causes.extend(self.secret_causes(step, name.is_none()).into_iter().map(|cause| (at + 1, cause)));
        }
        if let (Some(step), Some(at)) = (step, stage.secret_args()) {
            causes.extend(self.secret_causes(step, false).into_iter().map(|cause| (at + 1, cause)));
        }
        let first = causes.iter().map(|(at, _)| *at).min()?;
        if let (Some(step), Some(name)) = (step, stage.name()) {
            self.reruns.insert(name, step);
        }
        let causes: BTreeSet<Cause> = causes.into_iter().map(|(_, cause)| cause).collect();
        Some(Rerun { causes: causes.into_iter().collect(), first: self.instruction(stage, lines, first) })
    }

    /// An instruction of a stage, by its index: 0 is `FROM`.
    fn instruction(&self, stage: &Stage, lines: &StageLines, at: usize) -> FirstInstruction {
        let instruction = at.checked_sub(1).and_then(|at| stage.instructions.get(at));
        let start = at.checked_sub(1).and_then(|at| lines.instructions.get(at)).copied();
        let line = self.explanation.skip_comments(start.unwrap_or(lines.first));
        let location = instruction.map_or(&stage.from.location, |instruction| &instruction.location);
        let text = match instruction.map(|instruction| &instruction.value) {
            Some(Instruction::Run(run)) => run.summary(),
            Some(Instruction::Copy(copy)) => copy.summary(),
            _ => self.explanation.line(line).to_owned(),
        };
        FirstInstruction { line, text, position: self.positions.position(location) }
    }

    fn rerun_step(&self, from: Option<&From>) -> Option<usize> {
        match from {
            Some(From::Stage(name)) => self.reruns.get(name.as_str()).copied(),
            _ => None,
        }
    }

    /// The reasons why a step with a secrets hash, or with secrets as build args, re-runs. The hash may be a build arg
    /// itself.
    fn secret_causes(&self, step: usize, is_arg: bool) -> Vec<Cause> {
        let listed = self.explanation.steps.get(step).map(|step| step.secrets.listed.as_slice()).unwrap_or_default();
        let changed = self.secrets.iter().filter(|name| listed.contains(name));
        let causes: Vec<Cause> = changed.map(|name| Cause::Lists(name.clone())).collect();
        let is_arg = is_arg || self.explanation.generated.secrets_hash == SecretsHash::Arg;
        let mounts_hash = is_arg && !self.secrets.is_empty();
        if causes.is_empty() && mounts_hash { vec![Cause::MountsHash] } else { causes }
    }
}

impl Explanation {
    /// The first line of an instruction after its comments.
    fn skip_comments(&self, start: usize) -> usize {
        (start..=self.generated.lines.len()).find(|line| !self.line(*line).starts_with('#')).unwrap_or(start)
    }

    pub(super) fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|at| self.generated.lines.get(at)).map_or("", String::as_str)
    }
}
