//! Words of a POSIX shell.

/// Whether a shell reads exactly these words from a text, and does nothing else with it.
///
/// It is strict: only blanks between words, unquoted plain characters, `'…'`, and `"…"` without a
/// character that is special in double quotes. For any other text the answer is no.
pub(super) fn reads_as<S: AsRef<str>>(text: &str, words: &[S]) -> bool {
    words_of(text).is_some_and(|read| read.iter().map(String::as_str).eq(words.iter().map(AsRef::as_ref)))
}

/// Whether an unquoted character has no meaning to a shell, wherever it is in an argument.
pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c)
}

/// Spells any text as one word for a POSIX shell: bare if it is plain and need not be `quoted`, otherwise
/// in `'…'`.
#[must_use]
pub(crate) fn shell_word(word: &str, quoted: bool) -> String {
    if !quoted && !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn words_of(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(' ');
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start_matches(' ');
    }
    Some(words)
}

/// The word that a text starts with, and the text after it.
fn word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next().filter(|c| *c != ' ') {
        rest = rest.get(c.len_utf8()..)?;
        match c {
            '\'' | '"' => {
                let (quoted, after) = rest.split_once(c)?;
                if c == '"' && quoted.contains(['$', '`', '\\', '!']) {
                    return None;
                }
                word.push_str(quoted);
                rest = after;
            }
            c if is_plain(c) => word.push(c),
            _ => return None,
        }
    }
    Some((word, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_reads() {
        for (text, words) in [
            ("", &[][..]),
            ("npm ci", &["npm", "ci"]),
            ("  npm   ci ", &["npm", "ci"]),
            (r#"go build -ldflags="-w -s" -o out"#, &["go", "build", "-ldflags=-w -s", "-o", "out"]),
            (r#"a'b $c'"d;e" '' "'""#, &["ab $cd;e", "", "'"]),
            ("a 'é\nx'", &["a", "é\nx"]),
        ] {
            assert_eq!(words_of(text).unwrap(), words, "{text}");
            assert!(reads_as(text, words), "{text}");
        }
        assert!(!reads_as("npm ci", &["npm", "run"]));
    }

    #[test]
    fn other_texts_are_not_read() {
        for text in [
            "a\tb", "a\nb", "$x", "a \"$x\"", "\"`x`\"", r#""a\b""#, "\"!x\"", r"a\ b", "x*", "a;b", "~/x", "a #b",
            "é", "'a", "\"a", "{a,b}", "a>b", "[a]", "(a)", "!", "^",
        ] {
            assert_eq!(words_of(text), None, "{text}");
        }
    }
}
