//! Splits a Dockerfile into logical lines: comments, directives, continuations and heredocs.

use super::lex::Lex;
use super::words::{flags, is_blank, json};
use super::{Env, Heredoc, Read};

/// The maximum length of a line in bytes, including its line feed.
const LONGEST: usize = 65_536;

/// A logical line, with its continuations joined.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) keyword: String,
    pub(super) flags: Vec<String>,
    pub(super) rest: String,
    pub(super) json: Option<Vec<String>>,
    pub(super) heredocs: Vec<Heredoc>,
}

/// The content of a Dockerfile: directives, comments and logical lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) directives: Vec<(String, String)>,
    pub(super) comments: Vec<String>,
    pub(super) joined: Vec<Line>,
}

pub(super) fn read(text: &str) -> Read<Lines> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut physical = text.split_inclusive('\n');
    if physical.clone().any(|line| line.len() > LONGEST || (!line.ends_with('\n') && line.len() == LONGEST)) {
        return Err("a line is too long".to_owned());
    }
    let mut read = Lines::default();
    let mut at_top = true;
    while let Some(line) = physical.next() {
        let line = without_end(line).trim_start();
        if at_top {
            match directive(line) {
                Some(found) => {
                    read.take_directive(found)?;
                    continue;
                }
                None => at_top = false,
            }
        }
        if let Some(comment) = line.strip_prefix('#') {
            read.comments.push(comment.to_owned());
            continue;
        }
        let (mut joined, mut goes_on) = continuation(line);
        if !goes_on && joined.is_empty() {
            continue;
        }
        while goes_on {
            let Some(next) = physical.next().map(without_end) else { break };
            if let Some(comment) = next.trim_start().strip_prefix('#') {
                read.comments.push(comment.to_owned());
            } else if !next.trim_start().is_empty() {
                let (text, more) = continuation(next);
                joined.push_str(&text);
                goes_on = more;
            }
        }
        let mut line = split(&joined)?;
        for heredoc in &mut line.heredocs {
            heredoc.content = body(heredoc, &mut physical)?;
        }
        read.joined.push(line);
    }
    if read.joined.is_empty() { Err("a file with no instructions".to_owned()) } else { Ok(read) }
}

impl Lines {
    fn take_directive(&mut self, (name, value): (String, String)) -> Read<()> {
        if self.directives.iter().any(|(earlier, _)| *earlier == name) {
            return Err(format!("the directive `{name}` stands there twice"));
        }
        if name == "escape" && value != "\\" {
            return Err("another escape character is not ported".to_owned());
        }
        self.directives.push((name, value));
        Ok(())
    }
}

fn without_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

/// Parses `# name=value`, if the name is known.
fn directive(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_known = ["syntax", "escape", "check"].contains(&name.as_str());
    (is_known && !value.is_empty()).then(|| (name, value.to_owned()))
}

/// The line without a backslash at its end, and whether there was one. A backslash after another one does not count.
fn continuation(line: &str) -> (String, bool) {
    match line.trim_end_matches([' ', '\t']).strip_suffix('\\') {
        Some(before) if !before.ends_with('\\') => (before.to_owned(), true),
        _ => (line.to_owned(), false),
    }
}

fn split(line: &str) -> Read<Line> {
    let line = line.trim();
    let (keyword, operands) = line.split_at(line.find(is_blank).unwrap_or(line.len()));
    let keyword = keyword.to_uppercase();
    let (flags, rest) = flags(operands.trim_start_matches(is_blank));
    let rest = rest.trim().to_owned();
    let takes_json = ["RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME"].contains(&keyword.as_str());
    let json = if takes_json { json(&rest)? } else { None };
    let takes_heredocs = ["RUN", "COPY", "ADD"].contains(&keyword.as_str()) && json.is_none();
    let heredocs = if takes_heredocs && line.contains("<<") { heredocs(line)? } else { Vec::new() };
    Ok(Line { keyword, flags, rest, json, heredocs })
}

/// The heredocs that a line announces. Their contents are in the lines after it.
fn heredocs(line: &str) -> Read<Vec<Heredoc>> {
    let lex = Lex { keep_quotes: true, keep_escapes: true, keep_unset: true, ..Lex::default() };
    // a line that the lexer can't read has no heredocs
    let words = lex.read(line, &Env::new()).map(|lexed| lexed.words).unwrap_or_default();
    words.iter().filter_map(|word| heredoc(word).transpose()).collect()
}

/// Parses a heredoc: `<<NAME`, optionally after a number.
pub(super) fn heredoc(word: &str) -> Read<Option<Heredoc>> {
    let Some(behind) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<") else {
        return Ok(None);
    };
    let (chomp, name) = match behind.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, behind),
    };
    let name = name.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if name.is_empty() || name.contains('<') {
        return Ok(None);
    }
    let lex = Lex { keep_unset: true, ..Lex::default() };
    let plain = lex.read(name, &Env::new())?.words;
    let quoted = Lex { keep_quotes: true, ..lex }.read(name, &Env::new())?.words;
    let ([plain], [quoted]) = (plain.as_slice(), quoted.as_slice()) else { return Ok(None) };
    let quotes = |word: &str| word.matches(['\'', '"']).count();
    let expand = quotes(plain) == quotes(quoted);
    Ok(Some(Heredoc { name: plain.clone(), expand, chomp, content: String::new() }))
}

fn body<'t>(heredoc: &Heredoc, lines: &mut impl Iterator<Item = &'t str>) -> Read<String> {
    let mut content = String::new();
    for line in lines {
        let end = without_end(line);
        let end = if heredoc.chomp { end.trim_start_matches('\t') } else { end };
        if end == heredoc.name {
            return Ok(content);
        }
        content.push_str(line);
    }
    Err(format!("the heredoc `{}` has no end", heredoc.name))
}
