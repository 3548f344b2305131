//! One stage for each step.

use std::collections::BTreeSet;

use super::commands::Surrounding;
use super::environment::{Environment, Environments, Variable};
use super::search_path::{DEFAULT_PATH, SearchPath};
use super::secrets::HashStages;
use super::shared::SharedMap;
use super::{Context, Problem, Stages, inputs};
use crate::diagnostic::Diagnostic;
use crate::dockerfile::{
    Assignment, Comment, Copy, CopyPaths, Directory, From, Instruction, Stage, Unspellable, looks_secret,
};
use crate::graph::{Edge, Graph, Origin, StepId};
use crate::place::Place;
use crate::plan::{Command, Located};

/// What a stage has before its first instruction, from what it starts from.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited<'p> {
    /// The variables that it has from earlier stages.
    variables: SharedMap<Variable<'p>>,
    path: SearchPath<'p>,
    /// Whether PATH is whatever the image set.
    path_is_foreign: bool,
    /// Whether it goes back to an image, and so to a shell.
    pub(super) image: bool,
    /// Whether that image is not one of Railpack's own.
    pub(super) foreign: bool,
}

/// What the stages say about each other.
pub(super) struct Surroundings<'p> {
    /// What a stage has after its last instruction, by step.
    after: Vec<Inherited<'p>>,
    /// The steps that others start from.
    is_base: BTreeSet<StepId>,
    /// The steps that the image starts from, whose ENV would reach it.
    is_under_image: BTreeSet<StepId>,
}

impl<'p> Surroundings<'p> {
    pub(super) fn new(graph: &Graph<'p>) -> Self {
        let base_of =
            |id: StepId| graph.nodes.get(id).and_then(|node| node.inputs.first()).and_then(|edge| edge.step());
        let mut is_under_image = BTreeSet::new();
        let mut at = graph.base.step();
        while let Some(id) = at {
            is_under_image.insert(id);
            at = base_of(id);
        }
        Self {
            after: vec![Inherited::default(); graph.nodes.len()],
            is_base: graph.needed().filter_map(|(id, _)| base_of(id)).collect(),
            is_under_image,
        }
    }

    /// What a stage has from what it starts from.
    pub(super) fn inherited(&self, base: Option<Edge<'p>>) -> Inherited<'p> {
        match base.map(|edge| edge.origin) {
            Some(Origin::Step(id)) => self.after.get(id).cloned().unwrap_or_default(),
            Some(Origin::Image(image)) => Inherited {
                path_is_foreign: !leaves_path(&image.value),
                image: true,
                foreign: !is_railpacks(&image.value),
                ..Inherited::default()
            },
            Some(Origin::Local) | None => Inherited::default(),
        }
    }
}

/// Whether an image is one of Railpack's own, which have neither USER nor SHELL.
pub(super) fn is_railpacks(image: &str) -> bool {
    image.starts_with("ghcr.io/railwayapp/railpack-")
}

/// Whether an image has the default PATH. Railpack's runtime has (`images/debian/runtime/Dockerfile`);
/// its builder puts mise's shims in front.
fn leaves_path(image: &str) -> bool {
    image.starts_with("ghcr.io/railwayapp/railpack-runtime:")
}

/// A stage that is being put together.
pub(super) struct StageBuilder<'p> {
    pub(super) instructions: Vec<Located<Instruction>>,
    /// Stages that it copies from, which no step stands for.
    pub(super) helpers: Stages,
    pub(super) has: Inherited<'p>,
    /// The directories made since the last command, which could have removed them.
    pub(super) made: BTreeSet<String>,
    /// The caches whose directories are declared as build args.
    pub(super) cache_args: BTreeSet<String>,
    /// Whether variables are declared by ARG, not ENV.
    pub(super) uses_args: bool,
    /// The step.
    place: &'p Place,
}

impl<'p> StageBuilder<'p> {
    /// Declares what the environment lacks. With `runs`, for a command: PATH is then made sure of.
    fn declare(&mut self, context: &mut Context<'p, '_>, wanted: &Environment<'p>, runs: bool) {
        let variables = wanted.complete(&mut self.has.variables, self.uses_args);
        let spell = if self.uses_args { Assignment::arg } else { Assignment::new };
        let assignments = assignments(context, &variables, spell);
        let path = self.changed_path(context, wanted, runs);
        if self.uses_args {
            refuse_build_args(context, &variables);
            self.push_variables(context, assignments, &variables, Instruction::Arg);
            self.push_variables(context, path.into_iter().collect(), &[], Instruction::Env);
        } else {
            let both = assignments.into_iter().chain(path).collect();
            self.push_variables(context, both, &variables, Instruction::Env);
        }
    }

    fn changed_path(
        &mut self,
        context: &mut Context<'p, '_>,
        wanted: &Environment<'p>,
        runs: bool,
    ) -> Option<Located<Assignment>> {
        let path = wanted.path();
        let last = path.origin();
        let must_reset = last.is_none() && runs && self.has.path_is_foreign;
        if path == self.has.path && !must_reset {
            return None;
        }
        let value = path.text().unwrap_or_else(|| DEFAULT_PATH.to_owned());
        self.has.path = path;
        self.has.path_is_foreign = false;
        match (Assignment::new("PATH", &value), last) {
            (Ok(path), last) => Some(Located::at(last.map_or(self.place, |last| &last.place), path)),
            (Err(why @ Unspellable::LongVariable(_)), Some(last)) => {
                // and it gets longer from step to step
                context.is_over = true;
                Err(why).problem(context, "PATH with the entry", last)
            }
            (Err(_), None) => None,
            (failed, Some(last)) => {
                failed.problem(context, "the PATH entry", last).map(|path| Located::at(&last.place, path))
            }
        }
    }

    fn push_variables(
        &mut self,
        context: &mut Context<'_, '_>,
        assignments: Vec<Located<Assignment>>,
        variables: &[(&str, &Located<String>)],
        instruction: fn(Vec<Located<Assignment>>) -> Instruction,
    ) {
        let Some(first) = assignments.first() else { return };
        let place = first.place.clone();
        context.count(assignments.iter().map(|assignment| assignment.value.length()).sum());
        warn_of_secrets(context, variables);
        self.instructions.push(Located { value: instruction(assignments), place });
    }
}

/// A build arg of the same name would win over what the plan says.
fn refuse_build_args(context: &mut Context<'_, '_>, variables: &[(&str, &Located<String>)]) {
    for (_, value) in variables.iter().filter(|(name, _)| *name == "SECRETS_HASH") {
        context.findings.push(
            Diagnostic::error(
                "reserved-variable",
                "variable `SECRETS_HASH` has the name of the Dockerfile's build arg",
            )
            .at(&value.place)
            .with_help("rename it in the plan"),
        );
    }
}

/// Spells variables. What can't be said is a finding.
pub(super) fn assignments(
    context: &mut Context<'_, '_>,
    variables: &[(&str, &Located<String>)],
    spell: fn(&str, &str) -> Result<Assignment, Unspellable>,
) -> Vec<Located<Assignment>> {
    let spelled = variables.iter().filter_map(|(name, value)| {
        spell(name, &value.value)
            .map(|assignment| Located::at(&value.place, assignment))
            .map_err(|why| {
                context.findings.push(
                    Diagnostic::error("unspellable", format!("variable `{name}` {why}"))
                        .at(&value.place)
                        .with_help("no Dockerfile can set it; change it in the plan"),
                );
            })
            .ok()
    });
    spelled.collect()
}

/// Warns of variables that `docker build --check` takes for secrets.
pub(super) fn warn_of_secrets(context: &mut Context<'_, '_>, variables: &[(&str, &Located<String>)]) {
    for (name, value) in variables.iter().filter(|(name, _)| looks_secret(name)) {
        let message =
            format!("variable `{name}` looks like a secret, and its value stands in the Dockerfile and the image");
        context.findings.push(
            Diagnostic::warning("secret-in-variable", message)
                .at(&value.place)
                .with_help("if it is one, list its name in the plan's `secrets` instead"),
        );
    }
}

/// The stage of a step, its helper stages in front.
pub(super) fn of_step<'p>(
    context: &mut Context<'p, '_>,
    id: StepId,
    environments: &Environments<'p>,
    surroundings: &mut Surroundings<'p>,
    hashes: &HashStages<'p>,
) -> Stages {
    let graph = context.graph;
    let Some(node) = graph.nodes.get(id) else { return Vec::new() };
    let Some(name) = context.stage_name(id) else { return Vec::new() };
    let base = node.inputs.first().copied();
    let has = surroundings.inherited(base);
    let uses_args = surroundings.is_under_image.contains(&id);
    let place = &node.step.name.place;
    let mut builder = StageBuilder {
        instructions: Vec::new(),
        helpers: Vec::new(),
        has,
        made: BTreeSet::new(),
        cache_args: BTreeSet::new(),
        uses_args,
        place,
    };
    let (from, start) = start(context, base, place);
    builder.instructions.extend(start);

    let runs = runs(&node.step.commands);
    let mut environment = environments.start(id);
    let mut commands = node.step.commands.as_slice();
    push_paths(&mut environment, &mut commands.iter());
    if runs > 0 || surroundings.is_base.contains(&id) {
        builder.declare(context, &environment, runs > 0);
    }
    if let Some(base) = base {
        let copies = inputs::copies(context, base, node.inputs.get(1..).unwrap_or_default());
        builder.instructions.extend(copies);
    }
    let surrounding = Surrounding { step: node.step, stage: &name, hashes };
    let mut runs_left = runs;
    while let Some((command, rest)) = commands.split_first().filter(|_| !context.is_over) {
        commands = rest;
        surrounding.lower(context, command, &environment, &mut builder);
        if matches!(command, Command::Exec { .. }) {
            runs_left -= 1;
            push_paths(&mut environment, &mut commands.iter());
            if runs_left > 0 {
                builder.declare(context, &environment, true);
            }
        }
    }
    if let Some(after) = surroundings.after.get_mut(id) {
        *after = builder.has;
    }
    let step_name = &node.step.name.value;
    let comment = (step_name != name.as_str()).then(|| Comment::new(step_name));
    let mut stages = builder.helpers;
    stages.push(Stage { place: place.clone(), comment, from, name: Some(name), instructions: builder.instructions });
    stages
}

fn runs(commands: &[Command]) -> usize {
    commands.iter().filter(|command| matches!(command, Command::Exec { .. })).count()
}

/// Takes the PATH entries up to the next exec: copies do not see them, so that one ENV can hold
/// what stands in front of a command.
fn push_paths<'p>(environment: &mut Environment<'p>, commands: &mut impl Iterator<Item = &'p Command>) {
    for command in commands.take_while(|command| !matches!(command, Command::Exec { .. })) {
        if let Command::Path { path } = command {
            environment.push_path(path);
        }
    }
}

/// What a stage starts from, and the instructions that undo what an image's config would change.
/// `place` is that of what has no base.
pub(super) fn start<'p>(
    context: &mut Context<'p, '_>,
    base: Option<Edge<'p>>,
    place: &Place,
) -> (Located<From>, Vec<Located<Instruction>>) {
    let place = base.map_or(place, |edge| &edge.input.place);
    let app = Directory::new("/app").map(Instruction::Workdir);
    let (from, instructions): (From, Vec<Instruction>) = match base.map(|edge| edge.origin) {
        Some(Origin::Step(id)) => (context.stage_name(id).map_or(From::Scratch, From::Stage), Vec::new()),
        Some(Origin::Image(image)) => {
            let reset = (!is_railpacks(&image.value)).then_some(Instruction::ResetUser { shell: true });
            (context.image(image).map_or(From::Scratch, From::Image), reset.into_iter().chain(app).collect())
        }
        Some(Origin::Local) => {
            let paths = CopyPaths::new(".", "/");
            let copy = paths.map(|paths| {
                Instruction::Copy(Copy { comment: None, from: None, link: false, exclude: Vec::new(), paths })
            });
            (From::Scratch, copy.into_iter().chain(app).collect())
        }
        None => (From::Scratch, app.into_iter().collect()),
    };
    (Located::at(place, from), instructions.into_iter().map(|instruction| Located::at(place, instruction)).collect())
}

#[cfg(test)]
mod tests {
    use crate::{Options, transpile};

    #[test]
    fn a_build_arg_can_not_have_the_name_of_the_dockerfile_s_own() {
        let codes = |base: &str| -> Vec<&str> {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "variables": {{ "SECRETS_HASH": "1" }},
                                   "commands": [{{ "cmd": "make" }}] }}],
                  "deploy": {{ "base": {base}, "inputs": [{{ "step": "a", "include": ["/b"] }}] }} }}"#
            );
            transpile(&json, &Options::default())
                .map_or_else(|errors| errors.0, |made| made.findings)
                .iter()
                .map(|found| found.code)
                .collect()
        };
        assert_eq!(codes(r#"{ "step": "a" }"#), ["reserved-variable"]);
        assert_eq!(codes(r#"{ "image": "x" }"#), [""; 0], "an ENV");
    }
}
