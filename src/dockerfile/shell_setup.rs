//! Statements that a shell runs before a command, to read mounted files into environment variables.

use std::fmt;

use super::bundle::{BundleDigest, HAS_SECRETS};
use super::env::is_bare_name;
use super::secret_file::SecretFile;
use super::spelling::{Inexpressible, LONGEST_ARGUMENT};

/// A statement of a script, including its final `;`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShellSetup(String);

impl ShellSetup {
    /// Exports a variable with the content of a secret's file. `$(…)` strips trailing line feeds, so a
    /// dot is appended and then removed again. With `optional`, a missing file gives an empty variable.
    ///
    /// # Errors
    /// A name that a shell can't export; a line feed, a NUL or `<<` in the id.
    pub(crate) fn export_file(name: &str, id: &str, optional: bool) -> Result<Self, Inexpressible> {
        if !is_bare_name(name) {
            return Err(Inexpressible::Malformed("a name that a shell can export"));
        }
        let file = SecretFile::new(id)?;
        let file = file.path();
        let silent = if optional { " 2>/dev/null" } else { "" };
        Ok(Self(format!("{name}=\"$(cat {file}{silent}; echo .)\"; export {name}=\"${{{name}%.}}\";")))
    }

    /// Reads the bundle in a secret's file, and checks that it has the secrets of this digest. If not, the shell
    /// exits: the check is a function that only an intact bundle defines. A shell quotes what it can't run, which in
    /// a damaged bundle can be a value, so its messages are discarded.
    ///
    /// # Errors
    /// Those of [`SecretFile::new`].
    pub(crate) fn read_bundle(id: &str, digest: &BundleDigest) -> Result<Self, Inexpressible> {
        let file = SecretFile::new(id)?;
        Ok(Self(format!(". {} 2>/dev/null; {HAS_SECRETS} {digest} || exit;", file.path())))
    }
}

impl fmt::Display for ShellSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Fails if a script of these statements, with `rest` bytes of other text, exceeds the kernel's limit for
/// an argument.
pub(crate) fn check_script(setup: &[ShellSetup], rest: usize) -> Result<(), Inexpressible> {
    // each statement is on a line of its own, followed by a space and by the indentation of the next line
    let length = setup.iter().map(|statement| statement.0.len() + 5).sum::<usize>() + rest;
    if length > LONGEST_ARGUMENT { Err(Inexpressible::LongScript(length)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled() {
        assert_eq!(
            ShellSetup::export_file("A", "a", false).unwrap().to_string(),
            r#"A="$(cat /run/secrets/a; echo .)"; export A="${A%.}";"#
        );
        assert_eq!(
            ShellSetup::export_file("A", "a b", true).unwrap().to_string(),
            r#"A="$(cat /run/secrets/a%20b 2>/dev/null; echo .)"; export A="${A%.}";"#
        );
        assert_eq!(
            ShellSetup::read_bundle("a b", &BundleDigest::new(["A", "B"])).unwrap().to_string(),
            ". /run/secrets/a%20b 2>/dev/null; has_secrets 394dde52 || exit;"
        );
        assert!(ShellSetup::export_file("a-b", "a", false).is_err());
    }

    #[test]
    fn script_must_fit_in_one_argument() {
        let setup = ["A", "B"].map(|name| ShellSetup::export_file(name, name, false).unwrap());
        let lines: usize = setup.iter().map(|setup| format!("{setup} \n    ").len() - 1).sum();
        assert_eq!(check_script(&setup, LONGEST_ARGUMENT - lines), Ok(()));
        assert_eq!(check_script(&setup, LONGEST_ARGUMENT - lines + 1), Err(Inexpressible::LongScript(131_072)));
    }
}
