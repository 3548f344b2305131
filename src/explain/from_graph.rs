//! The build model, from a graph.

use super::model::{Cache, Command, Copy, Image, Secrets, Source, Step, Taker};
use crate::compat::shlex;
use crate::diagnostic::LineIndex;
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{self, Located, StepId, StepMap};
use crate::secret_usage::SecretUsage;

/// The steps in build order, and the image.
pub(super) fn steps_and_image(graph: &Graph, usage: &SecretUsage, lines: &LineIndex<'_>) -> (Vec<Step>, Image) {
    let reader = Reader { graph, usage, lines, index: graph.build_index() };
    let takers = reader.takers();
    let steps = graph.in_build_order().map(|(id, step)| reader.step(id, step, takers[id].clone())).collect();
    let image = Image {
        base: reader.source(graph.base()),
        copies: reader.copies(graph.deploy_inputs()),
        start_command: graph.plan().deploy.start_command.as_ref().map(|command| command.value.clone()),
    };
    (steps, image)
}

struct Reader<'a> {
    graph: &'a Graph,
    usage: &'a SecretUsage,
    lines: &'a LineIndex<'a>,
    /// The position of each step in the build order.
    index: StepMap<usize>,
}

impl Reader<'_> {
    fn step(&self, id: StepId, step: &plan::Step, taken_by: Vec<Taker>) -> Step {
        let caches = step.caches.iter().filter_map(|key| {
            let cache = self.graph.plan().caches.get(&key.value)?;
            Some(Cache { name: key.value.clone(), directory: cache.directory.value.clone(), locked: cache.locked })
        });
        let names = |set| self.usage.secrets(set).map(|secret| secret.value.clone()).collect();
        Step {
            name: step.name.value.clone(),
            position: self.lines.position(&step.name.location),
            reaches_image: self.graph.is_needed(id),
            base: self.graph.base_of(id).map(|edge| self.source(edge)),
            copies: self.copies(self.graph.inputs_of(id)),
            caches: caches.collect(),
            secrets: Secrets { seen: names(self.usage.seen(id)), listed: names(self.usage.listed(id)) },
            commands: step.commands.iter().map(command).collect(),
            taken_by,
        }
    }

    fn source(&self, edge: Edge<'_>) -> Source {
        match edge.origin {
            Origin::Image(image) => Source::Image(image.value.clone()),
            Origin::Local => Source::Context,
            Origin::Step(id) => Source::Step(self.index[id]),
        }
    }

    fn copies<'g>(&self, edges: impl Iterator<Item = Edge<'g>>) -> Vec<Copy> {
        let copying = edges.filter(|edge| !edge.includes().is_empty());
        copying
            .map(|edge| Copy {
                from: self.source(edge),
                paths: values(edge.includes()),
                exclude: values(&edge.input.exclude),
            })
            .collect()
    }

    fn takers(&self) -> StepMap<Vec<Taker>> {
        let mut takers: StepMap<Vec<Taker>> = self.index.map(|_, _| Vec::new());
        let mut note = |taker: Taker, taken: &mut dyn Iterator<Item = StepId>| {
            for id in taken {
                if !takers[id].contains(&taker) {
                    takers[id].push(taker);
                }
            }
        };
        let copied = |edge: Edge<'_>| if edge.includes().is_empty() { None } else { edge.step() };
        for (id, _) in self.graph.in_build_order() {
            let base = self.graph.base_of(id).and_then(Edge::step);
            note(Taker::Step(self.index[id]), &mut base.into_iter().chain(self.graph.inputs_of(id).filter_map(copied)));
        }
        let base = self.graph.base().step();
        note(Taker::Image, &mut base.into_iter().chain(self.graph.deploy_inputs().filter_map(copied)));
        takers
    }
}

fn values(texts: &[Located<String>]) -> Vec<String> {
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
    let words = shlex::split(cmd).words;
    shlex::script_of(&words).unwrap_or(cmd).trim().to_owned()
}
