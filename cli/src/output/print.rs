//! Standard output.

use std::io::{self, IsTerminal, Write};

use railpack2docker::escape::escape_invisible_text;
use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;

/// Writes to standard output. Ignores a closed pipe. Escapes control characters if the output is a terminal.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let out = io::stdout().lock();
    if out.is_terminal() { write_all(out, &escape_invisible_text(text)) } else { write_all(out, text) }
}

/// Writes all of a text. Ignores a closed pipe.
pub(crate) fn write_all(mut out: impl Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Diagnostic::new(Code::IoError, format!("can't write to standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}
