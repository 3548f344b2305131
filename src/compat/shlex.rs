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

/// A character of a word, and how it was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) c: char,
    pub(crate) quote: Quote,
}

/// How a character was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    /// Not at all.
    Plain,
    /// In double quotes, in which a shell still replaces variables.
    Double,
    /// In single quotes or behind a backslash: meant as it is.
    Literal,
}

/// The script of `sh -c 'SCRIPT'`, which a RUN says without the shell around it.
pub(crate) fn script_of(words: &[String]) -> Option<&str> {
    match words {
        [sh, flag, script] if sh == "sh" && flag == "-c" => Some(script),
        _ => None,
    }
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
pub(crate) fn split(line: &str) -> Words {
    let (words, unfinished) = letters(line);
    let text = |word: Vec<Letter>| word.into_iter().map(|letter| letter.c).collect();
    Words { words: words.into_iter().map(text).collect(), unfinished }
}

/// The words of a command line as [`split`] gives them, each character with its quotes.
pub(crate) fn split_letters(line: &str) -> Vec<Vec<Letter>> {
    letters(line).0
}

#[expect(clippy::match_same_arms, reason = "a table of transitions, ordered by state")]
fn letters(line: &str) -> (Vec<Vec<Letter>>, Option<&'static str>) {
    let mut words = Vec::new();
    let mut word: Vec<Letter> = Vec::new();
    let mut state = State::Between;
    for c in line.chars() {
        let mut push = |quote, state| {
            word.push(Letter { c, quote });
            state
        };
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
            (State::Between | State::Word, _) => push(Quote::Plain, State::Word),
            (State::Escape, _) => push(Quote::Literal, State::Word),
            (State::Quoted, _) => push(Quote::Double, State::Quoted),
            (State::QuotedEscape, _) => push(Quote::Literal, State::Quoted),
            (State::Literal, _) => push(Quote::Literal, State::Literal),
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
    (words, unfinished)
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

    #[test]
    fn a_letter_knows_its_quotes() {
        let shown: Vec<String> = split_letters(r#"a*'*'"*"\* "\$""#)
            .into_iter()
            .map(|word| {
                word.into_iter()
                    .map(|letter| match letter.quote {
                        Quote::Plain => letter.c,
                        Quote::Double => 'D',
                        Quote::Literal => 'L',
                    })
                    .collect()
            })
            .collect();
        assert_eq!(shown, ["a*LDL", "L"]);
    }
}
