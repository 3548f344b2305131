//! The build as a tree.

use std::collections::{BTreeSet, VecDeque};

use super::super::causes::causes;
use super::super::changes::{Consequences, Rerun};
use super::super::graph_view::{GraphView, ViewEdge, ViewNode};
use super::super::model::{Command, Explanation, Secrets, Source, Step};
use super::super::text_fit::{columns, fit_line, fit_list, fit_path};
use super::{TextOptions, TextStyle};

/// The maximum depth of a branch. A deeper one continues as a tree of its own.
const MAX_DEPTH: usize = 8;

/// The minimum width of a line's text, in columns.
const MIN_ROOM: usize = 24;

/// The width of a label, in columns.
const LABEL_WIDTH: usize = 8;

pub(super) fn render(
    explanation: &Explanation,
    consequences: Option<&Consequences>,
    options: &TextOptions<'_>,
) -> String {
    let view = GraphView::new(explanation, consequences);
    let mut children: Vec<Vec<&ViewEdge>> = view.nodes.iter().map(|_| Vec::new()).collect();
    for edge in &view.edges {
        if let Some(children) = children.get_mut(edge.to) {
            children.push(edge);
        }
    }
    let mut tree = Tree {
        explanation,
        consequences,
        options,
        view: &view,
        children,
        expanded: BTreeSet::new(),
        deferred: VecDeque::new(),
        text: String::new(),
    };
    tree.add_tree(&ViewNode::Image, "");
    for index in 0..explanation.steps.len() {
        if !tree.expanded.contains(&index) {
            tree.add_tree(&ViewNode::Source(Source::Step(index)), "unused: the image does not depend on it");
        }
    }
    tree.text
}

struct Tree<'a> {
    explanation: &'a Explanation,
    consequences: Option<&'a Consequences>,
    options: &'a TextOptions<'a>,
    view: &'a GraphView,
    /// The incoming edges of each node, the one from its base first.
    children: Vec<Vec<&'a ViewEdge>>,
    /// The steps that are already in the tree.
    expanded: BTreeSet<usize>,
    /// Steps below the maximum depth, which become trees of their own.
    deferred: VecDeque<usize>,
    text: String,
}

impl<'a> Tree<'a> {
    /// Adds a tree, followed by the trees of its deferred steps.
    fn add_tree(&mut self, root: &ViewNode, note: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if let ViewNode::Source(Source::Step(index)) = root {
            self.expanded.insert(*index);
        }
        self.add_heading(root, &self.node_name(root, if note.is_empty() { 3 } else { 2 }), "", note);
        self.add_content(root, "", 0);
        while let Some(index) = self.deferred.pop_front() {
            self.text.push('\n');
            let root = ViewNode::Source(Source::Step(index));
            self.add_heading(&root, &self.node_name(&root, 3), "", "");
            self.add_content(&root, "", 0);
        }
    }

    /// Adds the first line of a node.
    fn add_heading(&mut self, node: &ViewNode, name: &str, prefix: &str, note: &str) {
        let style = match node {
            ViewNode::Source(Source::Context | Source::Image(_)) => TextStyle::Plain,
            _ if self.rerun(node).is_some() => TextStyle::Rerun,
            _ => TextStyle::Heading,
        };
        let name = self.options.paint(style, name);
        let note =
            if note.is_empty() { String::new() } else { format!("  {}", self.options.paint(TextStyle::Detail, note)) };
        self.text.push_str(&format!("{prefix}{name}{note}\n"));
    }

    /// The name of a node, fitted into `fifths` fifths of the width.
    fn node_name(&self, node: &ViewNode, fifths: usize) -> String {
        let room = self.options.width / 5 * fifths;
        match node {
            ViewNode::Image => "the image".to_owned(),
            ViewNode::Source(Source::Context) => "build context".to_owned(),
            ViewNode::Source(Source::Image(image)) => fit_path(image, room),
            ViewNode::Source(Source::Step(index)) => {
                self.explanation.steps.get(*index).map(|step| fit_path(&step.name, room)).unwrap_or_default()
            }
        }
    }

    /// Adds the description and the branches of a node.
    fn add_content(&mut self, node: &ViewNode, prefix: &str, depth: usize) {
        let children = self.view.index_of(node).and_then(|at| self.children.get(at)).cloned().unwrap_or_default();
        let stem = if children.is_empty() { "   " } else { "│  " };
        self.add_description(node, &format!("{prefix}{stem}"));
        for (at, edge) in children.iter().enumerate() {
            let (branch, below) = if at + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.add_branch(edge, &format!("{prefix}{branch}"), &format!("{prefix}{below}"), depth);
        }
    }

    fn add_branch(&mut self, edge: &'a ViewEdge, prefix: &str, below: &str, depth: usize) {
        let Some(node) = self.view.nodes.get(edge.from) else { return };
        // leave room for the paths
        let name = self.node_name(node, if edge.paths.is_empty() { 3 } else { 2 });
        let ViewNode::Source(Source::Step(index)) = node else {
            self.add_heading(node, &name, prefix, &self.relation(edge, &name, prefix, ""));
            return;
        };
        let (is_new, is_deep) = (self.expanded.insert(*index), depth >= MAX_DEPTH);
        let elsewhere = match (is_new, is_deep) {
            (true, true) => "see below",
            (true, false) => "",
            (false, _) if self.deferred.contains(index) => "see below",
            (false, _) => "see above",
        };
        self.add_heading(node, &name, prefix, &self.relation(edge, &name, prefix, elsewhere));
        match (is_new, is_deep) {
            (true, true) => self.deferred.push_back(*index),
            (true, false) => self.add_content(node, below, depth + 1),
            (false, _) => {}
        }
    }

    /// Describes an edge: its source is the base of the target, provides files, or both.
    fn relation(&self, edge: &ViewEdge, name: &str, prefix: &str, elsewhere: &str) -> String {
        let elsewhere = if elsewhere.is_empty() { String::new() } else { format!("  ({elsewhere})") };
        let room =
            self.options.width.saturating_sub(columns(prefix) + columns(name) + columns(&elsewhere) + 4).max(MIN_ROOM);
        let base = if edge.is_base { "is the base" } else { "" };
        if edge.paths.is_empty() {
            return format!("{base}{elsewhere}");
        }
        let verb = if edge.is_base { " and provides " } else { "provides " };
        let except = match edge.exclude.as_slice() {
            [] => String::new(),
            patterns => format!(" except {}", fit_list(patterns, room / 3)),
        };
        let list_room = room.saturating_sub(columns(base) + columns(verb) + columns(&except)).max(MIN_ROOM / 2);
        format!("{base}{verb}{}{except}{elsewhere}", fit_list(&edge.paths, list_room))
    }

    fn add_description(&mut self, node: &ViewNode, prefix: &str) {
        if let Some(rerun) = self.rerun(node) {
            self.add_rerun_line(rerun, prefix);
        }
        match node {
            ViewNode::Image => {
                if let Some(command) = &self.explanation.image.start_command {
                    self.add_line(prefix, "start", command);
                }
                for (label, text) in self.explanation.image.settings() {
                    self.add_line(prefix, label, &text);
                }
            }
            ViewNode::Source(Source::Step(index)) => {
                let Some(step) = self.explanation.steps.get(*index) else { return };
                self.add_step_description(step, prefix);
            }
            ViewNode::Source(_) => {}
        }
    }

    fn add_step_description(&mut self, step: &Step, prefix: &str) {
        for cache in &step.caches {
            let locked = if cache.locked { ", locked" } else { "" };
            self.add_line(prefix, "cache", &format!("{} at {}{locked}", cache.name, cache.directory));
        }
        if let Some(secrets) = secrets(&step.secrets) {
            self.add_line(prefix, "secret", &secrets);
        }
        for command in &step.commands {
            match command {
                Command::Run { title, .. } => self.add_line(prefix, "run", title),
                Command::File { path, .. } => self.add_line(prefix, "write", path),
                // the branches contain the copies
                Command::Copy { .. } | Command::Path { .. } => {}
            }
        }
    }

    fn add_rerun_line(&mut self, rerun: &Rerun, prefix: &str) {
        let causes = fit_line(&causes(self.explanation, rerun), self.room(prefix).saturating_sub(LABEL_WIDTH));
        self.text.push_str(&format!(
            "{prefix}{}\n",
            self.options.paint(TextStyle::Rerun, &format!("{:LABEL_WIDTH$}{causes}", "re-runs"))
        ));
    }

    fn add_line(&mut self, prefix: &str, label: &str, text: &str) {
        let label = self.options.paint(TextStyle::Detail, &format!("{label:LABEL_WIDTH$}"));
        let text = fit_line(text, self.room(prefix).saturating_sub(LABEL_WIDTH));
        self.text.push_str(&format!("{prefix}{label}{text}\n"));
    }

    fn room(&self, prefix: &str) -> usize {
        self.options.width.saturating_sub(columns(prefix)).max(MIN_ROOM)
    }

    fn rerun(&self, node: &ViewNode) -> Option<&'a Rerun> {
        self.consequences.and_then(|consequences| consequences.rerun_of(node))
    }
}

/// The secrets that a step lists, and those that it can read without listing them.
fn secrets(secrets: &Secrets) -> Option<String> {
    let seen: Vec<&str> = secrets.unlisted().map(String::as_str).collect();
    match (secrets.listed.as_slice(), seen.as_slice()) {
        ([], []) => None,
        ([], seen) => Some(format!("sees {}", seen.join(", "))),
        (listed, []) => Some(listed.join(", ")),
        (listed, seen) => Some(format!("{}; sees {}", listed.join(", "), seen.join(", "))),
    }
}
