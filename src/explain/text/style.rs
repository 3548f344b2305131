//! Text styles for terminals.

/// A style, named for its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextStyle {
    /// No style.
    Plain,
    /// A step or the image: bold.
    Heading,
    /// Details: dim.
    Detail,
    /// A step that re-runs: bold yellow.
    Rerun,
}

impl TextStyle {
    /// Wraps a text in the ANSI escape sequences of the style.
    pub(super) fn apply(self, text: &str) -> String {
        match self.code() {
            Some(code) if !text.is_empty() => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    /// The parameters of the escape sequence Select Graphic Rendition (ECMA-48, 8.3.117).
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Heading => Some("1"),
            Self::Detail => Some("2"),
            Self::Rerun => Some("1;33"),
        }
    }
}
