//! A stage under construction: its instructions, and its environment so far.

use std::collections::BTreeSet;

use super::environment::{DeclaredBy, Environment, Variable};
use super::persistent_map::PersistentMap;
use super::search_path::{DEFAULT_PATH, SearchPath};
use super::{Context, OrReport};
use crate::diagnostic::{Code, Diagnostic, Located, Location};
use crate::dockerfile::{Assignment, Inexpressible, Instruction, Stage};

/// The environment of a stage so far, including the variables inherited from its base.
#[derive(Clone, Debug, Default)]
pub(super) struct StageEnv<'p> {
    /// The variables that this stage and its bases have declared, except PATH.
    pub(super) variables: PersistentMap<Variable<'p>>,
    pub(super) path: SearchPath<'p>,
    /// Whether PATH is whatever the image sets.
    pub(super) path_is_foreign: bool,
    /// Whether the build args with the platform are declared.
    pub(super) has_platform: bool,
}

impl StageEnv<'_> {
    /// The value of PATH. `None` if the image sets it.
    pub(super) fn path_text(&self) -> Option<String> {
        self.path.text().or_else(|| (!self.path_is_foreign).then(|| DEFAULT_PATH.to_owned()))
    }
}

/// A stage under construction.
pub(super) struct StageBuilder<'p> {
    pub(super) instructions: Vec<Located<Instruction>>,
    /// Additional stages that this one copies from and that don't correspond to a step.
    pub(super) helpers: Vec<Stage>,
    pub(super) env: StageEnv<'p>,
    /// The directories created since the last RUN, which may have removed earlier ones.
    pub(super) created_directories: BTreeSet<String>,
    /// The caches whose directories are already declared as build args.
    pub(super) cache_args: BTreeSet<String>,
    /// The instruction that declares its variables.
    pub(super) declared_by: DeclaredBy<'p>,
    /// The location of the step.
    pub(super) location: &'p Location,
    /// Whether the stage has its secrets hash.
    pub(super) has_secrets_hash: bool,
    /// Whether the build args with its secrets are declared.
    pub(super) has_secret_args: bool,
}

impl<'p> StageBuilder<'p> {
    pub(super) fn new(
        env: StageEnv<'p>,
        declared_by: DeclaredBy<'p>,
        location: &'p Location,
        instructions: Vec<Located<Instruction>>,
    ) -> Self {
        Self {
            instructions,
            helpers: Vec::new(),
            env,
            created_directories: BTreeSet::new(),
            cache_args: BTreeSet::new(),
            declared_by,
            location,
            has_secrets_hash: false,
            has_secret_args: false,
        }
    }

    /// Declares the variables that the stage lacks. With `runs`, a command follows, so PATH must not be
    /// left to the image.
    pub(super) fn declare(&mut self, context: &mut Context<'p, '_>, wanted: &Environment<'p>, runs: bool) {
        let variables = wanted.complete(&mut self.env.variables, &self.declared_by);
        let (args, variables): (Vec<_>, Vec<_>) =
            variables.into_iter().partition(|(name, _)| self.declared_by.is_arg(name));
        reject_build_args(context, &args);
        let args = assignments(context, &args, Assignment::arg);
        self.push_variables(context, args, Instruction::Arg);
        let mut variables = assignments(context, &variables, Assignment::new);
        variables.extend(self.changed_path(context, wanted, runs));
        self.push_variables(context, variables, Instruction::Env);
    }

    fn changed_path(
        &mut self,
        context: &mut Context<'p, '_>,
        wanted: &Environment<'p>,
        runs: bool,
    ) -> Option<Located<Assignment>> {
        let path = wanted.path();
        let last = path.origin();
        let must_reset = last.is_none() && runs && self.env.path_is_foreign;
        if path == self.env.path && !must_reset {
            return None;
        }
        let value = path.text().unwrap_or_else(|| DEFAULT_PATH.to_owned());
        self.env.path = path;
        self.env.path_is_foreign = false;
        match (Assignment::new("PATH", &value), last) {
            (Ok(path), last) => Some(Located::at(last.map_or(self.location, |last| &last.location), path)),
            (Err(why @ Inexpressible::LongVariable(_)), Some(last)) => {
                // PATH only grows from step to step, so stop here
                context.is_aborted = true;
                Err(why).or_report(context, "PATH with the entry", last)
            }
            (Err(_), None) => None,
            (failed, Some(last)) => {
                failed.or_report(context, "the PATH entry", last).map(|path| Located::at(&last.location, path))
            }
        }
    }

    fn push_variables(
        &mut self,
        context: &mut Context<'_, '_>,
        assignments: Vec<Located<Assignment>>,
        instruction: fn(Vec<Located<Assignment>>) -> Instruction,
    ) {
        let Some(first) = assignments.first() else { return };
        let location = first.location.clone();
        context.count(assignments.iter().map(|assignment| assignment.value.length()).sum());
        self.instructions.push(Located { value: instruction(assignments), location });
    }
}

/// Rejects variables that a build arg of the same name would override.
fn reject_build_args(context: &mut Context<'_, '_>, variables: &[(&str, &Located<String>)]) {
    for (name, value) in variables.iter().filter(|(name, _)| *name == "SECRETS_HASH") {
        reject_variable(context, name, value);
    }
}

/// Rejects a variable that has the name of a build arg.
pub(super) fn reject_variable(context: &mut Context<'_, '_>, name: &str, value: &Located<String>) {
    let message = format!("variable `{name}` conflicts with the Dockerfile's build arg of the same name");
    let found = Diagnostic::new(Code::ReservedVariable, message);
    context.findings.push(found.at(&value.location).with_help("rename it in the plan"));
}

/// Spells variables, and reports those that can't be expressed.
pub(super) fn assignments(
    context: &mut Context<'_, '_>,
    variables: &[(&str, &Located<String>)],
    spell: fn(&str, &str) -> Result<Assignment, Inexpressible>,
) -> Vec<Located<Assignment>> {
    let spelled = variables.iter().filter_map(|(name, value)| {
        spell(name, &value.value)
            .map(|assignment| Located::at(&value.location, assignment))
            .map_err(|why| {
                context.findings.push(
                    Diagnostic::new(Code::Inexpressible, format!("variable `{name}` {why}"))
                        .at(&value.location)
                        .with_help("change it in the plan: a Dockerfile can't set it"),
                );
            })
            .ok()
    });
    spelled.collect()
}
