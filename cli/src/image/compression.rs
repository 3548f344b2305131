//! Kinds of content, by their first bytes, and decompression.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The number of bytes by which [`Kind::of`] recognizes content.
pub(crate) const HEAD: usize = 512;

/// The kind of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Gzip,
    Zstd,
    Tar,
    Json,
    Other,
}

impl Kind {
    /// The kind of a content that begins with these bytes.
    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ if super::tar::is_header(head) => Self::Tar,
            _ if matches!(head.trim_ascii_start(), [b'{' | b'[', ..]) => Self::Json,
            _ => Self::Other,
        }
    }

    /// Whether [`decoder`] reads it.
    pub(crate) fn is_compressed(self) -> bool {
        matches!(self, Self::Gzip | Self::Zstd)
    }
}

/// A reader of the decompressed content.
pub(crate) fn decoder<'r>(kind: Kind, from: &'r mut dyn Read) -> Box<dyn Read + 'r> {
    match kind {
        Kind::Gzip => Box::new(MultiGzDecoder::new(from)),
        Kind::Zstd => Box::new(ZstdReader { from, decoder: FrameDecoder::new(), is_in_frame: false }),
        _ => Box::new(from),
    }
}

/// The start of a reader, and the reader from its start.
pub(crate) fn peek<'r>(from: &'r mut dyn Read, head: &'r mut [u8; HEAD]) -> io::Result<(Kind, impl Read + 'r)> {
    let mut filled = 0;
    while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
        match from.read(space) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let head = head.get(..filled).unwrap_or_default();
    Ok((Kind::of(head), head.chain(from)))
}

/// A reader of zstd: frames one after another, of which some are skippable.
struct ZstdReader<'r> {
    from: &'r mut dyn Read,
    decoder: FrameDecoder,
    is_in_frame: bool,
}

impl ZstdReader<'_> {
    /// Reads the header of the next frame. The result is false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        let mut first = [0];
        if self.from.read(&mut first)? == 0 {
            return Ok(false);
        }
        match self.decoder.reset(first.chain(&mut *self.from)) {
            Ok(()) => self.is_in_frame = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                io::copy(&mut (&mut *self.from).take(length.into()), &mut io::sink())?;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(true)
    }

    /// Checks the checksum of a frame that was read.
    fn end_frame(&mut self) -> io::Result<()> {
        self.is_in_frame = false;
        match self.decoder.get_checksum_from_data() {
            Some(sum) if self.decoder.get_calculated_checksum() != Some(sum) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "corrupt zstd stream does not have a matching checksum"))
            }
            _ => Ok(()),
        }
    }
}

impl Read for ZstdReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.is_in_frame {
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    let step = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut *self.from, step).map_err(io::Error::other)?;
                }
                let count = self.decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.end_frame()?;
            } else if !self.next_frame()? {
                return Ok(0);
            }
        }
    }
}

/// A reader that ends at a limit.
pub(crate) struct Bounded<'r> {
    pub(crate) from: &'r mut dyn Read,
    pub(crate) left: u64,
    /// Whether there was more.
    pub(crate) is_cut: bool,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let mut next = [0];
            self.is_cut |= !buffer.is_empty() && self.from.read(&mut next)? > 0;
            return Ok(0);
        }
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.from.read(buffer.get_mut(..limit).unwrap_or_default())?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(content: &[u8]) -> Vec<u8> {
        compress_to_vec(content, CompressionLevel::Fastest)
    }

    fn decoded(mut bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut head = [0; HEAD];
        let (kind, mut from) = peek(&mut bytes, &mut head)?;
        assert!(kind.is_compressed());
        let mut content = Vec::new();
        decoder(kind, &mut from).read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn several_members_or_frames_are_one_content() {
        let content = "a line of text\n".repeat(50_000).into_bytes();
        for compress in [gzip, zstd] {
            assert_eq!(decoded(&compress(&content)).unwrap(), content);
            let two = [compress(&content), compress(b"more")].concat();
            assert_eq!(decoded(&two).unwrap(), [&content[..], b"more"].concat());
        }
        let skippable = [0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        assert_eq!(decoded(&[&skippable[..], &zstd(b"x"), &skippable].concat()).unwrap(), b"x");
    }

    #[test]
    fn a_truncated_or_changed_content_is_an_error() {
        let content: Vec<u8> =
            (0..40_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for compress in [gzip, zstd] {
            let bytes = compress(&content);
            for length in [HEAD, bytes.len() / 2, bytes.len() - 1] {
                assert!(decoded(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
            }
            let mut changed = bytes.clone();
            changed[bytes.len() / 2] ^= 1;
            assert!(decoded(&changed).is_err());
        }
    }

    #[test]
    fn a_limit_is_reported_only_if_there_is_more() {
        for (limit, expected, is_cut) in [(3, "abc", true), (4, "abcd", false), (9, "abcd", false)] {
            let mut from: &[u8] = b"abcd";
            let mut bounded = Bounded { from: &mut from, left: limit, is_cut: false };
            let mut text = String::new();
            bounded.read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), bounded.is_cut), (expected, is_cut));
        }
    }
}
