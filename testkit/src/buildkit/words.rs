//! Splits a line into words: flags, names with values, JSON, CSV.

use super::Read;

/// Whether a character separates operands, according to the parser's own pattern.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The flags before a line's operands, and the rest of the line.
///
/// Flags are read byte by byte, and each byte is a Latin-1 character.
pub(super) fn flags(line: &str) -> (Vec<String>, String) {
    let bytes = line.as_bytes();
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|b| char::from(*b).is_whitespace()) {
            at += 1;
        }
        if !bytes.get(at..).unwrap_or_default().starts_with(b"--") {
            return (flags, rest(bytes, at));
        }
        let (word, has_quotes, end) = flag(bytes, at);
        at = end;
        if word == "--" {
            return (flags, rest(bytes, at));
        }
        if has_quotes || !word.is_empty() {
            flags.push(word);
        }
    }
}

fn rest(bytes: &[u8], at: usize) -> String {
    String::from_utf8_lossy(bytes.get(at..).unwrap_or_default()).into_owned()
}

/// A flag without its quotes and escapes, whether it had quotes, and the position of its end.
fn flag(bytes: &[u8], mut at: usize) -> (String, bool, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut has_quotes = false;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let c = char::from(byte);
        match quote {
            None if c.is_whitespace() => return (word, has_quotes, at - 1),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                has_quotes = true;
            }
            Some(open) if c == open => quote = None,
            _ if c == '\\' => {
                if let Some(&escaped) = bytes.get(at) {
                    at += 1;
                    word.push(char::from(escaped));
                }
            }
            _ => word.push(c),
        }
    }
    (word, has_quotes, at)
}

/// Splits the operands of ENV or ARG into words. Quotes and escapes are kept.
pub(super) fn quoted_words(rest: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match quote {
            None if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c == '\\' && quote != Some('\'') {
            // a backslash at the end is dropped
            let Some(escaped) = chars.next() else { break };
            word.push(c);
            word.push(escaped);
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The strings of a JSON array, or `None` if the text is not a JSON array.
pub(super) fn json(rest: &str) -> Read<Option<Vec<String>>> {
    let rest = rest.trim_start();
    if !rest.starts_with('[') {
        return Ok(None);
    }
    let Ok(items) = serde_json::from_str::<Vec<serde_json::Value>>(rest) else { return Ok(None) };
    let strings = items.into_iter().map(|item| match item {
        serde_json::Value::String(text) => Ok(text),
        other => Err(format!("`{other}` in a JSON array is no string")),
    });
    strings.collect::<Read<_>>().map(Some)
}

/// The fields of one line of CSV.
pub(super) fn csv(line: &str) -> Read<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let field = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (field, after) = quoted_field(quoted)?;
                rest = after;
                field
            }
            None => {
                let (field, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                if field.contains('"') {
                    return Err(format!("a bare quote in the field `{field}`"));
                }
                rest = after;
                field.to_owned()
            }
        };
        fields.push(field);
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None if rest.is_empty() => return Ok(fields),
            None => return Err(format!("`{rest}` behind a quoted field")),
        }
    }
}

fn quoted_field(mut rest: &str) -> Read<(String, &str)> {
    let mut field = String::new();
    loop {
        let (text, after) = rest.split_once('"').ok_or("a quoted field without its end")?;
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Ok((field, after)),
        }
    }
}
