//! Offsets in UTF-16, as JavaScript and editors count them.

/// The size of a block in bytes.
const BLOCK: usize = 1024;

/// An index of a text for UTF-16 offsets.
pub(super) struct Utf16Index<'t> {
    text: &'t str,
    /// The number of code units before each block. Counting from the start of the text would be slow for each location.
    before: Vec<usize>,
}

impl<'t> Utf16Index<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let blocks = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            *before += units(block);
            Some(*before)
        });
        Self { text, before: std::iter::once(0).chain(blocks).collect() }
    }

    /// The offset of a byte at which a character starts, or at which the text ends.
    pub(super) fn offset(&self, byte: usize) -> usize {
        let block = byte / BLOCK;
        let within = self.text.as_bytes().get(block * BLOCK..byte).map_or(0, units);
        self.before.get(block).copied().unwrap_or_default() + within
    }
}

/// The number of code units of the characters that start in some bytes of UTF-8.
fn units(bytes: &[u8]) -> usize {
    let units = |byte: &u8| match byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    };
    bytes.iter().map(units).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_javascript() {
        let text = "aé\u{20ac}\u{1f600}\n".repeat(500);
        let index = Utf16Index::new(&text);
        for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
            assert_eq!(index.offset(at), text[..at].encode_utf16().count(), "{at}");
        }
    }
}
