//! Files of environment variables, in the syntax of dotenv.

use std::path::Path;

use fs_err as fs;
use railpack2docker::{Code, Diagnostic};

use crate::files::read::read_error;

/// The size limit of a file.
const SIZE_LIMIT: u64 = 4 * 1024 * 1024;

/// The names and values of a file, in its order. An error has the number of the line, never its content.
pub(super) fn read(path: &Path) -> Result<Vec<(String, String)>, Diagnostic> {
    let error = |code, what: String| Diagnostic::new(code, format!("can't read `{}`: {what}", path.display()));
    let io_error = |cause: std::io::Error| error(Code::UnreadableEnvFile, read_error(&cause));
    if fs::metadata(path).map_err(io_error)?.len() > SIZE_LIMIT {
        return Err(error(Code::UnreadableEnvFile, format!("it is larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    let bytes = fs::read(path).map_err(io_error)?;
    let text = String::from_utf8(bytes).map_err(|_| error(Code::UnreadableEnvFile, "it is not UTF-8".to_owned()))?;
    variables(&text).map_err(|line| {
        error(Code::MalformedSecret, format!("line {line} is not `NAME=value`"))
            .with_help("put a value with spaces, `$` or `\\` in single quotes, and close every quote")
    })
}

/// The variables of a text, or the number of an invalid line.
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
    fn every_form_is_read() {
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
    fn an_invalid_line_is_counted() {
        assert_eq!(variables("A=1\n\nhunter2\n"), Err(3));
        assert_eq!(variables("A=1\nB=a b\n"), Err(2));
        assert_eq!(variables("A=1\nB='a\nb\n"), Err(2));
    }
}
