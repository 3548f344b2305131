//! A command line's words, split as Go's `google/shlex` splits them, which Railpack uses by way
//! of `llb.Shlex`. It is close to POSIX and is not: within double quotes a backslash takes any
//! character literally and goes away, and outside of quotes it takes a line feed, too.

/// The words of a command line, and whether its end came within a quote or behind a backslash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) words: Vec<String>,
    /// Why the last word is not among them.
    pub(crate) unfinished: Option<&'static str>,
}

enum State {
    Between,
    Word,
    Escape,
    Quoted,
    QuotedEscape,
    Literal,
    Comment,
}

/// Splits a command line. A word that the end cuts off is left out, as `llb.Shlex` does when it
/// drops the error.
#[expect(clippy::match_same_arms, reason = "a table of transitions, ordered by state")]
pub(crate) fn split(line: &str) -> Words {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut state = State::Between;
    for c in line.chars() {
        state = match (state, c) {
            (State::Between | State::Word, '"') => State::Quoted,
            (State::Between | State::Word, '\'') => State::Literal,
            (State::Between | State::Word, '\\') => State::Escape,
            (State::Between, ' ' | '\t' | '\r' | '\n') => State::Between,
            (State::Between, '#') => State::Comment,
            (State::Word, ' ' | '\t' | '\r' | '\n') => {
                words.push(std::mem::take(&mut word));
                State::Between
            }
            (State::Quoted, '"') | (State::Literal, '\'') => State::Word,
            (State::Quoted, '\\') => State::QuotedEscape,
            (State::Comment, '\n') => State::Between,
            (State::Comment, _) => State::Comment,
            (State::Between | State::Word | State::Escape, c) => {
                word.push(c);
                State::Word
            }
            (State::Quoted | State::QuotedEscape, c) => {
                word.push(c);
                State::Quoted
            }
            (State::Literal, c) => {
                word.push(c);
                State::Literal
            }
        };
    }
    let unfinished = match state {
        State::Between | State::Comment => None,
        State::Word => {
            words.push(word);
            None
        }
        State::Escape | State::QuotedEscape => Some("a backslash with nothing behind it"),
        State::Quoted | State::Literal => Some("a quote that is not closed"),
    };
    Words { words, unfinished }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_as_google_shlex_does() {
        for (line, words) in [
            ("", &[][..]),
            ("  ", &[]),
            ("npm  ci\t--x\n-y", &["npm", "ci", "--x", "-y"]),
            ("sh -c 'npm ci && x'", &["sh", "-c", "npm ci && x"]),
            ("sh -c 'a '\"'\"'b'", &["sh", "-c", "a 'b"]),
            ("a \"b c\"d 'e'f", &["a", "b cd", "ef"]),
            (r#""a\nb\"c\\" d\ e"#, &["anb\"c\\", "d e"]),
            ("'a\\b'", &["a\\b"]),
            ("a\\\nb", &["a\nb"]),
            ("'' \"\"", &["", ""]),
            ("a#b # c", &["a#b"]),
            ("# all\nx", &["x"]),
            ("rm $HOME target/* | x", &["rm", "$HOME", "target/*", "|", "x"]),
        ] {
            let split = split(line);
            assert_eq!(split.words, words, "{line:?}");
            assert_eq!(split.unfinished, None, "{line:?}");
        }
    }

    #[test]
    fn a_word_that_the_end_cuts_off_is_left_out() {
        for line in ["a 'b", "a \"b", "a b\\", "a \"b\\"] {
            let split = split(line);
            assert_eq!(split.words, ["a"], "{line:?}");
            assert!(split.unfinished.is_some(), "{line:?}");
        }
    }

    /// The splitter of Railpack, run on lines of every kind; there where the oracle is.
    #[test]
    fn agrees_with_railpack() {
        #[derive(serde::Deserialize)]
        struct Case {
            r#in: String,
            out: Vec<String>,
            err: String,
        }
        let Ok(cases) = fs_err::read_to_string("../shared/oracle/shlex.jsonl") else { return };
        for case in cases.lines() {
            let case: Case = serde_json::from_str(case).unwrap();
            let split = split(&case.r#in);
            assert_eq!(split.words, case.out, "{:?}", case.r#in);
            assert_eq!(split.unfinished.is_some(), !case.err.is_empty(), "{:?}", case.r#in);
        }
    }
}
