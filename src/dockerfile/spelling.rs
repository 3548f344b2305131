//! Rules that all operands share: text that can't be expressed, and folding of long lines.

use std::fmt;

/// The reason why an operand can't express a text.
///
/// The message continues a sentence that starts with the text: "the variable `A` contains a line feed".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Inexpressible {
    /// A line feed. The named operand must be on one line and has no escape for it.
    LineFeed(&'static str),
    /// A NUL, which neither a process nor an image config can contain.
    Nul,
    /// A control character. The named operand has no escape for it.
    Control(&'static str),
    /// A non-ASCII character, and the operand: flags are read byte by byte, which breaks such
    /// characters.
    NotAscii(char, &'static str),
    /// A line of this many bytes: lines of a Dockerfile are limited to 65,535.
    LongLine(usize),
    /// A pattern of this many bytes: Docker reads each line of an ignore file into a buffer of 64 KiB.
    LongPattern(usize),
    /// An argument of this many bytes: the kernel limits each argument of a program to 128 KiB.
    LongArgument(usize),
    /// A script of this many bytes, which first reads secrets into variables: a script is an argument of
    /// the shell, so the same limit applies.
    LongScript(usize),
    /// A variable of this many bytes, including its name: the kernel limits each variable of a program to
    /// 128 KiB.
    LongVariable(usize),
    /// A path of this many bytes: Linux limits the length of paths.
    LongPath(usize),
    /// A file name of this many bytes: Linux limits the length of file names.
    LongName(usize),
    /// A text that doesn't have the form that the operand requires, with a description of that form.
    Malformed(&'static str),
}

impl fmt::Display for Inexpressible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineFeed(operand) => write!(f, "contains a line feed, which is not allowed in {operand}"),
            Self::Nul => f.write_str("contains a NUL character"),
            Self::Control(operand) => write!(f, "contains a control character, which is not allowed in {operand}"),
            Self::NotAscii(c, operand) => write!(f, "contains `{c}`, but only ASCII is allowed in {operand}"),
            Self::LongLine(bytes) => {
                write!(f, "has a line of {bytes} bytes, but a line of a Dockerfile is limited to 65,535")
            }
            Self::LongPattern(bytes) => {
                write!(f, "is {bytes} bytes long, but a line of an ignore file is limited to 65,000")
            }
            Self::LongArgument(bytes) => {
                write!(f, "is {bytes} bytes long, but an argument to a program is limited to 131,071")
            }
            Self::LongScript(bytes) => write!(
                f,
                "requires a script of {bytes} bytes to read secrets, but an argument to a program is limited to 131,071"
            ),
            Self::LongVariable(bytes) => {
                write!(f, "is {bytes} bytes long including its name, but an environment variable is limited to 131,071")
            }
            Self::LongPath(bytes) => write!(f, "is {bytes} bytes long, but a path is limited to 4,095"),
            Self::LongName(bytes) => {
                write!(f, "has a component of {bytes} bytes, but a file name is limited to 255")
            }
            Self::Malformed(form) => write!(f, "is not {form}"),
        }
    }
}

impl std::error::Error for Inexpressible {}

/// The longest argument or variable that Linux passes to a program, in bytes, without the final NUL
/// (`MAX_ARG_STRLEN`).
pub(crate) const LONGEST_ARGUMENT: usize = 131_071;

/// The longest file name on Linux, in bytes.
pub(super) const LONGEST_NAME: usize = 255;

/// The longest line that BuildKit's parser reads, in bytes, without its line feed.
pub(crate) const LONGEST_LINE: usize = 65_535;

/// The longest folded line, in bytes: the rest of the limit is for the text before the operand.
const FOLD_AT: usize = 60_000;

/// Breaks a text with continuations (`\` and a line feed) wherever it would exceed the line limit.
///
/// Short text, which means nearly all text, is returned as it is. The parser joins the parts with nothing
/// between them, except after a backslash and before anything that looks like a comment. So a fold comes
/// before a letter or digit, if there is one, and never after a backslash. Fails if 60,000 bytes in a row
/// are blanks, backslashes and `#`.
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

/// Adds a backslash before each character that is one of `special`.
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

/// Fails on a NUL, and on a line feed, which `operand` doesn't allow.
pub(crate) fn one_line(text: &str, operand: &'static str) -> Result<(), Inexpressible> {
    if text.contains('\0') {
        return Err(Inexpressible::Nul);
    }
    if text.contains('\n') {
        return Err(Inexpressible::LineFeed(operand));
    }
    Ok(())
}

/// Percent-encodes all bytes but ASCII letters, digits and those of `plain`. Different texts stay different.
pub(crate) fn percent_encode(text: &str, plain: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Fails on a path that exceeds the limits of Linux.
pub(crate) fn check_path(path: &str) -> Result<(), Inexpressible> {
    const LONGEST_PATH: usize = 4_095;
    if let Some(name) = path.split('/').find(|name| name.len() > LONGEST_NAME) {
        return Err(Inexpressible::LongName(name.len()));
    }
    if path.len() > LONGEST_PATH {
        return Err(Inexpressible::LongPath(path.len()));
    }
    Ok(())
}

/// Fails on text that a flag can't contain: non-ASCII characters and control characters.
pub(crate) fn flag_text(text: &str, operand: &'static str) -> Result<(), Inexpressible> {
    one_line(text, operand)?;
    if let Some(c) = text.chars().find(|c| !c.is_ascii()) {
        return Err(Inexpressible::NotAscii(c, operand));
    }
    if text.chars().any(|c| c.is_ascii_control()) {
        return Err(Inexpressible::Control(operand));
    }
    Ok(())
}

/// Fails on a pattern that Docker's matcher can't parse: one with an unclosed or empty class, with a
/// trailing backslash, or with nothing in it.
pub(crate) fn pattern(text: &str) -> Result<(), Inexpressible> {
    const MALFORMED: Inexpressible = Inexpressible::Malformed("a pattern that Docker can parse");
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
    fn fold_comes_before_a_letter_and_not_after_a_backslash() {
        let text = format!("{}\\a # {}", "x".repeat(FOLD_AT - 3), "y".repeat(100));
        let folded = fold(text.clone()).unwrap();
        assert_eq!(folded.replace("\\\n", ""), text);
        assert_eq!(folded.find('\n').unwrap(), FOLD_AT - 3, "before the backslash: {folded:.20}");
    }

    #[test]
    fn text_is_not_folded_more_than_necessary() {
        let text = "x".repeat(2 * FOLD_AT);
        assert_eq!(fold(text).unwrap().lines().count(), 2);
    }

    #[test]
    fn patterns_that_docker_can_parse() {
        for good in ["*", "a[bc]d", "[^a]*", "!x", "\\[", "**/x", "a b", "[a[]"] {
            assert!(pattern(good).is_ok(), "{good}");
        }
        for bad in ["", "!", "[", "a[", "[]", "[^]", "a\\", " "] {
            assert!(pattern(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_without_letters_is_folded_without_starting_a_comment() {
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
    fn text_that_cannot_be_folded_is_rejected() {
        for unit in ["\\", " ", "#"] {
            assert!(fold(unit.repeat(70_000)).is_err(), "{unit}");
        }
    }

    #[test]
    fn limits_of_paths_in_linux() {
        let name = "n".repeat(255);
        assert!(check_path(&format!("/{name}/{name}")).is_ok());
        assert_eq!(check_path(&format!("/x/{name}n")), Err(Inexpressible::LongName(256)));
        assert!(check_path(&format!("/{name}").repeat(15)).is_ok());
        assert_eq!(check_path(&format!("/{name}").repeat(16)), Err(Inexpressible::LongPath(4_096)));
    }
}
