//! The build as a Mermaid flowchart, for a README or a comment.

use std::collections::BTreeSet;

use super::causes::box_line;
use super::changes::Consequences;
use super::graph_view::{GraphView, ViewEdge, ViewNode};
use super::model::{Explanation, Source, Step};
use super::text_fit::{fit_items, fit_line, fit_path, fit_reference};

/// The maximum width of a line, in columns.
const ROOM: usize = 48;

/// The maximum number of paths in a label.
const MAX_PATHS: usize = 3;

/// The style of each class. Fill and text have enough contrast with each other to be readable on light and dark
/// pages.
const CLASSES: [(&str, &str); 5] = [
    ("step", "fill:#eef2f7,stroke:#57606a,color:#1f2328"),
    ("external", "fill:#fff8e5,stroke:#9a6700,color:#1f2328"),
    ("image", "fill:#dafbe1,stroke:#1a7f37,color:#1f2328,stroke-width:3px"),
    ("unused", "fill:#eef2f7,stroke:#57606a,color:#57606a,stroke-dasharray:5 4"),
    ("rerun", "fill:#ffe2d0,stroke:#bc4c00,color:#1f2328,stroke-width:3px"),
];

/// The style of edges that a change propagates along.
const RERUN_EDGE: &str = "stroke:#e36209";

/// Renders the build as a flowchart. Steps are boxes; the build context and images have other shapes. Thick arrows
/// lead from bases, and the others are labeled with the copied paths.
///
/// With its default limits, Mermaid draws at most 500 edges and 50,000 characters.
#[must_use]
pub fn render(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
    let view = GraphView::new(explanation, consequences);
    let renderer = Renderer { explanation, consequences };
    let mut text = "flowchart TB\n".to_owned();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (number, node) in view.nodes.iter().enumerate() {
        let class = renderer.class(node);
        used.insert(class);
        text.push_str(&format!("    {}:::{class}\n", renderer.node(number, node)));
    }
    text.extend(view.edges.iter().map(|edge| format!("    {}\n", arrow(edge))));
    let classes = CLASSES.iter().filter(|(name, _)| used.contains(name));
    text.extend(classes.map(|(name, style)| format!("    classDef {name} {style}\n")));
    let reruns: Vec<String> =
        view.edges.iter().enumerate().filter(|(_, edge)| edge.is_rerun).map(|(at, _)| at.to_string()).collect();
    if !reruns.is_empty() {
        text.push_str(&format!("    linkStyle {} {RERUN_EDGE}\n", reruns.join(",")));
    }
    text
}

struct Renderer<'a> {
    explanation: &'a Explanation,
    consequences: Option<&'a Consequences>,
}

impl Renderer<'_> {
    fn node(&self, number: usize, node: &ViewNode) -> String {
        let (open, lines, close) = match node {
            ViewNode::Source(Source::Context) => ("[/", vec!["build context".to_owned()], "/]"),
            ViewNode::Source(Source::Image(image)) => ("([", fit_reference(image, ROOM), "])"),
            ViewNode::Source(Source::Step(index)) => {
                ("[", self.explanation.steps.get(*index).map(|step| self.step(*index, step)).unwrap_or_default(), "]")
            }
            ViewNode::Image => ("[[", self.image(), "]]"),
        };
        format!("n{number}{open}{}{close}", quote(&lines))
    }

    fn step(&self, index: usize, step: &Step) -> Vec<String> {
        let mut lines = vec![fit_path(&step.name, ROOM)];
        if !step.reaches_image {
            lines.push("unused".to_owned());
        }
        for (label, names) in [
            ("cache", step.caches.iter().map(|cache| cache.name.clone()).collect::<Vec<_>>()),
            ("secret", step.secrets.listed.clone()),
        ] {
            if !names.is_empty() {
                lines.push(format!("{label} {}", fit_items(&names, MAX_PATHS, ROOM / 2).join(", ")));
            }
        }
        lines.extend(
            self.consequences.and_then(|it| it.steps.get(&index)).map(|rerun| fit_line(&box_line(rerun), ROOM)),
        );
        lines
    }

    fn image(&self) -> Vec<String> {
        let image = &self.explanation.image;
        let mut lines = vec!["the image".to_owned()];
        lines.extend(image.start_command.as_ref().map(|command| fit_line(command, ROOM)));
        lines.extend(image.settings().iter().map(|(label, text)| fit_line(&format!("{label} {text}"), ROOM)));
        lines.extend(self.consequences.and_then(|it| it.image.as_ref()).map(|_| "rebuilt".to_owned()));
        lines
    }

    fn class(&self, node: &ViewNode) -> &'static str {
        if self.consequences.is_some_and(|it| it.rerun_of(node).is_some()) {
            return "rerun";
        }
        match node {
            ViewNode::Source(Source::Step(index)) => match self.explanation.steps.get(*index) {
                Some(step) if !step.reaches_image => "unused",
                _ => "step",
            },
            ViewNode::Source(_) => "external",
            ViewNode::Image => "image",
        }
    }
}

fn arrow(edge: &ViewEdge) -> String {
    let line = if edge.is_base { "==>" } else { "-->" };
    let label = match edge.paths.as_slice() {
        [] => String::new(),
        paths => format!("|{}|", quote(&fit_items(paths, MAX_PATHS, ROOM))),
    };
    format!("n{} {line}{label} n{}", edge.from, edge.to)
}

/// A quoted label. Mermaid interprets nothing in it as markup or HTML.
fn quote(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

/// Replaces each character that could have a meaning in Mermaid with a numeric entity. Dots, dashes and underscores
/// within a word have none.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut is_within = || {
            let is_word = |c: char| c.is_ascii_alphanumeric();
            ".-_".contains(c) && before.is_some_and(is_word) && chars.peek().copied().is_some_and(is_word)
        };
        if c.is_alphanumeric() || " /".contains(c) || is_within() {
            escaped.push(c);
        } else {
            escaped.push_str(&format!("#{};", u32::from(c)));
        }
        before = Some(c);
    }
    escaped
}
