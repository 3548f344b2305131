//! The search of a stream, which may be larger than memory.

use std::io::{self, Read};

use super::encode::Encoding;
use super::patterns::Patterns;
use super::unfold::{Joined, Unfolder};

/// The number of bytes that are searched at once: few enough to stay in a processor's cache.
const CHUNK: usize = 128 * 1024;

/// An occurrence of a secret in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The index of the secret.
    pub(super) secret: usize,
    pub(super) encoding: Encoding,
    /// The line, counted from 1. It is 1 unless lines are counted.
    pub(super) line: u64,
}

/// A stream whose parts are searched as they come. A secret that crosses a border between parts is found.
pub(super) struct Stream<'p> {
    patterns: &'p Patterns,
    buffer: Buffer,
    /// The number of bytes in the buffer.
    filled: usize,
    /// The number of bytes at the start of the buffer that were searched before.
    searched: usize,
    /// The line of the first byte of the buffer, if lines are counted.
    line: Option<u64>,
    unfolder: Unfolder,
    hits: Hits,
}

/// The hits of a stream, without duplicates.
#[derive(Default)]
struct Hits(Vec<Hit>);

impl Hits {
    fn add(&mut self, hit: Hit) {
        if self.0.len() < MAX_HITS && !self.0.contains(&hit) {
            self.0.push(hit);
        }
    }
}

/// The memory of a stream, which can be used for one stream after another.
#[derive(Default)]
pub(super) struct Buffer(Vec<u8>);

/// The maximum number of hits of one stream. More of them tell nothing new.
const MAX_HITS: usize = 1000;

impl<'p> Stream<'p> {
    pub(super) fn new(patterns: &'p Patterns, mut buffer: Buffer) -> Self {
        buffer.0.resize(CHUNK + patterns.longest(), 0);
        let unfolder = Unfolder::new(patterns.longest());
        Self { patterns, buffer, filled: 0, searched: 0, line: None, unfolder, hits: Hits::default() }
    }

    /// Counts lines.
    pub(super) fn with_lines(self) -> Self {
        Self { line: Some(1), ..self }
    }

    /// Reads all bytes of a reader. The result is their number.
    pub(super) fn read_all(&mut self, from: &mut dyn Read) -> io::Result<u64> {
        let mut count = 0;
        loop {
            let space = self.buffer.0.get_mut(self.filled..).unwrap_or_default();
            match from.read(space) {
                Ok(0) => return Ok(count),
                Ok(read) => {
                    count += read as u64;
                    self.advance(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Adds the next bytes.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.buffer.0.get_mut(self.filled..).unwrap_or_default();
            let count = space.len().min(bytes.len());
            let (now, later) = bytes.split_at(count);
            space.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            self.advance(count);
            bytes = later;
        }
    }

    /// Searches the rest. The result is each secret in each encoding, once for each line, and the memory.
    pub(super) fn finish(mut self) -> (Vec<Hit>, Buffer) {
        self.search();
        let (patterns, hits, has_lines) = (self.patterns, &mut self.hits, self.line.is_some());
        self.unfolder.finish(&mut |joined| add_joined(patterns, joined, has_lines, hits));
        (self.hits.0, self.buffer)
    }

    /// Counts bytes that were written to the buffer, and searches a full buffer.
    fn advance(&mut self, count: usize) {
        self.filled += count;
        if self.filled >= self.buffer.0.len() {
            self.search();
            self.keep_end();
        }
    }

    fn search(&mut self) {
        let text = self.buffer.0.get(..self.filled).unwrap_or_default();
        for found in self.patterns.matches(text).filter(|found| found.end > self.searched) {
            let lines = |first| first + count_lines(text.get(..found.start).unwrap_or_default());
            let line = self.line.map_or(1, lines);
            self.hits.add(Hit { secret: found.secret, encoding: found.encoding, line });
        }
        let (patterns, hits, has_lines) = (self.patterns, &mut self.hits, self.line.is_some());
        let new = text.get(self.searched..).unwrap_or_default();
        self.unfolder.push(new, &mut |joined| add_joined(patterns, joined, has_lines, hits));
    }

    /// Drops all bytes except for those that a match may begin with.
    fn keep_end(&mut self) {
        let kept = self.filled.min(self.patterns.longest().saturating_sub(1));
        let dropped = self.filled - kept;
        if let Some(line) = &mut self.line {
            *line += count_lines(self.buffer.0.get(..dropped).unwrap_or_default());
        }
        self.buffer.0.copy_within(dropped..self.filled, 0);
        (self.filled, self.searched) = (kept, kept);
    }
}

/// Adds the hits in lines that were joined.
fn add_joined(patterns: &Patterns, joined: &Joined<'_>, has_lines: bool, hits: &mut Hits) {
    for found in patterns.matches(joined.text).filter(|found| joined.is_joined(found.start, found.end)) {
        let line = if has_lines { joined.line } else { 1 };
        hits.add(Hit { secret: found.secret, encoding: found.encoding, line });
    }
}

fn count_lines(text: &[u8]) -> u64 {
    text.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, HEXLOWER};

    fn patterns() -> Patterns {
        Patterns::new(&[("A", "hunter2-hunter2")].into_iter().collect()).unwrap()
    }

    /// A reader of one byte after another, as a pipe may be.
    struct Bytewise<'a>(&'a [u8]);

    impl Read for Bytewise<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn secrets_at_every_border_are_found() {
        let patterns = patterns();
        let hit = [Hit { secret: 0, encoding: Encoding::Plain, line: 1 }];
        let border = CHUNK + patterns.longest();
        let mut buffer = Buffer::default();
        for start in border - 40..border + 4 {
            let text = ["x".repeat(start), "hunter2-hunter2".to_owned(), "y".repeat(9)].concat();
            let mut stream = Stream::new(&patterns, buffer);
            stream.push(text.as_bytes());
            let (hits, used) = stream.finish();
            assert_eq!(hits, hit, "{start}");
            let mut stream = Stream::new(&patterns, used);
            assert_eq!(stream.read_all(&mut text.as_bytes()).unwrap(), text.len() as u64);
            let (hits, used) = stream.finish();
            assert_eq!(hits, hit, "{start}");
            buffer = used;
        }
        let mut stream = Stream::new(&patterns, buffer);
        stream.read_all(&mut Bytewise(b"a hunter2-hunter2")).unwrap();
        let (hits, used) = stream.finish();
        assert_eq!(hits, hit);
        // nothing of an earlier stream is left
        let mut stream = Stream::new(&patterns, used);
        stream.push(b"-hunter2");
        assert_eq!(stream.finish().0, []);
    }

    #[test]
    fn encoded_text_on_several_lines_is_found() {
        let patterns = patterns();
        for before in 0..120 {
            let text = format!("{}hunter2-hunter2{}", "x".repeat(before), "y".repeat(99));
            for (encoding, encoded, width) in [
                (Encoding::Base64, BASE64.encode(text.as_bytes()), 76),
                (Encoding::Base64, BASE64.encode(text.as_bytes()), 64),
                (Encoding::Hex, HEXLOWER.encode(text.as_bytes()), 60),
            ] {
                let lines: Vec<&[u8]> = encoded.as_bytes().chunks(width).collect();
                let mut stream = Stream::new(&patterns, Buffer::default());
                stream.push(&lines.join(&b'\n'));
                assert_eq!(stream.finish().0, [Hit { secret: 0, encoding, line: 1 }], "{before} {width}");
            }
        }
    }

    #[test]
    fn lines_are_counted_across_borders() {
        let patterns = patterns();
        for lines in [0_u64, 1, 70_000, 200_000] {
            let text = "x\n".repeat(usize::try_from(lines).unwrap()) + "a hunter2-hunter2\n\nhunter2-hunter2";
            let mut stream = Stream::new(&patterns, Buffer::default()).with_lines();
            stream.push(text.as_bytes());
            let found: Vec<u64> = stream.finish().0.iter().map(|hit| hit.line).collect();
            assert_eq!(found, [lines + 1, lines + 3]);
        }
    }
}
