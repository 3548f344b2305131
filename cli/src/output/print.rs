//! Standard output.

use std::io::{self, IsTerminal, Write};

use railpack2docker::escape::escape_invisible_text;
use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;

/// Writes to standard output. Ignores a closed pipe. Escapes control characters if the output is a terminal.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let out = io::stdout().lock();
    if out.is_terminal() {
        write_all(out, escape_invisible_text(text).as_bytes())
    } else {
        write_all(out, text.as_bytes())
    }
}

/// Writes bytes to standard output as they are. If the output is a terminal, writes them as a line of text.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    if io::stdout().is_terminal() {
        return print(&format!("{}\n", String::from_utf8_lossy(bytes)));
    }
    write_all(io::stdout().lock(), bytes)
}

/// Writes all bytes. Ignores a closed pipe.
pub(crate) fn write_all(mut out: impl Write, bytes: &[u8]) -> Result<(), Failure> {
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Diagnostic::new(Code::IoError, format!("can't write to standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}
