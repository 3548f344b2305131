//! Splits command lines as Go's `google/shlex` does, which Railpack uses by way of `llb.Shlex`. The rules
//! are close to those of POSIX, but not the same: a backslash escapes any character within double quotes,
//! and also escapes a line feed outside quotes.

/// The words of a command line, and whether it ends within a quote or after a backslash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) words: Vec<String>,
    /// The reason why the last word is unfinished, and so omitted.
    pub(crate) unfinished: Option<Unfinished>,
}

/// The reason why a word is unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfinished {
    /// An unclosed quote.
    Quote,
    /// A backslash outside quotes, with nothing after it.
    Backslash,
    /// A backslash in double quotes, with nothing after it.
    QuotedBackslash,
}

/// A character of a word, and how it was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) c: char,
    pub(crate) quote: Quote,
}

/// The quoting of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    /// Unquoted.
    Plain,
    /// In double quotes, in which a shell still expands variables.
    Double,
    /// In single quotes or after a backslash: literal.
    Literal,
}

/// The script of `sh -c 'SCRIPT'`. A RUN in shell form contains only the script.
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

/// Splits a command line. An unfinished word at the end is omitted, as in `llb.Shlex`, which drops the
/// error.
pub(crate) fn split(line: &str) -> Words {
    let (words, unfinished) = letters(line);
    let text = |word: Vec<Letter>| word.into_iter().map(|letter| letter.c).collect();
    Words { words: words.into_iter().map(text).collect(), unfinished }
}

/// Splits a command line like [`split`], but returns each character with its quoting.
pub(crate) fn split_letters(line: &str) -> Vec<Vec<Letter>> {
    letters(line).0
}

#[expect(clippy::match_same_arms, reason = "a table of transitions, ordered by state")]
fn letters(line: &str) -> (Vec<Vec<Letter>>, Option<Unfinished>) {
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
        State::Escape => Some(Unfinished::Backslash),
        State::QuotedEscape => Some(Unfinished::QuotedBackslash),
        State::Quoted | State::Literal => Some(Unfinished::Quote),
    };
    (words, unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_match_google_shlex() {
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
    fn unfinished_word_is_omitted() {
        for line in ["a 'b", "a \"b", "a b\\", "a \"b\\"] {
            let split = split(line);
            assert_eq!(split.words, ["a"], "{line:?}");
            assert!(split.unfinished.is_some(), "{line:?}");
        }
    }

    /// Compares with Railpack's splitter on lines of every kind, if its output is available.
    #[test]
    fn agrees_with_railpack() {
        #[derive(serde::Deserialize)]
        struct Case {
            r#in: String,
            out: Vec<String>,
            err: String,
        }
        let Some(cases) = testkit::shared("oracle/shlex.jsonl") else { return };
        for case in cases.lines() {
            let case: Case = serde_json::from_str(case).unwrap();
            let split = split(&case.r#in);
            assert_eq!(split.words, case.out, "{:?}", case.r#in);
            assert_eq!(split.unfinished.is_some(), !case.err.is_empty(), "{:?}", case.r#in);
        }
    }

    #[test]
    fn letters_keep_their_quoting() {
        let quoting: Vec<String> = split_letters(r#"a*'*'"*"\* "\$""#)
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
        assert_eq!(quoting, ["a*LDL", "L"]);
    }
}
