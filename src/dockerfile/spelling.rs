//! What every place for text shares: what can't be said there, and lines that are too long.

use std::fmt;

/// Why a text can't stand in a place of a Dockerfile.
///
/// The message continues a sentence that names the text: "the variable `A` holds a line feed".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Inexpressible {
    /// The place, which is named, is on one line and has no escape for a line feed.
    LineFeed(&'static str),
    /// Neither a process nor an image config takes a NUL.
    Nul,
    /// The place, which is named, has no escape for a control character.
    Control(&'static str),
    /// Flags are read byte by byte, which breaks everything outside ASCII: the character, and the
    /// place.
    NotAscii(char, &'static str),
    /// A line of a Dockerfile holds at most 65,535 bytes, and this one has so many.
    LongLine(usize),
    /// Docker reads the lines of an ignore file into 64 KiB, and this one has so many bytes.
    LongPattern(usize),
    /// The kernel takes at most 128 KiB for one argument of a program, and this one has so many bytes.
    LongArgument(usize),
    /// As before, for a shell that makes variables of secrets first.
    LongScript(usize),
    /// The kernel takes at most 128 KiB for one variable of a program, and this one has so many bytes
    /// with its name.
    LongVariable(usize),
    /// Linux has no paths of so many bytes.
    LongPath(usize),
    /// Linux has no names of files of so many bytes.
    LongName(usize),
    /// The text does not have the form that the place asks for, which is described.
    Malformed(&'static str),
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineFeed(location) => write!(f, "holds a line feed, which {location} can't hold"),
            Self::Nul => f.write_str("holds a NUL character"),
            Self::Control(location) => write!(f, "holds a control character, which {location} can't hold"),
            Self::NotAscii(c, location) => write!(f, "holds `{c}`, and {location} can hold only ASCII"),
            Self::LongLine(bytes) => {
                write!(f, "has a line of {bytes} bytes, and a Dockerfile's line holds at most 65,535")
            }
            Self::LongPattern(bytes) => {
                write!(f, "has {bytes} bytes, and a line of an ignore file holds at most 65,000")
            }
            Self::LongArgument(bytes) => {
                write!(f, "has {bytes} bytes, and one argument of a program holds at most 131,071")
            }
            Self::LongScript(bytes) => write!(
                f,
                "needs a script of {bytes} bytes to read secrets, and one argument of a program holds at most 131,071"
            ),
            Self::LongVariable(bytes) => {
                write!(f, "has {bytes} bytes with its name, and a variable of a program holds at most 131,071")
            }
            Self::LongPath(bytes) => write!(f, "has {bytes} bytes, and a path holds at most 4,095"),
            Self::LongName(bytes) => {
                write!(f, "has a part of {bytes} bytes, and the name of a file holds at most 255")
            }
            Self::Malformed(form) => write!(f, "is not {form}"),
        }
    }
}

impl std::error::Error for Inexpressible {}

/// The longest argument or variable that Linux gives to a program, its final NUL not counted
/// (`MAX_ARG_STRLEN`).
pub(crate) const LONGEST_ARGUMENT: usize = 131_071;

/// The longest line that BuildKit's parser reads, in bytes, without its line feed.
pub(crate) const LONGEST_LINE: usize = 65_535;

/// How long a folded line gets at most: what stands before the operand has room in the rest.
const FOLD_AT: usize = 60_000;

/// The text with a continuation (`\` and a line feed) wherever it would pass a line's limit.
///
/// Short text, so nearly all, comes back as it is. The parser joins the parts with nothing
/// between them, except after a backslash and before what looks like a comment, so a fold
/// stands before a letter or digit, where there is one, and not behind a backslash. Fails where
/// 60,000 bytes in a row are blanks, backslashes and `#`.
pub(crate) fn fold(text: String) -> Result<String, Inexpressible> {
    if text.len() <= FOLD_AT {
        return Ok(text);
    }
    let mut folded = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    while rest.len() > FOLD_AT {
        let find = |may_follow: fn(char) -> bool| (1..=FOLD_AT).rev().find(|&at| may_fold(rest, at, may_follow));
        let at = find(|c| c.is_ascii_alphanumeric())
            .or_else(|| find(|c| !c.is_whitespace() && c != '#'))
            .ok_or(Inexpressible::LongLine(text.len()))?;
        let (line, after) = rest.split_at(at);
        folded.push_str(line);
        folded.push_str("\\\n");
        rest = after;
    }
    folded.push_str(rest);
    Ok(folded)
}

fn may_fold(text: &str, at: usize, may_follow: fn(char) -> bool) -> bool {
    text.split_at_checked(at)
        .is_some_and(|(before, after)| !before.ends_with('\\') && after.chars().next().is_some_and(may_follow))
}

/// A backslash in front of each of `special`.
pub(crate) fn escape(text: &str, special: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, _) in text.match_indices(special) {
        escaped.push_str(text.get(copied..at).unwrap_or_default());
        escaped.push('\\');
        copied = at;
    }
    escaped.push_str(text.get(copied..).unwrap_or_default());
    escaped
}

/// Fails on a NUL, and on a line feed where `place` can't hold one.
pub(crate) fn one_line(text: &str, location: &'static str) -> Result<(), Inexpressible> {
    if text.contains('\0') {
        return Err(Inexpressible::Nul);
    }
    if text.contains('\n') {
        return Err(Inexpressible::LineFeed(location));
    }
    Ok(())
}

/// Fails on a path that Linux can't have.
pub(crate) fn check_path(path: &str) -> Result<(), Inexpressible> {
    const LONGEST_PATH: usize = 4_095;
    const LONGEST_NAME: usize = 255;
    if let Some(name) = path.split('/').find(|name| name.len() > LONGEST_NAME) {
        return Err(Inexpressible::LongName(name.len()));
    }
    if path.len() > LONGEST_PATH {
        return Err(Inexpressible::LongPath(path.len()));
    }
    Ok(())
}

/// Fails on what a flag can't hold: anything outside ASCII, and control characters.
pub(crate) fn flag_text(text: &str, location: &'static str) -> Result<(), Inexpressible> {
    one_line(text, location)?;
    if let Some(c) = text.chars().find(|c| !c.is_ascii()) {
        return Err(Inexpressible::NotAscii(c, location));
    }
    if text.chars().any(|c| c.is_ascii_control()) {
        return Err(Inexpressible::Control(location));
    }
    Ok(())
}

/// Fails on what Docker's pattern matcher can't read: a class that is not closed or is empty, a
/// backslash with nothing behind it, nothing at all.
pub(crate) fn pattern(text: &str) -> Result<(), Inexpressible> {
    const MALFORMED: Inexpressible = Inexpressible::Malformed("a pattern that Docker can read");
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
    fn there_are_no_more_folds_than_there_must_be() {
        let text = "x".repeat(2 * FOLD_AT);
        assert_eq!(fold(text).unwrap().lines().count(), 2);
    }

    #[test]
    fn patterns_that_docker_can_read() {
        for good in ["*", "a[bc]d", "[^a]*", "!x", "\\[", "**/x", "a b", "[a[]"] {
            assert!(pattern(good).is_ok(), "{good}");
        }
        for bad in ["", "!", "[", "a[", "[]", "[^]", "a\\", " "] {
            assert!(pattern(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_letters_a_fold_stands_before_anything_that_begins_no_comment() {
        for unit in ["$ ", "\\$ ", "é# ", "(#"] {
            let text = unit.repeat(100_000 / unit.len());
            let folded = fold(text.clone()).unwrap();
            assert!(folded.lines().all(|line| line.len() < LONGEST_LINE), "{unit}");
            assert!(folded.lines().all(|line| !line.trim_start().starts_with('#')), "{unit}");
            assert!(folded.lines().all(|line| !line.ends_with("\\\\")), "{unit}");
            assert_eq!(folded.replace("\\\n", ""), text);
        }
    }

    #[test]
    fn text_with_no_place_to_fold_is_refused() {
        for unit in ["\\", " ", "#"] {
            assert!(fold(unit.repeat(70_000)).is_err(), "{unit}");
        }
    }

    #[test]
    fn paths_that_linux_can_have() {
        let name = "n".repeat(255);
        assert!(check_path(&format!("/{name}/{name}")).is_ok());
        assert_eq!(check_path(&format!("/x/{name}n")), Err(Inexpressible::LongName(256)));
        assert!(check_path(&format!("/{name}").repeat(15)).is_ok());
        assert_eq!(check_path(&format!("/{name}").repeat(16)), Err(Inexpressible::LongPath(4_096)));
    }
}
