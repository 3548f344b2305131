//! Fuzzes the splitting of command lines: the words are those that an independent implementation of Railpack's rules
//! finds.
#![no_main]

use std::iter::Peekable;
use std::str::Chars;

use libfuzzer_sys::fuzz_target;
use railpack2docker::fuzzing_words;

fuzz_target!(|line: &str| {
    assert_eq!(fuzzing_words(line), words(line), "{line:?}");
});

/// The words, and whether the line ends inside a quote or after a backslash.
fn words(line: &str) -> (Vec<String>, bool) {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        match chars.peek() {
            None => return (words, false),
            Some(c) if is_blank(*c) => drop(chars.next()),
            // a comment begins only where a word could begin
            Some('#') => drop(chars.by_ref().find(|c| *c == '\n')),
            Some(_) => match word(&mut chars) {
                Some(word) => words.push(word),
                None => return (words, true),
            },
        }
    }
}

fn is_blank(c: char) -> bool {
    [' ', '\t', '\r', '\n'].contains(&c)
}

/// Reads a word and the blank after it. Returns `None` if the line ends inside a quote or after a backslash.
fn word(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut word = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\'' => literal(chars, &mut word)?,
            '"' => quoted(chars, &mut word)?,
            '\\' => word.push(chars.next()?),
            c if is_blank(c) => break,
            c => word.push(c),
        }
    }
    Some(word)
}

fn literal(chars: &mut Peekable<Chars<'_>>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' => return Some(()),
            c => word.push(c),
        }
    }
}

/// Reads the rest of a double-quoted text, in which a backslash makes any character literal.
fn quoted(chars: &mut Peekable<Chars<'_>>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '"' => return Some(()),
            '\\' => word.push(chars.next()?),
            c => word.push(c),
        }
    }
}
