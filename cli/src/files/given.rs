//! How the path of a file was given, for the remedies of errors about it.

use std::path::Path;

use fs_err as fs;

use super::paths::path_word;

/// How the path of a file was given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given {
    /// A Dockerfile, with this option.
    Dockerfile(&'static str),
    /// Another file, with this option.
    Other(&'static str),
    /// A file of the plan, in the directory of `--assets`.
    Assets,
    /// By no option: the path follows from that of the plan.
    BesidePlan,
}

impl Given {
    /// The ignore file of a Dockerfile.
    pub(crate) fn ignore_file(self) -> Self {
        match self {
            Self::Dockerfile(option) => Self::Other(option),
            other => other,
        }
    }

    /// What can be done about a directory in the place of the file.
    pub(crate) fn instead_of_directory(self, path: &Path) -> String {
        match self {
            Self::Dockerfile(option) => {
                let inside = path_word(&path.join("Dockerfile"));
                format!("pass the path of a file in it: `{option} {inside}`")
            }
            _ => self.elsewhere().map_or_else(|| "move it away".to_owned(), |elsewhere| format!("pass {elsewhere}")),
        }
    }

    /// What can be done about the plan in the place of the file.
    pub(crate) fn instead_of_plan(self) -> String {
        self.elsewhere().map_or_else(|| "rename the plan".to_owned(), |elsewhere| format!("pass {elsewhere}"))
    }

    /// What can be done about a file that is not overwritten.
    pub(crate) fn instead_of_file(self) -> String {
        match (self, self.elsewhere()) {
            // `--force` is about the Dockerfile
            (Self::Other("--source-map"), Some(elsewhere)) => format!("delete it, or pass {elsewhere}"),
            (_, Some(elsewhere)) => format!("pass `--force` to overwrite it, or {elsewhere}"),
            (_, None) => "pass `--force` to overwrite it, or move it away".to_owned(),
        }
    }

    /// Another path, and its option.
    fn elsewhere(self) -> Option<String> {
        match self {
            Self::Dockerfile(option) | Self::Other(option) => Some(format!("another path to `{option}`")),
            Self::Assets => Some("another directory to `--assets`".to_owned()),
            Self::BesidePlan => None,
        }
    }
}

/// Whether two paths lead to the same file, which exists.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b))
}
