//! One stage for each step.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::base_image::{has_default_path, start};
use super::builder::{StageBuilder, StageEnv};
use super::commands::CommandLowering;
use super::environment::{DeclaredBy, Environment, Environments};
use super::purpose::Position;
use super::secrets::HashStages;
use super::{Context, inputs, purpose};
use crate::dockerfile::{Role, Stage};
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{Command, StepId, StepMap};

/// The environments that stages inherit and pass on.
pub(super) struct StageEnvs<'p> {
    /// The environment of each step's stage after its last instruction.
    after: StepMap<StageEnv<'p>>,
    /// The steps that are the base of other steps.
    is_base: BTreeSet<StepId>,
    /// The steps whose files the image or other steps copy.
    is_copied: BTreeSet<StepId>,
    /// The steps whose files other steps copy.
    is_copied_by_steps: BTreeSet<StepId>,
    /// The steps that the image is based on, directly or indirectly: it would inherit their ENV.
    is_under_image: BTreeSet<StepId>,
    /// The variables of these steps that the image has, too, with the same values.
    shared_with_image: Rc<BTreeSet<&'p str>>,
}

impl<'p> StageEnvs<'p> {
    pub(super) fn new(graph: &'p Graph, environments: &Environments<'p>) -> Self {
        let base_of = |id: StepId| graph.base_of(id).and_then(Edge::step);
        let under_image: Vec<StepId> = std::iter::successors(graph.base().step(), |id| base_of(*id)).collect();
        Self {
            after: graph.steps().map(|_| StageEnv::default()).collect(),
            is_copied: graph
                .copied_inputs()
                .filter(|edge| !edge.includes().is_empty())
                .filter_map(Edge::step)
                .collect(),
            is_copied_by_steps: graph.needed().flat_map(|(id, _)| graph.inputs_of(id)).filter_map(Edge::step).collect(),
            is_base: graph.needed().filter_map(|(id, _)| base_of(id)).collect(),
            shared_with_image: Rc::new(environments.shared_with_image(graph, &under_image)),
            is_under_image: under_image.into_iter().collect(),
        }
    }

    /// The instruction that declares the variables of a step's stage.
    pub(super) fn declared_by(&self, id: StepId) -> DeclaredBy<'p> {
        if self.is_under_image.contains(&id) {
            DeclaredBy::ArgExcept(self.shared_with_image.clone())
        } else {
            DeclaredBy::Env
        }
    }

    /// The origin that replaces a step without instructions of its own. `None` if the step needs a stage: what is
    /// copied from it may be `/app`, which its stage creates and an image may lack.
    fn replacement(&self, context: &Context<'p, '_>, id: StepId) -> Option<Origin<'p>> {
        let base = context.graph.base_of(id)?;
        match context.resolved(base.origin) {
            Origin::Image(_) if self.is_copied.contains(&id) => None,
            Origin::Local => None,
            origin => Some(origin),
        }
    }

    fn position(&self, id: StepId) -> Position {
        Position {
            is_under_image: self.is_under_image.contains(&id),
            is_base: self.is_base.contains(&id),
            is_only_for_image: !self.is_base.contains(&id) && !self.is_copied_by_steps.contains(&id),
        }
    }

    /// The environment that a stage inherits from its base.
    pub(super) fn inherited(&self, base: Option<Edge<'_>>) -> StageEnv<'p> {
        match base.map(|edge| edge.origin) {
            Some(Origin::Step(id)) => self.after[id].clone(),
            Some(Origin::Image(image)) => {
                StageEnv { path_is_foreign: !has_default_path(&image.value), ..StageEnv::default() }
            }
            Some(Origin::Local) | None => StageEnv::default(),
        }
    }
}

/// The stage of a step, preceded by its helper stages.
pub(super) fn lower_step<'p>(
    context: &mut Context<'p, '_>,
    id: StepId,
    environments: &Environments<'p>,
    stage_envs: &mut StageEnvs<'p>,
    hashes: &HashStages,
) -> Vec<Stage> {
    let graph = context.graph;
    let step = graph.step(id);
    let Some(name) = context.stage_name(id) else { return Vec::new() };
    let base = graph.base_of(id);
    let location = &step.name.location;
    let (from, instructions) = start(context, base, location, true);
    let start_length = instructions.len();
    let declared_by = stage_envs.declared_by(id);
    let mut builder = StageBuilder::new(stage_envs.inherited(base), declared_by, location, instructions);

    let runs = step.commands.iter().filter(|command| command.is_exec()).count();
    let mut environment = environments.start(id);
    let mut commands = step.commands.as_slice();
    push_paths(&mut environment, &mut commands.iter());
    if runs > 0 || stage_envs.is_base.contains(&id) {
        builder.declare(context, &environment, runs > 0);
    }
    if let Some(base) = base {
        let inputs: Vec<Edge<'_>> = graph.inputs_of(id).collect();
        builder.instructions.extend(inputs::copies(context, base, &inputs, None));
    }
    let position = stage_envs.position(id);
    let is_under_image = position.is_under_image;
    let purpose = purpose::of_step(graph, id, position);
    let lowering = CommandLowering { id, step, stage: &name, purpose: &purpose, hashes, is_under_image };
    let mut runs_left = runs;
    while let Some((command, rest)) = commands.split_first().filter(|_| !context.is_aborted) {
        commands = rest;
        lowering.lower(context, command, &environment, &mut builder);
        if command.is_exec() {
            runs_left -= 1;
            push_paths(&mut environment, &mut commands.iter());
            if runs_left > 0 {
                builder.declare(context, &environment, true);
            }
        }
    }
    stage_envs.after[id] = builder.env;
    if builder.instructions.len() == start_length && builder.helpers.is_empty() {
        context.replacements[id] = stage_envs.replacement(context, id);
        if context.replacements[id].is_some() {
            return Vec::new();
        }
    }
    let mut stages = builder.helpers;
    stages.push(Stage {
        role: Role::Step(id),
        location: location.clone(),
        comment: Some(purpose),
        from,
        name: Some(name),
        instructions: builder.instructions,
    });
    stages
}

/// Adds the PATH entries up to the next exec. Copies are not affected by PATH, so one ENV can set all of
/// them.
fn push_paths<'p>(environment: &mut Environment<'p>, commands: &mut impl Iterator<Item = &'p Command>) {
    for command in commands.take_while(|command| !command.is_exec()) {
        if let Command::Path { path } = command {
            environment.push_path(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, transpile};

    #[test]
    fn variable_cannot_have_the_name_of_the_build_arg() {
        let codes = |base: &str| -> Vec<&str> {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "variables": {{ "SECRETS_HASH": "1" }},
                                   "commands": [{{ "cmd": "make" }}] }}],
                  "deploy": {{ "base": {base}, "inputs": [{{ "step": "a", "include": ["/b"] }}], "variables": {{ "SECRETS_HASH": "2" }} }} }}"#
            );
            transpile(&json, &Options::default())
                .map_or_else(|errors| errors.0, |transpiled| transpiled.findings)
                .iter()
                .map(|found| found.code.name())
                .collect()
        };
        assert_eq!(codes(r#"{ "step": "a" }"#), ["reserved-variable"]);
        assert_eq!(codes(r#"{ "image": "x" }"#), [""; 0], "ENV does not conflict");
    }
}
