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

/// Keys and indexes that lead to a value. Cheap to clone: a child shares its parent's.
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

/// The line and the column, both from 1, of a byte of the text. A column counts characters.
#[must_use]
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |feed| feed + 1);
    let column = before.get(line_start..).map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
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
    }
}
