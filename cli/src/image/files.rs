//! Archives and directories: OCI layouts, `docker save`, and local caches.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::{Code, Diagnostic};

use super::blobs::{BlobReader, Fault, read_archive};
use crate::files::read::read_error;

/// The maximum depth of directories. Blobs are two levels deep.
const MAX_DEPTH: usize = 8;

/// Reads an archive or a directory.
pub(crate) fn read(path: &Path, reader: &mut dyn BlobReader) -> Result<(), Diagnostic> {
    let metadata = fs::metadata(path).map_err(|error| cannot_read(path, &read_error(&error)))?;
    let name = path.display().to_string();
    if metadata.is_dir() {
        return read_directory(path, &name, reader);
    }
    let file = fs::File::open(path).map_err(|error| cannot_read(path, &read_error(&error)))?;
    let progress = reader.progress(&name, metadata.is_file().then_some(metadata.len()));
    read_archive(reader, &mut progress.counted(file)).map_err(|fault| cannot_read(path, &fault.describe()))
}

fn read_directory(path: &Path, name: &str, reader: &mut dyn BlobReader) -> Result<(), Diagnostic> {
    let mut files = Vec::new();
    list(path, "", 0, &mut files).map_err(|error| cannot_read(path, &error.to_string()))?;
    let size = files.iter().map(|file| file.size).sum();
    let progress = reader.progress(name, Some(size));
    for file in files {
        if file.is_link {
            // a link that can't be read is as good as none
            if let Ok(target) = fs::read_link(&file.path) {
                reader.link(&file.name, &target.to_string_lossy().replace('\\', "/"));
            }
            continue;
        }
        let open = fs::File::open(&file.path);
        let opened = open.map_err(|error| cannot_read(&file.path, &read_error(&error)))?;
        let mut from = progress.counted(opened);
        reader
            .blob(&file.name, &mut from as &mut dyn Read)
            .map_err(|fault: Fault| cannot_read(path, &fault.describe()))?;
    }
    Ok(())
}

/// A file of a directory, or a link.
struct Listed {
    path: PathBuf,
    /// The path within the directory, with slashes.
    name: String,
    size: u64,
    is_link: bool,
}

/// Lists the files and links below a directory, sorted by name. Links are not followed, and nothing else than files is
/// opened.
fn list(directory: &Path, prefix: &str, depth: usize, files: &mut Vec<Listed>) -> io::Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let metadata = fs::symlink_metadata(entry.path())?;
        if metadata.is_dir() && depth < MAX_DEPTH {
            list(&entry.path(), &format!("{name}/"), depth + 1, files)?;
        } else if metadata.is_file() || metadata.is_symlink() {
            let is_link = metadata.is_symlink();
            files.push(Listed { path: entry.path(), name, size: if is_link { 0 } else { metadata.len() }, is_link });
        }
    }
    Ok(())
}

fn cannot_read(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::new(Code::UnreadableImage, format!("can't read `{}`: {why}", path.display()))
}
