//! Files of the build context that should stay out of the image, and do not.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use fs_err as fs;

use super::files::{ignore_path, read_whole, why_unreadable};
use crate::compat::patternmatcher::{self, is_ignored};
use crate::text::list_first;
use crate::{Diagnostic, Options, Transpiled};

const CODE: &str = "exposed-file";

/// How many folders below the context's root `.env` files are looked for.
const DEEPEST: usize = 2;

/// How many files and folders are looked at.
const MOST_ENTRIES: usize = 5_000;

/// How many files are named.
const MOST_NAMED: usize = 10;

/// Folders that people do not keep their `.env` in, and that are large.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// Files that show what belongs into a `.env`, and hold no secrets.
const EXAMPLES: [&str; 4] = [".env.example", ".env.sample", ".env.template", ".env.dist"];

/// What excludes `.env` files at the root of a context, and in its folders, too.
const AT_ROOT: &str = ".env*";
const ANYWHERE: &str = "**/.env*";

/// A context that was named is there.
pub(super) fn check_directory(context: &Path) -> Result<(), Diagnostic> {
    match fs::read_dir(context) {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotADirectory => "it is no directory".to_owned(),
                std::io::ErrorKind::NotFound => "there is no such directory".to_owned(),
                _ => why_unreadable(&error),
            };
            let message = format!("can't read the build context `{}`: {why}", context.display());
            Err(Diagnostic::new(Code::UnreadableContext, message))
        }
    }
}

/// Warns of `.env` files and files of secrets that a build would copy from the context. The
/// Dockerfile is that of the build, where it has a place of its own.
pub(super) fn exposed(
    context: &Path,
    made: &Transpiled,
    options: &Options,
    dockerfile: Option<&Path>,
    secrets: &[&Path],
) -> Option<Diagnostic> {
    if made.whole_copies.is_empty() || options.allow.contains(CODE) {
        return None;
    }
    let ignoring = IgnoreFile::of(context, made, dockerfile);
    let is_copied = |path: &String| {
        !is_ignored(&ignoring.patterns, path) && made.whole_copies.iter().any(|exclude| !is_ignored(exclude, path))
    };
    let mut files = env_files(context);
    files.extend(secrets.iter().filter_map(|path| inside(path, context)));
    let files: Vec<String> = files.into_iter().filter(is_copied).collect();
    (!files.is_empty()).then(|| warning(&files, &ignoring))
}

/// What Docker leaves out of the context, and where it is told so.
struct IgnoreFile {
    patterns: Vec<String>,
    /// None where the plan says it.
    path: Option<PathBuf>,
}

impl IgnoreFile {
    /// The ignore file beside the Dockerfile if there is one, else that of the context.
    fn of(context: &Path, made: &Transpiled, dockerfile: Option<&Path>) -> Self {
        if let Some(text) = &made.dockerignore {
            return Self { patterns: patternmatcher::parse(text), path: None };
        }
        let read = |path: PathBuf| {
            let text = String::from_utf8_lossy(&read_whole(&path).ok()?).into_owned();
            Some(Self { patterns: patternmatcher::parse(&text), path: Some(path) })
        };
        let path = context.join(".dockerignore");
        let beside = dockerfile.map(ignore_path).and_then(read);
        beside.or_else(|| read(path)).unwrap_or(Self { patterns: Vec::new(), path: None })
    }

    /// How to leave out what these patterns match.
    fn remedy(&self, patterns: &BTreeSet<String>) -> String {
        let patterns = listed(patterns.iter());
        match &self.path {
            Some(path) if path.file_name() != Some(".dockerignore".as_ref()) => {
                format!("add {patterns} to the end of `{}`", path.display())
            }
            _ => {
                format!(
                    "add {patterns} to the end of `.dockerignore`, and make the plan anew: its `exclude` comes from there"
                )
            }
        }
    }
}

fn warning(files: &[String], ignoring: &IgnoreFile) -> Diagnostic {
    let they_are = if files.len() == 1 { "it is" } else { "each is" };
    let message = format!(
        "the build context holds {}, and nothing excludes {}: {they_are} sent to the builder and copied into a layer",
        listed(files.iter()),
        if files.len() == 1 { "it" } else { "them" },
    );
    let mut patterns: BTreeSet<String> = files.iter().map(|file| excluding(file)).collect();
    if patterns.contains(ANYWHERE) {
        patterns.remove(AT_ROOT);
    }
    Diagnostic::warning(CODE, message).with_help(ignoring.remedy(&patterns))
}

/// The pattern that excludes a file, and those like it.
fn excluding(file: &str) -> String {
    match file.rsplit_once('/') {
        None if is_env_file(file) => AT_ROOT.to_owned(),
        Some((_, name)) if is_env_file(name) => ANYWHERE.to_owned(),
        _ => file.to_owned(),
    }
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    list_first(names.map(|name| format!("`{name}`")), MOST_NAMED, |others| format!("{others} more"))
}

fn is_env_file(name: &str) -> bool {
    (name == ".env" || name.starts_with(".env.")) && !EXAMPLES.contains(&name)
}

/// The `.env` files near the root of a context, as paths from there. What can't be read is passed
/// over.
fn env_files(context: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = VecDeque::from([(String::new(), 0)]);
    let mut left = MOST_ENTRIES;
    while let Some((folder, depth)) = open.pop_front() {
        let Ok(entries) = fs::read_dir(context.join(&folder)) else { continue };
        for entry in entries.take(left).flatten() {
            left -= 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            // a link is copied as a link
            let Ok(kind) = entry.file_type() else { continue };
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if kind.is_file() && is_env_file(&name) {
                found.insert(path);
            } else if kind.is_dir() && depth < DEEPEST && !SKIPPED.contains(&name.as_str()) {
                open.push_back((path, depth + 1));
            }
        }
    }
    found
}

/// The path of a file from the context, if it is in there.
fn inside(file: &Path, context: &Path) -> Option<String> {
    let file = fs::canonicalize(file).ok().filter(|file| file.is_file())?;
    let path = file.strip_prefix(fs::canonicalize(context).ok()?).ok()?;
    let parts = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    Some(parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_with_variables() {
        for name in [".env", ".env.local", ".env.production", ".env.example.local"] {
            assert!(is_env_file(name), "{name}");
        }
        for name in [".env.example", ".env.dist", ".envrc", "env", "a.env", ".environment"] {
            assert!(!is_env_file(name), "{name}");
        }
    }

    #[test]
    fn they_are_looked_for_near_the_root() {
        let folder = tempfile::tempdir().unwrap();
        for directory in ["a/b/c", "node_modules", ".git", ".env.d"] {
            fs::create_dir_all(folder.path().join(directory)).unwrap();
            fs::write(folder.path().join(directory).join(".env"), "").unwrap();
        }
        for file in [".env", ".env.sample", "a/.env.local", "a/b/.env"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let found: Vec<String> = env_files(folder.path()).into_iter().collect();
        assert_eq!(found, [".env", ".env.d/.env", "a/.env.local", "a/b/.env"]);
        assert!(env_files(&folder.path().join("missing")).is_empty());
    }

    #[test]
    fn a_list_ends_somewhere() {
        let names: Vec<String> = (0..13).map(|at| at.to_string()).collect();
        assert!(listed(names.iter()).ends_with("`9` and 3 more"));
        assert_eq!(listed(names[..3].iter()), "`0`, `1` and `2`");
        assert_eq!(listed(names[..1].iter()), "`0`");
    }
}
