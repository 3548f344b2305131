//! How a shell reads a script, written apart from the crate's own reader: its words, where they are plain
//! ones, and where a blank more or less makes no difference.

/// Whether two scripts differ only in how many blanks there are between their words.
pub fn differ_in_blanks_at_most(one: &str, other: &str) -> bool {
    single_blanks(one) == single_blanks(other)
}

/// The script with one blank for each run of blanks that is inside of nothing.
pub fn single_blanks(script: &str) -> String {
    let mut reader = Reader { rest: script, read: String::new(), inside: Vec::new(), before: None };
    while let Some(c) = reader.rest.chars().next() {
        reader.character(c);
    }
    reader.read
}

/// What a reader is inside of. It is outside of quotes in all but the first two, and yet leaves blanks alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Single,
    Double,
    Backquotes,
    /// `${…}`
    Braces,
    /// `$(…)`, `((…))`, `a=(…)` and the like.
    Parentheses,
    /// `a[…]`
    Brackets,
}

struct Reader<'s> {
    rest: &'s str,
    read: String,
    inside: Vec<Inside>,
    /// The character in front, unless a backslash takes its meaning away.
    before: Option<char>,
}

impl Reader<'_> {
    fn character(&mut self, c: char) {
        let innermost = self.inside.last().copied();
        let starts_word = self.before.is_none_or(|before| " ;|&()<>".contains(before));
        match c {
            '\'' if innermost == Some(Inside::Single) => self.close(c),
            _ if innermost == Some(Inside::Single) => self.keep(c),
            '\\' => {
                self.keep(c);
                if let Some(escaped) = self.rest.chars().next() {
                    self.keep(escaped);
                }
                self.before = Some('\\');
            }
            '"' if innermost == Some(Inside::Double) => self.close(c),
            '"' => self.open(Inside::Double, 1),
            '`' if self.inside.contains(&Inside::Backquotes) => {
                while self.inside.pop().is_some_and(|left| left != Inside::Backquotes) {}
                self.keep(c);
            }
            '`' => self.open(Inside::Backquotes, 1),
            '$' if self.rest.starts_with("$(") => self.open(Inside::Parentheses, 2),
            '$' if self.rest.starts_with("${") => self.open(Inside::Braces, 2),
            '}' if innermost == Some(Inside::Braces) => self.close(c),
            ')' if innermost == Some(Inside::Parentheses) => self.close(c),
            ']' if innermost == Some(Inside::Brackets) => self.close(c),
            _ if innermost == Some(Inside::Double) => self.keep(c),
            '\'' => self.open(Inside::Single, 1),
            '(' if innermost.is_some() || self.rest.starts_with("((") || !starts_word => {
                self.open(Inside::Parentheses, 1);
            }
            // a comment goes on to the end, and a pattern of bash may have blanks of its own
            '#' if starts_word => self.keep_all(),
            '[' if starts_word && innermost.is_none() && self.is_word("[[") => self.keep_all(),
            '[' if self.before.is_some_and(|before| before.is_alphanumeric() || before == '_') => {
                self.open(Inside::Brackets, 1);
            }
            ' ' | '\t' if innermost.is_none() => {
                self.rest = self.rest.trim_start_matches([' ', '\t']);
                self.read.push(' ');
                self.before = Some(' ');
            }
            c => self.keep(c),
        }
    }

    fn keep(&mut self, c: char) {
        self.rest = &self.rest[c.len_utf8()..];
        self.read.push(c);
        self.before = Some(c);
    }

    fn keep_all(&mut self) {
        self.read.push_str(std::mem::take(&mut self.rest));
    }

    fn open(&mut self, inside: Inside, characters: usize) {
        self.inside.push(inside);
        for c in self.rest.chars().take(characters).collect::<Vec<_>>() {
            self.keep(c);
        }
    }

    /// What follows the end is a part of the same word.
    fn close(&mut self, c: char) {
        self.inside.pop();
        self.keep(c);
        self.before = Some('"');
    }

    fn is_word(&self, word: &str) -> bool {
        self.rest.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    }
}

/// The words that a POSIX shell runs as a program; `None` for any other script, such as an assignment or a program that
/// the shell has itself.
pub fn words(script: &str) -> Option<Vec<String>> {
    const OF_THE_SHELL: [&str; 18] = [
        "echo", "printf", "test", "[", "cd", "kill", "pwd", "true", "false", "if", "time", "export", "set", ".", ":",
        "!", "eval", "exec",
    ];
    let words = plain_words(script)?;
    let first = words.first()?;
    let is_assignment = first.contains('=') && !script.starts_with('\'');
    (!is_assignment && !OF_THE_SHELL.contains(&first.as_str())).then_some(words)
}

/// The words that a POSIX shell reads from bare words, `'…'` and plain `"…"`; `None` for any other script.
pub fn plain_words(script: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = script.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '$' | '`' | '\\' | '!' if c == '"' => return None,
                        quoted => word.push(quoted),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next().filter(|c| *c == '\'')?),
            c if c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c) => word.get_or_insert_default().push(c),
            _ => return None,
        }
    }
    words.extend(word);
    Some(words)
}
