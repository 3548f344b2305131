//! Finds the heredocs that an instruction starts, as BuildKit does (`heredocsFromLine` in
//! `frontend/dockerfile/parser`). Anything that only looks like one is rejected.

/// A heredoc, whose lines follow the instruction.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    /// The line that ends it.
    pub(super) name: String,
    /// Whether tabs at the start of lines don't count: `<<-`.
    pub(super) chomp: bool,
    /// The start of its word in the instruction.
    pub(super) at: usize,
}

/// The heredocs of an instruction, in order. Fails with a position and a message.
pub(super) fn find(text: &str) -> Result<Vec<Heredoc>, (usize, &'static str)> {
    let mut heredocs = Vec::new();
    if !text.contains("<<") {
        return Ok(heredocs);
    }
    for (at, word) in words(text)? {
        let Some(rest) = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<") else { continue };
        // `<<<` is not a heredoc
        if rest.contains('<') {
            continue;
        }
        let (chomp, name) = rest.strip_prefix('-').map_or((false, rest), |name| (true, name));
        let name = unquoted(name);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err((at, "expected a name such as `EOF` after `<<`"));
        }
        heredocs.push(Heredoc { name: name.to_owned(), chomp, at });
    }
    // BuildKit's lexer expands it, with rules of its own for the blanks and quotes in it
    match heredocs.first() {
        Some(first) if text.contains("${") => Err((first.at, "a heredoc can't be on a line with `${`")),
        _ => Ok(heredocs),
    }
}

/// A name without the quotes around it.
fn unquoted(name: &str) -> &str {
    let strip = |quote| name.strip_prefix(quote)?.strip_suffix(quote);
    strip('\'').or_else(|| strip('"')).unwrap_or(name)
}

/// The words of an instruction, with their quotes and positions.
fn words(text: &str) -> Result<Vec<(usize, &str)>, (usize, &'static str)> {
    let mut words = Vec::new();
    let (mut start, mut quote) = (None, None);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            words.extend(start.take().and_then(|start| Some((start, text.get(start..at)?))));
            continue;
        }
        start.get_or_insert(at);
        match quote {
            Some((open, _)) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some((c, at)),
            // the next character has no meaning
            None | Some(('"', _)) if c == '\\' => drop(chars.next()),
            _ => {}
        }
    }
    words.extend(start.and_then(|start| Some((start, text.get(start..)?))));
    match quote {
        // BuildKit sees no heredoc there
        Some((_, at)) => Err((at, "a quote without an end is on a line with `<<`")),
        None => Ok(words),
    }
}
