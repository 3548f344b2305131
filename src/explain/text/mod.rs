//! Text for a terminal: the build as a tree, and the lines of a step.

mod lines;
mod style;
mod summary;
mod tree;

pub use lines::render_step;

use super::changes::Consequences;
use super::model::Explanation;
use style::TextStyle;

/// Options of the text.
#[derive(Clone, Debug)]
pub struct TextOptions<'a> {
    /// The maximum width of a line, in columns.
    pub width: usize,
    /// Whether to use colors, as ANSI escape sequences.
    pub color: bool,
    /// The name of the plan's file.
    pub plan: &'a str,
}

/// Renders the build as a tree, from the image down to its sources. Each step is expanded once. Consequences, if
/// given, are summarized before the tree and marked in it.
#[must_use]
pub fn render(explanation: &Explanation, consequences: Option<&Consequences>, options: &TextOptions<'_>) -> String {
    let mut text = consequences.map(|it| summary::render(explanation, it, options)).unwrap_or_default();
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&tree::render(explanation, consequences, options));
    text
}

impl TextOptions<'_> {
    /// Applies a style, if colors are enabled.
    fn paint(&self, style: TextStyle, text: &str) -> String {
        if self.color { style.apply(text) } else { text.to_owned() }
    }
}
