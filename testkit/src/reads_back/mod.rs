//! Checks that a Dockerfile means what its plan means, and nothing else. This module checks the stages, and the
//! instructions at their beginnings and ends; `copies` and `runs` check single instructions, and `image` the last
//! stage. Each instruction that the plan requires is looked up and removed, and none may remain.

pub mod buildah;
mod bundles;
mod copies;
mod files;
mod image;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::{AssetFile, Options, SecretsHash};

use crate::buildkit::{Copy, Dockerfile, Instruction, Stage};
use crate::model::{dir_and_base, under_app};
use crate::plans::{Command, Plan, Source};
use copies::{check_copy, relative};
use runs::{Seen, is_variables, kept_hash};

/// A comparison of a Dockerfile with its plan.
pub struct Check<'c> {
    pub plan: &'c Plan,
    pub options: &'c Options,
    pub file: &'c Dockerfile,
    /// The files that the Dockerfile copies from its own directory.
    pub assets: &'c [AssetFile],
    /// The stage of each step.
    pub stages: BTreeMap<usize, usize>,
    pub cache_ids: BTreeMap<String, String>,
    /// The digests of the secrets that a bundle must have.
    pub digests: BTreeSet<String>,
}

/// The prefix of Railpack's own images, which have neither a user nor a health check.
const RAILPACKS_OWN: &str = "ghcr.io/railwayapp/railpack-";

/// The prefix of Railpack's runtime images, which have the default PATH.
const RAILPACKS_RUNTIME: &str = "ghcr.io/railwayapp/railpack-runtime:";

/// Panics if a Dockerfile, with the files that it copies from its own directory, means something other than its plan.
pub fn check(plan: &Plan, options: &Options, file: &Dockerfile, assets: &[AssetFile]) {
    for comment in &file.comments {
        assert!(!comment.chars().any(char::is_control), "a control character in {comment:?}");
    }
    let directives: Vec<(&str, &str)> = file.directives.iter().map(|(name, value)| (&**name, &**value)).collect();
    let syntax = ("syntax", "docker/dockerfile:1");
    assert_eq!(directives, [syntax]);
    let names: Vec<&String> = file.stages.iter().filter_map(|stage| stage.name.as_ref()).collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "two stages of one name");
    let (stages, cache_ids, digests) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let mut check = Check { plan, options, file, assets, stages, cache_ids, digests };
    check.match_stages();
    let mut seen = BTreeMap::new();
    for at in plan.needed() {
        let end = check.step(at, &seen);
        seen.insert(at, end);
    }
    check.image(&seen);
    assert!(check.digests.len() < 2, "one bundle can't have several sets of secrets: {:?}", check.digests);
    check.assets();
}

impl Check<'_> {
    /// Finds the stage of each needed step. Hash stages come first, then the stages of steps, each after its helper
    /// stages, and then the image's stage.
    fn match_stages(&mut self) {
        let needed = self.plan.needed();
        let lists_secrets = |at: &&usize| {
            let step = &self.plan.steps[**at];
            step.commands.iter().any(|command| matches!(command, Command::Exec { .. }))
        };
        let sets: BTreeSet<Vec<String>> = needed
            .iter()
            .filter(lists_secrets)
            .map(|at| self.plan.listed(&self.plan.steps[*at]))
            .filter(|set| !set.is_empty())
            .collect();
        let hashes = match self.options.secrets_hash {
            SecretsHash::Layer => sets.len(),
            SecretsHash::Arg => usize::from(!sets.is_empty()),
            SecretsHash::Off => 0,
            other => panic!("{other:?}"),
        };
        let mut found = BTreeSet::new();
        for stage in &self.file.stages[..hashes] {
            let is_layer = self.options.secrets_hash == SecretsHash::Layer;
            let secrets = if is_layer { self.hash_layer(stage) } else { kept_hash(stage) };
            assert!(found.insert(secrets), "two stages hash one set of secrets");
        }
        if self.options.secrets_hash == SecretsHash::Layer {
            assert_eq!(found, sets);
        }
        let stages = self.file.stages.iter().enumerate().skip(hashes);
        let of_steps: Vec<usize> = stages.filter(|(_, stage)| !is_helper(stage)).map(|(at, _)| at).collect();
        let needed: Vec<usize> = needed.into_iter().filter(|at| self.plan.replacement(*at).is_none()).collect();
        assert_eq!(of_steps.len(), needed.len() + 1, "stages for steps {needed:?}");
        assert_eq!(of_steps.last(), Some(&(self.file.stages.len() - 1)));
        self.stages = needed.into_iter().zip(of_steps).collect();
    }

    /// The source that has the files of another one: a step may have no stage.
    fn resolved(&self, source: &Source) -> Source {
        let replacement = if let Source::Step(at) = source { self.plan.replacement(*at) } else { None };
        replacement.unwrap_or_else(|| source.clone())
    }

    /// Whether a FROM or `--from` names this source.
    pub fn names(&self, text: Option<&str>, source: &Source) -> bool {
        match &self.resolved(source) {
            Source::Local => text.is_none(),
            // a number alone would refer to a stage
            Source::Image(image) if image == "0" => text == Some("docker.io/library/0"),
            Source::Image(image) => {
                text == Some(image) && !self.file.stages.iter().any(|stage| stage.name.as_deref() == text)
            }
            Source::Step(at) => text.is_some() && text == self.file.stages[self.stages[at]].name.as_deref(),
        }
    }

    /// Removes the instructions at the beginning of a stage from `rest`, and checks them.
    fn base(&self, stage: &Stage, base: Option<&Source>, runs: bool, rest: &mut Vec<&Instruction>) {
        let mut expected = Vec::new();
        let resolved = base.map(|base| self.resolved(base));
        let base = resolved.as_ref();
        match base {
            None | Some(Source::Local) => assert_eq!(stage.image, "scratch"),
            Some(source) => assert!(self.names(Some(&stage.image), source), "FROM {} for {source:?}", stage.image),
        }
        match base {
            Some(Source::Local) => {
                let excludes = self.left_out(".", &[]).into_iter().collect();
                let copy = Copy { sources: vec![".".to_owned()], dest: "/".to_owned(), excludes, ..Copy::default() };
                expected.push(Instruction::Copy(copy));
            }
            Some(Source::Image(image)) if !image.starts_with(RAILPACKS_OWN) => {
                expected.push(Instruction::User(String::new()));
                if runs {
                    expected.push(Instruction::Shell(vec!["/bin/sh".to_owned(), "-c".to_owned()]));
                }
            }
            _ => {}
        }
        if !matches!(base, Some(Source::Step(_))) {
            expected.push(Instruction::Workdir("/app".to_owned()));
        }
        let begun: Vec<&Instruction> = rest.drain(..expected.len().min(rest.len())).collect();
        assert_eq!(begun, expected.iter().collect::<Vec<_>>(), "the beginning of {stage:#?}");
    }

    fn step(&mut self, at: usize, ends: &BTreeMap<usize, Seen>) -> Seen {
        let plan = self.plan;
        let step = &plan.steps[at];
        let Some(number) = self.stages.get(&at).copied() else {
            return match &step.base {
                Some(Source::Step(base)) => ends[base].clone(),
                _ => Seen::default(),
            };
        };
        let stage = &self.file.stages[number];
        let mut seen = match &step.base {
            Some(Source::Step(base)) => ends[base].clone(),
            _ => Seen::default(),
        };
        let mut rest: Vec<&Instruction> = stage.instructions.iter().filter(|one| !is_variables(one)).collect();
        self.base(stage, step.base.as_ref(), true, &mut rest);
        self.input_copies(&step.inputs, None, &mut rest);
        let mut helpers: Vec<&Stage> =
            self.file.stages[..number].iter().rev().take_while(|stage| is_helper(stage)).collect();
        for command in &step.commands {
            match command {
                Command::Path(_) | Command::Exec { .. } => {}
                Command::Copy { src, dest, image } => {
                    let Some(Instruction::Copy(copy)) = next_but_run(&mut rest) else { panic!("no COPY for {src:?}") };
                    let from = image.clone().map_or(Source::Local, Source::Image);
                    assert!(self.names(copy.from.as_deref(), &from));
                    let patterns = match copy.excludes.as_slice() {
                        [patterns @ .., last]
                            if image.is_none() && self.left_out(relative(copy), &[]).as_ref() == Some(last) =>
                        {
                            patterns
                        }
                        patterns => patterns,
                    };
                    let left_out = image.is_none().then(|| self.left_out(relative(copy), patterns)).flatten();
                    assert_eq!(
                        left_out.is_some(),
                        patterns.len() < copy.excludes.len(),
                        "the directory of files in {copy:?}"
                    );
                    check_copy(src, dest, left_out.as_deref(), copy);
                }
                Command::File { path, content, mode } => {
                    let path = under_app(path);
                    let mut next = next_but_run(&mut rest);
                    if let Some(Instruction::Workdir(parent)) = next {
                        assert_eq!(*parent, dir_and_base(&path).0, "a WORKDIR that makes the parents of {path:?}");
                        assert_eq!(next_but_run(&mut rest), Some(&Instruction::Workdir("/app".to_owned())));
                        next = next_but_run(&mut rest);
                    }
                    let Some(Instruction::Copy(copy)) = next else { panic!("no COPY for the file {path:?}: {next:?}") };
                    assert_eq!(copy.dest, path);
                    let held = match &copy.from {
                        None => copy,
                        Some(from) => {
                            let helper = helpers.pop().unwrap();
                            assert_eq!((helper.name.as_ref(), helper.image.as_str()), (Some(from), "scratch"));
                            assert_eq!(copy.sources, ["/file"]);
                            let Instruction::Copy(held) = &helper.instructions[0] else { panic!("{helper:?}") };
                            held
                        }
                    };
                    self.check_file(content, *mode, held);
                }
            }
        }
        assert!(helpers.is_empty(), "helper stages that nothing uses: {helpers:?}");
        assert!(rest.iter().all(|one| matches!(one, Instruction::Run(_))), "instructions of nowhere: {rest:?}");
        self.runs(at, stage, &mut seen);
        seen
    }
}

/// Removes the next instruction that is not a RUN, since RUNs are checked separately.
fn next_but_run<'i>(rest: &mut Vec<&'i Instruction>) -> Option<&'i Instruction> {
    let at = rest.iter().position(|one| !matches!(one, Instruction::Run(_)))?;
    Some(rest.remove(at))
}

/// Whether a stage is a helper that only provides a file.
fn is_helper(stage: &Stage) -> bool {
    stage.image == "scratch"
        && matches!(stage.instructions.as_slice(), [Instruction::Copy(copy)] if copy.dest == "/file")
}
