//! The directory for the plan's files: where it is in relation to the Dockerfile and to the build context.

use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use railpack2docker::{AssetsDirectory, Code, Diagnostic};

use crate::files::paths::{can_be_joined, first_link};
use crate::files::plan_file::PlanFile;

/// The directory with this path relative to the Dockerfile. `source` is the build context if it is not the directory of
/// the plan. Without a file for the Dockerfile, its files are part of
/// it.
///
/// Fails if COPY can't read the directory, or if it is a symbolic link: what is written there would be elsewhere.
pub(super) fn assets_directory(
    given: &Path,
    source: Option<&Path>,
    plan: &PlanFile,
    dockerfile: Option<&Path>,
) -> Result<AssetsDirectory, Diagnostic> {
    let path = slashed(given);
    let Some(dockerfile) = dockerfile else {
        return Ok(AssetsDirectory { path_in_context: path.clone(), path, embedded: true });
    };
    let beside = dockerfile.parent().unwrap_or(Path::new(""));
    let context = source.unwrap_or(if plan.path.is_some() { plan.directory() } else { beside });
    let Ok(parent) = real(beside).strip_prefix(real(context)).map(slashed) else {
        let message = format!(
            "`{}` is outside the build context `{}`, so COPY can't read it",
            beside.join(&path).display(),
            context.display()
        );
        return Err(unusable(&message).with_help("write the Dockerfile to the directory of the plan, or below it"));
    };
    // the library rejects any other path
    if can_be_joined(given) {
        check_directory(beside, Path::new(&path))?;
    }
    let path_in_context = if parent.is_empty() { path.clone() } else { format!("{parent}/{path}") };
    Ok(AssetsDirectory { path, path_in_context, embedded: false })
}

/// A path as it is written in a Dockerfile, without components that mean nothing.
pub(super) fn slashed(path: &Path) -> String {
    if !can_be_joined(path) {
        return path.to_string_lossy().into_owned();
    }
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Fails if the path is anything but a directory, or leads through a link.
fn check_directory(parent: &Path, path: &Path) -> Result<(), Diagnostic> {
    let why = match first_link(parent, path) {
        Some(link) => format!("`{}` is a symbolic link", link.display()),
        None if fs::metadata(parent.join(path)).is_ok_and(|metadata| !metadata.is_dir()) => {
            format!("`{}` is not a directory", parent.join(path).display())
        }
        None => return Ok(()),
    };
    Err(unusable(&why).with_help("pass another directory to `--assets`"))
}

fn unusable(message: &str) -> Diagnostic {
    Diagnostic::new(Code::AssetsDirectory, message)
}

fn real(directory: &Path) -> PathBuf {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    fs::canonicalize(directory).or_else(|_| std::path::absolute(directory)).unwrap_or_else(|_| directory.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_is_relative_to_the_dockerfile_and_the_context() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        let directory = |plan: Option<&str>, dockerfile: &str| {
            let plan = PlanFile { path: plan.map(|plan| folder.path().join(plan)), text: String::new() };
            assets_directory(Path::new("./docker/"), None, &plan, Some(&folder.path().join(dockerfile)))
        };
        for (plan, dockerfile, in_context) in [
            (Some("plan.json"), "Dockerfile", "docker"),
            (Some("plan.json"), "a/Dockerfile", "a/docker"),
            (Some("a/plan.json"), "a/b/Dockerfile", "b/docker"),
            (None, "a/Dockerfile", "docker"),
        ] {
            let found = directory(plan, dockerfile).unwrap();
            assert_eq!((found.path.as_str(), found.path_in_context.as_str()), ("docker", in_context), "{dockerfile}");
        }
        for dockerfile in ["Dockerfile", "b/Dockerfile"] {
            assert_eq!(directory(Some("a/plan.json"), dockerfile).unwrap_err().code, Code::AssetsDirectory);
        }
    }

    #[test]
    fn other_paths_are_kept_for_the_message() {
        for (path, text) in [("../a", "../a"), ("/a", "/a"), ("a/../b", "a/../b"), (".", ""), ("a b", "a b")] {
            assert_eq!(slashed(Path::new(path)), text);
        }
    }
}
