//! One stage for each step.

use std::collections::BTreeSet;

use super::base_image::{has_default_path, start};
use super::builder::{StageBuilder, StageEnv};
use super::commands::CommandLowering;
use super::environment::{Environment, Environments};
use super::secrets::HashStages;
use super::{Context, inputs};
use crate::dockerfile::{Comment, Role, Stage};
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{Command, StepId, StepMap};

/// The environments that stages inherit and pass on.
pub(super) struct StageEnvs<'p> {
    /// The environment of each step's stage after its last instruction.
    after: StepMap<StageEnv<'p>>,
    /// The steps that are the base of other steps.
    is_base: BTreeSet<StepId>,
    /// The steps that the image is based on, directly or indirectly: it would inherit their ENV.
    is_under_image: BTreeSet<StepId>,
}

impl<'p> StageEnvs<'p> {
    pub(super) fn new(graph: &Graph) -> Self {
        let base_of = |id: StepId| graph.base_of(id).and_then(Edge::step);
        let is_under_image = std::iter::successors(graph.base().step(), |id| base_of(*id)).collect();
        Self {
            after: graph.steps().map(|_| StageEnv::default()).collect(),
            is_base: graph.needed().filter_map(|(id, _)| base_of(id)).collect(),
            is_under_image,
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
    let uses_args = stage_envs.is_under_image.contains(&id);
    let mut builder = StageBuilder::new(stage_envs.inherited(base), uses_args, location, instructions);

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
    let lowering = CommandLowering { id, step, stage: &name, hashes };
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
    let step_name = &step.name.value;
    let comment = (step_name != name.as_str()).then(|| Comment::new(step_name));
    let mut stages = builder.helpers;
    stages.push(Stage {
        role: Role::Step(id),
        location: location.clone(),
        comment,
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
                  "deploy": {{ "base": {base}, "inputs": [{{ "step": "a", "include": ["/b"] }}] }} }}"#
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
