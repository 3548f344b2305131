//! The report of the files that were written.

use std::path::{Path, PathBuf};

use railpack2docker::{Code, Diagnostic, Transpiled};

use super::counts::counted;
use crate::files::output_files::Outcome;
use crate::files::paths::with_real_directory;

/// A message for each file, the Dockerfile first. Its message has its number of stages and secrets.
pub(crate) fn written(files: &[(PathBuf, Outcome)], dockerfile: Option<&Path>, of: &Transpiled) -> Vec<Diagnostic> {
    let is_dockerfile =
        |path: &Path| dockerfile.is_some_and(|file| with_real_directory(file) == with_real_directory(path));
    let (first, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_dockerfile(path));
    let size = size(of);
    let message = |(path, outcome): &(PathBuf, Outcome)| {
        let (path, size) = (path.display(), if is_dockerfile(path) { format!(": {size}") } else { String::new() });
        Diagnostic::new(
            Code::WrittenFile,
            match outcome {
                Outcome::Written => format!("wrote {path}{size}"),
                Outcome::Unchanged => format!("{path} is unchanged{size}"),
                Outcome::Removed => format!("removed {path}"),
            },
        )
    };
    first.into_iter().chain(others).map(message).collect()
}

/// The numbers of stages and secrets, such as `5 stages, 1 secret`.
pub(crate) fn size(of: &Transpiled) -> String {
    let count = |count: usize, what: &str| if count == 0 { format!("no {what}s") } else { counted(count, what) };
    format!("{}, {}", count(of.stages(), "stage"), count(of.secrets(), "secret"))
}
