//! What a generated file says about itself: which plan it was made from, how to make it anew, and
//! a checksum of its own text, which tells a file that was edited from one that is as it was made.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::lower::words;
use crate::options::OutputVersion;

/// How the line begins that says what a file was made from.
const MADE_BY: &str = "# Made by railpack2docker from ";

/// How far from its beginning a file says so.
const LINES: usize = 5;

/// How many digits of a digest are shown: enough to tell texts apart.
pub(crate) const DIGITS: usize = 12;

/// Where the templates want the checksum.
const BLANK: &str = "............";

/// The header of a generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The beginning of the SHA-256 of the plan's canonical JSON, in hexadecimal.
    pub digest: String,
    /// The beginning of the SHA-256 of the text without the line that says so, in hexadecimal.
    pub checksum: String,
    /// The arguments of the command that makes the file anew, run where it is. None are said in an
    /// ignore file.
    pub arguments: Vec<String>,
}

impl Header {
    /// Reads the header of a text, with line feeds or with carriage returns in front of them. None
    /// where there is none, and so no sign that this tool made it.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let own = made_by(text)?;
        let (_, digests) = text.get(own.clone())?.rsplit_once(" (sha256 ")?;
        let (digest, rest) = digests.split_once(", of this text ")?;
        let (checksum, _) = rest.split_once(')')?;
        let mut behind = text.get(own.end..)?.lines().take(2);
        let command = behind.find_map(|line| line.strip_prefix("#   railpack2docker "));
        let arguments = command.map(|command| words::split(command).words).unwrap_or_default();
        Some(Self { digest: digest.to_owned(), checksum: checksum.to_owned(), arguments })
    }

    /// The version of the text: the first where the command says none. `None` for one that this
    /// release does not know.
    #[must_use]
    pub fn output_version(&self) -> Option<OutputVersion> {
        let mut arguments = self.arguments.iter();
        let said = arguments.find_map(|argument| argument.strip_prefix("--output-version"));
        let number = match said {
            None => return Some(OutputVersion::V1),
            Some("") => arguments.next()?,
            Some(value) => value.strip_prefix('=')?,
        };
        OutputVersion::of(number.parse().ok()?)
    }

    /// Whether a text with this header is as it was made, its line ends aside.
    #[must_use]
    pub fn is_untouched(&self, text: &str) -> bool {
        checksum(&with_line_feeds(text)) == self.checksum
    }
}

/// A text as it is in a checkout with line feeds: without the carriage returns in front of them.
#[must_use]
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// Whether a file, by its bytes, says that this tool made it. One that says so can have been edited
/// since: [`Header::is_untouched`] tells.
#[must_use]
pub fn is_generated(content: &[u8]) -> bool {
    content.split(|byte| *byte == b'\n').take(LINES).any(|line| line.starts_with(MADE_BY.as_bytes()))
}

/// Writes the checksum of a text where its header wants it.
pub(crate) fn seal(text: String) -> String {
    let Some(blank) = made_by(&text).and_then(|line| Some(line.start + text.get(line)?.rfind(BLANK)?)) else {
        return text;
    };
    let checksum = checksum(&with_line_feeds(&text));
    let (before, after) = text.split_at(blank);
    [before, &checksum, after.get(BLANK.len()..).unwrap_or_default()].concat()
}

/// A text that no checksum was written into, without the place for it.
pub(crate) fn unsealed(text: &str) -> String {
    text.replacen(&format!(", of this text {BLANK})"), ")", 1)
}

/// The line, with its end, that says what a text was made from.
fn made_by(text: &str) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(LINES) {
        let end = start + line.len();
        if line.starts_with(MADE_BY) {
            return Some(start..end);
        }
        start = end;
    }
    None
}

/// The checksum of a text, of all of it but the line that the checksum stands in: the first twelve
/// digits of a SHA-256, in hexadecimal.
#[must_use]
pub fn checksum(text: &str) -> String {
    let own = made_by(text).unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(text.get(..own.start).unwrap_or_default());
    hash.update(text.get(own.end..).unwrap_or_default());
    let mut hex = HEXLOWER.encode(&hash.finalize());
    hex.truncate(DIGITS);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Files, Options, Transpiled, transpile};

    const PLAN: &str = r#"{ "steps": [], "exclude": ["*.md"], "deploy": { "base": { "image": "node:22" } } }"#;

    fn made(plan: Option<&str>, arguments: &[&str]) -> Transpiled {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let files = Files { plan: plan.map(str::to_owned), arguments, ..Files::default() };
        transpile(PLAN, &Options { files, ..Options::default() }).unwrap()
    }

    #[test]
    fn what_is_made_says_so() {
        let made = made(Some("plan.json"), &["--cache-prefix=a b'c"]);
        let header = Header::of(&made.dockerfile).unwrap();
        assert_eq!(header.digest.len(), DIGITS);
        assert_eq!(header.arguments, ["plan.json", "-o", "Dockerfile", "--cache-prefix=a b'c"]);
        assert!(header.is_untouched(&made.dockerfile));
        let ignore = made.dockerignore.unwrap();
        let of_ignore = Header::of(&ignore).unwrap();
        assert_eq!((of_ignore.digest.as_str(), &of_ignore.arguments[..]), (header.digest.as_str(), &[][..]));
        assert!(of_ignore.is_untouched(&ignore));
    }

    #[test]
    fn a_command_that_says_no_version_is_of_the_first() {
        let version = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
            Header { digest: String::new(), checksum: String::new(), arguments }.output_version()
        };
        assert_eq!(version(&["plan.json", "-o", "Dockerfile"]), Some(OutputVersion::V1));
        assert_eq!(version(&["--output-version", "1"]), Some(OutputVersion::V1));
        assert_eq!(version(&["--output-version=1", "--strict"]), Some(OutputVersion::V1));
        for unknown in [&["--output-version=0"][..], &["--output-version", "4000000000"], &["--output-version"]] {
            assert_eq!(version(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn an_edit_anywhere_shows_and_line_ends_do_not() {
        let text = made(Some("plan.json"), &[]).dockerfile;
        let header = Header::of(&text).unwrap();
        for (at, _) in text.match_indices('\n') {
            let edited = format!("{}#{}", &text[..at], &text[at..]);
            let is_the_line_itself = text[..at].lines().last().unwrap().starts_with(MADE_BY);
            assert_eq!(header.is_untouched(&edited), is_the_line_itself, "{edited}");
        }
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(Header::of(&crlf), Some(header.clone()));
        assert!(header.is_untouched(&crlf));
    }

    #[test]
    fn a_plan_can_be_called_anything() {
        for name in ["a (sha256 b, of this text c) ............", "............", "x\ny"] {
            let text = made(Some(name), &[]).dockerfile;
            let header = Header::of(&text).unwrap();
            assert!(header.is_untouched(&text), "{text}");
            assert_eq!(header.digest, Header::of(&made(None, &[]).dockerfile).unwrap().digest);
        }
    }

    #[test]
    fn what_was_not_made_has_no_header() {
        for text in [
            "",
            "FROM scratch\n",
            "# Made by railpack2docker from x\n",
            "FROM x\n\n\n\n\n# Made by railpack2docker from x (sha256 1, of this text 2)\n",
        ] {
            assert_eq!(Header::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_is_generated_when_its_header_says_so() {
        assert!(is_generated(b"# syntax=docker/dockerfile:1\n#\n# Made by railpack2docker from x (sha256 1).\n"));
        assert!(is_generated(b"# Made by railpack2docker from x\n"));
        assert!(!is_generated(b"FROM x\n\n\n\n\n# Made by railpack2docker from x\n"));
        assert!(!is_generated(b"FROM scratch\n"));
    }
}
