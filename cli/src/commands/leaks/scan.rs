//! The search of everything in an archive: each blob, and each file of each layer. Nothing is written to disk, and
//! memory is bounded, whatever the archive contains.

use std::io::{self, Read};

use serde_json::Value;

use super::contents::{Aspect, Blob, Contents, Gap, Place, Spot};
use super::document::Document;
use super::patterns::Patterns;
use super::search::{Buffer, Hit, Stream};
use crate::image::blobs::{BlobReader, Fault};
use crate::image::compression::{Bounded, HEAD, Kind, decoder, peek};
use crate::image::progress::Progress;
use crate::image::tar::{Archive, Entry, EntryKind};

/// The limits of what is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The size of a compressed blob, such as a layer, after it was decompressed.
    pub(super) blob: u64,
    /// The size of a compressed file in a layer, after it was decompressed.
    pub(super) file: u64,
    /// The number of compressed files within each other.
    pub(super) depth: usize,
    /// The size of a JSON document whose values are named.
    pub(super) json: u64,
    /// The size of all documents that explain others, and that of the names of all blobs.
    pub(super) documents: u64,
}

/// The size of what is kept of a document or a blob, besides its texts.
const ENTRY: u64 = 256;

impl Default for Limits {
    fn default() -> Self {
        Self { blob: 64 << 30, file: 1 << 30, depth: 3, json: 8 << 20, documents: 64 << 20 }
    }
}

/// The reader of a source.
pub(super) struct Scan<'p> {
    patterns: &'p Patterns,
    limits: Limits,
    /// Memory that is not in use.
    buffers: Vec<Buffer>,
    /// The size of the documents that are kept.
    documents: u64,
    /// The size of the names of blobs that are kept.
    names: u64,
    contents: Contents,
}

impl BlobReader for Scan<'_> {
    fn blobs(&mut self, from: &mut dyn Read) -> Result<(), Fault> {
        let mut archive = Archive::new(from);
        while let Some(entry) = archive.next().map_err(|error| Fault::new("", error))? {
            self.names("", &entry);
            let path = String::from_utf8_lossy(&entry.path);
            let name = path.strip_prefix("./").unwrap_or(&path);
            let target = String::from_utf8_lossy(&entry.link);
            match entry.kind {
                EntryKind::File => self.blob(name, &mut archive)?,
                EntryKind::SymbolicLink => self.link(name, &target),
                // the path is from the root of the archive
                EntryKind::HardLink => self.keep(name, Blob::Link(resolved("", &target))),
                _ => {}
            }
        }
        self.content(&Place { blob: String::new(), spot: Spot::Blob }, archive.rest(), 0)
            .map_err(|error| Fault::new("", error))
    }

    fn blob(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Fault> {
        let blob = self.blob_within(name, from, 0)?;
        self.keep(name, blob);
        Ok(())
    }

    fn link(&mut self, name: &str, target: &str) {
        self.keep(name, Blob::Link(resolved(name, target)));
    }

    fn progress(&self, name: &str, size: Option<u64>) -> Progress {
        Progress::start("searching", &self.patterns.redact(name.as_bytes()), size)
    }
}

impl<'p> Scan<'p> {
    pub(super) fn new(patterns: &'p Patterns, limits: Limits) -> Self {
        Self { patterns, limits, buffers: Vec::new(), documents: 0, names: 0, contents: Contents::default() }
    }

    /// The result.
    pub(super) fn finish(self) -> Contents {
        self.contents
    }

    /// Keeps what a blob is.
    fn keep(&mut self, name: &str, blob: Blob) {
        let target = if let Blob::Link(target) = &blob { target.len() } else { 0 };
        let size = (name.len() + target) as u64 + ENTRY;
        if self.names + size <= self.limits.documents {
            self.names += size;
            self.contents.blobs.insert(name.to_owned(), blob);
        }
    }

    fn blob_within(&mut self, name: &str, from: &mut dyn Read, depth: usize) -> Result<Blob, Fault> {
        let mut head = [0; HEAD];
        let (kind, mut from) = peek(from, &mut head).map_err(|error| self.fault(name, error))?;
        match kind {
            Kind::Tar => self.layer(name, &mut from).map(|()| Blob::Files),
            Kind::Json => self.document(name, &mut from).map(|()| Blob::Other),
            Kind::Gzip | Kind::Zstd if depth < self.limits.depth => {
                let mut decoded = decoder(kind, &mut from);
                let mut bounded = Bounded { from: &mut *decoded, left: self.limits.blob, is_cut: false };
                let result = self.blob_within(name, &mut bounded, depth + 1);
                if bounded.is_cut {
                    self.contents.add_gap(Gap::Expanded, &self.patterns.redact(name.as_bytes()));
                    // a note says so
                    return Ok(Blob::Files);
                }
                result
            }
            _ => {
                let place = self.place(name, Spot::Blob);
                let mut from = ZeroReader { from: &mut from, is_empty: true, is_zero: true };
                self.content(&place, &mut from, depth).map_err(|error| self.fault(name, error))?;
                Ok(from.blob())
            }
        }
    }

    /// Reads the files of a layer.
    fn layer(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Fault> {
        let mut archive = Archive::new(from);
        while let Some(entry) = archive.next().map_err(|error| self.fault(name, error))? {
            self.names(name, &entry);
            if entry.is_file() {
                let place = self.file(name, &entry.path, Aspect::Content);
                let read = self.content(&place, &mut archive, 0);
                read.map_err(|error| self.fault(&format!("{name}: {}", describe(&place)), error))?;
            }
        }
        // blocks of zeros, but nobody knows
        let place = self.place(name, Spot::Blob);
        self.content(&place, archive.rest(), self.limits.depth).map_err(|error| self.fault(name, error))
    }

    /// Searches what the header of a file contains.
    fn names(&mut self, blob: &str, entry: &Entry) {
        for (text, aspect) in
            [(&entry.path, Aspect::Name), (&entry.link, Aspect::Link), (&entry.attributes, Aspect::Attribute)]
        {
            // the attributes of a long name contain it again
            let matches: Vec<_> = self.patterns.matches(text).collect();
            if !matches.is_empty() {
                let place = self.file(blob, &entry.path, aspect);
                for found in matches {
                    self.contents.add(&place, found.secret, found.encoding);
                }
            }
        }
    }

    /// Searches a content, and what it contains if it is compressed.
    fn content(&mut self, place: &Place, from: &mut dyn Read, depth: usize) -> io::Result<()> {
        let mut head = [0; HEAD];
        let (kind, mut from) = peek(from, &mut head)?;
        let mut stream = self.stream();
        if kind.is_compressed() {
            if depth < self.limits.depth {
                let mut tee = Tee { from: &mut from, stream: &mut stream };
                self.decompressed(place, kind, &mut tee, depth + 1);
            } else {
                self.contents.add_gap(Gap::Nested, &describe(place));
            }
        }
        let result = stream.read_all(&mut from);
        let (hits, buffer) = stream.finish();
        self.buffers.push(buffer);
        self.add(place, &hits);
        result.map(drop)
    }

    /// Searches what a compressed content contains. What is corrupt ends it: many packages have such files for tests.
    fn decompressed(&mut self, place: &Place, kind: Kind, from: &mut dyn Read, depth: usize) {
        let mut decoded = decoder(kind, from);
        let mut bounded = Bounded { from: &mut *decoded, left: self.limits.file, is_cut: false };
        let result = self.content(place, &mut bounded, depth);
        if bounded.is_cut {
            self.contents.add_gap(Gap::Expanded, &describe(place));
        } else if result.is_err() {
            self.contents.add_gap(Gap::Corrupt, &describe(place));
        }
    }

    /// Searches a JSON document, and keeps what it says about other blobs.
    fn document(&mut self, name: &str, from: &mut dyn Read) -> Result<(), Fault> {
        let place = self.place(name, Spot::Blob);
        let mut text = Vec::new();
        let read = (&mut *from).take(self.limits.json + 1).read_to_end(&mut text);
        read.map_err(|error| self.fault(name, error))?;
        let mut stream = self.stream();
        stream.push(&text);
        let is_large = text.len() as u64 > self.limits.json;
        let rest = if is_large { stream.read_all(from) } else { Ok(0) };
        let (hits, buffer) = stream.finish();
        self.buffers.push(buffer);
        let json = if is_large { None } else { serde_json::from_slice::<Value>(&text).ok() };
        let mut named = Vec::new();
        if let Some(json) = json {
            self.fields(name, &json, "", &mut named);
            let document = Document::new(&json, self.patterns);
            let size = document.kept(text.len() as u64) + name.len() as u64 + ENTRY;
            if self.documents + size <= self.limits.documents {
                self.documents += size;
                self.contents.documents.insert(name.to_owned(), document);
            }
        }
        let unnamed: Vec<Hit> = hits.into_iter().filter(|hit| !named.contains(&hit.secret)).collect();
        self.add(&place, &unnamed);
        rest.map(drop).map_err(|error| self.fault(name, error))
    }

    /// Searches the keys and strings of a JSON value. Adds the secrets that were found to `named`.
    fn fields(&mut self, blob: &str, json: &Value, path: &str, named: &mut Vec<usize>) {
        match json {
            Value::String(text) => self.field(blob, text, path, named),
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.fields(blob, value, &format!("{path}[{index}]"), named);
                }
            }
            Value::Object(members) => {
                for (key, value) in members {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    self.field(blob, key, &path, named);
                    self.fields(blob, value, &path, named);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, blob: &str, text: &str, path: &str, named: &mut Vec<usize>) {
        let matches: Vec<_> = self.patterns.matches(text.as_bytes()).collect();
        if matches.is_empty() {
            return;
        }
        let place = self.place(blob, Spot::Field(self.patterns.redact(path.as_bytes())));
        for found in matches {
            named.push(found.secret);
            self.contents.add(&place, found.secret, found.encoding);
        }
    }

    fn stream(&mut self) -> Stream<'p> {
        Stream::new(self.patterns, self.buffers.pop().unwrap_or_default())
    }

    fn add(&mut self, place: &Place, hits: &[Hit]) {
        for hit in hits {
            self.contents.add(place, hit.secret, hit.encoding);
        }
    }

    fn place(&self, blob: &str, spot: Spot) -> Place {
        Place { blob: self.patterns.redact(blob.as_bytes()), spot }
    }

    fn file(&self, blob: &str, path: &[u8], aspect: Aspect) -> Place {
        let path = self.patterns.redact(path);
        let path = format!("/{}", path.trim_start_matches("./").trim_start_matches('/'));
        self.place(blob, Spot::File { path, aspect })
    }

    fn fault(&self, name: &str, error: io::Error) -> Fault {
        Fault::new(self.patterns.redact(name.as_bytes()), error)
    }
}

/// The path of a file, or the name of a blob.
fn describe(place: &Place) -> String {
    match &place.spot {
        Spot::File { path, .. } => path.clone(),
        _ => place.blob.clone(),
    }
}

/// The name of the blob that a link with this name leads to.
fn resolved(name: &str, target: &str) -> String {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A reader that recognizes a layer without files, which consists of zeros.
struct ZeroReader<'r> {
    from: &'r mut dyn Read,
    is_empty: bool,
    is_zero: bool,
}

impl ZeroReader<'_> {
    /// What was read.
    fn blob(&self) -> Blob {
        match (self.is_empty, self.is_zero) {
            (true, _) => Blob::Empty,
            (false, true) => Blob::Files,
            (false, false) => Blob::Other,
        }
    }
}

impl Read for ZeroReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.is_empty &= count == 0;
        self.is_zero = self.is_zero && buffer.get(..count).is_some_and(|read| read.iter().all(|byte| *byte == 0));
        Ok(count)
    }
}

/// A reader that passes what it reads to a search.
struct Tee<'r, 's, 'p> {
    from: &'r mut dyn Read,
    stream: &'s mut Stream<'p>,
}

impl Read for Tee<'_, '_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.stream.push(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const LIMITS: Limits = Limits { blob: 100_000, file: 10_000, depth: 2, json: 1_000, documents: 2_000 };

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = ::tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = ::tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, path, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// What a blob contains: the spots with a secret, and the gaps.
    fn scan(blob: &[u8]) -> (Vec<Spot>, Vec<Gap>) {
        let patterns = Patterns::new(&[("A", "hunter2-hunter2")].into_iter().collect()).unwrap();
        let mut scan = Scan::new(&patterns, LIMITS);
        scan.blob("blob", &mut &blob[..]).unwrap();
        let contents = scan.finish();
        (contents.places.into_keys().map(|place| place.spot).collect(), contents.gaps.into_keys().collect())
    }

    fn file(path: &str) -> Spot {
        Spot::File { path: path.to_owned(), aspect: Aspect::Content }
    }

    #[test]
    fn a_compressed_file_is_searched_up_to_a_limit() {
        let content = |before: usize| [&vec![b'x'; before][..], b"hunter2-hunter2"].concat();
        let layer = |before| tar(&[("a.gz", &gzip(&content(before))[..]), ("b", b"hunter2-hunter2")]);
        assert_eq!(scan(&layer(9_000)), (vec![file("/a.gz"), file("/b")], vec![]));
        assert_eq!(scan(&layer(11_000)), (vec![file("/b")], vec![Gap::Expanded]));
        // a layer that expands beyond the limit, too
        let bomb = tar(&[("a", b"hunter2-hunter2"), ("zeros", &vec![0; 1_000_000])]);
        assert_eq!(scan(&gzip(&bomb)), (vec![file("/a")], vec![Gap::Expanded]));
    }

    #[test]
    fn files_within_each_other_are_searched_up_to_a_depth() {
        let nested = |depth| (0..depth).fold(b"hunter2-hunter2".to_vec(), |content, _| gzip(&content));
        assert_eq!(scan(&tar(&[("a", &nested(2)[..])])), (vec![file("/a")], vec![]));
        assert_eq!(scan(&tar(&[("a", &nested(3)[..])])), (vec![], vec![Gap::Nested]));
    }

    #[test]
    fn a_large_document_is_searched_without_its_structure() {
        let document = |before: usize| format!("{{\"x\": \"{}\", \"y\": \"hunter2-hunter2\"}}", "x".repeat(before));
        assert_eq!(scan(document(900).as_bytes()), (vec![Spot::Field("y".to_owned())], vec![]));
        assert_eq!(scan(document(5_000).as_bytes()), (vec![Spot::Blob], vec![]));
        // what is nested too deeply for the parser, and what is not JSON
        let deep = format!("{}\"hunter2-hunter2\"{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(scan(deep.as_bytes()), (vec![Spot::Blob], vec![]));
        assert_eq!(scan(b"{ hunter2-hunter2"), (vec![Spot::Blob], vec![]));
    }

    #[test]
    fn bytes_after_an_archive_are_searched() {
        let layer = [tar(&[("a", b"x")]), b"hunter2-hunter2".to_vec()].concat();
        assert_eq!(scan(&layer), (vec![Spot::Blob], vec![]));
        assert_eq!(scan(&gzip(&layer)), (vec![Spot::Blob], vec![]));
    }
}
