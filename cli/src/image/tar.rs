//! A reader of tar archives from an untrusted source. It keeps nothing but the current header in memory, up to a
//! limit, and gives out all names and attributes, so that they can be searched.
//!
//! The formats are those that layers have: ustar, GNU and pax (Go's `archive/tar`, GNU tar, bsdtar).

use std::io::{self, Read};

/// The size of a block.
const BLOCK: usize = 512;

/// The size limit of a long name or the attributes of a file. Linux limits an extended attribute to 64 KiB.
const MAX_EXTENSION: u64 = 4 * 1024 * 1024;

/// An archive.
pub(crate) struct Archive<'r> {
    from: &'r mut dyn Read,
    /// The number of bytes that were read.
    offset: u64,
    /// The number of bytes of the current file that were not read, and those after its end.
    left: u64,
    padding: u64,
}

/// The header of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    /// The target of a link.
    pub(crate) link: Vec<u8>,
    /// The names of the owner and the group, and extended attributes, as they are.
    pub(crate) attributes: Vec<u8>,
    /// The extended attributes, each with its value.
    pub(crate) extended: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) kind: EntryKind,
    /// The permissions, with those of setuid, setgid and sticky.
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    /// The major and the minor number of a device.
    pub(crate) device: (u64, u64),
}

impl Entry {
    /// Whether it has a content.
    pub(crate) fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }
}

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Pipe,
    /// A kind that no layer has.
    Other,
}

impl EntryKind {
    fn new(flag: u8) -> Self {
        match flag {
            b'0' | 0 | b'7' | b'S' => Self::File,
            b'1' => Self::HardLink,
            b'2' => Self::SymbolicLink,
            b'3' => Self::CharacterDevice,
            b'4' => Self::BlockDevice,
            b'5' => Self::Directory,
            b'6' => Self::Pipe,
            _ => Self::Other,
        }
    }
}

impl<'r> Archive<'r> {
    pub(crate) fn new(from: &'r mut dyn Read) -> Self {
        Self { from, offset: 0, left: 0, padding: 0 }
    }

    /// The next file. `None` at the end of the archive; anything after the end can be read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry>> {
        self.skip()?;
        let mut extensions = Extensions::default();
        let mut is_extended = false;
        loop {
            let Some(block) = self.header()? else {
                return if is_extended { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(None) };
            };
            is_extended = true;
            let header = Header(&block);
            let size = header.size().ok_or_else(|| self.invalid("a file has an invalid size"))?;
            match header.kind() {
                b'L' => extensions.path = Some(until_nul(&self.extension(size)?).to_vec()),
                b'K' => extensions.link = Some(until_nul(&self.extension(size)?).to_vec()),
                b'x' => {
                    let records = self.extension(size)?;
                    extensions.read_pax(&records).ok_or_else(|| self.invalid("a file has invalid attributes"))?;
                    extensions.attributes.extend(records);
                }
                // what it contains is for all files, but no file depends on it
                b'g' => extensions.attributes.extend(self.extension(size)?),
                kind => {
                    if kind == b'S' {
                        self.skip_sparse_map(&block)?;
                    }
                    // links and directories have no content, whatever their size is
                    let size = if matches!(kind, b'1'..=b'6') { 0 } else { extensions.size.unwrap_or(size) };
                    self.left = size;
                    self.padding = size.wrapping_neg() % BLOCK as u64;
                    return Ok(Some(extensions.entry(&header)));
                }
            }
        }
    }

    fn invalid(&self, what: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("{what} (at byte {})", self.offset))
    }

    /// Reads what is left of the current file.
    fn skip(&mut self) -> io::Result<()> {
        let mut buffer = [0; 8 * 1024];
        while self.left > 0 {
            // fails at the end
            let _ = self.read(&mut buffer)?;
        }
        self.discard_padding()
    }

    fn discard_padding(&mut self) -> io::Result<()> {
        let mut padding = [0; BLOCK];
        let count = usize::try_from(std::mem::take(&mut self.padding)).unwrap_or_default();
        self.fill(padding.get_mut(..count).unwrap_or_default())
    }

    /// The next block, if it is not the end of the archive. An archive without an end is complete if it ends with a
    /// file.
    fn header(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(space) = block.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.from.read(space) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if block == [0; BLOCK] {
            self.offset += BLOCK as u64;
            return Ok(None);
        }
        if !is_header(&block) {
            return Err(self.invalid("the header of a file is invalid"));
        }
        self.offset += BLOCK as u64;
        Ok(Some(block))
    }

    /// The content of a header that extends the next one.
    fn extension(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > MAX_EXTENSION {
            return Err(self.invalid(&format!("the attributes of a file are larger than {} MiB", MAX_EXTENSION >> 20)));
        }
        let mut content = vec![0; usize::try_from(size).unwrap_or_default()];
        self.fill(&mut content)?;
        self.padding = size.wrapping_neg() % BLOCK as u64;
        self.discard_padding()?;
        Ok(content)
    }

    /// Skips the blocks after the header of a sparse file.
    fn skip_sparse_map(&mut self, header: &[u8; BLOCK]) -> io::Result<()> {
        let mut has_more = header.get(482).is_some_and(|byte| *byte != 0);
        while has_more {
            let mut block = [0; BLOCK];
            self.fill(&mut block)?;
            has_more = block.get(504).is_some_and(|byte| *byte != 0);
        }
        Ok(())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(buffer)?;
        self.offset += buffer.len() as u64;
        Ok(())
    }

    /// A reader of everything after the end of the archive.
    pub(crate) fn rest(self) -> &'r mut dyn Read {
        self.from
    }
}

/// Reads the content of the current file. An archive that ends within it is an error.
impl Read for Archive<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if limit == 0 {
            return Ok(0);
        }
        let count = self.from.read(buffer.get_mut(..limit).unwrap_or_default())?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        self.offset += count as u64;
        Ok(count)
    }
}

/// What headers before that of a file say about it.
#[derive(Default)]
struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    attributes: Vec<u8>,
    extended: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The prefix of a record with an extended attribute.
const EXTENDED: &[u8] = b"SCHILY.xattr.";

impl Extensions {
    /// Reads records of the form `LENGTH KEY=VALUE\n`. `None` if they are invalid.
    fn read_pax(&mut self, mut records: &[u8]) -> Option<()> {
        while !records.is_empty() {
            let blank = records.iter().position(|byte| *byte == b' ')?;
            let length: usize = std::str::from_utf8(records.get(..blank)?).ok()?.parse().ok()?;
            let record = records.get(blank + 1..length)?.strip_suffix(b"\n")?;
            let equals = record.iter().position(|byte| *byte == b'=')?;
            let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
            let number = || std::str::from_utf8(value).ok()?.parse().ok();
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = Some(number()?),
                b"uid" => self.uid = number(),
                b"gid" => self.gid = number(),
                _ => {
                    let name = key.strip_prefix(EXTENDED).map(<[u8]>::to_vec);
                    self.extended.extend(name.map(|name| (name, value.to_vec())));
                }
            }
            records = records.get(length..)?;
        }
        Some(())
    }

    fn entry(self, header: &Header<'_>) -> Entry {
        let mut attributes = self.attributes;
        for name in [header.field(265, 32), header.field(297, 32)] {
            attributes.push(b'\n');
            attributes.extend_from_slice(until_nul(name));
        }
        Entry {
            path: self.path.unwrap_or_else(|| header.path()),
            link: self.link.unwrap_or_else(|| until_nul(header.field(157, 100)).to_vec()),
            attributes,
            extended: self.extended,
            kind: EntryKind::new(header.kind()),
            mode: u32::try_from(header.number(100, 8) & 0o7777).unwrap_or_default(),
            uid: self.uid.unwrap_or_else(|| header.number(108, 8)),
            gid: self.gid.unwrap_or_else(|| header.number(116, 8)),
            device: (header.number(329, 8), header.number(337, 8)),
        }
    }
}

/// A block that is a header.
struct Header<'b>(&'b [u8; BLOCK]);

impl Header<'_> {
    fn field(&self, start: usize, length: usize) -> &[u8] {
        self.0.get(start..start + length).unwrap_or_default()
    }

    fn kind(&self) -> u8 {
        self.field(156, 1).first().copied().unwrap_or_default()
    }

    /// The name, after the prefix that ustar has for long names. GNU tar has times there.
    fn path(&self) -> Vec<u8> {
        let name = until_nul(self.field(0, 100));
        let prefix = if self.field(257, 6) == b"ustar\0" { until_nul(self.field(345, 155)) } else { &[] };
        if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
    }

    /// The size of the content.
    fn size(&self) -> Option<u64> {
        // one bit is left for the padding
        number(self.field(124, 12)).filter(|size| *size <= u64::MAX / 2)
    }

    /// A number of the metadata. An invalid one is 0, as in Go's `archive/tar` for devices.
    fn number(&self, start: usize, length: usize) -> u64 {
        number(self.field(start, length)).unwrap_or_default()
    }
}

/// A number: octal, or binary if the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((0x80, rest)) => {
            let (high, low) = rest.split_at(rest.len().saturating_sub(8));
            let low = low.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            high.iter().all(|byte| *byte == 0).then_some(low)
        }
        _ => octal(field),
    }
}

/// Whether bytes begin with the header of a file, by its checksum.
pub(crate) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK) else { return false };
    let Some(expected) = block.get(148..156).and_then(octal) else { return false };
    let sum = |byte: fn(u8) -> i64| -> i64 {
        let bytes = block.iter().enumerate();
        bytes.map(|(at, value)| if (148..156).contains(&at) { i64::from(b' ') } else { byte(*value) }).sum()
    };
    // some old programs add signed numbers
    let sums = [sum(i64::from), sum(|byte| i64::from(byte.cast_signed()))];
    expected > 0 && sums.iter().any(|sum| u64::try_from(*sum) == Ok(expected))
}

/// An octal number with blanks or NULs around it. An empty field is 0.
fn octal(field: &[u8]) -> Option<u64> {
    let is_filler = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_filler(byte)).unwrap_or(field.len());
    let digits: Vec<u8> = field.get(start..)?.iter().copied().take_while(|byte| !is_filler(byte)).collect();
    if digits.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::tar::{Builder, EntryType, Header as Written};
    use proptest::prelude::*;

    /// The entries of an archive, and the content of each.
    fn read(mut bytes: &[u8]) -> io::Result<Vec<(Entry, Vec<u8>)>> {
        let mut archive = Archive::new(&mut bytes);
        let mut entries = Vec::new();
        while let Some(entry) = archive.next()? {
            let mut content = Vec::new();
            archive.read_to_end(&mut content)?;
            entries.push((entry, content));
        }
        Ok(entries)
    }

    fn header(kind: EntryType, size: usize) -> Written {
        let mut header = Written::new_ustar();
        header.set_entry_type(kind);
        header.set_size(size as u64);
        header.set_mode(0o644);
        header
    }

    /// An archive with every kind of entry.
    fn archive() -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        builder.append_data(&mut header(EntryType::Directory, 0), "app/", io::empty()).unwrap();
        let content = "x".repeat(1000);
        builder.append_data(&mut header(EntryType::Regular, 1000), "app/file", content.as_bytes()).unwrap();
        // GNU's form of long names
        let mut gnu = Written::new_gnu();
        gnu.set_size(1);
        builder.append_data(&mut gnu, "long/".repeat(60) + "name", &b"y"[..]).unwrap();
        let mut link = Written::new_gnu();
        link.set_entry_type(EntryType::Symlink);
        link.set_size(0);
        builder.append_link(&mut link, "link", "target/".repeat(60)).unwrap();
        // ustar's form, with a prefix
        builder.append_data(&mut header(EntryType::Regular, 0), "dir/".repeat(30) + "name", io::empty()).unwrap();
        let extensions =
            [("path", &b"pax name"[..]), ("SCHILY.xattr.user.x", b"a\nb=c"), ("size", b"3"), ("uid", b"3000000")];
        builder.append_pax_extensions(extensions).unwrap();
        let mut sized = header(EntryType::Regular, 3);
        sized.set_path("short").unwrap();
        sized.set_size(0);
        sized.set_username("owner").unwrap();
        sized.set_mode(0o104_755);
        sized.set_uid(1000);
        sized.set_gid(50);
        sized.set_cksum();
        let mut bytes = builder.into_inner().unwrap();
        bytes.truncate(bytes.len() - 2 * BLOCK);
        bytes.extend_from_slice(sized.as_bytes());
        bytes.extend([&b"zzz"[..], &[0; BLOCK - 3], &[0; 2 * BLOCK]].concat());
        bytes
    }

    #[test]
    fn every_form_of_a_header_is_read() {
        let entries = read(&archive()).unwrap();
        let shown: Vec<_> = entries
            .iter()
            .map(|(entry, content)| (String::from_utf8_lossy(&entry.path).into_owned(), entry.is_file(), content.len()))
            .collect();
        let expected = [
            ("app/".to_owned(), false, 0),
            ("app/file".to_owned(), true, 1000),
            ("long/".repeat(60) + "name", true, 1),
            ("link".to_owned(), false, 0),
            ("dir/".repeat(30) + "name", true, 0),
            ("pax name".to_owned(), true, 3),
        ];
        assert_eq!(shown, expected);
        assert_eq!(entries[3].0.link, "target/".repeat(60).into_bytes());
        let attributes = String::from_utf8_lossy(&entries[5].0.attributes).into_owned();
        assert!(attributes.contains("SCHILY.xattr.user.x=a\nb=c\n") && attributes.contains("\nowner"), "{attributes}");
        let sized = &entries[5].0;
        assert_eq!(sized.extended, [(b"user.x".to_vec(), b"a\nb=c".to_vec())]);
        assert_eq!((sized.mode, sized.uid, sized.gid), (0o4755, 3_000_000, 50));
        let kinds: Vec<EntryKind> = entries.iter().map(|(entry, _)| entry.kind).collect();
        assert_eq!((kinds[0], kinds[3]), (EntryKind::Directory, EntryKind::SymbolicLink));
    }

    #[test]
    fn large_sizes_are_read() {
        let mut header = Written::new_gnu();
        header.set_path("large").unwrap();
        header.set_size(1 << 40);
        header.set_cksum();
        let mut bytes: &[u8] = header.as_bytes();
        let mut archive = Archive::new(&mut bytes);
        assert!(archive.next().unwrap().unwrap().is_file());
        assert_eq!(archive.left, 1 << 40);
    }

    #[test]
    fn devices_have_numbers() {
        let mut device = header(EntryType::Char, 0);
        device.set_path("dev/null").unwrap();
        device.set_device_major(1).unwrap();
        device.set_device_minor(3).unwrap();
        device.set_cksum();
        let entry = &read(device.as_bytes()).unwrap()[0].0;
        assert_eq!((entry.kind, entry.device), (EntryKind::CharacterDevice, (1, 3)));
    }

    #[test]
    fn an_archive_that_is_cut_off_within_a_file_is_an_error() {
        let bytes = archive();
        let ends = bytes.len() - 2 * BLOCK;
        let complete = (0..bytes.len()).filter(|length| read(&bytes[..*length]).is_ok()).collect::<Vec<_>>();
        // between files, it can't be told from an archive without an end
        let between: Vec<usize> = complete.into_iter().filter(|length| *length <= ends).collect();
        assert!(between.iter().all(|length| length % BLOCK == 0), "{between:?}");
        assert!(between.len() == 7 && between.contains(&ends), "{between:?}");
    }

    #[test]
    fn invalid_headers_are_errors() {
        let bytes = archive();
        for at in [0, 130, 150, 300] {
            let mut changed = bytes.clone();
            changed[at] ^= 0x11;
            let error = read(&changed).unwrap_err().to_string();
            assert_eq!(error, "the header of a file is invalid (at byte 0)");
        }
        let mut long = Written::new_gnu();
        long.set_entry_type(EntryType::GNULongName);
        long.set_size(1 << 40);
        long.set_cksum();
        let error = read(long.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "the attributes of a file are larger than 4 MiB (at byte 512)");
    }

    proptest! {
        #[test]
        fn damaged_archives_never_panic(changes in prop::collection::vec((0..8000_usize, any::<u8>()), 1..20)) {
            let mut bytes = archive();
            for (at, byte) in changes {
                if let Some(changed) = bytes.get_mut(at) {
                    *changed = byte;
                }
            }
            let _ = read(&bytes);
        }

        #[test]
        fn records_never_panic(records in "([0-9]{1,3} [a-z]{0,5}=?[a-z0-9]{0,9}\n?){0,4}") {
            let _ = Extensions::default().read_pax(records.as_bytes());
        }
    }
}
