//! The search of a build's log.

use std::io::{self, BufReader, Read};

use super::contents::{Contents, Place, Spot};
use super::log_text::with_text;
use super::patterns::Patterns;
use super::search::{Buffer, Stream};
use crate::image::compression::{Bounded, HEAD, decoder, peek};

/// The size of a part of the log.
const PART: usize = 64 * 1024;

/// The maximum length of what `BuildKit` writes before a line of a command, and CI before that.
const MAX_PREFIX: usize = 128;

/// Searches a log, which may be compressed, up to this size after decompression. More is an error: a clean result would
/// be about its start.
pub(super) fn search(patterns: &Patterns, from: &mut dyn Read, limit: u64) -> io::Result<Contents> {
    let mut head = [0; HEAD];
    let (kind, mut from) = peek(from, &mut head)?;
    if !kind.is_compressed() {
        return with_text(&mut from, |text| search_text(patterns, text));
    }
    let mut decoded = decoder(kind, &mut from);
    let mut bounded = Bounded { from: &mut *decoded, left: limit, is_cut: false };
    let contents = with_text(&mut bounded, |text| search_text(patterns, text));
    if bounded.is_cut {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is too large after decompression"));
    }
    contents.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(io::ErrorKind::InvalidData, "it is truncated"),
        _ => error,
    })
}

/// Searches a log twice: as it is, and without the `#12 0.345 ` before each line of a command, which would separate
/// the lines of a secret.
fn search_text(patterns: &Patterns, from: &mut dyn Read) -> io::Result<Contents> {
    let mut streams = [0, 1].map(|_| Stream::new(patterns, Buffer::default()).with_lines());
    let [plain, unprefixed] = &mut streams;
    let mut remover = PrefixRemover::default();
    let mut from = BufReader::new(from);
    let mut part = vec![0; PART];
    loop {
        let count = match from.read(&mut part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let part = part.get(..count).unwrap_or_default();
        plain.push(part);
        remover.push(part, &mut |text| unprefixed.push(text));
    }
    remover.finish(&mut |text| unprefixed.push(text));
    let mut contents = Contents::default();
    for stream in streams {
        for hit in stream.finish().0 {
            let place = Place { blob: String::new(), spot: Spot::Line(hit.line) };
            contents.add(&place, hit.secret, hit.encoding);
        }
    }
    Ok(contents)
}

/// Removes prefixes from lines.
#[derive(Default)]
struct PrefixRemover {
    /// The start of a line that may still be a prefix.
    start: Vec<u8>,
    /// Whether the rest of the line is passed on.
    is_within: bool,
}

impl PrefixRemover {
    fn push(&mut self, text: &[u8], pass: &mut dyn FnMut(&[u8])) {
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let ends = piece.ends_with(b"\n");
            if self.is_within {
                pass(piece);
            } else {
                self.start.extend_from_slice(piece);
                if ends || self.start.len() >= MAX_PREFIX {
                    self.finish(pass);
                    self.is_within = true;
                }
            }
            if ends {
                self.is_within = false;
            }
        }
    }

    /// Passes on what is left.
    fn finish(&mut self, pass: &mut dyn FnMut(&[u8])) {
        let start = std::mem::take(&mut self.start);
        pass(start.get(prefix(&start)..).unwrap_or_default());
    }
}

/// The length of the prefix of a line: `#12 0.345 `, after a time that CI may add.
fn prefix(line: &[u8]) -> usize {
    let start = line.get(..MAX_PREFIX).unwrap_or(line);
    let mut at = 0;
    let mut words = start.split_inclusive(|byte| *byte == b' ');
    while let Some(word) = words.next() {
        at += word.len();
        if is_step(word) {
            return match words.next() {
                Some(time) if is_seconds(time) => at + time.len(),
                _ => 0,
            };
        }
        // a time such as 2026-01-02T03:04:05.678Z
        if !word.first().is_some_and(u8::is_ascii_digit) {
            return 0;
        }
    }
    0
}

/// Whether a word is the number of a step: `#12 `.
fn is_step(word: &[u8]) -> bool {
    let number = word.strip_prefix(b"#").and_then(|rest| rest.strip_suffix(b" "));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Whether a word is a number of seconds: `0.345 `.
fn is_seconds(word: &[u8]) -> bool {
    let Some(number) = word.strip_suffix(b" ") else { return false };
    number.contains(&b'.') && number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(value: &str, log: &str) -> Vec<u64> {
        let patterns = Patterns::new(&[("A", value)].into_iter().collect()).unwrap();
        let contents = search(&patterns, &mut log.as_bytes(), 1_000_000).unwrap();
        let line = |place: &Place| match place.spot {
            Spot::Line(line) => line,
            _ => panic!("{place:?}"),
        };
        contents.places.keys().map(line).collect()
    }

    #[test]
    fn secrets_are_found_by_line() {
        let log = "#1 x\n#7 0.1 hunter2-hunter2\n\n#7 0.2 aHVudGVyMi1odW50ZXIy\n";
        assert_eq!(lines("hunter2-hunter2", log), [2, 4]);
        let long = "y".repeat(3 * PART) + "\n#7 0.1 hunter2-hunter2";
        assert_eq!(lines("hunter2-hunter2", &long), [2]);
    }

    #[test]
    fn a_secret_of_several_lines_is_found() {
        let secret = "-----BEGIN X-----\nMIIabcdef\n-----END X-----\n";
        for before in ["", "#12 0.345 ", "2026-01-02T03:04:05.678Z #12 10.345 "] {
            let log = format!("{before}a\n{before}{}\n", secret.trim().replace('\n', &format!("\n{before}")));
            assert_eq!(lines(secret, &log), [2], "{before}");
            assert_eq!(lines(secret, &log.replace('\n', "\r\n")), [2], "{before}");
        }
    }

    #[test]
    fn a_log_that_expands_beyond_the_limit_is_an_error() {
        let patterns = Patterns::new(&[("A", "hunter2-hunter2")].into_iter().collect()).unwrap();
        let log = ruzstd::encoding::compress_to_vec(&[b'x'; 100][..], ruzstd::encoding::CompressionLevel::Fastest);
        assert!(search(&patterns, &mut &log[..], 100).is_ok());
        let error = search(&patterns, &mut &log[..], 99).err().unwrap();
        assert_eq!(error.to_string(), "it is too large after decompression");
    }

    #[test]
    fn other_lines_have_no_prefix() {
        for line in ["#12 DONE 0.1s", "# 0.3 x", "#1 0.3", "x #1 0.3 y", "#12 [build 1/2] RUN x", "12 x"] {
            assert_eq!(prefix(line.as_bytes()), 0, "{line}");
        }
        assert_eq!(prefix(b"#1 0.3 x"), 7);
    }
}
