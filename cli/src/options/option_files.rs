//! The files that belong to the options: the appended instructions, and the digests of images.

use std::path::Path;

use railpack2docker::{AppendFile, Diagnostic};

use super::append::append_file;
use crate::failure::Failure;
use crate::files::lock_file::{LockFile, Pins};

/// A source of these files.
pub(crate) trait OptionFiles {
    /// Reads appended instructions. `directory` is that of the Dockerfile.
    fn append(&self, file: &Path, directory: &Path) -> Result<AppendFile, Diagnostic>;

    /// Reads the nearest `railpack2docker.lock`, from the directory of the plan upward. Empty if there is none.
    fn pins(&self, directory: &Path) -> Result<Pins, Failure>;
}

/// The file system.
pub(crate) struct OnDisk;

impl OptionFiles for OnDisk {
    fn append(&self, file: &Path, directory: &Path) -> Result<AppendFile, Diagnostic> {
        append_file(file, directory)
    }

    fn pins(&self, directory: &Path) -> Result<Pins, Failure> {
        Ok(LockFile::find(directory)?.map(|lock| lock.pins).unwrap_or_default())
    }
}
