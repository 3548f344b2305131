//! A build as text, for a terminal.

mod lines;
mod summary;
mod tree;

pub use lines::of_step;

use super::changes::Consequences;
use super::model::Explanation;

/// What the text is made for.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// How many columns there are.
    pub width: usize,
    /// Whether a terminal shows it, which knows escapes for colours.
    pub color: bool,
    /// What the plan's file is called.
    pub plan: &'a str,
}

/// The build as a tree, from the image down to what it is made of. Each step stands there once. What
/// a change makes run again comes first, and is marked in the tree.
#[must_use]
pub fn draw(explanation: &Explanation, consequences: Option<&Consequences>, look: &Look<'_>) -> String {
    let mut text = consequences.map(|it| summary::of(explanation, it, look)).unwrap_or_default();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&tree::of(explanation, consequences, look));
    text
}

/// How a part of a text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    /// The name of a step.
    Strong,
    /// What is said of it.
    Faint,
    /// What runs again.
    Again,
}

impl Look<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Again => "1;33",
        };
        if self.color && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
