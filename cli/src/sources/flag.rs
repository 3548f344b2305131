//! What `--secret` says: a name, a name and a value, or the fields of `docker build --secret`.
//!
//! No error shows what was given, but for the name: it may hold a value.

use std::fmt;
use std::path::PathBuf;

/// Where the value of a secret is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretFlag {
    pub(super) name: String,
    pub(super) from: From,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum From {
    /// In this variable of the environment.
    Variable(String),
    /// On the command line itself.
    Value(String),
    /// In this file.
    File(PathBuf),
    /// In the variable of the secret's name, or else in the file of that name.
    VariableOrFile,
}

impl fmt::Debug for SecretFlag {
    /// The name alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretFlag").field(&self.name).finish()
    }
}

/// What is wrong with a `--secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    NoName,
    NoId,
    NoKey(usize),
    UnknownKey(usize),
    UnknownType,
    Quote,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => f.write_str("a `--secret` has no name"),
            Self::NoId => f.write_str("a `--secret` with fields has no `id=NAME` among them"),
            Self::NoKey(field) => write!(f, "field {field} of a `--secret` is not `key=value`"),
            Self::UnknownKey(field) => {
                write!(f, "field {field} of a `--secret` is none of `id`, `env`, `src`, `source` and `type`")
            }
            Self::UnknownType => f.write_str("the `type` of a `--secret` is neither `env` nor `file`"),
            Self::Quote => f.write_str("a quote in a `--secret` is out of place"),
        }
    }
}

impl std::error::Error for Malformed {}

const KEYS: [&str; 5] = ["id", "env", "src", "source", "type"];

impl SecretFlag {
    /// Reads `NAME`, `NAME=VALUE` or, where it begins with the key of a field, the fields that
    /// `docker build` takes: `id=NAME[,env=VAR][,src=FILE][,type=env|file]`, as a line of CSV. As
    /// in Docker, `env` goes before `src`, and `type=env` makes `src` a variable.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let Some((first, value)) = text.split_once('=') else {
            if text.is_empty() {
                return Err(Malformed::NoName);
            }
            return Ok(Self { name: text.to_owned(), from: From::Variable(text.to_owned()) });
        };
        if KEYS.contains(&first.trim_start_matches('"').to_ascii_lowercase().as_str()) {
            return Self::of_fields(&fields(text)?);
        }
        if first.is_empty() {
            return Err(Malformed::NoName);
        }
        Ok(Self { name: first.to_owned(), from: From::Value(value.to_owned()) })
    }

    fn of_fields(fields: &[String]) -> Result<Self, Malformed> {
        let (mut id, mut env, mut src, mut is_env) = (String::new(), String::new(), String::new(), false);
        for (number, field) in (1..).zip(fields) {
            let (key, value) = field.split_once('=').ok_or(Malformed::NoKey(number))?;
            match key.to_ascii_lowercase().as_str() {
                "id" => value.clone_into(&mut id),
                "env" => value.clone_into(&mut env),
                "src" | "source" => value.clone_into(&mut src),
                "type" => match value {
                    "env" => is_env = true,
                    "file" => is_env = false,
                    _ => return Err(Malformed::UnknownType),
                },
                _ => return Err(Malformed::UnknownKey(number)),
            }
        }
        if id.is_empty() {
            return Err(Malformed::NoId);
        }
        if is_env && env.is_empty() {
            env = std::mem::take(&mut src);
        }
        let from = if !env.is_empty() {
            From::Variable(env)
        } else if !src.is_empty() {
            From::File(src.into())
        } else {
            From::VariableOrFile
        };
        Ok(Self { name: id, from })
    }
}

/// The fields of a line of CSV: a field in quotes can hold commas, and quotes doubled.
fn fields(line: &str) -> Result<Vec<String>, Malformed> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(Malformed::Quote);
                }
                (field.to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err(Malformed::Quote),
        }
    }
}

/// A field after its opening quote, and what follows the closing one.
fn quoted_field(quoted: &str) -> Result<(String, &str), Malformed> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"').ok_or(Malformed::Quote)?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Ok((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::csv_field;

    #[test]
    fn each_form_is_read() {
        let variable = |name: &str| From::Variable(name.to_owned());
        let file = |path: &str| From::File(path.into());
        for (text, name, from) in [
            ("A", "A", variable("A")),
            ("A=", "A", From::Value(String::new())),
            ("A=b=c,d", "A", From::Value("b=c,d".to_owned())),
            ("A=id=b", "A", From::Value("id=b".to_owned())),
            ("id=A", "A", From::VariableOrFile),
            ("ID=A,ENV=B", "A", variable("B")),
            ("id=A,src=b/c", "A", file("b/c")),
            ("src=b,id=A", "A", file("b")),
            ("id=A,source=b=c", "A", file("b=c")),
            ("id=A,type=file,source=b", "A", file("b")),
            ("type=env,id=A,src=B", "A", variable("B")),
            ("id=A,env=B,src=c", "A", variable("B")),
            (r#"id=A,"src=b,""c""""#, "A", file(r#"b,"c""#)),
            (r#""id=A",src=b"#, "A", file("b")),
        ] {
            assert!(SecretFlag::parse(text) == Ok(SecretFlag { name: name.to_owned(), from }), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_said() {
        for (text, expected) in [
            ("", Malformed::NoName),
            ("=x", Malformed::NoName),
            ("src=x", Malformed::NoId),
            ("id=,src=x", Malformed::NoId),
            ("id=A,x", Malformed::NoKey(2)),
            ("id=A,", Malformed::NoKey(2)),
            ("id=A,mode=0400", Malformed::UnknownKey(2)),
            ("id=A,type=x", Malformed::UnknownType),
            (r#"id=A,src="x""#, Malformed::Quote),
            (r#"id=A,"src=x"#, Malformed::Quote),
            (r#"id=A,"src=x"y"#, Malformed::Quote),
        ] {
            assert_eq!(SecretFlag::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_field_reads_back() {
        for field in ["a", "a,b", "a\"b", "\"", " a", "a b"] {
            assert_eq!(fields(&format!("x,{}", csv_field(field))).unwrap(), ["x", field]);
        }
    }
}
