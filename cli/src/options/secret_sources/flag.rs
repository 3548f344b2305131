//! The value of `--secret`: a name, a name and a value, or the fields of `docker build --secret`.
//!
//! It may contain a secret's value, so errors show at most the name.

use std::fmt;
use std::path::PathBuf;

/// A secret and the source of its value.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretFlag {
    pub(super) name: String,
    pub(super) from: From,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum From {
    /// This environment variable.
    Variable(String),
    /// The command line itself.
    Value(String),
    /// This file.
    File(PathBuf),
    /// The environment variable of the secret's name, or else the file of that name.
    VariableOrFile,
}

impl fmt::Debug for SecretFlag {
    /// The name alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretFlag").field(&self.name).finish()
    }
}

/// An error in the value of `--secret`.
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
            Self::NoName => f.write_str("`--secret` without a name"),
            Self::NoId => f.write_str("`--secret` without the field `id=NAME`"),
            Self::NoKey(field) => write!(f, "field {field} of `--secret` is not `key=value`"),
            Self::UnknownKey(field) => {
                write!(
                    f,
                    "field {field} of `--secret` has an unknown key (expected `id`, `env`, `src`, `source` or `type`)"
                )
            }
            Self::UnknownType => f.write_str("unknown `type` in `--secret` (expected `env` or `file`)"),
            Self::Quote => f.write_str("misplaced quote in `--secret`"),
        }
    }
}

impl std::error::Error for Malformed {}

const KEYS: [&str; 5] = ["id", "env", "src", "source", "type"];

impl SecretFlag {
    /// Parses `NAME`, `NAME=VALUE` or, if it begins with the key of a field, the fields of `docker build`:
    /// `id=NAME[,env=VAR][,src=FILE][,type=env|file]`, as a line of CSV. As in Docker, `env` takes precedence
    /// over `src`, and `type=env` makes `src` a variable.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let Some((first, value)) = text.split_once('=') else {
            if text.is_empty() {
                return Err(Malformed::NoName);
            }
            return Ok(Self { name: text.to_owned(), from: From::Variable(text.to_owned()) });
        };
        if KEYS.contains(&first.trim_start_matches('"').to_ascii_lowercase().as_str()) {
            return Self::from_fields(&fields(text)?);
        }
        if first.is_empty() {
            return Err(Malformed::NoName);
        }
        Ok(Self { name: first.to_owned(), from: From::Value(value.to_owned()) })
    }

    fn from_fields(fields: &[String]) -> Result<Self, Malformed> {
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

/// The fields of a line of CSV. A quoted field can contain commas, and doubled quotes.
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
    use railpack2docker::header::{self, BuildCommand, SecretSource};

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
    fn a_malformed_value_is_refused() {
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
    fn the_flag_of_a_build_command_parses() {
        for field in ["a", "a,b", "a\"b", "\"", " a", "a b"] {
            let mut command = BuildCommand::default();
            let source = SecretSource::File(field.to_owned());
            command.secrets = vec![header::SecretFlag { id: field.to_owned(), source }];
            let arguments = command.arguments();
            let flag = SecretFlag::parse(arguments[1].to_str().unwrap());
            assert!(flag == Ok(SecretFlag { name: field.to_owned(), from: From::File(field.into()) }), "{field}");
        }
    }
}
