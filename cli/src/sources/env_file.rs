//! Files of variables, as `dotenv` reads them.

use std::path::Path;

use fs_err as fs;

use super::super::files::why_unreadable;
use crate::Diagnostic;

/// How much of a file is read: no file of variables is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The names and values of a file, in its order. The message of a failure has the number of the
/// line, never the line.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>, Diagnostic> {
    let error = |what: String| Diagnostic::new(Code::UnreadableEnvFile, format!("`{}`: {what}", path.display()));
    let cannot = |why: &std::io::Error| {
        Diagnostic::new(Code::UnreadableEnvFile, format!("can't read `{}`: {}", path.display(), why_unreadable(why)))
    };
    if fs::metadata(path).map_err(|why| cannot(&why))?.len() > LARGEST {
        return Err(error(format!("larger than {} MiB", LARGEST >> 20)));
    }
    let bytes = fs::read(path).map_err(|why| cannot(&why))?;
    let text = String::from_utf8(bytes).map_err(|_| error("not UTF-8".to_owned()))?;
    variables(&text).map_err(|line| {
        error(format!("line {line} is not `NAME=value`"))
            .with_help("put a value with spaces, `$` or `\\` into single quotes, and close each quote")
    })
}

/// The variables of a text, or the number of the line that can't be read.
fn variables(text: &str) -> Result<Vec<(String, String)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    dotenvy::from_read_iter(text.as_bytes()).collect::<Result<_, _>>().map_err(|error| match error {
        dotenvy::Error::LineParse(line, _) => {
            let start = text.find(line.trim_end()).unwrap_or_default();
            text.get(..start).unwrap_or_default().matches('\n').count() + 1
        }
        _ => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_people_write_are_read() {
        let text = "\u{feff}# a comment\n\nPLAIN=a\nexport EXPORTED=b\r\nSPACED = c\nEMPTY=\nHASH=a#b # c\n\
            SINGLE='$PLAIN \"#\" \\n'\nDOUBLE=\"a\\nb \\\"c\\\" # d\"\nPEM=\"-----BEGIN-----\nab+/=\n-----END-----\n\"\n\
            SINGLE_LINES='a\n\nb'\nREFERS=${PLAIN}x\nEQUALS=a=b==\nPLAIN=last";
        let read = variables(text).unwrap();
        let expected = [
            ("PLAIN", "a"),
            ("EXPORTED", "b"),
            ("SPACED", "c"),
            ("EMPTY", ""),
            ("HASH", "a#b"),
            ("SINGLE", "$PLAIN \"#\" \\n"),
            ("DOUBLE", "a\nb \"c\" # d"),
            ("PEM", "-----BEGIN-----\nab+/=\n-----END-----\n"),
            ("SINGLE_LINES", "a\n\nb"),
            ("REFERS", "ax"),
            ("EQUALS", "a=b=="),
            ("PLAIN", "last"),
        ];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_counted() {
        assert_eq!(variables("A=1\n\nhunter2\n"), Err(3));
        assert_eq!(variables("A=1\nB=a b\n"), Err(2));
        assert_eq!(variables("A=1\nB='a\nb\n"), Err(2));
    }
}
