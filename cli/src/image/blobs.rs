//! Readers of the blobs of an image, and errors with their location.

use std::io::{self, Read};

use super::compression::{HEAD, Kind, decoder, peek};
use super::progress::Progress;

/// A reader of what an image consists of: layers, documents, and anything else.
pub(crate) trait BlobReader {
    /// Reads an archive of blobs, which is not compressed.
    fn blobs(&mut self, from: &mut dyn Read) -> Result<(), Fault>;

    /// Reads a blob with this path in its archive or directory.
    fn blob(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Fault>;

    /// Takes note of a symbolic link between blobs, which is not followed.
    fn link(&mut self, _name: &str, _target: &str) {}

    /// Starts the progress bar of a place to read from.
    fn progress(&self, name: &str, size: Option<u64>) -> Progress;
}

/// An error while reading, with its location in the source.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) location: String,
    pub(crate) error: io::Error,
}

impl Fault {
    pub(crate) fn new(location: impl Into<String>, error: io::Error) -> Self {
        Self { location: location.into(), error }
    }

    /// The reason, with the location.
    pub(crate) fn describe(&self) -> String {
        let why = match self.error.kind() {
            io::ErrorKind::UnexpectedEof => "it is truncated".to_owned(),
            _ => self.error.to_string(),
        };
        if self.location.is_empty() { why } else { format!("{why}, in `{}`", self.location) }
    }
}

/// Reads an archive of blobs, which may be compressed.
pub(crate) fn read_archive(reader: &mut dyn BlobReader, from: &mut dyn Read) -> Result<(), Fault> {
    let mut head = [0; HEAD];
    let (kind, mut from) = peek(from, &mut head).map_err(|error| Fault::new("", error))?;
    match kind {
        Kind::Tar => reader.blobs(&mut from),
        kind if kind.is_compressed() => reader.blobs(&mut decoder(kind, &mut from)),
        _ => Err(Fault::new("", io::Error::new(io::ErrorKind::InvalidData, "it is not a tar archive"))),
    }
}
