//! The key that the hash of the secrets is made with.

use std::path::PathBuf;

use clap::ValueHint;
use fs_err as fs;

use super::files::why_unreadable;
use super::sources::variable_value;
use crate::Diagnostic;

/// The variable that holds the key.
pub(super) const VARIABLE: &str = "RAILPACK2DOCKER_HASH_KEY";

/// Where the key is.
#[derive(Debug, clap::Args)]
pub(super) struct KeyArgs {
    /// Make the hash with the key in this file, or else in the variable `RAILPACK2DOCKER_HASH_KEY`
    ///
    /// A line feed at its end is no part of the key. Without a key, the hash takes a moment longer: then each guess
    /// at a weak value does, too.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    key_file: Option<PathBuf>,
}

impl KeyArgs {
    /// The key, if there is one. A variable that is empty is none; a file that is empty is an error.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, Diagnostic> {
        let Some(path) = &self.key_file else {
            return Ok(variable_value(VARIABLE).map(trimmed).filter(|key| !key.is_empty()));
        };
        let cannot = |why: String| {
            Diagnostic::new(Code::UnreadableKey, format!("can't read the key from `{}`: {why}", path.display()))
        };
        let key = trimmed(fs::read(path).map_err(|error| cannot(why_unreadable(&error)))?);
        if key.is_empty() {
            return Err(cannot("it is empty".to_owned())
                .with_help(format!("make one with `openssl rand -hex 32 > {}`", super::args::path_word(path))));
        }
        Ok(Some(key))
    }
}

/// Without the line feed that editors and `echo` leave.
fn trimmed(mut key: Vec<u8>) -> Vec<u8> {
    if key.last() == Some(&b'\n') {
        key.pop();
        if key.last() == Some(&b'\r') {
            key.pop();
        }
    }
    key
}
