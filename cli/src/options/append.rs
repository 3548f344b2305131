//! The file whose instructions are appended to the Dockerfile.

use std::path::Path;

use railpack2docker::{AppendFile, Code, Diagnostic};

use crate::files::paths::relative;
use crate::files::read::{read_error, read_file};

/// Reads the file. `directory` is that of the Dockerfile.
pub(super) fn append_file(file: &Path, directory: &Path) -> Result<AppendFile, Diagnostic> {
    let name = relative(file, Path::new(""));
    let bytes = read_file(file).map_err(|error| {
        Diagnostic::new(Code::UnreadableFile, format!("can't read `{name}`: {}", read_error(&error)))
            .with_help("pass the path of a file with instructions to `--append`")
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        Diagnostic::new(Code::NotUtf8, format!("`{name}` is not UTF-8: byte {valid} is invalid"))
    })?;
    Ok(AppendFile { path: relative(file, directory), name, text })
}
