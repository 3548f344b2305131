//! What a shell does before a command: it makes environment variables of mounted files.

use std::fmt;

use super::argv::shell_word;
use super::env::is_bare_name;
use super::spelling::{Unspellable, one_line};

/// One statement of a script, its final `;` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prelude(String);

impl Prelude {
    /// Exports a variable with the content of a secret's file. `$(…)` drops the line feeds at the
    /// end, so a dot is put behind them and taken off again. With `optional`, a file that is not
    /// there gives an empty variable.
    ///
    /// # Errors
    /// A name that a shell can't export; a line feed or NUL in the id.
    pub fn export_file(name: &str, id: &str, optional: bool) -> Result<Self, Unspellable> {
        if !is_bare_name(name) {
            return Err(Unspellable::Malformed("a name that a shell can export"));
        }
        let file = secret_file(id)?;
        let silent = if optional { " 2>/dev/null" } else { "" };
        Ok(Self(format!("{name}=\"$(cat {file}{silent}; echo .)\"; export {name}=\"${{{name}%.}}\";")))
    }

    /// Runs the script of exports that a secret holds in base64.
    ///
    /// # Errors
    /// A line feed or NUL in the id.
    pub fn run_bundle(id: &str) -> Result<Self, Unspellable> {
        Ok(Self(format!("eval \"$(base64 -d {})\";", secret_file(id)?)))
    }
}

impl fmt::Display for Prelude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a secret's file is mounted by default, as a word of a shell.
fn secret_file(id: &str) -> Result<String, Unspellable> {
    one_line(id, "a script")?;
    if id.contains("<<") {
        return Err(Unspellable::Malformed("an id that a script can hold"));
    }
    Ok(shell_word(&format!("/run/secrets/{id}"), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled() {
        assert_eq!(
            Prelude::export_file("A", "a", false).unwrap().to_string(),
            r#"A="$(cat /run/secrets/a; echo .)"; export A="${A%.}";"#
        );
        assert_eq!(
            Prelude::export_file("A", "a b", true).unwrap().to_string(),
            r#"A="$(cat '/run/secrets/a b' 2>/dev/null; echo .)"; export A="${A%.}";"#
        );
        assert_eq!(Prelude::run_bundle("ALL").unwrap().to_string(), r#"eval "$(base64 -d /run/secrets/ALL)";"#);
        assert!(Prelude::export_file("a-b", "a", false).is_err());
        assert!(Prelude::run_bundle("a\nb").is_err());
    }
}
