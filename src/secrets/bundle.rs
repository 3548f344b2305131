//! All secrets in one bundle: a script of exports, in base64.

use std::fmt;

use data_encoding::BASE64;

use super::Values;
use crate::dockerfile::is_bare_name;

/// The largest secret that BuildKit accepts, in bytes.
pub const LARGEST: usize = 500 * 1024;

/// Valid variable names that can't be set, because the shell sets them itself: those of bash, and `_`.
const FIXED: [&str; 7] = ["_", "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID"];

/// The reason why values can't be bundled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unbundlable {
    /// A shell can't have a variable of this name, or can't set it.
    Name(String),
    /// The value of the secret with this name contains a NUL, which is not allowed in a variable.
    Nul(String),
    /// The bundle would have this many bytes.
    TooLarge(usize),
}

impl fmt::Display for Unbundlable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "a shell can't export a variable named `{name}`"),
            Self::Nul(name) => {
                write!(f, "the value of `{name}` contains a NUL byte, which is not allowed in a variable")
            }
            Self::TooLarge(bytes) => {
                write!(f, "the bundle is {bytes} bytes long, but BuildKit limits a secret to {LARGEST}")
            }
        }
    }
}

impl std::error::Error for Unbundlable {}

/// Encodes the values as a script for `sh` in base64, with an `export NAME='…'` for each name, sorted by
/// name. When `eval` runs the decoded script, it sets each value byte for byte.
///
/// # Errors
/// The first name or value that a shell can't export; a bundle of more than 500 KiB.
pub fn bundle(values: &Values) -> Result<String, Unbundlable> {
    let mut script = Vec::new();
    for (name, value) in values.iter() {
        if !is_exportable(name) {
            return Err(Unbundlable::Name(name.to_owned()));
        }
        if value.contains(&0) {
            return Err(Unbundlable::Nul(name.to_owned()));
        }
        script.extend(b"export ");
        script.extend(name.as_bytes());
        script.extend(b"='");
        for byte in value {
            match byte {
                b'\'' => script.extend(br"'\''"),
                other => script.push(*other),
            }
        }
        script.extend(b"'\n");
    }
    let bundle = BASE64.encode(&script);
    if bundle.len() > LARGEST {
        return Err(Unbundlable::TooLarge(bundle.len()));
    }
    Ok(bundle)
}

fn is_exportable(name: &str) -> bool {
    is_bare_name(name) && !FIXED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(values: &Values) -> String {
        String::from_utf8(BASE64.decode(bundle(values).unwrap().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn each_value_is_one_quoted_word() {
        let values = Values::from_iter([("B", "it's $HOME\n"), ("A", "")]);
        assert_eq!(script(&values), "export A=''\nexport B='it'\\''s $HOME\n'\n");
    }

    #[test]
    fn values_that_a_shell_or_buildkit_rejects_are_rejected() {
        for name in ["", "1A", "A-B", "é", "A=B", "UID", "PPID", "_"] {
            let values = Values::from_iter([(name, "x")]);
            assert_eq!(bundle(&values), Err(Unbundlable::Name(name.to_owned())));
        }
        assert_eq!(bundle(&Values::from_iter([("A", "a\0b")])), Err(Unbundlable::Nul("A".to_owned())));
        // `export A=''` and a line feed: 12 bytes, and four characters for each three bytes
        let fitting = LARGEST / 4 * 3 - 12;
        assert_eq!(bundle(&Values::from_iter([("A", "x".repeat(fitting))])).unwrap().len(), LARGEST);
        let larger = Values::from_iter([("A", "x".repeat(fitting + 1))]);
        assert_eq!(bundle(&larger), Err(Unbundlable::TooLarge(LARGEST + 4)));
    }

    /// The environment of `sh` after `eval`, for awkward values.
    #[cfg(unix)]
    #[expect(clippy::disallowed_types, reason = "the shell is the reader")]
    #[test]
    fn a_shell_sets_each_value_byte_for_byte() {
        use std::process::Command;
        let every_byte: Vec<u8> = (1..=255).collect();
        let pem = "-----BEGIN PRIVATE KEY-----\nMIIE+/=\n-----END PRIVATE KEY-----\n";
        let large = "x".repeat(100 * 1024);
        let mut values: Values = [
            ("A", ""),
            ("B", " a  b "),
            ("C", "'\"`$(false)${A}\\"),
            ("D", "\n\na\n\n"),
            ("E", pem),
            ("F", "é ✓"),
            ("G", "'"),
            ("H", "''"),
            ("I", &large),
        ]
        .into_iter()
        .collect();
        values.insert("J", every_byte);
        let bundled = bundle(&values).unwrap();
        for (name, value) in values.iter() {
            let script = format!("eval \"$(base64 -d)\"; exec printenv {name}");
            let mut child = Command::new("sh")
                .args(["-c", &script])
                .env("LC_ALL", "C")
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), bundled.as_bytes()).unwrap();
            let printed = child.wait_with_output().unwrap().stdout;
            assert_eq!(printed.strip_suffix(b"\n"), Some(value), "{name}");
        }
    }
}
