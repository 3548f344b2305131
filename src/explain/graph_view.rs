//! A graph of the build for the renderers: nodes, and edges for bases and copies.

use std::collections::BTreeMap;

use super::changes::{Cause, Consequences, Rerun};
use super::model::{Command, Copy, Explanation, Source};

/// A graph of the build. Each node comes after the nodes that it depends on.
#[derive(Debug)]
pub(super) struct GraphView {
    pub(super) nodes: Vec<ViewNode>,
    /// The edges, grouped by their target. In each group, the edge from the base comes first.
    pub(super) edges: Vec<ViewEdge>,
    index: BTreeMap<ViewNode, usize>,
}

/// A node, drawn as a box.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ViewNode {
    Source(Source),
    Image,
}

/// An edge: everything that one node contributes to another.
#[derive(Debug)]
pub(super) struct ViewEdge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether the target starts from the source.
    pub(super) is_base: bool,
    /// The copied paths, in readable form.
    pub(super) paths: Vec<String>,
    /// The exclude patterns.
    pub(super) exclude: Vec<String>,
    /// Whether a change propagates along this edge.
    pub(super) is_rerun: bool,
}

impl Consequences {
    /// The rerun of a node: of a step, or of the image.
    pub(super) fn rerun_of(&self, node: &ViewNode) -> Option<&Rerun> {
        match node {
            ViewNode::Source(Source::Step(index)) => self.steps.get(index),
            ViewNode::Source(_) => None,
            ViewNode::Image => self.image.as_ref(),
        }
    }
}

impl GraphView {
    /// Creates the graph. The build context and the images come before the steps, in the order of their first use.
    pub(super) fn new(explanation: &Explanation, consequences: Option<&Consequences>) -> Self {
        let mut view = Self { nodes: Vec::new(), edges: Vec::new(), index: BTreeMap::new() };
        let targets = explanation.targets();
        let sources = |target: &NodeInputs<'_>| -> Vec<Source> {
            target.base.iter().copied().chain(target.copies.iter().map(|copy| &copy.from)).cloned().collect()
        };
        let mut external: Vec<Source> = targets.iter().flat_map(sources).collect();
        external.retain(|source| !matches!(source, Source::Step(_)));
        external.sort_by_key(|source| *source != Source::Context);
        let steps = (0..explanation.steps.len()).map(Source::Step);
        for node in external.into_iter().chain(steps).map(ViewNode::Source).chain([ViewNode::Image]) {
            if !view.index.contains_key(&node) {
                view.index.insert(node.clone(), view.nodes.len());
                view.nodes.push(node);
            }
        }
        for target in targets {
            view.add_edges(&target, consequences.and_then(|it| it.rerun_of(&target.node)));
        }
        view
    }

    /// The index of a node.
    pub(super) fn index_of(&self, node: &ViewNode) -> Option<usize> {
        self.index.get(node).copied()
    }

    fn add_edges(&mut self, target: &NodeInputs<'_>, rerun: Option<&Rerun>) {
        let Some(to) = self.index_of(&target.node) else { return };
        let first = self.edges.len();
        if let Some(base) = target.base {
            let edge = self.edge(base, to, rerun);
            self.edges.extend(edge.map(|edge| ViewEdge { is_base: true, ..edge }));
        }
        for copy in &target.copies {
            let Some(new) = self.edge(&copy.from, to, rerun) else { continue };
            let known = self.edges.iter().skip(first).position(|edge| edge.from == new.from);
            if known.is_none() {
                self.edges.push(new);
            }
            let edge = match known {
                Some(at) => self.edges.get_mut(first + at),
                None => self.edges.last_mut(),
            };
            if let Some(edge) = edge {
                add(&mut edge.paths, copy.paths.iter().map(|path| readable_path(path, &copy.from)));
                add(&mut edge.exclude, copy.exclude.iter().cloned());
            }
        }
    }

    fn edge(&self, source: &Source, to: usize, rerun: Option<&Rerun>) -> Option<ViewEdge> {
        let from = self.index_of(&ViewNode::Source(source.clone()))?;
        let mut causes = rerun.into_iter().flat_map(|rerun| &rerun.causes);
        let is_rerun = causes.any(|cause| match (cause, source) {
            (Cause::StartsFrom(step) | Cause::CopiesFrom(step), Source::Step(index)) => step == index,
            (Cause::Copies(_), Source::Context) => true,
            _ => false,
        });
        Some(ViewEdge { from, to, is_base: false, paths: Vec::new(), exclude: Vec::new(), is_rerun })
    }
}

/// The base and the copies of a step or of the image.
struct NodeInputs<'a> {
    node: ViewNode,
    base: Option<&'a Source>,
    copies: Vec<Copy>,
}

impl Explanation {
    /// The steps and the image with their inputs, in build order.
    fn targets(&self) -> Vec<NodeInputs<'_>> {
        let steps = self.steps.iter().enumerate().map(|(index, step)| {
            let by_commands = step.commands.iter().filter_map(|command| match command {
                Command::Copy { from, source, .. } => {
                    Some(Copy { from: from.clone(), paths: vec![source.clone()], exclude: Vec::new() })
                }
                _ => None,
            });
            NodeInputs {
                node: ViewNode::Source(Source::Step(index)),
                base: step.base.as_ref(),
                copies: step.copies.iter().cloned().chain(by_commands).collect(),
            }
        });
        let image =
            NodeInputs { node: ViewNode::Image, base: Some(&self.image.base), copies: self.image.copies.clone() };
        steps.chain([image]).collect()
    }
}

/// A path in readable form: `.` is the whole build context, or `/app` in an image or a step.
fn readable_path(path: &str, from: &Source) -> String {
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
