//! The layers and the documents of an image, as they are read. Of a file, only a digest of its content is kept.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::image::blobs::{BlobReader, Fault};
use crate::image::compression::{Bounded, HEAD, Kind, decoder, peek};
use crate::image::progress::Progress;
use crate::image::tar::{Archive, Entry};

/// The limits of what is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The size of a compressed blob after it was decompressed.
    pub(super) blob: u64,
    /// The size of a JSON document.
    pub(super) document: u64,
    /// The memory for the headers of all layers, and for all documents.
    pub(super) memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { blob: 64 << 30, document: 8 << 20, memory: 2 << 30 }
    }
}

/// The memory that an entry needs besides its texts.
pub(super) const ENTRY: u64 = 256;

/// The size of the part of a content that is read at once.
const BUFFER: usize = 64 * 1024;

/// The maximum length of a path, as in Linux.
const MAX_PATH: usize = 4096;

/// The error if the limit of the memory is reached.
pub(super) const TOO_MANY_FILES: &str = "it has too many files to compare";

/// The entries of a layer, in their order.
pub(super) type Layer = Vec<LayerEntry>;

/// An entry of a layer.
#[derive(Debug)]
pub(super) struct LayerEntry {
    pub(super) header: Entry,
    pub(super) content: Content,
}

/// The content of a file. For everything else, it is that of an empty file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) size: u64,
    pub(super) digest: [u8; 32],
}

impl Content {
    /// Reads a content to its end.
    fn read(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<Self> {
        let (mut hash, mut size) = (Sha256::new(), 0);
        loop {
            let count = match from.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
            hash.update(read);
            size += count as u64;
        }
        Ok(Self { size, digest: hash.finalize().into() })
    }
}

/// The blobs of an archive or a directory, by name.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    pub(super) documents: BTreeMap<String, Value>,
    pub(super) layers: BTreeMap<String, Layer>,
}

/// A reader that keeps what a comparison needs.
pub(super) struct LayerReader {
    limits: Limits,
    /// The memory that is in use.
    used: u64,
    /// Memory for a part of a content, which every file reuses.
    buffer: Vec<u8>,
    pub(super) blobs: Blobs,
}

impl LayerReader {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, used: 0, buffer: vec![0; BUFFER], blobs: Blobs::default() }
    }

    /// Adds to the memory that is in use.
    fn reserve(&mut self, size: u64) -> io::Result<()> {
        self.used = self.used.saturating_add(size);
        if self.used > self.limits.memory {
            return Err(invalid(TOO_MANY_FILES));
        }
        Ok(())
    }

    fn read(&mut self, name: &str, from: &mut dyn Read, is_compressed: bool) -> io::Result<()> {
        let mut head = [0; HEAD];
        let (kind, mut from) = peek(from, &mut head)?;
        match kind {
            Kind::Tar => self.layer(name, &mut from),
            Kind::Json => self.document(name, &mut from),
            kind if kind.is_compressed() && !is_compressed => {
                let mut decoded = decoder(kind, &mut from);
                let mut bounded = Bounded { from: &mut *decoded, left: self.limits.blob, is_cut: false };
                let result = self.read(name, &mut bounded, true);
                if bounded.is_cut { Err(invalid("it is too large after decompression")) } else { result }
            }
            _ => self.other(name, &mut from),
        }
    }

    fn layer(&mut self, name: &str, from: &mut dyn Read) -> io::Result<()> {
        let mut archive = Archive::new(from);
        let mut layer = Layer::new();
        while let Some(header) = archive.next()? {
            if header.path.len().max(header.link.len()) > MAX_PATH {
                return Err(invalid(&format!("a path is longer than {MAX_PATH} bytes")));
            }
            let texts = header.path.len() + header.link.len() + 2 * header.attributes.len();
            self.reserve(ENTRY + texts as u64)?;
            let content = Content::read(&mut archive, &mut self.buffer)?;
            layer.push(LayerEntry { header: Entry { attributes: Vec::new(), ..header }, content });
        }
        io::copy(archive.rest(), &mut io::sink())?;
        self.blobs.layers.insert(name.to_owned(), layer);
        Ok(())
    }

    fn document(&mut self, name: &str, from: &mut dyn Read) -> io::Result<()> {
        let mut text = Vec::new();
        (&mut *from).take(self.limits.document).read_to_end(&mut text)?;
        let is_whole = io::copy(from, &mut io::sink())? == 0;
        if let Some(json) = is_whole.then(|| serde_json::from_slice(&text).ok()).flatten() {
            // a value needs several times as much memory as its text
            self.reserve(ENTRY + 8 * text.len() as u64)?;
            self.blobs.documents.insert(name.to_owned(), json);
        }
        Ok(())
    }

    /// Reads a blob that begins like nothing known. A layer without entries consists of zeros.
    fn other(&mut self, name: &str, from: &mut dyn Read) -> io::Result<()> {
        let mut is_zero = true;
        loop {
            let count = from.read(&mut self.buffer)?;
            let Some(read) = self.buffer.get(..count).filter(|read| !read.is_empty()) else { break };
            is_zero &= read.iter().all(|byte| *byte == 0);
        }
        if is_zero {
            self.reserve(ENTRY)?;
            self.blobs.layers.insert(name.to_owned(), Layer::new());
        }
        Ok(())
    }
}

impl BlobReader for LayerReader {
    fn blobs(&mut self, from: &mut dyn Read) -> Result<(), Fault> {
        let mut archive = Archive::new(from);
        while let Some(entry) = archive.next().map_err(|error| Fault::new("", error))? {
            if entry.is_file() {
                let path = String::from_utf8_lossy(&entry.path);
                self.blob(path.strip_prefix("./").unwrap_or(&path), &mut archive)?;
            }
        }
        // a program that writes to a pipe fails if it is closed early
        io::copy(archive.rest(), &mut io::sink()).map_err(|error| Fault::new("", error))?;
        Ok(())
    }

    fn blob(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Fault> {
        self.read(name, from, false).map_err(|error| Fault::new(name, error))
    }

    fn progress(&self, name: &str, size: Option<u64>) -> Progress {
        Progress::start("reading", name, size)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { blob: 100_000, document: 1_000, memory: 10_000 };

    fn tar(files: usize, size: usize) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for number in 0..files {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(size as u64);
            builder.append_data(&mut header, number.to_string(), &vec![0; size][..]).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, content).unwrap();
        encoder.finish().unwrap()
    }

    fn read(blob: &[u8]) -> Result<Blobs, String> {
        let mut reader = LayerReader::new(LIMITS);
        reader.blob("x", &mut &blob[..]).map_err(|fault| fault.describe())?;
        Ok(reader.blobs)
    }

    #[test]
    fn layers_and_documents_are_kept() {
        for blob in [tar(2, 10), gzip(&tar(2, 10))] {
            let blobs = read(&blob).unwrap();
            let contents: Vec<u64> = blobs.layers["x"].iter().map(|entry| entry.content.size).collect();
            assert_eq!(contents, [10, 10]);
        }
        for empty in [vec![0; 1024], gzip(&[0; 1024]), Vec::new()] {
            assert_eq!(read(&empty).unwrap().layers["x"].len(), 0);
        }
        assert_eq!(read(b"{\"a\": 1}").unwrap().documents["x"]["a"], 1);
        let other = read(b"something else").unwrap();
        assert!(other.layers.is_empty() && other.documents.is_empty());
        let large = format!("{{\"a\": \"{}\"}}", "x".repeat(2_000));
        assert!(read(large.as_bytes()).unwrap().documents.is_empty());
    }

    #[test]
    fn memory_is_limited() {
        assert!(read(&tar(30, 0)).is_ok());
        assert_eq!(read(&tar(50, 0)).unwrap_err(), "it has too many files to compare, in `x`");
        assert_eq!(read(&gzip(&tar(1, 200_000))).unwrap_err(), "it is too large after decompression, in `x`");
        let mut long = ::tar::Builder::new(Vec::new());
        let mut header = ::tar::Header::new_gnu();
        header.set_size(0);
        long.append_data(&mut header, "x".repeat(5_000), io::empty()).unwrap();
        assert_eq!(read(&long.into_inner().unwrap()).unwrap_err(), "a path is longer than 4096 bytes, in `x`");
        assert_eq!(read(&tar(1, 1000)[..700]).unwrap_err(), "it is truncated, in `x`");
    }
}
