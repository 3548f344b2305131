//! The text of a log: UTF-16, as `>` and `Tee-Object` of Windows PowerShell write it, is read as UTF-8.

use std::io::{self, Read};

/// The size of the part that is decoded at once.
const PART: usize = 16 * 1024;

/// Calls a function with the text of a log. A log without a byte order mark is UTF-16 if it begins like ASCII in it.
pub(super) fn with_text<T>(from: &mut dyn Read, read: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
    let mut head = Vec::new();
    (&mut *from).take(4).read_to_end(&mut head)?;
    let unit = match head.as_slice() {
        [0xff, 0xfe, ..] | [1..=0x7f, 0, 1..=0x7f, 0] => Some(u16::from_le_bytes as fn([u8; 2]) -> u16),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, 1..=0x7f] => Some(u16::from_be_bytes as fn([u8; 2]) -> u16),
        _ => None,
    };
    let mut whole = head.chain(from);
    match unit {
        Some(unit) => read(&mut Utf16Reader { from: &mut whole, unit, rest: Vec::new(), text: Vec::new(), at: 0 }),
        None => read(&mut whole),
    }
}

/// A reader that decodes UTF-16.
struct Utf16Reader<'r> {
    from: &'r mut dyn Read,
    /// The code unit of two bytes.
    unit: fn([u8; 2]) -> u16,
    /// Bytes that are part of a character whose end was not read.
    rest: Vec<u8>,
    /// What was decoded, and how much of it was passed on.
    text: Vec<u8>,
    at: usize,
}

impl Utf16Reader<'_> {
    /// Decodes the next part. The result is false at the end.
    fn next_part(&mut self) -> io::Result<bool> {
        let mut bytes = std::mem::take(&mut self.rest);
        let before = bytes.len();
        (&mut *self.from).take(PART as u64).read_to_end(&mut bytes)?;
        let is_end = bytes.len() == before;
        let pairs = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
        let mut units: Vec<u16> = pairs.map(self.unit).collect();
        if !is_end {
            self.rest = bytes.split_off(units.len() * 2);
            if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                units.pop();
                self.rest =
                    bytes.split_off(units.len() * 2).into_iter().chain(std::mem::take(&mut self.rest)).collect();
            }
        }
        let decoded = char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
        (self.text, self.at) = (decoded.collect::<String>().into_bytes(), 0);
        Ok(!is_end || !self.text.is_empty())
    }
}

impl Read for Utf16Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if !self.next_part()? {
                return Ok(0);
            }
        }
        let count = self.text.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mut bytes: &[u8]) -> String {
        let mut text = String::new();
        with_text(&mut bytes, |from| from.read_to_string(&mut text)).unwrap();
        text
    }

    #[test]
    fn utf16_is_decoded() {
        // characters of one and of two units, so that both cross the borders of parts
        for log in ["#1 é🎉\r\n".to_owned(), "a🎉".repeat(PART), format!("#1{}", "🎉".repeat(PART))] {
            for encode in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
                let bytes = |text: &str| text.encode_utf16().flat_map(encode).collect::<Vec<u8>>();
                assert_eq!(text(&bytes(&format!("\u{feff}{log}"))).trim_start_matches('\u{feff}'), log);
            }
        }
        assert_eq!(text(b"#\x001\x00 \x00x\x00"), "#1 x");
        // the last character was cut
        assert_eq!(text(b"\xff\xfea\x00b"), "\u{feff}a");
        assert_eq!(text(b"\xff\xfea\x00\x3c\xd8"), "\u{feff}a\u{fffd}");
    }

    #[test]
    fn other_logs_are_as_they_are() {
        for log in ["", "#", "#1 x\n", "é"] {
            assert_eq!(text(log.as_bytes()), log);
        }
    }
}
