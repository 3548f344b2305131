//! The content of boxes and labels, and its size.

use super::super::causes::box_line;
use super::super::changes::Consequences;
use super::super::graph_view::{ViewEdge, ViewNode};
use super::super::model::{Command, Explanation, Source, Step};
use super::super::text_fit::{columns, fit_items, fit_line, fit_list, fit_path, fit_reference};
use super::layout::{Size, to_f64};
use crate::escape::escape_invisible;

/// The maximum width of a line in a box, and of a path in a label, in columns.
const ROOM: usize = 60;
const PATH_ROOM: usize = 30;

/// The maximum number of paths in a label.
const MAX_PATHS: usize = 3;

/// The maximum number of commands in a box.
const MAX_COMMANDS: usize = 5;

/// The maximum width of a column in a monospaced font, relative to the font size.
const COLUMN: f64 = 0.61;

/// The distance from the frame to the text.
const PADDING: f64 = 10.0;

/// The shape of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Step,
    Context,
    External,
    Image,
    Label,
}

/// The kind of a line of text, which determines its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Name,
    Text,
    Faint,
    Secret,
    Rerun,
    /// A line of a label.
    Small,
}

impl LineKind {
    /// The font size.
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Name => 13.0,
            Self::Small => 11.0,
            _ => 12.0,
        }
    }

    /// The line height.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Name => 19.0,
            Self::Small => 14.0,
            _ => 17.0,
        }
    }
}

/// A box or a label: lines of text in a frame.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) shape: Shape,
    pub(super) is_rerun: bool,
    pub(super) is_unused: bool,
    pub(super) lines: Vec<(LineKind, String)>,
    /// The tooltip: the full text, which the lines may cut.
    pub(super) title: Option<String>,
}

impl Block {
    /// The size of the block.
    pub(super) fn size(&self) -> Size {
        let widest = self.lines.iter().map(|(kind, text)| text_width(*kind, text)).fold(0.0, f64::max);
        let height: f64 = self.lines.iter().map(|(kind, _)| kind.height()).sum();
        let (across, down) = self.padding();
        Size { width: (widest + 2.0 * across).ceil(), height: (height + 2.0 * down).ceil() }
    }

    /// The distance from the frame to the text, horizontally and vertically.
    pub(super) fn padding(&self) -> (f64, f64) {
        match self.shape {
            Shape::Label => (4.0, 2.0),
            Shape::External => (PADDING + 6.0, 6.0),
            Shape::Context => (PADDING + 2.0, PADDING),
            Shape::Step => (PADDING, 7.0),
            Shape::Image => (PADDING + 4.0, PADDING),
        }
    }
}

/// The maximum width of a text.
pub(super) fn text_width(kind: LineKind, text: &str) -> f64 {
    to_f64(columns(text)) * kind.size() * COLUMN
}

/// Creates the boxes of a build.
pub(super) struct BlockBuilder<'a> {
    pub(super) explanation: &'a Explanation,
    pub(super) consequences: Option<&'a Consequences>,
}

impl BlockBuilder<'_> {
    pub(super) fn block(&self, node: &ViewNode) -> Block {
        let plain = |shape, lines: Vec<(LineKind, String)>, title: Option<&str>| Block {
            shape,
            is_rerun: false,
            is_unused: false,
            lines,
            title: title.map(|title| escape_invisible(title).into_owned()),
        };
        match node {
            ViewNode::Source(Source::Context) => {
                plain(Shape::Context, vec![(LineKind::Text, "build context".to_owned())], None)
            }
            ViewNode::Source(Source::Image(image)) => {
                let lines = fit_reference(image, ROOM).into_iter().map(|line| (LineKind::Text, line)).collect();
                plain(Shape::External, lines, Some(image))
            }
            ViewNode::Source(Source::Step(index)) => match self.explanation.steps.get(*index) {
                Some(step) => self.step(*index, step),
                None => plain(Shape::Step, Vec::new(), None),
            },
            ViewNode::Image => self.image(),
        }
    }

    fn step(&self, index: usize, step: &Step) -> Block {
        let rerun = self.consequences.and_then(|consequences| consequences.steps.get(&index));
        let mut lines = vec![(LineKind::Name, fit_path(&step.name, ROOM))];
        if !step.reaches_image {
            lines.push((LineKind::Faint, "unused: not in the image".to_owned()));
        }
        lines.extend(rerun.map(|rerun| (LineKind::Rerun, fit_line(&box_line(rerun), ROOM))));
        lines.extend(commands(step));
        for cache in &step.caches {
            let cache = fit_line(&format!("cache {}", cache.name), ROOM);
            lines.push((LineKind::Faint, cache));
        }
        let unlisted: Vec<String> = step.secrets.unlisted().cloned().collect();
        for (label, names) in [("secret", &step.secrets.listed), ("sees", &unlisted)] {
            if !names.is_empty() {
                lines.push((LineKind::Secret, format!("{label} {}", fit_list(names, ROOM - 7))));
            }
        }
        Block {
            shape: Shape::Step,
            is_rerun: rerun.is_some(),
            is_unused: !step.reaches_image,
            lines,
            title: Some(escape_invisible(&step.name).into_owned()),
        }
    }

    fn image(&self) -> Block {
        let rerun = self.consequences.and_then(|consequences| consequences.image.as_ref());
        let mut lines = vec![(LineKind::Name, "the image".to_owned())];
        lines.extend(rerun.map(|_| (LineKind::Rerun, "rebuilt".to_owned())));
        let image = &self.explanation.image;
        let command = image.start_command.as_ref();
        lines.extend(command.map(|command| (LineKind::Text, fit_line(command, ROOM))));
        for (label, text) in image.settings() {
            lines.push((LineKind::Faint, fit_line(&format!("{label} {text}"), ROOM)));
        }
        let title = command.map(|command| escape_invisible(command).into_owned());
        Block { shape: Shape::Image, is_rerun: rerun.is_some(), is_unused: false, lines, title }
    }
}

fn commands(step: &Step) -> Vec<(LineKind, String)> {
    let texts = step.commands.iter().filter_map(|command| match command {
        Command::Run { title, .. } => Some(fit_line(title, ROOM)),
        Command::File { path: to, .. } => Some(format!("write {}", fit_path(to, ROOM - 6))),
        // labels of edges contain the copies
        Command::Copy { .. } | Command::Path { .. } => None,
    });
    let mut lines: Vec<(LineKind, String)> = texts.map(|text| (LineKind::Text, text)).collect();
    let more = lines.len().saturating_sub(MAX_COMMANDS);
    if more > 1 {
        lines.truncate(MAX_COMMANDS);
        lines.push((LineKind::Faint, format!("+{more} more")));
    }
    lines
}

/// The label of an edge, if it has one.
pub(super) fn label(edge: &ViewEdge) -> Option<Block> {
    if edge.paths.is_empty() {
        return None;
    }
    let lines = fit_items(&edge.paths, MAX_PATHS, PATH_ROOM).into_iter().map(|text| (LineKind::Small, text)).collect();
    let title = edge.paths.iter().map(|path| escape_invisible(path)).collect::<Vec<_>>().join(", ");
    Some(Block { shape: Shape::Label, is_rerun: edge.is_rerun, is_unused: false, lines, title: Some(title) })
}
