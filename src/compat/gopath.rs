//! The functions of Go's `path` package that Railpack uses: `Clean`, `Join`, `Base`, `Dir`.

/// The shortest equivalent path (`path.Clean`).
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// Joins two paths and cleans the result (`path.Join`).
pub(crate) fn join(parent: &str, path: &str) -> String {
    clean(&format!("{parent}/{path}"))
}

/// The last component (`path.Base`).
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// All but the last component, cleaned (`path.Dir`).
pub(crate) fn dir(path: &str) -> String {
    clean(path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default())
}

/// Makes a path of a plan absolute: relative paths are under `/app`.
pub(crate) fn under_app(path: &str) -> String {
    if path.starts_with('/') { clean(path) } else { join("/app", path) }
}

/// Whether an absolute path is `folder` or below it.
pub(crate) fn is_in(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_in_itself_and_in_its_ancestors() {
        for folder in ["/var/lib/apt", "/var/lib", "/"] {
            assert!(is_in("/var/lib/apt", folder), "{folder}");
        }
        assert!(!is_in("/var/lib/apt2", "/var/lib/apt"));
    }

    #[test]
    fn results_match_go() {
        for (path, cleaned) in [
            ("", "."),
            (".", "."),
            ("./a", "a"),
            ("a/", "a"),
            ("a//b", "a/b"),
            ("a/./b/..", "a"),
            ("..", ".."),
            ("../a", "../a"),
            ("a/../..", ".."),
            ("/..", "/"),
            ("/", "/"),
            ("/a/../b/", "/b"),
            ("*.json", "*.json"),
        ] {
            assert_eq!(clean(path), cleaned, "{path:?}");
        }
        for (path, last) in [("", "."), ("/", "/"), ("a", "a"), ("a/b/", "b"), ("..", ".."), ("//", "/")] {
            assert_eq!(base(path), last, "{path:?}");
        }
        for (path, parent) in [("", "."), ("a", "."), ("a/b", "a"), ("/a", "/"), ("/a/b/", "/a/b"), ("/", "/")] {
            assert_eq!(dir(path), parent, "{path:?}");
        }
        for (path, absolute) in [(".", "/app"), ("a", "/app/a"), ("../x", "/x"), ("/x/", "/x")] {
            assert_eq!(under_app(path), absolute, "{path:?}");
        }
    }
}
