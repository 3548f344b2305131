//! What every place for text shares: what can't be said there, and lines that are too long.

/// Why a text can't stand in a place of a Dockerfile.
///
/// The message continues a sentence that names the text: "the variable `A` holds a line feed".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unspellable {
    /// The place is on one line and has no escape for a line feed.
    #[error("holds a line feed, which {0} can't hold")]
    LineFeed(&'static str),
    /// Neither a process nor an image config takes a NUL.
    #[error("holds a NUL character")]
    Nul,
    /// The place has no escape for a control character.
    #[error("holds a control character, which {0} can't hold")]
    Control(&'static str),
    /// Flags are read byte by byte, which breaks everything outside ASCII.
    #[error("holds `{0}`, and {1} can hold only ASCII")]
    NotAscii(char, &'static str),
    /// A line of a Dockerfile holds at most 65,535 bytes.
    #[error("has a line of {0} bytes, and a Dockerfile's line holds at most 65,535")]
    LongLine(usize),
    /// Docker reads the lines of an ignore file into 64 KiB.
    #[error("has {0} bytes, and a line of an ignore file holds at most 65,000")]
    LongPattern(usize),
    /// The kernel takes at most 128 KiB for one argument of a program.
    #[error("has {0} bytes, and one argument of a program holds at most 131,071")]
    LongArgument(usize),
    /// The text does not have the form that the place asks for.
    #[error("is not {0}")]
    Malformed(&'static str),
}

/// The longest line that `BuildKit`'s parser reads, in bytes, without its line feed.
pub(crate) const LONGEST_LINE: usize = 65_535;

/// How long a folded line gets at most: what stands before the operand has room in the rest.
const FOLD_AT: usize = 60_000;

/// The text with a continuation (`\` and a line feed) wherever it would pass a line's limit.
///
/// Short text, so nearly all, comes back as it is. The parser joins the parts with nothing
/// between them, except after a backslash and before what looks like a comment, so a fold
/// stands before a letter or digit and not behind a backslash. Fails where 60,000 bytes in
/// a row offer no such place.
pub(crate) fn fold(text: String) -> Result<String, Unspellable> {
    if text.len() <= FOLD_AT {
        return Ok(text);
    }
    let mut folded = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    while rest.len() > FOLD_AT {
        let at = (1..=FOLD_AT).rev().find(|&at| may_fold(rest, at)).ok_or(Unspellable::LongLine(text.len()))?;
        let (line, after) = rest.split_at(at);
        folded.push_str(line);
        folded.push_str("\\\n");
        rest = after;
    }
    folded.push_str(rest);
    Ok(folded)
}

fn may_fold(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    text.is_char_boundary(at)
        && bytes.get(at - 1).is_some_and(|before| *before != b'\\')
        && bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// A backslash in front of each of `special`.
pub(crate) fn escape(text: &str, special: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Fails on a NUL, and on a line feed where `place` can't hold one.
pub(crate) fn one_line(text: &str, place: &'static str) -> Result<(), Unspellable> {
    if text.contains('\0') {
        return Err(Unspellable::Nul);
    }
    if text.contains('\n') {
        return Err(Unspellable::LineFeed(place));
    }
    Ok(())
}

/// Fails on what a flag can't hold: anything outside ASCII, and control characters.
pub(crate) fn flag_text(text: &str, place: &'static str) -> Result<(), Unspellable> {
    one_line(text, place)?;
    if let Some(c) = text.chars().find(|c| !c.is_ascii()) {
        return Err(Unspellable::NotAscii(c, place));
    }
    if text.chars().any(|c| c.is_ascii_control()) {
        return Err(Unspellable::Control(place));
    }
    Ok(())
}

/// Fails on what Docker's pattern matcher can't read: a class that is not closed or is empty, a
/// backslash with nothing behind it, nothing at all.
pub(crate) fn pattern(text: &str) -> Result<(), Unspellable> {
    const MALFORMED: Unspellable = Unspellable::Malformed("a pattern that Docker can read");
    let path = text.trim().strip_prefix('!').unwrap_or(text.trim());
    if path.is_empty() {
        return Err(MALFORMED);
    }
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next().ok_or(MALFORMED)?;
            }
            '[' => {
                let class = chars.as_str().strip_prefix('^').unwrap_or(chars.as_str());
                let end = class.find(']').filter(|end| *end > 0).ok_or(MALFORMED)?;
                chars = class.get(end + 1..).unwrap_or_default().chars();
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_is_not_folded() {
        assert_eq!(fold("npm ci".into()).unwrap(), "npm ci");
    }

    #[test]
    fn a_fold_stands_before_a_letter_and_not_behind_a_backslash() {
        let text = format!("{}\\a # {}", "x".repeat(FOLD_AT - 3), "y".repeat(100));
        let folded = fold(text.clone()).unwrap();
        assert_eq!(folded.replace("\\\n", ""), text);
        assert_eq!(folded.find('\n').unwrap(), FOLD_AT - 3, "before the backslash: {folded:.20}");
    }

    #[test]
    fn patterns_that_docker_can_read() {
        for good in ["*", "a[bc]d", "[^a]*", "!x", "\\[", "**/x", "a b"] {
            assert!(pattern(good).is_ok(), "{good}");
        }
        for bad in ["", "!", "[", "a[", "[]", "[^]", "a\\", " "] {
            assert!(pattern(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_with_no_place_to_fold_is_refused() {
        assert!(fold("\\".repeat(70_000)).is_err());
    }
}
