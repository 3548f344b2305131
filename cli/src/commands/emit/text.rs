//! Texts in double quotes, as YAML, HCL and TOML read them, and texts of several lines.

use std::fmt;

use railpack2docker::escape::escape_invisible;

/// A text in double quotes. Its escapes mean the same in YAML, HCL and TOML: `\"`, `\\`, `\n`, `\uXXXX` and
/// `\UXXXXXXXX`. An invisible character is always escaped.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                _ if is_visible(c) => write!(f, "{c}")?,
                _ => write!(f, "{}", Escaped(c))?,
            }
        }
        f.write_str("\"")
    }
}

/// A character as a `\u` escape.
pub(super) struct Escaped(pub(super) char);

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::from(self.0) {
            code @ 0..=0xffff => write!(f, "\\u{code:04x}"),
            code => write!(f, "\\U{code:08x}"),
        }
    }
}

/// Whether a reader sees a character, and no format forbids it.
pub(super) fn is_visible(c: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') && escape_invisible(text) == text
}

/// The lines of a text, each with its line feed.
pub(super) fn script(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
