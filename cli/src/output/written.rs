//! The report of the files that were written.

use std::path::{Path, PathBuf};

use railpack2docker::{Code, Diagnostic, Transpiled};

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
    format!("{}, {}", counted(of.stages(), "stage"), counted(of.secrets(), "secret"))
}

fn counted(count: usize, what: &str) -> String {
    let count_text = if count == 0 { "no".to_owned() } else { count.to_string() };
    format!("{count_text} {what}{}", if count == 1 { "" } else { "s" })
}
