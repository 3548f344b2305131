//! Places in a plan: the path of keys to a value, and where it stands in the text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// A value of a plan: `steps[1].inputs[0].step`, and the bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    path: JsonPath,
    span: Range<usize>,
}

impl Location {
    pub(crate) fn new(path: JsonPath, span: Range<usize>) -> Self {
        Self { path, span }
    }

    /// The keys that lead to the value.
    #[must_use]
    pub fn path(&self) -> &JsonPath {
        &self.path
    }

    /// The value's bytes in the plan's text.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// Something and the place in the plan that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// What comes from there.
    pub value: T,
    /// The value of the plan that says so.
    pub location: Location,
}

impl<T> Located<T> {
    /// What comes from a place.
    #[must_use]
    pub fn at(location: &Location, value: T) -> Self {
        Self { value, location: location.clone() }
    }
}

/// Keys and indexes that lead to a value, shown as in JavaScript: `steps[1].assets["a b"]`. That of
/// the plan itself is empty. Cheap to clone: a child shares its parent's.
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
    /// The keys that lead to the value: `steps[1].commands[2].cmd`.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The lines of a text. A byte order mark is no part of the first one.
#[derive(Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// How many characters begin before each block of the text: a line may be megabytes long.
    characters: Vec<usize>,
}

/// How many bytes are counted at a time.
const BLOCK: usize = 1024;

/// How many characters begin in some bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

impl<'t> LineIndex<'t> {
    /// Finds the lines of a text.
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

    /// The position of a value of the text.
    #[must_use]
    pub fn position(&self, location: &Location) -> Position {
        let (line, column) = self.line_and_column(location.span.start);
        Position { path: location.path.to_string(), line, column }
    }

    /// The line and the column, both from 1, of a byte at which a character begins or the text ends. A
    /// column counts characters, the byte order mark aside.
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

    /// Where the line of a byte begins, and its text without its end.
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
    fn paths_read_as_in_javascript() {
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
    fn a_byte_order_mark_takes_no_column() {
        let text = "\u{feff}{ \"a\": 1 }\n2";
        let lines = LineIndex::new(text);
        assert_eq!(lines.line_and_column(0), (1, 1));
        assert_eq!(lines.line_and_column(3), (1, 1));
        assert_eq!(lines.line_and_column(text.find('1').unwrap()), (1, 8));
        assert_eq!(lines.line_and_column(text.find('2').unwrap()), (2, 1));
        assert_eq!(lines.line(5), (3, "{ \"a\": 1 }"));
    }
}
