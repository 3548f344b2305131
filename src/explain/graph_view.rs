//! A build as a graph to draw: what there is, and what goes from where to where.

use std::collections::BTreeMap;

use super::changes::{Cause, Consequences, RunsAgain};
use super::model::{Command, Copy, Explanation, Source};

/// Nodes and edges. Every node stands behind those it takes from.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) nodes: Vec<Node>,
    /// Those that end in the same node stand together, that of its base first.
    pub(super) edges: Vec<Edge>,
    index: BTreeMap<Node, usize>,
}

/// What is drawn as a box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    From(Source),
    Image,
}

/// All that goes from one node to another.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether the one starts from the other.
    pub(super) is_base: bool,
    /// What is copied, as people call it.
    pub(super) paths: Vec<String>,
    /// Patterns of what is not.
    pub(super) exclude: Vec<String>,
    /// Whether a change takes this way.
    pub(super) runs_again: bool,
}

impl Drawing {
    /// The build context and the images stand in front of the steps, in the order they are needed.
    pub(super) fn of(explanation: &Explanation, consequences: Option<&Consequences>) -> Self {
        let mut drawing = Self { nodes: Vec::new(), edges: Vec::new(), index: BTreeMap::new() };
        let takers = explanation.takers();
        let sources = |taker: &Takes<'_>| -> Vec<Source> {
            taker.base.iter().copied().chain(taker.copies.iter().map(|copy| &copy.from)).cloned().collect()
        };
        let mut outer: Vec<Source> = takers.iter().flat_map(sources).collect();
        outer.retain(|source| !matches!(source, Source::Step(_)));
        outer.sort_by_key(|source| *source != Source::Context);
        let steps = (0..explanation.steps.len()).map(Source::Step);
        for node in outer.into_iter().chain(steps).map(Node::From).chain([Node::Image]) {
            if !drawing.index.contains_key(&node) {
                drawing.index.insert(node.clone(), drawing.nodes.len());
                drawing.nodes.push(node);
            }
        }
        for taker in takers {
            let again = consequences.and_then(|consequences| match taker.node {
                Node::From(Source::Step(index)) => consequences.steps.get(&index),
                Node::From(_) => None,
                Node::Image => consequences.image.as_ref(),
            });
            drawing.take(&taker, again);
        }
        drawing
    }

    /// The number of a node.
    pub(super) fn number(&self, node: &Node) -> Option<usize> {
        self.index.get(node).copied()
    }

    fn take(&mut self, taker: &Takes<'_>, again: Option<&RunsAgain>) {
        let Some(to) = self.number(&taker.node) else { return };
        let first = self.edges.len();
        if let Some(base) = taker.base {
            let edge = self.edge(base, to, again);
            self.edges.extend(edge.map(|edge| Edge { is_base: true, ..edge }));
        }
        for copy in &taker.copies {
            let Some(new) = self.edge(&copy.from, to, again) else { continue };
            let known = self.edges.iter().skip(first).position(|edge| edge.from == new.from);
            if known.is_none() {
                self.edges.push(new);
            }
            let edge = match known {
                Some(at) => self.edges.get_mut(first + at),
                None => self.edges.last_mut(),
            };
            if let Some(edge) = edge {
                add(&mut edge.paths, copy.paths.iter().map(|path| called(path, &copy.from)));
                add(&mut edge.exclude, copy.exclude.iter().cloned());
            }
        }
    }

    fn edge(&self, source: &Source, to: usize, again: Option<&RunsAgain>) -> Option<Edge> {
        let from = self.number(&Node::From(source.clone()))?;
        let mut causes = again.into_iter().flat_map(|again| &again.causes);
        let runs_again = causes.any(|cause| match (cause, source) {
            (Cause::StartsFrom(step) | Cause::CopiesFrom(step), Source::Step(index)) => step == index,
            (Cause::Copies(_), Source::Context) => true,
            _ => false,
        });
        Some(Edge { from, to, is_base: false, paths: Vec::new(), exclude: Vec::new(), runs_again })
    }
}

/// What a step or the image takes.
struct Takes<'a> {
    node: Node,
    base: Option<&'a Source>,
    copies: Vec<Copy>,
}

impl Explanation {
    /// All that take something, in build order.
    fn takers(&self) -> Vec<Takes<'_>> {
        let steps = self.steps.iter().enumerate().map(|(index, step)| {
            let by_commands = step.commands.iter().filter_map(|command| match command {
                Command::Copy { from, source, .. } => {
                    Some(Copy { from: from.clone(), paths: vec![source.clone()], exclude: Vec::new() })
                }
                _ => None,
            });
            Takes {
                node: Node::From(Source::Step(index)),
                base: step.base.as_ref(),
                copies: step.copies.iter().cloned().chain(by_commands).collect(),
            }
        });
        let image = Takes { node: Node::Image, base: Some(&self.image.base), copies: self.image.copies.clone() };
        steps.chain([image]).collect()
    }
}

/// A path as people call it: `.` is the whole context, and `/app` in an image.
fn called(path: &str, from: &Source) -> String {
    match (path, from) {
        ("." | "./" | "", Source::Context) => "everything".to_owned(),
        ("." | "./", _) => "/app".to_owned(),
        (path, _) => path.to_owned(),
    }
}

fn add(texts: &mut Vec<String>, more: impl Iterator<Item = String>) {
    for text in more {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
}
