//! Paths of generated files, and paths as they are printed.

use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use railpack2docker::shell;

/// The ignore file of a Dockerfile.
pub(crate) fn dockerignore_path(dockerfile: &Path) -> PathBuf {
    let mut name = dockerfile.as_os_str().to_owned();
    name.push(".dockerignore");
    PathBuf::from(name)
}

/// The directory of a file: `.` for a bare name.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The nearest file with a name, from a directory upward. `None` if there is none, or no such directory.
pub(crate) fn nearest(directory: &Path, name: &str) -> Option<PathBuf> {
    let directory = fs::canonicalize(directory).ok()?;
    directory.ancestors().map(|directory| directory.join(name)).find(|file| file.is_file())
}

/// A path as a word of a shell command, never as an option.
pub(crate) fn path_word(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('-') && text != "-" {
        return shell::word(&format!("./{text}"));
    }
    shell::word(&text)
}

/// A path relative to a directory: never absolute, with `/` as the separator. Without a common parent, the
/// name of the file alone.
pub(crate) fn relative(path: &Path, directory: &Path) -> String {
    // WebAssembly has no current directory, so paths stay relative there
    let absolute = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| normalized(path))
    };
    let parent = absolute(path.parent().unwrap_or(Path::new("")));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut parts = way(&absolute(directory), &parent).unwrap_or_default();
    parts.push(name);
    parts.join("/")
}

/// The components that lead from a directory to another one. `None` without a common parent, and if the way contains
/// the unknown name of a directory above a relative path.
fn way(from: &Path, to: &Path) -> Option<Vec<String>> {
    let is_name = |component: Component<'_>| matches!(component, Component::Normal(_));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let (mut up, down) = (from.components().skip(common), to.components().skip(common));
    // relative paths have the current directory in common
    let has_parent = !from.has_root() || from.components().take(common).any(is_name);
    let levels = up.clone().count();
    if from.has_root() != to.has_root() || !(levels == 0 || has_parent) || !up.all(is_name) {
        return None;
    }
    let down = down.map(|component| component.as_os_str().to_string_lossy().into_owned());
    Some(std::iter::repeat_n("..".to_owned(), levels).chain(down).collect())
}

/// A directory relative to another one; `.` if they are the same.
pub(crate) fn relative_directory(path: &Path, directory: &Path) -> String {
    // a name below it, so that the path does not contain the name of the directory itself
    const NAME: &str = "x";
    let inner = relative(&path.join(NAME), directory);
    inner.strip_suffix(NAME).and_then(|path| path.strip_suffix('/')).unwrap_or(".").to_owned()
}

/// A path for messages: relative to the current directory if it leads to the same file.
pub(crate) fn shown(path: &Path) -> String {
    let short = relative(path, Path::new("."));
    let real = |path: &Path| fs::canonicalize(path).ok();
    if real(Path::new(&short)) == real(path) { short } else { path.display().to_string() }
}

/// A path relative to the root of its git repository, with `/` as the separator: the same in every directory. Outside
/// a repository, a path relative to the current directory, if it is below it.
pub(crate) fn relative_to_repository(path: &Path) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    let path = normalized(&current.join(path));
    let root = directory_of(&path).ancestors().find(|directory| is_repository(directory));
    let relative = path.strip_prefix(root.unwrap_or(&current)).unwrap_or(&path);
    relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// Whether a directory is the root of a git repository or of a worktree.
pub(crate) fn is_repository(directory: &Path) -> bool {
    directory.join(".git").exists()
}

/// A path without `.` and `..`, except the `..` at the start of a relative path. Links are not resolved.
fn normalized(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for component in path.components() {
        match (component, parts.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (other, _) => parts.push(other),
        }
    }
    parts
}

/// Whether a path stays relative to a directory that it is joined to. On Windows, `/x` and `C:x` do not,
/// although they are relative.
pub(crate) fn can_be_joined(path: &Path) -> bool {
    path.components().all(|part| !matches!(part, Component::Prefix(_) | Component::RootDir))
}

/// The first component of a path relative to a directory that is a symbolic link. `None` also if the path does not
/// exist.
pub(crate) fn first_link(directory: &Path, path: &Path) -> Option<PathBuf> {
    let below = path.components().scan(directory.to_owned(), |at, part| {
        at.push(part);
        Some(at.clone())
    });
    below.into_iter().find(|at| fs::symlink_metadata(at).is_ok_and(|metadata| metadata.is_symlink()))
}

/// An absolute path whose directories contain no symbolic links.
pub(crate) fn with_real_directory(path: &Path) -> PathBuf {
    let directory = directory_of(path);
    let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    path.file_name().map_or(directory.clone(), |name| directory.join(name))
}

/// The target of a path: a symbolic link stays, and the file that it points to is written, whether or not
/// it exists.
pub(crate) fn follow_links(path: &Path) -> PathBuf {
    // the limit of Linux
    const MAX_LINKS: usize = 40;
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
        // `/dev/stdout` links to something without a path
        Ok(_) => return path.to_owned(),
        Err(_) => {}
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_can_not_be_joined() {
        for (path, expected) in [("a/b", true), ("../a", true), ("./a", true), ("/a", false), ("/", false)] {
            assert_eq!(can_be_joined(Path::new(path)), expected, "{path}");
        }
        for elsewhere in [r"C:\a", "C:a", r"\a", r"\\server\share\a"] {
            assert_eq!(can_be_joined(Path::new(elsewhere)), cfg!(unix), "{elsewhere}");
        }
    }

    #[test]
    fn paths_are_relative_to_the_directory_of_the_dockerfile() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for directory in ["a/b", "a/c"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        for (path, directory, expected) in [
            ("a/b/plan.json", "a/b", "plan.json"),
            ("a/b/plan.json", "a", "b/plan.json"),
            ("plan.json", "a/c", "../../plan.json"),
            ("a/b/plan.json", "a/c", "../b/plan.json"),
        ] {
            assert_eq!(relative(&root.join(path), &root.join(directory)), expected);
        }
    }

    #[test]
    fn directories_are_relative_without_their_own_names() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        for (path, directory, expected) in [("", "a/b", "../.."), ("a", "a", "."), ("a/b", "a", "b")] {
            assert_eq!(relative_directory(&root.join(path), &root.join(directory)), expected);
        }
    }

    #[test]
    fn a_path_without_a_common_parent_is_a_bare_name() {
        assert_eq!(relative(Path::new("/proc/plan.json"), Path::new("/usr")), "plan.json");
        assert_eq!(relative(Path::new("/proc/plan.json"), Path::new("/")), "proc/plan.json");
    }

    #[test]
    fn without_a_file_system_paths_are_relative_to_an_unknown_directory() {
        for (from, to, expected) in [
            ("", "", Some("")),
            ("", "docker", Some("docker")),
            ("", "..", Some("..")),
            ("out", "docker/a", Some("../docker/a")),
            ("out/a", "out/b", Some("../b")),
            // the name of the unknown directory
            ("..", "docker", None),
            ("", "/etc", None),
            ("/etc", "docker", None),
        ] {
            let found = way(Path::new(from), Path::new(to)).map(|way| way.join("/"));
            assert_eq!(found.as_deref(), expected, "from `{from}` to `{to}`");
        }
        for (path, expected) in
            [(".", ""), ("./a/./b", "a/b"), ("a/../b", "b"), ("../../a", "../../a"), ("/../a", "/a")]
        {
            assert_eq!(normalized(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn a_path_in_a_repository_is_relative_to_its_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        let path = root.join("a").join("..").join("a").join("b").join(".").join("plan.json");
        assert!(Path::new(&relative_to_repository(&path)).is_absolute());
        fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(relative_to_repository(&path), "a/b/plan.json");
        // a worktree and a submodule have a file
        fs::write(root.join("a/.git"), "gitdir: x").unwrap();
        assert_eq!(relative_to_repository(&path), "b/plan.json");
    }

    #[test]
    fn a_path_is_never_an_option() {
        for (path, word) in [("-o", "./-o"), ("-", "-"), ("a b", "'a b'")] {
            assert_eq!(path_word(Path::new(path)), word);
        }
    }
}
