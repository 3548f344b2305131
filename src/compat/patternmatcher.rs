//! Matches paths against the patterns of an ignore file, by Docker's rules
//! (`github.com/moby/patternmatcher`): the last pattern that matches a path, or one of its parent
//! folders, decides, and a leading `!` makes an exception to earlier patterns.

use crate::compat::gopath::clean;

/// Parses the text of an ignore file into patterns for [`is_ignored`]. A leading slash has no meaning,
/// and lines that are empty or start with `#` are skipped.
#[must_use]
pub fn parse(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

fn line(line: &str) -> Option<String> {
    let line = line.trim();
    let (mark, path) = match line.strip_prefix('!') {
        Some(path) => ("!", path.trim()),
        None => ("", line),
    };
    if path.is_empty() {
        return None;
    }
    let path = clean(path);
    let relative = path.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(&path);
    Some(format!("{mark}{relative}"))
}

/// Whether patterns, in this order, exclude a file. The path is relative, with `/` between its
/// components. An invalid pattern matches nothing, and neither does one with a leading slash.
#[must_use]
pub fn is_ignored(patterns: &[String], path: &str) -> bool {
    Ignored::by(patterns.iter().map(String::as_str)).holds(path)
}

/// The files that patterns exclude.
pub(crate) struct Ignored(Vec<Pattern>);

impl Ignored {
    pub(crate) fn by<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        Self(patterns.into_iter().filter_map(Pattern::new).collect())
    }

    /// Whether a file is excluded.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let mut is_ignored = false;
        for pattern in &self.0 {
            if pattern.is_exception == is_ignored && pattern.matches(path) {
                is_ignored = !pattern.is_exception;
            }
        }
        is_ignored
    }

    /// The number of patterns.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Whether a path may be a pattern of Go's `filepath.Match`: one with wildcards or escapes.
pub(crate) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// Whether a pattern of Go's `filepath.Match`, in which `*` doesn't match a slash, matches a whole path.
/// An invalid pattern matches nothing.
pub(crate) fn matches_name(pattern: &str, path: &str) -> bool {
    let mut name = String::with_capacity(pattern.len());
    let mut last = None;
    for c in pattern.chars() {
        // `**` is the same as `*` here
        if (last, c) != (Some('*'), '*') {
            name.push(c);
        }
        // a character after a backslash is literal
        last = if last == Some('\\') { None } else { Some(c) };
    }
    let path: Vec<char> = path.chars().collect();
    tokens(&name).is_some_and(|tokens| reached(&tokens, &path).last() == Some(&true))
}

struct Pattern {
    is_exception: bool,
    tokens: Vec<Token>,
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        let text = clean(text.trim());
        let (is_exception, path) = match text.strip_prefix('!') {
            Some(path) => (true, path),
            None => (false, text.as_str()),
        };
        Some(Self { is_exception, tokens: tokens(path)? })
    }

    /// Whether the pattern matches a path or one of its parent folders.
    fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let reached = reached(&self.tokens, &path);
        reached.iter().zip(path.iter().chain(&['/'])).any(|(is_reached, next)| *is_reached && *next == '/')
    }
}

/// The positions in a path up to which tokens can match.
fn reached(tokens: &[Token], path: &[char]) -> Vec<bool> {
    let mut reached = vec![false; path.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for token in tokens {
        reached = token.reach(&reached, path);
    }
    reached
}

/// A part of a pattern, which matches some characters of a path.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Char(char),
    /// `?`: one character that is not a slash.
    One,
    /// `[a-z]`: one of these characters. `[^a-z]`: any other character.
    Class { is_negated: bool, ranges: Vec<(char, char)> },
    /// `*`: any number of characters that are not slashes.
    Name,
    /// `**/`: any number of whole folders.
    Folders,
    /// `**` at the end, or at the start directly before plain text: anything.
    Rest,
}

impl Token {
    /// The positions in a path that a match can reach with this token, from those that it has reached. A
    /// position is the number of characters before it.
    fn reach(&self, reached: &[bool], path: &[char]) -> Vec<bool> {
        let before = std::iter::once(None).chain(path.iter().copied().map(Some));
        let mut is_open = false;
        let positions = reached.iter().zip(before).map(|(&is_reached, before)| {
            let was_open = is_open;
            match self {
                Self::Name => {
                    is_open = is_reached || was_open && before != Some('/');
                    is_open
                }
                Self::Rest => {
                    is_open |= is_reached;
                    is_open
                }
                Self::Folders => {
                    is_open |= is_reached;
                    is_reached || was_open && before == Some('/')
                }
                Self::Char(_) | Self::One | Self::Class { .. } => {
                    is_open = is_reached;
                    was_open && before.is_some_and(|c| self.matches(c))
                }
            }
        });
        positions.collect()
    }

    fn matches(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::Class { is_negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)) != *is_negated
            }
            Self::One | Self::Name => c != '/',
            Self::Folders | Self::Rest => true,
        }
    }
}

/// The tokens of a pattern without its `!`. `None` if the pattern is invalid.
fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..)?;
        let (token, next) = match c {
            '*' => match after.strip_prefix('*') {
                Some(after) => stars(tokens.is_empty(), after),
                None => (Token::Name, after),
            },
            '?' => (Token::One, after),
            '[' => class(after)?,
            _ => char(rest).map(|(c, after)| (Token::Char(c), after))?,
        };
        tokens.push(token);
        rest = next;
    }
    (!tokens.is_empty()).then_some(tokens)
}

/// The token of a `**`, and the rest of the pattern. At the start of a pattern and directly before plain
/// text, as in `**.env`, a `**` matches anything: the text must end the path, but need not be a whole
/// name.
fn stars(is_first: bool, after: &str) -> (Token, &str) {
    let rest = after.strip_prefix('/').unwrap_or(after);
    let is_end_of_path = is_first && rest.len() == after.len() && !rest.contains(['*', '?', '[', ']', '\\']);
    (if rest.is_empty() || is_end_of_path { Token::Rest } else { Token::Folders }, rest)
}

/// Parses a class, given without its opening bracket. Returns its token and the rest of the text.
fn class(text: &str) -> Option<(Token, &str)> {
    let (is_negated, mut rest) = match text.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut ranges = Vec::new();
    loop {
        let (first, after) = member(rest)?;
        let (last, after) = match after.strip_prefix('-') {
            Some(after) => member(after)?,
            None => (first, after),
        };
        ranges.push((first, last));
        match after.strip_prefix(']') {
            Some(after) => return Some((Token::Class { is_negated, ranges }, after)),
            None => rest = after,
        }
    }
}

/// Parses a character of a class. Returns it and the rest of the text.
fn member(text: &str) -> Option<(char, &str)> {
    if text.starts_with(['-', ']']) { None } else { char(text) }
}

/// Parses a character, which may be escaped with a backslash. Returns it and the rest of the text.
fn char(text: &str) -> Option<(char, &str)> {
    let text = text.strip_prefix('\\').unwrap_or(text);
    let c = text.chars().next()?;
    Some((c, text.get(c.len_utf8()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(patterns: &[&str], path: &str) -> bool {
        is_ignored(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>(), path)
    }

    #[test]
    fn one_pattern() {
        for (pattern, matching, others) in [
            (".env", &[".env", ".env/x"][..], &["a/.env", ".env.local", "env", "x.env"][..]),
            (".env*", &[".env", ".env.local", ".envrc/a"], &["a/.env"]),
            ("**/.env", &[".env", "a/.env", "a/b/.env", "a/.env/b"], &["a.env", "a/b.env"]),
            ("**.env", &[".env", "a.env", "a/.env", "a/b.env"], &["a.env2"]),
            ("**/.env*", &[".env", "a/b/.env.local"], &["a.env"]),
            ("**.env*", &[".env", "a/.env.x"], &["a.env"]),
            ("*", &["a", "a/b"], &[]),
            ("**", &["a", "a/b/c"], &[]),
            ("**/", &["a", "a/b"], &[]),
            ("**/**", &["a", "a/b/c"], &[]),
            ("dir", &["dir", "dir/a/b"], &["dir2", "a/dir"]),
            ("dir/", &["dir/a"], &["dir2/a"]),
            ("./dir//x/../a", &["dir/a"], &["dir/x"]),
            ("dir/*", &["dir/a", "dir/a/b"], &["dir"]),
            ("dir/**", &["dir/a", "dir/a/b"], &["dir", "dirs/a"]),
            ("a/*.txt", &["a/b.txt"], &["a/b/c.txt", "b.txt"]),
            ("a/*.txt**", &["a/b.txt", "a/b.txt.c"], &["b.txt"]),
            ("a**/*.txt", &["a/b.txt", "a/b/c/d.txt"], &["b.txt"]),
            ("**/**/*.txt", &["a.txt", "a/b/c.txt"], &["a.txt2"]),
            ("**/b/**", &["b/c", "a/b/c/d"], &["b", "a/b"]),
            ("*/*", &["a/b", "a/b/c"], &["a"]),
            ("a*b?c*x", &["abxbbxdbxebxczzx"], &["abxbbxdbxebxczzy"]),
            ("a?b", &["a☺b"], &["ab", "a/b", "a☺☺b"]),
            ("a*b", &["ab", "axxb"], &["a/b"]),
            ("a[b-d]e", &["ace"], &["ae", "aae", "a-e"]),
            ("a[^b-d]e", &["aze"], &["ace", "ae"]),
            ("[a-ζ]*", &["α"], &["A"]),
            ("[\\]a]", &["]", "a"], &["\\"]),
            ("[\\-x]", &["-", "x"], &["a"]),
            ("a\\*b", &["a*b"], &["ab", "axb"]),
            ("a\\\\", &["a\\"], &["a"]),
            ("abc.def", &["abc.def"], &["abcdef", "abcZdef"]),
            ("a.|)$(}+{bc", &["a.|)$(}+{bc"], &["abc"]),
            // no path in a context starts with a slash
            ("/.env", &[], &[".env", "a/.env"]),
            // invalid patterns
            ("[", &[], &["[", "a"]),
            ("[]a]", &[], &["]", "a"]),
            ("[x-]", &[], &["x", "-"]),
            ("[^", &[], &["a"]),
            ("a[", &[], &["a", "a["]),
            ("\\", &[], &["\\", "a"]),
            ("!", &[], &["a"]),
            ("", &[], &["a"]),
            (".", &[], &["a"]),
        ] {
            for path in matching {
                assert!(ignores(&[pattern], path), "{pattern} {path}");
            }
            for path in others {
                assert!(!ignores(&[pattern], path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn last_match_decides() {
        for (patterns, path, expected) in [
            (&["*.go", "!a.go"][..], "a.go", false),
            (&["!a.go", "*.go"], "a.go", true),
            (&["docs", "!docs/README.md"], "docs/README.md", false),
            (&["docs/", "  !docs/README.md  "], "docs/README.md", false),
            (&["docs/*", "!docs/README.md"], "docs/x", true),
            (&["**", "!util/docker/web"], "util/docker/web/foo", false),
            (&["**", "!util/docker/web", "util/docker/web/foo"], "util/docker/web/foo", true),
            (&[".env*", "!.env.example"], ".env.example", false),
            (&[".env*", "!.env.example"], ".env", true),
            (&[" .env "], ".env", true),
            (&[], ".env", false),
        ] {
            assert_eq!(ignores(patterns, path), expected, "{patterns:?} {path}");
        }
    }

    #[test]
    fn many_stars_are_fast() {
        assert!(!ignores(&[&("**/*a".repeat(200) + "b")], &"a/".repeat(500)));
    }

    #[test]
    fn lines_of_a_file() {
        let text = "\u{feff}test1\n/test2\r\n/a//file/./here/\n\n \nlastfile\n# comment\n #no comment\n! /inverted/abs/path\n!\n! \n/\n";
        let expected = ["test1", "test2", "a/file/here", "lastfile", "#no comment", "!inverted/abs/path", "/"];
        assert_eq!(parse(text), expected);
    }
}
