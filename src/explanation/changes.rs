//! What runs again when a secret or a file changes.
//!
//! `BuildKit` runs an instruction again when what it stands on was made anew, or when the content of
//! what it copies or mounts is another one. So a change is followed from stage to stage, in the
//! Dockerfile itself.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Explanation, Position};
use super::stages::{Owner, StageOf};
use super::taking::takes;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dockerfile::{Command, From, Instruction};
use crate::ignoring::is_ignored;
use crate::lower::gopath::clean;
use crate::options::SecretsHash;
use crate::place::Lines;

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
            files.iter().map(String::as_str).partition(|path| is_ignored(&self.made.exclude, path));
        let mut follower =
            Follower { explanation: self, secrets: &change.secrets, files: &kept, again: BTreeMap::new() };
        let mut consequences = Consequences { secrets: change.secrets.clone(), ..Consequences::default() };
        for stage in &self.made.stages.0 {
            let Some(again) = follower.follow(stage) else { continue };
            match stage.owner {
                Owner::Step(index) => drop(consequences.steps.insert(index, again)),
                Owner::Image => consequences.image = Some(again),
                Owner::FileOf(_) | Owner::Hash => {}
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
        let found = Diagnostic::error("no-such-secret", format!("the plan has no secret `{name}`"));
        Some(found.with_suggestion(name, self.secrets.iter().map(String::as_str)))
    }
}

/// A path of the build context, clean. None for its root, and for what lies outside.
fn in_context(path: &str) -> Option<String> {
    let path = clean(path);
    (path != "." && path != ".." && !path.starts_with("../") && !path.starts_with('/')).then_some(path)
}

fn outside(path: &str) -> Diagnostic {
    Diagnostic::error("outside-context", format!("`{path}` names no file of the build context"))
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
    fn follow(&mut self, stage: &'a StageOf) -> Option<RunsAgain> {
        let mut causes: Vec<(usize, Cause)> = Vec::new();
        if let Some(step) = self.runs_again(Some(&stage.stage.from.value)) {
            causes.push((0, Cause::StartsFrom(step)));
        }
        // `FROM` is the first, and has no number among the others
        for (at, instruction) in (1..).zip(&stage.stage.instructions) {
            let Instruction::Copy(copy) = &instruction.value else { continue };
            causes.extend(self.runs_again(copy.from.as_ref()).map(|step| (at, Cause::CopiesFrom(step))));
            let taken = self.files.iter().filter(|file| takes(copy, file));
            causes.extend(taken.map(|file| (at, Cause::Copies((*file).to_owned()))));
        }
        if let (Owner::Step(step), Some((at, _))) = (stage.owner, stage.hash_stage()) {
            causes.extend(self.of_secrets(step).into_iter().map(|cause| (at + 1, cause)));
        }
        let first = causes.iter().map(|(at, _)| *at).min()?;
        if let (Owner::Step(step), Some(name)) = (stage.owner, stage.name()) {
            self.again.insert(name, step);
        }
        let causes: BTreeSet<Cause> = causes.into_iter().map(|(_, cause)| cause).collect();
        Some(RunsAgain { causes: causes.into_iter().collect(), first: self.explanation.first(stage, first) })
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
        let any = self.explanation.made.secrets_hash == SecretsHash::Arg && !self.secrets.is_empty();
        if causes.is_empty() && any { vec![Cause::MountsHash] } else { causes }
    }
}

impl Explanation {
    /// An instruction of a stage: 0 is its `FROM`.
    fn first(&self, stage: &StageOf, at: usize) -> First {
        let instruction = at.checked_sub(1).and_then(|at| stage.stage.instructions.get(at));
        let start = at.checked_sub(1).and_then(|at| stage.lines.instructions.get(at)).copied();
        let line = self.behind_comments(start.unwrap_or(stage.lines.first));
        let place = instruction.map_or(&stage.stage.from.place, |instruction| &instruction.place);
        let text = match instruction.map(|instruction| &instruction.value) {
            Some(Instruction::Run(run)) => {
                let command = match &run.command {
                    Command::Shell(form) => form.to_string(),
                    Command::Exec(form) => form.to_string(),
                };
                // long ones are folded
                format!("RUN {}", command.replace("\\\n", ""))
            }
            _ => self.line(line).to_owned(),
        };
        First { line, text, position: Position::of(place, &Lines::of(&self.made.json)) }
    }

    /// The line that an instruction itself begins on. Comments stand in front of it, and nothing
    /// else.
    fn behind_comments(&self, start: usize) -> usize {
        (start..=self.made.lines.len()).find(|line| !self.line(*line).starts_with('#')).unwrap_or(start)
    }

    pub(super) fn line(&self, number: usize) -> &str {
        number.checked_sub(1).and_then(|at| self.made.lines.get(at)).map_or("", String::as_str)
    }
}
