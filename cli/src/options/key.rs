//! The key of the secrets hash.

use std::path::PathBuf;

use clap::ValueHint;
use fs_err as fs;
use railpack2docker::{Code, Diagnostic};

use super::secret_sources::variable_value;
use crate::files::paths::path_word;
use crate::files::read::read_error;

/// The environment variable for the key.
pub(crate) const VARIABLE: &str = "RAILPACK2DOCKER_HASH_KEY";

/// The source of the key.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    /// Key file for the secrets hash [env: RAILPACK2DOCKER_HASH_KEY]
    ///
    /// A trailing line feed is not part of the key. The environment variable contains the key itself. Without a key,
    /// the hash is computed slowly, so that weak values are slow to guess.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[expect(clippy::doc_markdown, reason = "help texts have the form of clap's own notes")]
    key_file: Option<PathBuf>,
}

impl KeyArgs {
    /// Reads the key. An empty variable counts as no key; an empty file is an error.
    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>, Diagnostic> {
        let Some(path) = &self.key_file else {
            return Ok(variable_value(VARIABLE).map(without_line_feed).filter(|key| !key.is_empty()));
        };
        let error = |why: String| {
            Diagnostic::new(Code::UnreadableKey, format!("can't read the key from `{}`: {why}", path.display()))
        };
        let key = without_line_feed(fs::read(path).map_err(|cause| error(read_error(&cause)))?);
        if key.is_empty() {
            return Err(error("the file is empty".to_owned())
                .with_help(format!("generate a key with `openssl rand -hex 32 > {}`", path_word(path))));
        }
        Ok(Some(key))
    }
}

/// The key without the line feed that editors and `echo` append.
fn without_line_feed(mut key: Vec<u8>) -> Vec<u8> {
    if key.last() == Some(&b'\n') {
        key.pop();
        if key.last() == Some(&b'\r') {
            key.pop();
        }
    }
    key
}
