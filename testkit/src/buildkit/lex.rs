//! The lexer, which removes the quotes and escapes of a word and expands its variables.

use super::{Env, Read};

/// The lexer, with its switches.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the lexer of BuildKit has these switches")]
pub(super) struct Lex {
    pub(super) keep_quotes: bool,
    pub(super) keep_escapes: bool,
    pub(super) ignore_quotes: bool,
    pub(super) keep_unset: bool,
}

/// A text without its quotes, and the words that it splits into.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lexed {
    pub(super) text: String,
    pub(super) words: Vec<String>,
}

impl Lex {
    pub(super) fn read(self, word: &str, env: &Env) -> Read<Lexed> {
        // Go's scanner drops a byte order mark at the start of its input
        let chars = word.strip_prefix('\u{feff}').unwrap_or(word).chars().collect();
        Cursor { lex: self, env, chars, at: 0 }.until(None)
    }
}

/// The text of a word, with its variables expanded.
pub(super) fn expand(word: &str, env: &Env) -> Read<String> {
    Ok(Lex::default().read(word, env)?.text)
}

struct Cursor<'e> {
    lex: Lex,
    env: &'e Env,
    chars: Vec<char>,
    at: usize,
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
}

impl Words {
    fn split(&mut self, c: char) {
        if c.is_whitespace() { self.end() } else { self.word.push(c) }
    }

    fn end(&mut self) {
        if !self.word.is_empty() {
            self.done.push(std::mem::take(&mut self.word));
        }
    }
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn until(&mut self, stop: Option<char>) -> Read<Lexed> {
        let mut text = String::new();
        let mut words = Words::default();
        while let Some(c) = self.peek() {
            if Some(c) == stop {
                self.at += 1;
                words.end();
                return Ok(Lexed { text, words: words.done });
            }
            match c {
                '$' => {
                    let value = self.dollar()?;
                    text.push_str(&value);
                    value.chars().for_each(|c| words.split(c));
                }
                '\'' | '"' if !self.lex.ignore_quotes => {
                    let quoted = if c == '"' { self.double_quoted()? } else { self.single_quoted()? };
                    text.push_str(&quoted);
                    words.word.push_str(&quoted);
                }
                '<' => {
                    let angles = self.angles();
                    text.push_str(&angles);
                    words.word.push_str(&angles);
                }
                '\\' => {
                    self.at += 1;
                    if self.lex.keep_escapes {
                        text.push('\\');
                        words.word.push('\\');
                    }
                    // a backslash at the end is dropped
                    let Some(escaped) = self.next() else { break };
                    text.push(escaped);
                    words.word.push(escaped);
                }
                c => {
                    self.at += 1;
                    text.push(c);
                    words.split(c);
                }
            }
        }
        if stop.is_some() {
            return Err("a substitution without its end".to_owned());
        }
        words.end();
        Ok(Lexed { text, words: words.done })
    }

    /// Reads `<`, or `<<` with the blanks after it, which may precede the name of a heredoc.
    fn angles(&mut self) -> String {
        self.at += 1;
        let mut angles = String::from("<");
        if self.peek() == Some('<') {
            self.at += 1;
            angles.push('<');
            while let Some(c) = self.peek().filter(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
                self.at += 1;
                angles.push(c);
            }
        }
        angles
    }

    fn single_quoted(&mut self) -> Read<String> {
        self.at += 1;
        let mut quoted = String::new();
        loop {
            match self.next() {
                None => return Err("a single quote without its end".to_owned()),
                Some('\'') => break,
                Some(c) => quoted.push(c),
            }
        }
        Ok(if self.lex.keep_quotes { format!("'{quoted}'") } else { quoted })
    }

    fn double_quoted(&mut self) -> Read<String> {
        self.at += 1;
        let mut quoted = String::new();
        loop {
            match self.peek() {
                None => return Err("a double quote without its end".to_owned()),
                Some('"') => break,
                Some('$') => quoted.push_str(&self.dollar()?),
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        // the next iteration reports the missing quote
                        None => {}
                        Some(c @ ('"' | '$' | '\\')) => {
                            if self.lex.keep_escapes {
                                quoted.push('\\');
                            }
                            self.at += 1;
                            quoted.push(c);
                        }
                        Some(_) => quoted.push_str(if self.lex.keep_escapes { "\\\\" } else { "\\" }),
                    }
                }
                Some(c) => {
                    self.at += 1;
                    quoted.push(c);
                }
            }
        }
        self.at += 1;
        Ok(if self.lex.keep_quotes { format!("\"{quoted}\"") } else { quoted })
    }

    fn dollar(&mut self) -> Read<String> {
        self.at += 1;
        if self.peek() != Some('{') {
            let name = self.name();
            return Ok(match self.env.get(&name) {
                _ if name.is_empty() => "$".to_owned(),
                Some(value) => value.clone(),
                None if self.lex.keep_unset => format!("${name}"),
                None => String::new(),
            });
        }
        self.at += 1;
        if self.peek().is_none_or(|c| "{}:".contains(c)) {
            return Err("a bad substitution".to_owned());
        }
        let name = self.name();
        let value = self.env.get(&name).cloned();
        let mut operator = self.next().ok_or("a substitution without its end")?;
        let mut spelled = String::from(operator);
        if operator == '}' {
            return Ok(
                value.unwrap_or_else(|| if self.lex.keep_unset { format!("${{{name}}}") } else { String::new() })
            );
        }
        let empty_is_unset = operator == ':';
        if empty_is_unset {
            operator = self.next().ok_or("a substitution without its end")?;
            spelled.push(operator);
        }
        if !"+-?".contains(operator) {
            return Err(format!("the substitution `{spelled}` is not ported"));
        }
        let word = self.until(Some('}'))?.text;
        if value.is_none() && self.lex.keep_unset {
            return Ok(format!("${{{name}{spelled}{word}}}"));
        }
        let value = value.filter(|value| !(empty_is_unset && value.is_empty()));
        match (operator, value) {
            ('-', None) | ('+', Some(_)) => Ok(word),
            ('+', None) => Ok(String::new()),
            (_, Some(value)) => Ok(value),
            (_, None) => Err(format!("{name}: {word}")),
        }
    }

    /// Reads a variable's name: letters, digits and `_`; or only digits; or one special parameter.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.peek() {
            Some(c) if c.is_numeric() => {
                while let Some(c) = self.peek().filter(|c| c.is_numeric()) {
                    self.at += 1;
                    name.push(c);
                }
            }
            Some(c) if "@*#?-$!".contains(c) => {
                self.at += 1;
                name.push(c);
            }
            _ => {
                while let Some(c) = self.peek().filter(|c| c.is_alphanumeric() || *c == '_') {
                    self.at += 1;
                    name.push(c);
                }
            }
        }
        name
    }
}
