//! The file of a plan.

use std::io;
use std::path::{Path, PathBuf};

use railpack2docker::{Code, Diagnostic, LineIndex};

use super::paths::directory_of;
use super::read::{SIZE_LIMIT, read_error, read_file_start, read_start};
use crate::failure::Failure;

/// The text of a plan and its path.
#[derive(Clone, Debug)]
pub(crate) struct PlanFile {
    /// `None` for standard input.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: String,
}

impl PlanFile {
    /// Reads a file, or standard input for `-`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let is_stdin = path == Path::new("-");
        let bytes = if is_stdin { read_start(&mut io::stdin().lock()) } else { read_file_start(path) };
        let path = (!is_stdin).then(|| path.to_owned());
        let bytes = bytes.map_err(|error| cannot_read(&quoted(path.as_deref()), &error))?;
        Self::from_bytes(path, bytes)
    }

    /// Checks and decodes the bytes of a plan.
    pub(crate) fn from_bytes(path: Option<PathBuf>, bytes: Vec<u8>) -> Result<Self, Failure> {
        let name = quoted(path.as_deref());
        if bytes.len() as u64 > SIZE_LIMIT {
            let message =
                format!("{name} is larger than {} MiB, which is too large for a build plan", SIZE_LIMIT >> 20);
            return Err(Diagnostic::new(Code::TooLarge, message).into());
        }
        if is_utf16(&bytes) {
            return Err(utf16(&name).into());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) => Err(not_utf8(&name, &error).into()),
        }
    }

    /// The directory of the plan; the current one for standard input.
    pub(crate) fn directory(&self) -> &Path {
        self.path.as_deref().map_or(Path::new("."), directory_of)
    }

    /// The name of the plan in messages.
    pub(crate) fn name(&self) -> String {
        self.path.as_ref().map_or("<stdin>".to_owned(), |path| path.to_string_lossy().into_owned())
    }
}

/// The name of the plan within a sentence.
fn quoted(path: Option<&Path>) -> String {
    path.map_or("standard input".to_owned(), |path| format!("`{}`", path.display()))
}

fn cannot_read(name: &str, error: &io::Error) -> Diagnostic {
    let why = read_error(error);
    let found = Diagnostic::new(Code::UnreadablePlan, format!("can't read the plan from {name}: {why}"));
    match error.kind() {
        io::ErrorKind::NotFound => {
            found.with_help("generate one with `railpack2docker sync`, which runs Railpack, or pass the path of a plan")
        }
        io::ErrorKind::IsADirectory => found.with_help("pass the path of the plan in it"),
        _ => found,
    }
}

/// Whether bytes are UTF-16, with or without a byte order mark: JSON begins with two ASCII characters.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, _, ..] | [1..=0x7f, 0, _, 0, ..])
}

fn utf16(name: &str) -> Diagnostic {
    Diagnostic::new(Code::NotUtf8, format!("{name} is UTF-16, as `>` in Windows PowerShell writes it"))
        .with_help("let Railpack write the file: `railpack plan --out railpack-plan.json .`")
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let valid = error.utf8_error().valid_up_to();
    let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default());
    let (line, column) = LineIndex::new(&before).line_and_column(before.len());
    Diagnostic::new(Code::NotUtf8, format!("{name} is not UTF-8: line {line}, column {column} (byte {valid})"))
        .with_help("save it as UTF-8, and make sure that it is a plan and not a compressed or binary file")
}
