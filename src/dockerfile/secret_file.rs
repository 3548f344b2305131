//! The files in which commands find mounted secrets.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::MountField;
use super::spelling::{Inexpressible, LONGEST_NAME, percent_encode};

/// The directory in which BuildKit mounts secrets.
const DIRECTORY: &str = "/run/secrets";

/// The file of a mounted secret: `/run/secrets/ID`. IDs that are not plain file names are percent-encoded:
/// BuildKit would use only the last component of an ID (`dispatchSecret` in
/// `frontend/dockerfile/dockerfile2llb/convert_secrets.go`), and `*` doesn't match a hidden file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SecretFile {
    path: String,
    target: Option<MountField>,
}

impl SecretFile {
    /// The file of the secret with this ID. Different IDs have different files.
    ///
    /// # Errors
    /// Those of [`MountField::new`].
    pub(crate) fn new(id: &str) -> Result<Self, Inexpressible> {
        let name = file_name(id);
        let path = format!("{DIRECTORY}/{name}");
        let target = if name == id { None } else { Some(MountField::new("target", &path)?) };
        Ok(Self { path, target })
    }

    /// The absolute path, which is a plain word for a shell.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The field that sets the path, unless it is BuildKit's default.
    pub(crate) fn target(&self) -> Option<&MountField> {
        self.target.as_ref()
    }
}

impl fmt::Display for SecretFile {
    /// Writes the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// A visible file name that differs for different IDs.
fn file_name(id: &str) -> String {
    let encoded = percent_encode(id, b"-_.");
    let visible = match encoded.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => encoded,
    };
    if visible.len() > LONGEST_NAME {
        // no encoded ID has an `s` after a `%`
        return format!("%sha256-{}", HEXLOWER.encode(&Sha256::digest(id)));
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_are_file_names_and_others_are_encoded() {
        for (id, path, target) in [
            ("NPM_TOKEN", "/run/secrets/NPM_TOKEN", None),
            ("npm.token-1", "/run/secrets/npm.token-1", None),
            ("prod/db", "/run/secrets/prod%2Fdb", Some("target=/run/secrets/prod%2Fdb")),
            (".env", "/run/secrets/%2Eenv", Some("target=/run/secrets/%2Eenv")),
            ("..", "/run/secrets/%2E.", Some("target=/run/secrets/%2E.")),
            ("a b$", "/run/secrets/a%20b%24", Some("target=/run/secrets/a%20b%24")),
            ("a%2Fb", "/run/secrets/a%252Fb", Some("target=/run/secrets/a%252Fb")),
        ] {
            let file = SecretFile::new(id).unwrap();
            assert_eq!((file.path(), file.target().map(ToString::to_string).as_deref()), (path, target));
        }
    }

    #[test]
    fn names_of_long_ids_are_digests() {
        let length = |id: &str| SecretFile::new(id).unwrap().path().len() - "/run/secrets/".len();
        assert_eq!(length(&"n".repeat(255)), 255);
        assert_eq!(length(&"n".repeat(256)), "%sha256-".len() + 64);
        assert_eq!(length(&"/".repeat(85)), 255);
        assert_eq!(length(&"/".repeat(86)), "%sha256-".len() + 64);
    }
}
