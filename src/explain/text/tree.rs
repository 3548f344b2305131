//! The tree.

use std::collections::{BTreeSet, VecDeque};

use super::super::causes::causes;
use super::super::changes::{Consequences, RunsAgain};
use super::super::graph_view::{Drawing, Edge, Node};
use super::super::model::{Command, Explanation, Secrets, Source, Step};
use super::super::text_fit::{columns, line, list, path};
use super::{Look, Style};

/// How deep a branch goes before it goes on further down, at the margin.
const DEEPEST: usize = 8;

/// What is left of a line, at least, for what it says.
const LEAST_ROOM: usize = 24;

/// The columns of a line's label.
const LABEL: usize = 8;

pub(super) fn of(explanation: &Explanation, consequences: Option<&Consequences>, look: &Look<'_>) -> String {
    let drawing = Drawing::of(explanation, consequences);
    let mut children: Vec<Vec<&Edge>> = drawing.nodes.iter().map(|_| Vec::new()).collect();
    for edge in &drawing.edges {
        if let Some(children) = children.get_mut(edge.to) {
            children.push(edge);
        }
    }
    let shown = BTreeSet::new();
    let mut tree = Tree {
        explanation,
        consequences,
        look,
        drawing: &drawing,
        children,
        shown,
        later: VecDeque::new(),
        text: String::new(),
    };
    tree.plant(&Node::Image, "");
    for index in 0..explanation.steps.len() {
        if !tree.shown.contains(&index) {
            tree.plant(&Node::From(Source::Step(index)), "left out: nothing of it reaches the image");
        }
    }
    tree.text
}

struct Tree<'a> {
    explanation: &'a Explanation,
    consequences: Option<&'a Consequences>,
    look: &'a Look<'a>,
    drawing: &'a Drawing,
    /// What each node takes, its base first.
    children: Vec<Vec<&'a Edge>>,
    /// The steps that stand in the tree.
    shown: BTreeSet<usize>,
    /// The steps that go on at the margin.
    later: VecDeque<usize>,
    text: String,
}

impl<'a> Tree<'a> {
    /// A tree at the margin, and what is too deep in it for a branch.
    fn plant(&mut self, root: &Node, note: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        if let Node::From(Source::Step(index)) = root {
            self.shown.insert(*index);
        }
        self.name(root, &self.called(root, if note.is_empty() { 3 } else { 2 }), "", note);
        self.grow(root, "", 0);
        while let Some(index) = self.later.pop_front() {
            self.text.push('\n');
            let root = Node::From(Source::Step(index));
            self.name(&root, &self.called(&root, 3), "", "");
            self.grow(&root, "", 0);
        }
    }

    /// The line that a node begins with.
    fn name(&mut self, node: &Node, name: &str, prefix: &str, note: &str) {
        let style = match node {
            Node::Image => style(self.consequences.and_then(|it| it.image.as_ref())),
            Node::From(Source::Step(index)) => style(self.again(*index)),
            Node::From(_) => Style::Plain,
        };
        let name = self.look.paint(style, name);
        let note = if note.is_empty() { String::new() } else { format!("  {}", self.look.paint(Style::Faint, note)) };
        self.text.push_str(&format!("{prefix}{name}{note}\n"));
    }

    /// A node's name, in so many fifths of the width.
    fn called(&self, node: &Node, fifths: usize) -> String {
        let room = self.look.width / 5 * fifths;
        match node {
            Node::Image => "the image".to_owned(),
            Node::From(Source::Context) => "build context".to_owned(),
            Node::From(Source::Image(image)) => path(image, room),
            Node::From(Source::Step(index)) => {
                self.explanation.steps.get(*index).map(|step| path(&step.name, room)).unwrap_or_default()
            }
        }
    }

    /// What a node does, and what it takes.
    fn grow(&mut self, node: &Node, prefix: &str, depth: usize) {
        let children = self.drawing.number(node).and_then(|at| self.children.get(at)).cloned().unwrap_or_default();
        let stem = if children.is_empty() { "   " } else { "│  " };
        self.describe(node, &format!("{prefix}{stem}"));
        for (at, edge) in children.iter().enumerate() {
            let (branch, below) = if at + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.branch(edge, &format!("{prefix}{branch}"), &format!("{prefix}{below}"), depth);
        }
    }

    fn branch(&mut self, edge: &'a Edge, prefix: &str, below: &str, depth: usize) {
        let Some(node) = self.drawing.nodes.get(edge.from) else { return };
        // paths want room, too
        let name = self.called(node, if edge.paths.is_empty() { 3 } else { 2 });
        let Node::From(Source::Step(index)) = node else {
            self.name(node, &name, prefix, &self.relation(edge, &name, prefix, ""));
            return;
        };
        let (is_new, is_deep) = (self.shown.insert(*index), depth >= DEEPEST);
        let elsewhere = match (is_new, is_deep) {
            (true, true) => "see below",
            (true, false) => "",
            (false, _) if self.later.contains(index) => "see below",
            (false, _) => "see above",
        };
        self.name(node, &name, prefix, &self.relation(edge, &name, prefix, elsewhere));
        match (is_new, is_deep) {
            (true, true) => self.later.push_back(*index),
            (true, false) => self.grow(node, below, depth + 1),
            (false, _) => {}
        }
    }

    /// What a node is to the one that takes from it.
    fn relation(&self, edge: &Edge, name: &str, prefix: &str, elsewhere: &str) -> String {
        let elsewhere = if elsewhere.is_empty() { String::new() } else { format!("  ({elsewhere})") };
        let room =
            self.look.width.saturating_sub(columns(prefix) + columns(name) + columns(&elsewhere) + 4).max(LEAST_ROOM);
        let base = if edge.is_base { "is the base" } else { "" };
        if edge.paths.is_empty() {
            return format!("{base}{elsewhere}");
        }
        let and = if edge.is_base { ", and gives " } else { "gives " };
        let without = match edge.exclude.as_slice() {
            [] => String::new(),
            patterns => format!(" without {}", list(patterns, room / 3)),
        };
        let taken = room.saturating_sub(columns(base) + columns(and) + columns(&without)).max(LEAST_ROOM / 2);
        format!("{base}{and}{}{without}{elsewhere}", list(&edge.paths, taken))
    }

    fn describe(&mut self, node: &Node, prefix: &str) {
        match node {
            Node::Image => {
                if let Some(again) = self.consequences.and_then(|it| it.image.as_ref()) {
                    self.again_line(again, prefix);
                }
                if let Some(command) = &self.explanation.image.start_command {
                    self.line(prefix, "start", command);
                }
            }
            Node::From(Source::Step(index)) => {
                let Some(step) = self.explanation.steps.get(*index) else { return };
                if let Some(again) = self.again(*index) {
                    self.again_line(again, prefix);
                }
                self.describe_step(step, prefix);
            }
            Node::From(_) => {}
        }
    }

    fn describe_step(&mut self, step: &Step, prefix: &str) {
        for cache in &step.caches {
            let locked = if cache.locked { ", one build at a time" } else { "" };
            self.line(prefix, "cache", &format!("{} at {}{locked}", cache.name, cache.directory));
        }
        if let Some(secrets) = secrets(&step.secrets) {
            self.line(prefix, "secret", &secrets);
        }
        for command in &step.commands {
            match command {
                Command::Run { title, .. } => self.line(prefix, "run", title),
                Command::File { path, .. } => self.line(prefix, "write", path),
                // the branches say what is copied
                Command::Copy { .. } | Command::Path { .. } => {}
            }
        }
    }

    fn again_line(&mut self, again: &RunsAgain, prefix: &str) {
        let causes = line(&causes(self.explanation, again), self.room(prefix).saturating_sub(LABEL));
        self.text
            .push_str(&format!("{prefix}{}\n", self.look.paint(Style::Again, &format!("{:LABEL$}{causes}", "again"))));
    }

    fn line(&mut self, prefix: &str, label: &str, text: &str) {
        let label = self.look.paint(Style::Faint, &format!("{label:LABEL$}"));
        let text = line(text, self.room(prefix).saturating_sub(LABEL));
        self.text.push_str(&format!("{prefix}{label}{text}\n"));
    }

    fn room(&self, prefix: &str) -> usize {
        self.look.width.saturating_sub(columns(prefix)).max(LEAST_ROOM)
    }

    fn again(&self, step: usize) -> Option<&'a RunsAgain> {
        self.consequences.and_then(|consequences| consequences.steps.get(&step))
    }
}

fn style(again: Option<&RunsAgain>) -> Style {
    if again.is_some() { Style::Again } else { Style::Strong }
}

/// The secrets that a step lists, and those that it only sees.
fn secrets(secrets: &Secrets) -> Option<String> {
    let seen: Vec<&str> =
        secrets.seen.iter().filter(|name| !secrets.listed.contains(name)).map(String::as_str).collect();
    match (secrets.listed.as_slice(), seen.as_slice()) {
        ([], []) => None,
        ([], seen) => Some(format!("sees {}", seen.join(", "))),
        (listed, []) => Some(listed.join(", ")),
        (listed, seen) => Some(format!("{}; sees {}", listed.join(", "), seen.join(", "))),
    }
}
