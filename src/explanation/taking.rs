//! Which files of the build context a COPY takes.

use crate::dockerfile::{Copy, Exclude};
use crate::ignoring;
use crate::lower::gopath::clean;

/// Whether a COPY from the build context takes a file, whose path is clean and relative. A pattern
/// is one of Go's `filepath.Match`; what lies in a directory is taken with it.
pub(super) fn takes(copy: &Copy, file: &str) -> bool {
    if copy.from.is_some() {
        return false;
    }
    let source = clean(&format!("/{}", copy.paths.source()));
    let source = source.trim_start_matches('/');
    let Some(below) = below(source, file) else { return false };
    let exclude: Vec<String> = copy.exclude.iter().map(Exclude::pattern).map(str::to_owned).collect();
    // patterns are about what is in a directory, never about a single file
    below.is_empty() || !ignoring::is_ignored(&exclude, below)
}

/// What of a file's path lies below a source: empty where the source is the file itself.
fn below<'f>(source: &str, file: &'f str) -> Option<&'f str> {
    if source.is_empty() {
        return Some(file);
    }
    let depth = source.split('/').count();
    let end = file.match_indices('/').nth(depth - 1).map(|(slash, _)| slash);
    let (head, rest) = match end {
        Some(slash) => (file.get(..slash)?, file.get(slash + 1..)?),
        None => (file, ""),
    };
    let is_taken = if is_pattern(source) { ignoring::matches_name(source, head) } else { source == head };
    is_taken.then_some(rest)
}

/// Whether `BuildKit` looks for what matches. [`ignoring::is_pattern`] holds for more: a path in which each
/// such character has a backslash in front is looked for as it is, backslashes and all.
fn is_pattern(source: &str) -> bool {
    let mut is_escaped = false;
    source.chars().any(|c| {
        let is_wild = !is_escaped && "*?[".contains(c);
        is_escaped = !is_escaped && c == '\\';
        is_wild
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::CopyPaths;

    fn taken(source: &str, exclude: &[&str], file: &str) -> bool {
        let exclude = exclude.iter().map(|pattern| Exclude::new(pattern).unwrap()).collect();
        let paths = CopyPaths::new(source, "/app").unwrap();
        takes(&Copy { comment: None, from: None, link: false, exclude, paths }, file)
    }

    #[test]
    fn a_path_takes_itself_and_what_is_in_it() {
        for (source, takes, others) in [
            (".", &["a", "a/b", ".env"][..], &[][..]),
            ("", &["a/b"], &[]),
            ("/", &["a/b"], &[]),
            ("package.json", &["package.json"], &["package-lock.json", "web/package.json", "package.json5"]),
            ("src", &["src", "src/a", "src/a/b"], &["srcs/a", "lib/src/a"]),
            ("./src/", &["src/a"], &["src2/a"]),
            ("a/../src", &["src/a"], &["a/src/b"]),
            ("../src", &["src/a"], &["a"]),
            ("*.json", &["a.json", "b.json/c"], &["x/a.json", "a.json5"]),
            (
                "packages/*/package.json",
                &["packages/a/package.json"],
                &["packages/package.json", "packages/a/b/package.json"],
            ),
            ("p*", &["package.json", "packages/a/b"], &["src/p"]),
            ("**/x", &["a/x", "a/x/y"], &["x", "a/b/x"]),
            ("[ab].js", &["a.js"], &["c.js", "[ab].js"]),
            ("a\\*", &["a\\*"], &["a*", "ab"]),
            ("a\\**", &["a*", "a*b"], &["a\\*", "ab"]),
            ("[[]x]", &["[x]", "[x]/y"], &["x"]),
            ("!a", &["!a"], &["a", "b"]),
            ("a ", &["a "], &["a"]),
            ("git@x:y", &["git@x:y"], &["y"]),
        ] {
            for file in takes {
                assert!(taken(source, &[], file), "{source} {file}");
            }
            for file in others {
                assert!(!taken(source, &[], file), "{source} {file}");
            }
        }
    }

    #[test]
    fn patterns_of_what_is_left_out_start_from_the_source() {
        for (source, exclude, file, expected) in [
            (".", &["node_modules"][..], "node_modules/a", false),
            (".", &["node_modules"], "web/node_modules/a", true),
            ("web", &["node_modules"], "web/node_modules/a", false),
            ("web", &["web"], "web/a", true),
            ("web", &["*.md", "!README.md"], "web/README.md", true),
            ("web", &["*.md", "!README.md"], "web/NEWS.md", false),
            ("README.md", &["*.md"], "README.md", true),
            (".", &["*", "!lib*"], "lib1/a", true),
            (".", &["*", "!lib*"], "src/a", false),
        ] {
            assert_eq!(taken(source, exclude, file), expected, "{source} {exclude:?} {file}");
        }
    }
}
