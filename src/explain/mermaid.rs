//! A build as a Mermaid flowchart, for a README or a comment.

use std::collections::BTreeSet;

use super::causes::mark;
use super::changes::Consequences;
use super::graph_view::{Drawing, Edge, Node};
use super::model::{Explanation, Source, Step};
use super::text_fit::{line, path, reference, some_of};

/// How many characters of a name are shown.
const ROOM: usize = 48;

/// How many paths of an edge are shown.
const MOST_PATHS: usize = 3;

/// What the classes look like: fill and text have enough contrast on their own, so that they read on
/// a light page and on a dark one.
const CLASSES: [(&str, &str); 5] = [
    ("step", "fill:#eef2f7,stroke:#57606a,color:#1f2328"),
    ("outside", "fill:#fff8e5,stroke:#9a6700,color:#1f2328"),
    ("image", "fill:#dafbe1,stroke:#1a7f37,color:#1f2328,stroke-width:3px"),
    ("leftOut", "fill:#eef2f7,stroke:#57606a,color:#57606a,stroke-dasharray:5 4"),
    ("again", "fill:#ffe2d0,stroke:#bc4c00,color:#1f2328,stroke-width:3px"),
];

/// What an edge that a change takes looks like.
const AGAIN: &str = "stroke:#e36209";

/// The flowchart: steps are boxes, the build context and images have other shapes, thick arrows lead
/// from what a step starts from, and the others are labelled with the paths that are copied. Mermaid
/// itself draws at most 500 edges and 50,000 characters, unless it is told otherwise.
#[must_use]
pub fn draw(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
    let drawing = Drawing::of(explanation, consequences);
    let painter = Painter { explanation, consequences };
    let mut text = "flowchart TB\n".to_owned();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for (number, node) in drawing.nodes.iter().enumerate() {
        let class = painter.class(node);
        used.insert(class);
        text.push_str(&format!("    {}:::{class}\n", painter.node(number, node)));
    }
    text.extend(drawing.edges.iter().map(|edge| format!("    {}\n", arrow(edge))));
    let classes = CLASSES.iter().filter(|(name, _)| used.contains(name));
    text.extend(classes.map(|(name, style)| format!("    classDef {name} {style}\n")));
    let again: Vec<String> =
        drawing.edges.iter().enumerate().filter(|(_, edge)| edge.runs_again).map(|(at, _)| at.to_string()).collect();
    if !again.is_empty() {
        text.push_str(&format!("    linkStyle {} {AGAIN}\n", again.join(",")));
    }
    text
}

struct Painter<'a> {
    explanation: &'a Explanation,
    consequences: Option<&'a Consequences>,
}

impl Painter<'_> {
    fn node(&self, number: usize, node: &Node) -> String {
        let (open, lines, close) = match node {
            Node::From(Source::Context) => ("[/", vec!["build context".to_owned()], "/]"),
            Node::From(Source::Image(image)) => ("([", reference(image, ROOM), "])"),
            Node::From(Source::Step(index)) => {
                ("[", self.explanation.steps.get(*index).map(|step| self.step(*index, step)).unwrap_or_default(), "]")
            }
            Node::Image => ("[[", self.image(), "]]"),
        };
        format!("n{number}{open}{}{close}", quoted(&lines))
    }

    fn step(&self, index: usize, step: &Step) -> Vec<String> {
        let mut lines = vec![path(&step.name, ROOM)];
        if !step.reaches_image {
            lines.push("left out".to_owned());
        }
        for (label, names) in [
            ("cache", step.caches.iter().map(|cache| cache.name.clone()).collect::<Vec<_>>()),
            ("secret", step.secrets.listed.clone()),
        ] {
            if !names.is_empty() {
                lines.push(format!("{label} {}", some_of(&names, MOST_PATHS, ROOM / 2).join(", ")));
            }
        }
        lines.extend(self.consequences.and_then(|it| it.steps.get(&index)).map(|again| line(&mark(again), ROOM)));
        lines
    }

    fn image(&self) -> Vec<String> {
        let mut lines = vec!["the image".to_owned()];
        lines.extend(self.explanation.image.start_command.as_ref().map(|command| line(command, ROOM)));
        lines.extend(self.consequences.and_then(|it| it.image.as_ref()).map(|_| "made anew".to_owned()));
        lines
    }

    fn class(&self, node: &Node) -> &'static str {
        match node {
            Node::From(Source::Step(index)) => match self.explanation.steps.get(*index) {
                _ if self.consequences.is_some_and(|it| it.steps.contains_key(index)) => "again",
                Some(step) if !step.reaches_image => "leftOut",
                _ => "step",
            },
            Node::From(_) => "outside",
            Node::Image if self.consequences.is_some_and(|it| it.image.is_some()) => "again",
            Node::Image => "image",
        }
    }
}

fn arrow(edge: &Edge) -> String {
    let line = if edge.is_base { "==>" } else { "-->" };
    let label = match edge.paths.as_slice() {
        [] => String::new(),
        paths => format!("|{}|", quoted(&some_of(paths, MOST_PATHS, ROOM))),
    };
    format!("n{} {line}{label} n{}", edge.from, edge.to)
}

/// Lines in quotes, of which Mermaid takes nothing for its own: not as markup, and not as HTML.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| spelled(line)).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

/// A text, with each character that could mean something written by its number. A dot, a dash or an
/// underscore within a word means nothing.
fn spelled(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut is_within = || {
            let is_word = |c: char| c.is_ascii_alphanumeric();
            ".-_".contains(c) && before.is_some_and(is_word) && chars.peek().copied().is_some_and(is_word)
        };
        if c.is_alphanumeric() || " /".contains(c) || is_within() {
            spelled.push(c);
        } else {
            spelled.push_str(&format!("#{};", u32::from(c)));
        }
        before = Some(c);
    }
    spelled
}
