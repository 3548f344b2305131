//! What stands in the boxes, and how much room it takes.

use super::super::causes::mark;
use super::super::changes::Consequences;
use super::super::graph_view::{Edge, Node};
use super::super::model::{Command, Explanation, Secrets, Source, Step};
use super::super::text_fit::{columns, line, list, path, reference, some_of};
use super::layout::{Size, number};
use crate::escape::escape_invisible;

/// How many columns of a text are shown, and of a path of an edge.
const ROOM: usize = 60;
const PATH_ROOM: usize = 30;

/// How many paths of an edge are shown.
const MOST_PATHS: usize = 3;

/// How many commands of a step are shown.
const MOST_COMMANDS: usize = 5;

/// The widest that a column of a monospaced font is, for its size.
const COLUMN: f64 = 0.61;

/// From the frame to the text.
const PADDING: f64 = 10.0;

/// How something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Step,
    Context,
    Outside,
    Image,
    Label,
}

/// What a line of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Text,
    Faint,
    Secret,
    Again,
    /// What stands on an edge.
    Small,
}

impl Kind {
    /// The size of its letters.
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Name => 13.0,
            Self::Small => 11.0,
            _ => 12.0,
        }
    }

    /// From one line to the next.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Name => 19.0,
            Self::Small => 14.0,
            _ => 17.0,
        }
    }
}

/// Some lines with a frame around them.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) shape: Shape,
    pub(super) runs_again: bool,
    pub(super) is_left_out: bool,
    pub(super) lines: Vec<(Kind, String)>,
    /// The whole name, where the lines may have only some of it.
    pub(super) title: Option<String>,
}

impl Block {
    /// How large it is.
    pub(super) fn size(&self) -> Size {
        let widest = self.lines.iter().map(|(kind, text)| text_width(*kind, text)).fold(0.0, f64::max);
        let height: f64 = self.lines.iter().map(|(kind, _)| kind.height()).sum();
        let (across, down) = self.padding();
        Size { width: (widest + 2.0 * across).ceil(), height: (height + 2.0 * down).ceil() }
    }

    /// From the frame to the text, sideways and up or down.
    pub(super) fn padding(&self) -> (f64, f64) {
        match self.shape {
            Shape::Label => (4.0, 2.0),
            Shape::Outside => (PADDING + 6.0, 6.0),
            Shape::Context => (PADDING + 2.0, PADDING),
            Shape::Step => (PADDING, 7.0),
            Shape::Image => (PADDING + 4.0, PADDING),
        }
    }
}

/// How wide a text is at most.
pub(super) fn text_width(kind: Kind, text: &str) -> f64 {
    number(columns(text)) * kind.size() * COLUMN
}

/// Makes the boxes of a build.
pub(super) struct Maker<'a> {
    pub(super) explanation: &'a Explanation,
    pub(super) consequences: Option<&'a Consequences>,
}

impl Maker<'_> {
    pub(super) fn block(&self, node: &Node) -> Block {
        let plain = |shape, lines: Vec<(Kind, String)>, title: Option<&str>| Block {
            shape,
            runs_again: false,
            is_left_out: false,
            lines,
            title: title.map(|title| escape_invisible(title).into_owned()),
        };
        match node {
            Node::From(Source::Context) => plain(Shape::Context, vec![(Kind::Text, "build context".to_owned())], None),
            Node::From(Source::Image(image)) => {
                let lines = reference(image, ROOM).into_iter().map(|line| (Kind::Text, line)).collect();
                plain(Shape::Outside, lines, Some(image))
            }
            Node::From(Source::Step(index)) => match self.explanation.steps.get(*index) {
                Some(step) => self.step(*index, step),
                None => plain(Shape::Step, Vec::new(), None),
            },
            Node::Image => self.image(),
        }
    }

    fn step(&self, index: usize, step: &Step) -> Block {
        let again = self.consequences.and_then(|consequences| consequences.steps.get(&index));
        let mut lines = vec![(Kind::Name, path(&step.name, ROOM))];
        if !step.reaches_image {
            lines.push((Kind::Faint, "left out: not in the image".to_owned()));
        }
        lines.extend(again.map(|again| (Kind::Again, line(&mark(again), ROOM))));
        lines.extend(commands(step));
        for cache in &step.caches {
            let cache = line(&format!("cache {}", cache.name), ROOM);
            lines.push((Kind::Faint, cache));
        }
        let Secrets { seen, listed } = &step.secrets;
        let seen: Vec<String> = seen.iter().filter(|name| !listed.contains(name)).cloned().collect();
        for (label, names) in [("secret", listed), ("sees", &seen)] {
            if !names.is_empty() {
                lines.push((Kind::Secret, format!("{label} {}", list(names, ROOM - 7))));
            }
        }
        Block {
            shape: Shape::Step,
            runs_again: again.is_some(),
            is_left_out: !step.reaches_image,
            lines,
            title: Some(escape_invisible(&step.name).into_owned()),
        }
    }

    fn image(&self) -> Block {
        let again = self.consequences.and_then(|consequences| consequences.image.as_ref());
        let mut lines = vec![(Kind::Name, "the image".to_owned())];
        lines.extend(again.map(|_| (Kind::Again, "made anew".to_owned())));
        let command = self.explanation.image.start_command.as_ref();
        lines.extend(command.map(|command| (Kind::Text, line(command, ROOM))));
        let title = command.map(|command| escape_invisible(command).into_owned());
        Block { shape: Shape::Image, runs_again: again.is_some(), is_left_out: false, lines, title }
    }
}

fn commands(step: &Step) -> Vec<(Kind, String)> {
    let shown = step.commands.iter().filter_map(|command| match command {
        Command::Run { title, .. } => Some(line(title, ROOM)),
        Command::File { path: to, .. } => Some(format!("write {}", path(to, ROOM - 6))),
        // edges say what is copied
        Command::Copy { .. } | Command::Path { .. } => None,
    });
    let mut shown: Vec<(Kind, String)> = shown.map(|text| (Kind::Text, text)).collect();
    let more = shown.len().saturating_sub(MOST_COMMANDS);
    if more > 1 {
        shown.truncate(MOST_COMMANDS);
        shown.push((Kind::Faint, format!("+{more} more")));
    }
    shown
}

/// What stands on an edge, if something does.
pub(super) fn label(edge: &Edge) -> Option<Block> {
    if edge.paths.is_empty() {
        return None;
    }
    let lines = some_of(&edge.paths, MOST_PATHS, PATH_ROOM).into_iter().map(|text| (Kind::Small, text)).collect();
    let title = edge.paths.iter().map(|path| escape_invisible(path)).collect::<Vec<_>>().join(", ");
    Some(Block { shape: Shape::Label, runs_again: edge.runs_again, is_left_out: false, lines, title: Some(title) })
}
