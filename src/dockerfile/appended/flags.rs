//! Flags of an instruction, such as `--mount=type=secret,id=A`.

/// A flag without its quotes, escapes and leading `--`, and its position.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) at: usize,
    pub(super) text: String,
}

impl Flag {
    /// The value of a flag with this name.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.text.strip_prefix(name)?.strip_prefix('=')
    }

    /// The fields of a value, as names in lower case and values. `None` if they are malformed.
    pub(super) fn fields(value: &str) -> Option<Vec<(String, String)>> {
        let field = |field: String| {
            let (name, value) = field.split_once('=').unwrap_or((&field, ""));
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Some(csv(value)?.into_iter().map(field).collect())
    }
}

/// The flags of an instruction from this position on, and the position of the operands after them
/// (`extractBuilderFlags` in `frontend/dockerfile/parser`). BuildKit reads flags byte by byte. Fails with the position
/// of a flag that is not ASCII.
pub(super) fn flags(text: &str, start: usize) -> Result<(Vec<Flag>, usize), usize> {
    let mut flags = Vec::new();
    let mut at = start;
    loop {
        at = text.len() - text.get(at..).unwrap_or_default().trim_ascii_start().len();
        let rest = text.get(at..).unwrap_or_default();
        if !rest.starts_with("--") {
            return Ok((flags, at));
        }
        let (word, length) = word(rest);
        if !word.is_ascii() {
            return Err(at);
        }
        if word == "--" {
            return Ok((flags, at + length));
        }
        flags.push(Flag { at, text: word.get(2..).unwrap_or_default().to_owned() });
        at += length;
    }
}

/// The first word of a text without its quotes and escapes, and its length with them.
fn word(text: &str) -> (String, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            None if c.is_ascii_whitespace() => return (word, at),
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ if c == '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => word.push(c),
        }
    }
    (word, text.len())
}

/// The fields of a line of CSV. `None` if it is malformed.
fn csv(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let mut field = String::new();
        match rest.strip_prefix('"') {
            Some(mut quoted) => loop {
                let (part, after) = quoted.split_once('"')?;
                field.push_str(part);
                match after.strip_prefix('"') {
                    Some(more) => {
                        field.push('"');
                        quoted = more;
                    }
                    None => {
                        rest = after;
                        break;
                    }
                }
            },
            None => {
                let (part, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                if part.contains('"') {
                    return None;
                }
                field.push_str(part);
                rest = after;
            }
        }
        fields.push(field);
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return rest.is_empty().then_some(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_end_at_the_first_operand() {
        let texts = |text: &str| -> Option<(Vec<String>, String)> {
            let (flags, rest) = flags(text, 0).ok()?;
            Some((flags.into_iter().map(|flag| flag.text).collect(), text[rest..].to_owned()))
        };
        for (text, expected, rest) in [
            ("--a=b  --c d --e", &["a=b", "c"][..], "d --e"),
            ("--a=\"b c\" --d='e' f", &["a=b c", "d=e"], "f"),
            (r"--a=b\ c d", &["a=b c"], "d"),
            ("-- --a", &[], " --a"),
            ("a", &[], "a"),
            ("", &[], ""),
        ] {
            let expected: Vec<String> = expected.iter().map(|flag| (*flag).to_owned()).collect();
            assert_eq!(texts(text), Some((expected, rest.to_owned())), "{text}");
        }
        assert_eq!(flags("a --é", 1), Err(2));
    }

    #[test]
    fn fields_of_a_value() {
        let pairs = |pairs: &[(&str, &str)]| -> Option<Vec<(String, String)>> {
            Some(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        assert_eq!(
            Flag::fields("Type=secret,id=A=B,required"),
            pairs(&[("type", "secret"), ("id", "A=B"), ("required", "")])
        );
        assert_eq!(Flag::fields("\"id=a,\"\"b\"\"\",x=y"), pairs(&[("id", "a,\"b\""), ("x", "y")]));
        for malformed in ["\"id=a", "a\"b", "\"a\"b"] {
            assert_eq!(Flag::fields(malformed), None, "{malformed}");
        }
    }
}
