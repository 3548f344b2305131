//! Plans by directory and by pattern: the plan in a directory, those that match a pattern, and all below a directory.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;
use railpack2docker::{Code, Diagnostic};

use super::paths::path_word;

/// The name of a plan unless another is given.
pub(crate) const PLAN_NAME: &str = "railpack-plan.json";

/// The path of the plan that a name stands for: the file itself, or the plan in a directory.
///
/// Fails for a directory without a plan. A file that does not exist fails when it is read.
pub(crate) fn plan_at(path: &Path) -> Result<PathBuf, Diagnostic> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let plan = plan_of(path);
    if plan.is_file() { Ok(plan) } else { Err(no_plan_in(path)) }
}

/// The path of the plan in a directory, whether or not it exists.
pub(crate) fn plan_of(directory: &Path) -> PathBuf {
    without_dot(&directory.join(PLAN_NAME))
}

/// The plans in directories that match a pattern, and the files that match it: only files with the name of a plan,
/// unless the pattern ends in `.json`. Sorted. Files that git ignores don't match.
///
/// Fails for an invalid pattern, and for one that matches no plan.
pub(crate) fn plans_matching(pattern: &str) -> Result<Vec<PathBuf>, Diagnostic> {
    let matcher = parse_pattern(pattern)?;
    let names_files = Path::new(pattern).extension().is_some_and(|extension| extension == "json");
    let found = plans_in(&literal_prefix(pattern), &|path, is_directory| {
        let is_match = matcher.is_match(path);
        let is_plan = |path: &Path| names_files || path.file_name().is_some_and(|name| name == PLAN_NAME);
        match (is_match, is_directory) {
            (true, true) => Some(plan_of(path)).filter(|plan| plan.is_file()),
            (true, false) => Some(path.to_owned()).filter(|path| is_plan(path)),
            (false, _) => None,
        }
    })?;
    if found.is_empty() {
        let message = format!("no plan matches `{pattern}`");
        let help = "a pattern matches directories that contain a `railpack-plan.json`, and, if it ends in `.json`, \
                    files; it ignores what git ignores";
        return Err(Diagnostic::new(Code::UnreadablePlan, message).with_help(help));
    }
    Ok(found)
}

/// Every `railpack-plan.json` below a directory that git does not ignore, sorted.
///
/// Fails if a directory can't be read. Links are not followed.
pub(crate) fn plans_below(directory: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    plans_in(directory, &|path, is_directory| {
        let is_plan = !is_directory && path.file_name().is_some_and(|name| name == PLAN_NAME);
        is_plan.then(|| path.to_owned())
    })
}

/// Whether a name that is not the name of a file is a pattern.
pub(crate) fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[', '{']) && !path.exists()
}

/// A selection: the plan that a path, which may be that of a directory, stands for.
type Select<'a> = &'a dyn Fn(&Path, bool) -> Option<PathBuf>;

fn plans_in(directory: &Path, select: Select<'_>) -> Result<Vec<PathBuf>, Diagnostic> {
    let root = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let mut found = Vec::new();
    if !root.exists() {
        return Ok(found);
    }
    // ignore files count outside git repositories, too
    for entry in WalkBuilder::new(root).require_git(false).build() {
        let entry = entry.map_err(|error| cannot_search(root, &error))?;
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        found.extend(select(&without_dot(entry.path()), is_directory));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A path without a leading `./`.
fn without_dot(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

/// The directory at the start of a pattern that contains no wildcards.
fn literal_prefix(pattern: &str) -> PathBuf {
    let has_wildcard = |part: &&str| part.contains(['*', '?', '[', '{', '\\']);
    let end = pattern.split('/').take_while(|part| !has_wildcard(part)).map(|part| part.len() + 1).sum::<usize>();
    PathBuf::from(pattern.get(..end).unwrap_or(pattern))
}

fn parse_pattern(pattern: &str) -> Result<GlobMatcher, Diagnostic> {
    let text = pattern.strip_prefix("./").unwrap_or(pattern);
    match GlobBuilder::new(text).literal_separator(true).build() {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => {
            let message = format!("invalid pattern `{pattern}`: {}", error.kind());
            Err(Diagnostic::new(Code::UnreadablePlan, message)
                .with_help("the syntax is that of gitignore, with `*`, `**`, `?`, `[a-z]` and `{a,b}`"))
        }
    }
}

fn cannot_search(root: &Path, error: &ignore::Error) -> Diagnostic {
    let message = format!("can't search for plans below `{}`: {error}", root.display());
    Diagnostic::new(Code::UnreadablePlan, message)
        .with_help("pass the plans by name, or add directories that can't be read to `.gitignore`")
}

/// The error for a directory that contains no plan.
fn no_plan_in(directory: &Path) -> Diagnostic {
    let message = format!("`{}` contains no build plan: there is no `{PLAN_NAME}` in it", directory.display());
    Diagnostic::new(Code::UnreadablePlan, message).with_help(format!(
        "generate one with `railpack2docker sync {}`, or pass the path of the plan",
        path_word(directory)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fs_err as fs;

    #[test]
    fn a_pattern_starts_with_a_literal_directory() {
        for (pattern, prefix) in [
            ("apps/*/plan.json", "apps/"),
            ("*.json", ""),
            ("/a/b/c?/d", "/a/b/"),
            ("../x/**", "../x/"),
            ("{a,b}/c", ""),
        ] {
            assert_eq!(literal_prefix(pattern), Path::new(prefix), "{pattern}");
        }
    }

    #[test]
    fn ignored_plans_are_not_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for directory in ["a", "b/c", "node_modules/x", ".hidden", "empty"] {
            fs::create_dir_all(root.join(directory)).unwrap();
            if directory != "empty" {
                fs::write(root.join(directory).join(PLAN_NAME), "{}").unwrap();
            }
        }
        fs::write(root.join(".gitignore"), "node_modules\n").unwrap();
        fs::write(root.join("a/other.json"), "{}").unwrap();
        let names = |found: Vec<PathBuf>| -> Vec<String> {
            let name = |path: PathBuf| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.into_iter().map(name).collect()
        };
        assert_eq!(names(plans_below(root).unwrap()), ["a/railpack-plan.json", "b/c/railpack-plan.json"]);
        let matching = |pattern: &str| names(plans_matching(&format!("{}/{pattern}", root.display())).unwrap());
        assert_eq!(matching("*"), ["a/railpack-plan.json"]);
        assert_eq!(matching("**/other.json"), ["a/other.json"]);
        assert_eq!(matching("**"), ["a/railpack-plan.json", "b/c/railpack-plan.json"]);
        assert_eq!(matching("{a,b/c}"), ["a/railpack-plan.json", "b/c/railpack-plan.json"]);
        assert!(plans_matching(&format!("{}/x*", root.display())).is_err());
        assert!(plans_matching("nowhere/*").is_err());
        assert!(plans_matching("[").is_err());
    }
}
