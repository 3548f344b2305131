//! Characters that a reader can't see, spelled so that they can be seen.

use std::borrow::Cow;

/// Whether `c` does something to a reader's screen other than show itself: control
/// characters, line and paragraph separators, direction marks, zero-width characters,
/// tags and the soft hyphen.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text with each invisible character as `\u{…}`, safe for a terminal and for a comment.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_shows_itself_stays() {
        assert_eq!(visible("npm ci # é ✓"), "npm ci # é ✓");
    }

    #[test]
    fn escapes_line_feeds_and_direction_marks_are_spelled() {
        assert_eq!(visible("a\nb\u{1b}[2J\u{202e}"), "a\\u{a}b\\u{1b}[2J\\u{202e}");
    }
}
