//! Encoded text on several lines, as `base64` and `xxd` write it, joined to one.

use std::ops::Range;

use memchr::memchr;

/// The lengths of lines that programs break text into: 60 for `xxd -p`, 64 in PEM files, 76 for `base64`.
const LENGTHS: Range<usize> = 48..257;

/// The number of joined bytes that are searched at once.
const BLOCK: usize = 64 * 1024;

/// Joins lines of encoded text.
pub(super) struct Unfolder {
    /// The number of bytes that a match may have.
    longest: usize,
    /// The start of a line that is not complete.
    partial: Vec<u8>,
    /// Whether the line is too long, so that its rest is skipped.
    is_long: bool,
    joined: Vec<u8>,
    /// The positions in the joined text where lines were joined.
    joints: Vec<usize>,
    /// The number of the line that is being read, and that of the first joined one.
    line: u64,
    first: u64,
}

/// A joined text: it is new as a whole.
pub(super) struct Joined<'u> {
    pub(super) text: &'u [u8],
    /// The number of its first line, counted from 1.
    pub(super) line: u64,
    joints: &'u [usize],
}

impl Joined<'_> {
    /// Whether a range consists of several lines.
    pub(super) fn is_joined(&self, start: usize, end: usize) -> bool {
        self.joints.iter().any(|joint| start < *joint && *joint < end)
    }
}

impl Unfolder {
    /// An unfolder for patterns up to this length.
    pub(super) fn new(longest: usize) -> Self {
        Self { longest, partial: Vec::new(), is_long: false, joined: Vec::new(), joints: Vec::new(), line: 1, first: 1 }
    }

    /// Adds the next bytes of a text, and passes on what was joined.
    pub(super) fn push(&mut self, mut text: &[u8], found: &mut dyn FnMut(&Joined<'_>)) {
        while let Some(end) = memchr(b'\n', text) {
            let (line, rest) = text.split_at(end);
            if self.partial.is_empty() && !self.is_long {
                self.end_line(line, found);
            } else {
                self.add_partial(line);
                let partial = std::mem::take(&mut self.partial);
                let line = if std::mem::take(&mut self.is_long) { &[][..] } else { &partial };
                self.end_line(line, found);
                self.partial = partial;
                self.partial.clear();
            }
            text = rest.get(1..).unwrap_or_default();
        }
        self.add_partial(text);
    }

    /// Passes on the rest.
    pub(super) fn finish(&mut self, found: &mut dyn FnMut(&Joined<'_>)) {
        let partial = std::mem::take(&mut self.partial);
        let line = if std::mem::take(&mut self.is_long) { &[][..] } else { &partial };
        self.end_line(line, found);
        self.end_block(found);
    }

    fn add_partial(&mut self, text: &[u8]) {
        if self.partial.len() + text.len() > LENGTHS.end {
            self.is_long = true;
        } else if !self.is_long {
            self.partial.extend_from_slice(text);
        }
    }

    fn end_line(&mut self, line: &[u8], found: &mut dyn FnMut(&Joined<'_>)) {
        let is_folded = LENGTHS.contains(&line.len()) && {
            let line = line.trim_ascii();
            LENGTHS.contains(&line.len()) && line.iter().copied().all(is_encoded)
        };
        if is_folded {
            self.join(line.trim_ascii());
            if self.joined.len() >= BLOCK {
                self.search(found);
                self.keep_end();
            }
        } else if !self.joined.is_empty() {
            // the last line is shorter
            let line = line.trim_ascii();
            let end = line.iter().position(|byte| !is_encoded(*byte)).unwrap_or(line.len());
            self.join(line.get(..end).unwrap_or_default());
            self.end_block(found);
        }
        self.line += 1;
    }

    fn join(&mut self, line: &[u8]) {
        if line.is_empty() {
            return;
        }
        if self.joined.is_empty() {
            self.first = self.line;
        } else {
            self.joints.push(self.joined.len());
        }
        self.joined.extend_from_slice(line);
    }

    fn end_block(&mut self, found: &mut dyn FnMut(&Joined<'_>)) {
        self.search(found);
        self.joined.clear();
        self.joints.clear();
    }

    fn search(&self, found: &mut dyn FnMut(&Joined<'_>)) {
        if !self.joints.is_empty() {
            found(&Joined { text: &self.joined, line: self.first, joints: &self.joints });
        }
    }

    /// Drops all joined bytes except for those that a match may begin with.
    fn keep_end(&mut self) {
        let dropped = self.joined.len().saturating_sub(self.longest);
        self.joined.drain(..dropped);
        self.joints = self.joints.iter().filter_map(|joint| joint.checked_sub(dropped)).collect();
    }
}

/// Whether a byte occurs in base64 or hexadecimal.
fn is_encoded(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The joined texts of several lines, with the numbers of their lines.
    fn joined(parts: &[&str]) -> Vec<(u64, String)> {
        let mut unfolder = Unfolder::new(100);
        let mut all = Vec::new();
        let mut found = |joined: &Joined<'_>| {
            all.push((joined.line, String::from_utf8(joined.text.to_vec()).unwrap()));
        };
        for part in parts {
            unfolder.push(part.as_bytes(), &mut found);
        }
        unfolder.finish(&mut found);
        all
    }

    #[test]
    fn lines_of_encoded_text_are_joined() {
        let line = "aA0+".repeat(19);
        let text = format!("x\n{line}\n{line}\r\n  aA==\ny {line}\n{line}\n\n{line}\n{line}");
        let expected = [(2, format!("{line}{line}aA==")), (8, format!("{line}{line}"))];
        assert_eq!(joined(&[&text]), expected);
        for at in 0..text.len() {
            assert_eq!(joined(&[&text[..at], &text[at..]]), expected, "{at}");
        }
        assert_eq!(joined(&[&format!("{}\n{line}\n{}", "a".repeat(300), "b".repeat(300))]), []);
    }

    #[test]
    fn long_texts_are_joined_in_parts_that_overlap() {
        let line = "x".repeat(76) + "\n";
        let all = joined(&[&line.repeat(2000)]);
        assert!(all.len() > 2 && all.iter().all(|(_, text)| text.len() < BLOCK + 300), "{}", all.len());
        let total: usize = all.iter().map(|(_, text)| text.len()).sum();
        assert_eq!(total, 2000 * 76 + (all.len() - 1) * 100);
    }
}
