//! All secrets in one bundle: a file of exports that a shell reads, and that checks itself.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use super::Values;
use crate::dockerfile::{BundleDigest, is_exportable};
use crate::text::list;

/// The largest secret that BuildKit accepts, in bytes.
pub const LARGEST: usize = 500 * 1024;

/// The remedy in the messages of a bundle.
const REMEDY: &str = "generate it again with railpack2docker bundle";

/// The function, with placeholders.
const FUNCTION: &str = include_str!("has_secrets.sh");

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

/// A script for `sh` that exports the values byte for byte, sorted by name. Empty if there are none.
/// Without a final line feed, it has the same bytes, and so the same hash, in a file and in a variable.
///
/// Its last lines define the function that a Dockerfile calls to check it. If the script is damaged, the shell exits,
/// or the function is missing or fails: it checks that the names are those of its argument, that each variable is
/// set, and, if there is `sha256sum`, that each value is intact.
///
/// # Errors
/// The first name or value that a shell can't export; a bundle of more than 500 KiB.
pub fn bundle(values: &Values) -> Result<Vec<u8>, Unbundlable> {
    let names: Vec<&str> = values.iter().map(|(name, _)| name).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut script = begin(&names).into_bytes();
    for (name, value) in values.iter() {
        check(name, value)?;
        script.extend(export(name, value));
    }
    script.extend(function(&names, &digest(values)).trim_end().bytes());
    limited(script)
}

/// A script of one line that runs a bundle, which it contains in base64. It contains no single quotes. A shell that
/// reads it needs the program `base64`. Empty if the bundle is.
///
/// # Errors
/// A script of more than 500 KiB.
pub fn bundle_in_base64(bundle: &[u8]) -> Result<Vec<u8>, Unbundlable> {
    if bundle.is_empty() {
        return Ok(Vec::new());
    }
    limited(format!("eval \"$(echo {} | base64 -d)\"", BASE64.encode(bundle)).into_bytes())
}

fn check(name: &str, value: &[u8]) -> Result<(), Unbundlable> {
    if !is_exportable(name) {
        return Err(Unbundlable::Name(name.to_owned()));
    }
    if value.contains(&0) {
        return Err(Unbundlable::Nul(name.to_owned()));
    }
    Ok(())
}

fn limited(bundle: Vec<u8>) -> Result<Vec<u8>, Unbundlable> {
    if bundle.len() > LARGEST { Err(Unbundlable::TooLarge(bundle.len())) } else { Ok(bundle) }
}

/// The first lines. A line that fails ends the shell, with a message on standard output: a Dockerfile discards the
/// error messages of a bundle that it reads. The variables have no values from elsewhere.
fn begin(names: &[&str]) -> String {
    format!("trap 'echo \"the bundle is damaged: {REMEDY}\"' EXIT\nset -e\nunset {}\n", names.join(" "))
}

/// The line that exports a variable.
fn export(name: &str, value: &[u8]) -> Vec<u8> {
    let mut line = format!("export {name}='").into_bytes();
    for byte in value {
        match byte {
            b'\'' => line.extend(br"'\''"),
            other => line.push(*other),
        }
    }
    line.extend(b"'\n");
    line
}

/// The SHA-256 of the values, each followed by a NUL, in hexadecimal.
fn digest(values: &Values) -> String {
    let mut digest = Sha256::new();
    for (_, value) in values.iter() {
        digest.update(value);
        digest.update([0]);
    }
    HEXLOWER.encode(&digest.finalize())
}

/// The function that checks the bundle. It leaves nothing behind, not even itself.
fn function(names: &[&str], sum: &str) -> String {
    let check = |name: &&str| format!("  : \"${{{name}?is not in the bundle: $2}}\"");
    let checks: Vec<String> = names.iter().map(check).collect();
    let values: Vec<String> = names.iter().map(|name| format!("\"${name}\"")).collect();
    // no name contains a `%`
    FUNCTION
        .replace("%remedy%", REMEDY)
        .replace("%digest%", &BundleDigest::new(names.iter().copied()).to_string())
        .replace("%names%", &list(names))
        .replace("%checks%", &checks.join("\n"))
        .replace("%values%", &values.join(" "))
        .replace("%sum%", sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum computed with `printf '%s\0' '' "it's" | sha256sum`.
    const BUNDLE: &str = r#"trap 'echo "the bundle is damaged: generate it again with railpack2docker bundle"' EXIT
set -e
unset A B
export A=''
export B='it'\''s'
has_secrets() {
  set +e
  trap - EXIT
  set -- "$1" 'generate it again with railpack2docker bundle'
  if test "$1" != 394dde52; then
    echo "the bundle contains A and B, but the Dockerfile needs other secrets: $2" >&2
    return 1
  fi
  : "${A?is not in the bundle: $2}"
  : "${B?is not in the bundle: $2}"
  if command -v sha256sum >/dev/null && test "$(printf '%s\0' "$A" "$B" | sha256sum)" != 'e3c10685b0de7aaa3018ed2bd24b82876913fc0202fc3b1175fe1b0f8b2ede6b  -'; then
    echo "a value in the bundle is damaged: $2" >&2
    return 1
  fi
  unset -f has_secrets
}"#;

    #[test]
    fn a_bundle_exports_values_and_checks_itself() {
        let values = Values::from_iter([("B", "it's"), ("A", "")]);
        assert_eq!(String::from_utf8(bundle(&values).unwrap()).unwrap(), BUNDLE);
        assert_eq!(bundle(&Values::default()).unwrap(), b"");
        assert_eq!(bundle_in_base64(b"").unwrap(), b"");
        assert_eq!(bundle_in_base64(b"a").unwrap(), b"eval \"$(echo YQ== | base64 -d)\"");
    }

    #[test]
    fn values_that_a_shell_or_buildkit_rejects_are_rejected() {
        for name in ["", "1A", "A-B", "é", "A=B", "UID", "IFS", "_"] {
            let values = Values::from_iter([(name, "x")]);
            assert_eq!(bundle(&values), Err(Unbundlable::Name(name.to_owned())));
        }
        assert_eq!(bundle(&Values::from_iter([("A", "a\0b")])), Err(Unbundlable::Nul("A".to_owned())));
        let rest = bundle(&Values::from_iter([("A", "")])).unwrap().len();
        let with = |length: usize| bundle(&Values::from_iter([("A", "x".repeat(length))]));
        assert_eq!(with(LARGEST - rest).unwrap().len(), LARGEST);
        assert_eq!(with(LARGEST - rest + 1), Err(Unbundlable::TooLarge(LARGEST + 1)));
        let longest_in_base64 = with(LARGEST / 4 * 3 - rest - 30).unwrap();
        assert!(bundle_in_base64(&longest_in_base64).is_ok());
        assert!(bundle_in_base64(&with(LARGEST / 4 * 3 - rest).unwrap()).is_err());
    }
}
