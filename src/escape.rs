//! Detects and escapes invisible characters.

use std::borrow::Cow;

/// Whether `c` affects the display instead of showing a glyph: control characters, line and paragraph
/// separators, direction marks, zero-width characters, tags, the soft hyphen and the empty Braille
/// pattern.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The invisible characters of a text that a reader should know about. Excludes tabs and line endings,
/// and the joiners and variation selectors that emoji and non-ASCII scripts need, if they are next to a
/// visible character.
pub fn hidden(text: &str) -> impl Iterator<Item = char> {
    let mut before = None;
    text.char_indices().filter_map(move |(at, c)| {
        let last = before.replace(c);
        let next = || text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        (is_invisible(c) && !is_expected(last, c, next)).then_some(c)
    })
}

fn is_expected(last: Option<char>, c: char, next: impl Fn() -> Option<char>) -> bool {
    const SELECTOR: char = '\u{fe0f}';
    let is_glyph = |c: char| !c.is_ascii() && !is_invisible(c);
    match c {
        '\t' | '\n' => true,
        '\r' => next() == Some('\n'),
        '\u{200c}' | '\u{200d}' => {
            last.is_some_and(|last| is_glyph(last) || last == SELECTOR) && next().is_some_and(is_glyph)
        }
        '\u{fe0e}' | SELECTOR => {
            last.is_some_and(|last| is_glyph(last) || last.is_ascii_digit() || "#*".contains(last))
        }
        _ => false,
    }
}

/// Escapes each invisible character as `\u{…}`, so that the text is safe for a terminal and for a
/// comment.
#[must_use]
pub fn escape_invisible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_invisible(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Like [`escape_invisible`], but keeps line feeds and tabs.
#[must_use]
pub fn escape_invisible_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_invisible(c) && !"\t\n".contains(c)) {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| line.split('\t').map(escape_invisible).collect::<Vec<_>>().join("\t"));
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// Escapes each invisible character of a JSON text as `\uXXXX`. Such characters occur only in strings,
/// except for the line feeds between lines.
#[must_use]
pub fn escape_invisible_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_invisible(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_text_is_unchanged() {
        assert_eq!(escape_invisible("npm ci # é ✓"), "npm ci # é ✓");
    }

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(escape_invisible("a\nb\u{1b}[2J\u{202e}"), "a\\u{a}b\\u{1b}[2J\\u{202e}");
        assert_eq!(escape_invisible_text("a\n\tb\u{1b}\r\n"), "a\n\tb\\u{1b}\\u{d}\n");
    }

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = serde_json::json!({ "a\u{9b}": ["\u{202e}\n", "\u{e0041}", "é"] });
        let json = escape_invisible_json(&value.to_string());
        assert_eq!(json, r#"{"a\u009b":["\u202e\n","\udb40\udc41","é"]}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }

    #[test]
    fn joiners_and_selectors_are_not_hidden() {
        for text in ["a\tb\r\n", "⚠\u{fe0f} 1\u{fe0f}\u{20e3}", "❤\u{fe0f}\u{200d}🔥", "می\u{200c}خواهم"] {
            assert_eq!(hidden(text).count(), 0, "{text:?}");
        }
        for (text, expected) in [
            ("a\rb", "\r"),
            ("pass\u{200b}word\u{feff}", "\u{200b}\u{feff}"),
            ("a\u{200d}b é\u{200d}", "\u{200d}\u{200d}"),
            ("a\u{fe0f} ⚠\u{fe0f}\u{fe0f}", "\u{fe0f}\u{fe0f}"),
            ("\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}", "\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}"),
        ] {
            assert_eq!(hidden(text).collect::<String>(), expected, "{text:?}");
        }
    }
}
