//! The model of a build, from its graph.

use std::collections::BTreeMap;

use super::model::{Cache, Command, Copy, Image, Position, Secrets, Source, Step, Taker};
use crate::graph::{Edge, Graph, Node, Origin, StepId};
use crate::lower::words;
use crate::options::{Options, SecretsScope};
use crate::place::Lines;
use crate::plan;

/// The steps in build order, and the image.
pub(super) fn read(graph: &Graph<'_>, options: &Options, lines: &Lines<'_>) -> (Vec<Step>, Image) {
    let reader = Reader {
        graph,
        options,
        lines,
        index: graph.order.iter().enumerate().map(|(index, id)| (*id, index)).collect(),
    };
    let takers = reader.takers();
    let nodes = graph.order.iter().filter_map(|id| Some((*id, graph.nodes.get(*id)?)));
    let steps = nodes.map(|(id, node)| reader.step(node, takers.get(&id).cloned().unwrap_or_default())).collect();
    let image = Image {
        base: reader.source(graph.base),
        copies: reader.copies(&graph.deploy_inputs),
        start_command: graph.plan.deploy.start_command.as_ref().map(|command| command.value.clone()),
    };
    (steps, image)
}

struct Reader<'a, 'p> {
    graph: &'a Graph<'p>,
    options: &'a Options,
    lines: &'a Lines<'a>,
    /// Where each step stands in the build order.
    index: BTreeMap<StepId, usize>,
}

impl Reader<'_, '_> {
    fn step(&self, node: &Node<'_>, taken_by: Vec<Taker>) -> Step {
        let plan = self.graph.plan;
        let caches = node.step.caches.iter().filter_map(|key| {
            let cache = plan.caches.get(&key.value)?;
            Some(Cache { name: key.value.clone(), directory: cache.directory.value.clone(), locked: cache.locked })
        });
        Step {
            name: node.step.name.value.clone(),
            position: Position::of(&node.step.name.place, self.lines),
            reaches_image: node.is_needed,
            base: node.inputs.first().map(|edge| self.source(*edge)),
            copies: self.copies(node.inputs.get(1..).unwrap_or_default()),
            caches: caches.collect(),
            secrets: self.secrets(node.step),
            commands: node.step.commands.iter().map(command).collect(),
            taken_by,
        }
    }

    fn source(&self, edge: Edge<'_>) -> Source {
        match edge.origin {
            Origin::Image(image) => Source::Image(image.value.clone()),
            Origin::Local => Source::Context,
            Origin::Step(id) => Source::Step(self.index.get(&id).copied().unwrap_or_default()),
        }
    }

    fn copies(&self, edges: &[Edge<'_>]) -> Vec<Copy> {
        let taking = edges.iter().filter(|edge| !edge.includes().is_empty());
        taking
            .map(|edge| Copy {
                from: self.source(*edge),
                paths: values(edge.includes()),
                exclude: values(&edge.input.exclude),
            })
            .collect()
    }

    /// A step that runs no program reads no secret, and no secret runs it again.
    fn secrets(&self, step: &plan::Step) -> Secrets {
        if !step.runs_something() {
            return Secrets::default();
        }
        let plan = self.graph.plan;
        let listed: Vec<String> = plan.listed_by(step).iter().map(|secret| secret.value.clone()).collect();
        let seen = match self.options.secrets_scope {
            SecretsScope::Plan => values(&plan.secrets),
            SecretsScope::Step => listed.clone(),
        };
        Secrets { seen, listed }
    }

    fn takers(&self) -> BTreeMap<StepId, Vec<Taker>> {
        let mut takers: BTreeMap<StepId, Vec<Taker>> = BTreeMap::new();
        let mut note = |base: Option<&Edge<'_>>, copied: &[Edge<'_>], taker| {
            let copied = copied.iter().filter(|edge| !edge.includes().is_empty());
            for id in base.into_iter().chain(copied).filter_map(|edge| edge.step()) {
                let known = takers.entry(id).or_default();
                if !known.contains(&taker) {
                    known.push(taker);
                }
            }
        };
        for (index, node) in self.graph.order.iter().filter_map(|id| self.graph.nodes.get(*id)).enumerate() {
            note(node.inputs.first(), node.inputs.get(1..).unwrap_or_default(), Taker::Step(index));
        }
        note(Some(&self.graph.base), &self.graph.deploy_inputs, Taker::Image);
        takers
    }
}

fn values(texts: &[plan::Located<String>]) -> Vec<String> {
    texts.iter().map(|text| text.value.clone()).collect()
}

fn command(command: &plan::Command) -> Command {
    match command {
        plan::Command::Exec { cmd, custom_name } => {
            let named = custom_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
            Command::Run { title: named.map_or_else(|| script(&cmd.value), str::to_owned), command: cmd.value.clone() }
        }
        plan::Command::Path { path } => Command::Path { path: path.value.clone() },
        plan::Command::Copy { src, dest, image } => Command::Copy {
            from: image.as_ref().map_or(Source::Context, |image| Source::Image(image.value.clone())),
            source: src.value.clone(),
            destination: dest.value.clone(),
        },
        plan::Command::File { path, custom_name, .. } => Command::File {
            path: path.value.clone(),
            title: custom_name.clone().filter(|name| !name.trim().is_empty()),
        },
    }
}

/// The script of `sh -c 'SCRIPT'`, else the whole command line.
fn script(cmd: &str) -> String {
    words::script_of(&words::split(cmd).words).unwrap_or(cmd).trim().to_owned()
}
