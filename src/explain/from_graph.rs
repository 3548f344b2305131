//! Conversion of the graph to the build model.

use super::image_settings::start_command;
use super::model::{Cache, Command, Consumer, Copy, Image, Secrets, Source, Step};
use crate::compat::shlex;
use crate::diagnostic::LineIndex;
use crate::graph::{Edge, Graph, Origin};
use crate::options::ImageOptions;
use crate::plan::{self, Located, StepId, StepMap};
use crate::secret_usage::SecretUsage;

/// The steps in build order, and the image.
pub(super) fn steps_and_image(
    graph: &Graph,
    usage: &SecretUsage,
    options: &ImageOptions,
    lines: &LineIndex<'_>,
) -> (Vec<Step>, Image) {
    let converter = Converter { graph, usage, lines, index: graph.build_index() };
    let consumers = converter.consumers();
    let steps = graph.in_build_order().map(|(id, step)| converter.step(id, step, consumers[id].clone())).collect();
    let planned = graph.plan().deploy.start_command.as_ref().map(|command| command.value.as_str());
    let image = Image {
        base: converter.source(graph.base()),
        copies: converter.copies(graph.deploy_inputs()),
        start_command: start_command(planned, options),
        options: options.clone(),
    };
    (steps, image)
}

struct Converter<'a> {
    graph: &'a Graph,
    usage: &'a SecretUsage,
    lines: &'a LineIndex<'a>,
    /// The position of each step in the build order.
    index: StepMap<usize>,
}

impl Converter<'_> {
    fn step(&self, id: StepId, step: &plan::Step, consumers: Vec<Consumer>) -> Step {
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
            secrets: Secrets { visible: names(self.usage.seen(id)), listed: names(self.usage.listed(id)) },
            commands: step.commands.iter().map(command).collect(),
            consumers,
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

    fn consumers(&self) -> StepMap<Vec<Consumer>> {
        let mut consumers: StepMap<Vec<Consumer>> = self.index.map(|_, _| Vec::new());
        let mut add = |consumer: Consumer, sources: &mut dyn Iterator<Item = StepId>| {
            for id in sources {
                if !consumers[id].contains(&consumer) {
                    consumers[id].push(consumer);
                }
            }
        };
        let copied = |edge: Edge<'_>| if edge.includes().is_empty() { None } else { edge.step() };
        for (id, _) in self.graph.in_build_order() {
            let base = self.graph.base_of(id).and_then(Edge::step);
            add(
                Consumer::Step(self.index[id]),
                &mut base.into_iter().chain(self.graph.inputs_of(id).filter_map(copied)),
            );
        }
        let base = self.graph.base().step();
        add(Consumer::Image, &mut base.into_iter().chain(self.graph.deploy_inputs().filter_map(copied)));
        consumers
    }
}

fn values(texts: &[Located<String>]) -> Vec<String> {
    texts.iter().map(|text| text.value.clone()).collect()
}

fn command(command: &plan::Command) -> Command {
    match command {
        plan::Command::Exec { cmd, custom_name } => {
            let name = custom_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
            Command::Run { title: name.map_or_else(|| script(&cmd.value), str::to_owned), command: cmd.value.clone() }
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

/// The script of `sh -c 'SCRIPT'`, or else the whole command line.
fn script(cmd: &str) -> String {
    let words = shlex::split(cmd).words;
    shlex::script_of(&words).unwrap_or(cmd).trim().to_owned()
}
