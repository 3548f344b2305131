//! Reading files, up to a limit.

use std::io::{self, Read};
use std::path::Path;

use fs_err as fs;

/// The size limit of a plan and of a generated file. Real plans are a few kilobytes long; a graph of 100,000
/// steps fits.
pub(crate) const SIZE_LIMIT: u64 = 64 * 1024 * 1024;

/// Reads a file that is not larger than the limit.
pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = read_file_start(path)?;
    if bytes.len() as u64 > SIZE_LIMIT { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Reads a file up to one byte more than the limit.
pub(crate) fn read_file_start(path: &Path) -> io::Result<Vec<u8>> {
    // reading a directory fails on Unix; Windows reports a lack of permission
    if cfg!(windows) && path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_start(&mut fs::File::open(path)?)
}

/// Reads up to one byte more than the limit.
pub(crate) fn read_start(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The reason why a file can't be read, without its name.
pub(crate) fn read_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::FileTooLarge => format!("it is larger than {} MiB", SIZE_LIMIT >> 20),
        _ => error.to_string(),
    }
}
