//! Places in a plan: the path of keys to a value, and where it stands in the text.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A value of a plan: `steps[1].inputs[0].step`, and the bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    path: Path,
    span: Range<usize>,
}

impl Place {
    pub(crate) fn new(path: Path, span: Range<usize>) -> Self {
        Self { path, span }
    }

    /// The keys that lead to the value.
    #[must_use]
    pub fn path(&self) -> &Path {
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
    pub place: Place,
}

impl<T> Located<T> {
    /// What comes from a place.
    #[must_use]
    pub fn at(place: &Place, value: T) -> Self {
        Self { value, place: place.clone() }
    }
}

/// Keys and indexes that lead to a value, shown as in JavaScript: `steps[1].assets["a b"]`. That of
/// the plan itself is empty. Cheap to clone: a child shares its parent's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Option<Arc<Link>>);

#[derive(Debug, PartialEq, Eq)]
struct Link {
    parent: Path,
    segment: Segment,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Key(Cow<'static, str>),
    Index(usize),
}

impl Path {
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

impl fmt::Display for Path {
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

/// Where the lines of a text begin.
#[derive(Debug)]
pub struct Lines<'t> {
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

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(feed, _)| feed + 1)).collect();
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            *before += characters(block);
            Some(*before)
        });
        Self { text, starts, characters: std::iter::once(0).chain(blocks).collect() }
    }

    /// The line and the column, both from 1, of a byte at which a character begins or the text ends.
    /// A column counts characters.
    #[must_use]
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= byte);
        (line, self.characters_before(byte) - self.characters_before(self.line_start(byte)) + 1)
    }

    fn characters_before(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let within = self.text.as_bytes().get(block * BLOCK..byte).map_or(0, characters);
        self.characters.get(block).copied().unwrap_or_default() + within
    }

    /// Where the line of a byte begins, and its text without its end.
    #[must_use]
    pub fn line(&self, byte: usize) -> (usize, &'t str) {
        let line = self.starts.partition_point(|start| *start <= byte);
        let (start, end) = (self.line_start(byte), self.starts.get(line).copied().unwrap_or(self.text.len()));
        (start, self.text.get(start..end).and_then(|line| line.lines().next()).unwrap_or_default())
    }

    fn line_start(&self, byte: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= byte);
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// The line and the column, both from 1, of a byte of a text, as [`Lines::position`] gives them. For
/// more than one byte of a text, [`Lines`] is faster.
#[must_use]
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    Lines::of(text).position(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_in_javascript() {
        let path = Path::default().key("steps").index(1).key("assets").key("a b");
        assert_eq!(path.to_string(), r#"steps[1].assets["a b"]"#);
        assert_eq!(Path::default().to_string(), "");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "{\n  \"é\": 1\n}";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, text.find('1').unwrap()), (2, 8));
        assert_eq!(line_and_column(text, text.len()), (3, 2));
        let lines = Lines::of(text);
        for byte in [0, 2, 8, 10, 4, text.len(), 0] {
            assert_eq!(lines.position(byte), line_and_column(text, byte), "{byte}");
        }
        assert_eq!(lines.line(8), (2, "  \"é\": 1"));
    }
}
