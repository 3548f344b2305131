//! What runs again when a secret or a file changes.
//!
//! BuildKit runs an instruction again when what it stands on was made anew, or when the content of
//! what it copies or mounts is another one. So a change is followed from stage to stage, in the
//! Dockerfile itself.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Explanation;
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::is_ignored;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, LineIndex, Position};
use crate::dockerfile::{From, Instruction, Role, Stage};
use crate::options::SecretsHash;
use crate::source_map::StageLines;

/// What changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Secrets, by name: their values, and with them `SECRETS_HASH`.
    pub secrets: Vec<String>,
    /// Files, as paths from the root of the build context. They need not exist.
    pub files: Vec<String>,
}

/// What a change makes run again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consequences {
    /// The secrets that change.
    pub secrets: Vec<String>,
    /// The files that change.
    pub files: Vec<FileChange>,
    /// The steps that run again, by index.
    pub steps: BTreeMap<usize, RunsAgain>,
    /// Whether the image is another one.
    pub image: Option<RunsAgain>,
}

/// A file that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileChange {
    /// Its path from the root of the build context.
    pub path: String,
    /// What comes of it.
    pub outcome: Outcome,
}

/// What comes of a changed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Something copies it.
    Copied,
    /// The plan's `exclude` keeps it out of the build.
    Excluded,
    /// Nothing that reaches the image copies it.
    NotCopied,
}

/// Why a step runs again, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunsAgain {
    /// Each reason once.
    pub causes: Vec<Cause>,
    /// The first of its instructions that runs again.
    pub first: First,
}

/// Why something runs again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// It starts from this step, which runs again.
    StartsFrom(usize),
    /// It copies from this step, which runs again: where the files are the same as before, that
    /// alone is no reason.
    CopiesFrom(usize),
    /// It copies this file.
    Copies(String),
    /// It lists this secret.
    Lists(String),
    /// It mounts `SECRETS_HASH` itself, which changes with any secret.
    MountsHash,
}

/// An instruction of the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct First {
    /// Its line in the Dockerfile, from 1.
    pub line: usize,
    /// The instruction on one line, without mounts.
    pub text: String,
    /// Where it comes from.
    pub position: Position,
}

impl Explanation {
    /// Follows a change to everything that runs again.
    ///
    /// # Errors
    /// A secret that the plan does not have, and a path that leads out of the build context.
    pub fn consequences(&self, change: &Change) -> Result<Consequences, Diagnostics> {
        let mut found = Vec::new();
        found.extend(change.secrets.iter().filter_map(|name| self.unknown_secret(name)));
        let mut files = Vec::new();
        for file in &change.files {
            match in_context(file) {
                Some(path) => files.push(path),
                None => found.push(outside(file)),
            }
        }
        if !found.is_empty() {
            return Err(Diagnostics(found));
        }
        let (excluded, kept): (BTreeSet<_>, BTreeSet<_>) =
            files.iter().map(String::as_str).partition(|path| is_ignored(&self.generated.exclude, path));
        let mut follower =
            Follower { explanation: self, secrets: &change.secrets, files: &kept, again: BTreeMap::new() };
        let mut consequences = Consequences { secrets: change.secrets.clone(), ..Consequences::default() };
        for (stage, lines) in &self.generated.stages {
            let Some(again) = follower.follow(stage, lines) else { continue };
            match stage.role {
                Role::Step(id) => drop(consequences.steps.insert(self.generated.index[id], again)),
                Role::Image => consequences.image = Some(again),
                Role::FileFor(_) | Role::SecretsHash => {}
            }
        }
        let causes = consequences.steps.values().chain(&consequences.image).flat_map(|again| &again.causes);
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
        let found = Diagnostic::new(Code::NoSuchSecret, format!("the plan has no secret `{name}`"));
        Some(found.with_suggestion(name, self.secrets.iter().map(String::as_str)))
    }
}

/// A path of the build context, clean. None for its root, and for what lies outside.
fn in_context(path: &str) -> Option<String> {
    let path = clean(path);
    (path != "." && path != ".." && !path.starts_with("../") && !path.starts_with('/')).then_some(path)
}

fn outside(path: &str) -> Diagnostic {
    Diagnostic::new(Code::OutsideContext, format!("`{path}` names no file of the build context"))
        .with_help("name a file by its path from the plan's folder, as in `src/main.rs`")
}

/// Follows a change through the stages, which stand behind those that they take from.
struct Follower<'a> {
    explanation: &'a Explanation,
    secrets: &'a [String],
    files: &'a BTreeSet<&'a str>,
    /// The steps that run again, by the names of their stages.
    again: BTreeMap<&'a str, usize>,
}

impl<'a> Follower<'a> {
    fn follow(&mut self, stage: &'a Stage, lines: &StageLines) -> Option<RunsAgain> {
        let step = match stage.role {
            Role::Step(id) => Some(self.explanation.generated.index[id]),
            Role::FileFor(_) | Role::SecretsHash | Role::Image => None,
        };
        let mut causes: Vec<(usize, Cause)> = Vec::new();
        if let Some(step) = self.runs_again(Some(&stage.from.value)) {
            causes.push((0, Cause::StartsFrom(step)));
        }
        // `FROM` is the first, and has no number among the others
        for (at, instruction) in (1..).zip(&stage.instructions) {
            let Instruction::Copy(copy) = &instruction.value else { continue };
            causes.extend(self.runs_again(copy.from.as_ref()).map(|step| (at, Cause::CopiesFrom(step))));
            let taken = self.files.iter().filter(|file| copy.takes(file));
            causes.extend(taken.map(|file| (at, Cause::Copies((*file).to_owned()))));
        }
        if let (Some(step), Some((at, _))) = (step, stage.hash_stage()) {
            causes.extend(self.of_secrets(step).into_iter().map(|cause| (at + 1, cause)));
        }
        let first = causes.iter().map(|(at, _)| *at).min()?;
        if let (Some(step), Some(name)) = (step, stage.name()) {
            self.again.insert(name, step);
        }
        let causes: BTreeSet<Cause> = causes.into_iter().map(|(_, cause)| cause).collect();
        Some(RunsAgain { causes: causes.into_iter().collect(), first: self.explanation.first(stage, lines, first) })
    }

    fn runs_again(&self, from: Option<&From>) -> Option<usize> {
        match from {
            Some(From::Stage(name)) => self.again.get(name.as_str()).copied(),
            _ => None,
        }
    }

    /// Why a step that mounts a hash runs again.
    fn of_secrets(&self, step: usize) -> Vec<Cause> {
        let listed = self.explanation.steps.get(step).map(|step| step.secrets.listed.as_slice()).unwrap_or_default();
        let changed = self.secrets.iter().filter(|name| listed.contains(name));
        let causes: Vec<Cause> = changed.map(|name| Cause::Lists(name.clone())).collect();
        let any = self.explanation.generated.secrets_hash == SecretsHash::Arg && !self.secrets.is_empty();
        if causes.is_empty() && any { vec![Cause::MountsHash] } else { causes }
    }
}

impl Explanation {
    /// An instruction of a stage: 0 is its `FROM`.
    fn first(&self, stage: &Stage, lines: &StageLines, at: usize) -> First {
        let instruction = at.checked_sub(1).and_then(|at| stage.instructions.get(at));
        let start = at.checked_sub(1).and_then(|at| lines.instructions.get(at)).copied();
        let line = self.behind_comments(start.unwrap_or(lines.first));
        let location = instruction.map_or(&stage.from.location, |instruction| &instruction.location);
        let text = match instruction.map(|instruction| &instruction.value) {
            // without its mounts, on one line
            Some(Instruction::Run(run)) => run.summary(),
            _ => self.line(line).to_owned(),
        };
        First { line, text, position: LineIndex::new(&self.generated.json).position(location) }
    }

    /// The line that an instruction itself begins on. Comments stand in front of it, and nothing
    /// else.
    fn behind_comments(&self, start: usize) -> usize {
        (start..=self.generated.lines.len()).find(|line| !self.line(*line).starts_with('#')).unwrap_or(start)
    }

    pub(super) fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|at| self.generated.lines.get(at)).map_or("", String::as_str)
    }
}
