//! Locations in a plan: the path to a value, and its span in the text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// The location of a value in a plan: its path, such as `steps[1].inputs[0].step`, and its span in the
/// text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    path: JsonPath,
    span: Range<usize>,
}

impl Location {
    pub(crate) fn new(path: JsonPath, span: Range<usize>) -> Self {
        Self { path, span }
    }

    /// The path to the value.
    #[must_use]
    pub fn path(&self) -> &JsonPath {
        &self.path
    }

    /// The byte range of the value in the plan's text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// A value with the location in the plan that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The location of its origin in the plan.
    pub location: Location,
}

impl<T> Located<T> {
    /// Attaches a location to a value.
    #[must_use]
    pub fn at(location: &Location, value: T) -> Self {
        Self { value, location: location.clone() }
    }
}

/// The keys and indices that lead to a value, displayed as in JavaScript: `steps[1].assets["a b"]`. The
/// path of the plan itself is empty. Cheap to clone: a path shares that of its parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonPath(Option<Arc<Link>>);

#[derive(Debug, PartialEq, Eq)]
struct Link {
    parent: JsonPath,
    segment: Segment,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Key(Cow<'static, str>),
    Index(usize),
}

impl JsonPath {
    pub(crate) fn key(&self, key: impl Into<Cow<'static, str>>) -> Self {
        self.child(Segment::Key(key.into()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    fn child(&self, segment: Segment) -> Self {
        Self(Some(Arc::new(Link { parent: self.clone(), segment })))
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(link) = &self.0 else { return Ok(()) };
        link.parent.fmt(f)?;
        match &link.segment {
            Segment::Index(index) => write!(f, "[{index}]"),
            Segment::Key(key) if is_plain(key) => {
                f.write_str(if link.parent.0.is_some() { "." } else { "" })?;
                f.write_str(key)
            }
            Segment::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_ref())),
        }
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_$-".contains(c))
}

/// The position of a value in the text of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Position {
    /// The path to the value, such as `steps[1].commands[2].cmd`.
    pub path: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// An index of the lines of a text. A byte order mark is not part of the first line.
#[derive(Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The number of characters that start before each block of the text. Counting from the start of a
    /// line would be slow: a line may be megabytes long.
    characters: Vec<usize>,
}

/// The size of a block in bytes.
const BLOCK: usize = 1024;

/// Counts the characters that start in some bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

impl<'t> LineIndex<'t> {
    /// Indexes the lines of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let first = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let starts = std::iter::once(first).chain(text.match_indices('\n').map(|(feed, _)| feed + 1)).collect();
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            *before += characters(block);
            Some(*before)
        });
        Self { text, starts, characters: std::iter::once(0).chain(blocks).collect() }
    }

    /// The position of a value in the text.
    #[must_use]
    pub fn position(&self, location: &Location) -> Position {
        let (line, column) = self.line_and_column(location.span.start);
        Position { path: location.path.to_string(), line, column }
    }

    /// The line and the column, both counted from 1, of a byte at which a character starts or the text
    /// ends. Columns count characters, except for the byte order mark.
    #[must_use]
    pub fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        (line, self.characters_before(byte).saturating_sub(self.characters_before(self.line_start(byte))) + 1)
    }

    fn characters_before(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let within = self.text.as_bytes().get(block * BLOCK..byte).map_or(0, characters);
        self.characters.get(block).copied().unwrap_or_default() + within
    }

    /// The start of the line that contains a byte, and the text of that line without its line ending.
    #[must_use]
    pub fn line(&self, byte: usize) -> (usize, &'t str) {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let (start, end) = (self.line_start(byte), self.starts.get(line).copied().unwrap_or(self.text.len()));
        (start, self.text.get(start..end).and_then(|line| line.lines().next()).unwrap_or_default())
    }

    fn line_start(&self, byte: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= byte);
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_displayed_as_in_javascript() {
        let path = JsonPath::default().key("steps").index(1).key("assets").key("a b");
        assert_eq!(path.to_string(), r#"steps[1].assets["a b"]"#);
        assert_eq!(JsonPath::default().to_string(), "");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "{\n  \"é\": 1\n}";
        let lines = LineIndex::new(text);
        assert_eq!(lines.line_and_column(0), (1, 1));
        assert_eq!(lines.line_and_column(text.find('1').unwrap()), (2, 8));
        assert_eq!(lines.line_and_column(text.len()), (3, 2));
        assert_eq!(lines.line(8), (2, "  \"é\": 1"));
    }

    #[test]
    fn byte_order_mark_is_not_a_column() {
        let text = "\u{feff}{ \"a\": 1 }\n2";
        let lines = LineIndex::new(text);
        assert_eq!(lines.line_and_column(0), (1, 1));
        assert_eq!(lines.line_and_column(3), (1, 1));
        assert_eq!(lines.line_and_column(text.find('1').unwrap()), (1, 8));
        assert_eq!(lines.line_and_column(text.find('2').unwrap()), (2, 1));
        assert_eq!(lines.line(5), (3, "{ \"a\": 1 }"));
    }
}
