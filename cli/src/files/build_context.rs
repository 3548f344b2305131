//! Files of the build context that should not be in the image.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use fs_err as fs;
use railpack2docker::patternmatcher::{self, is_ignored};
use railpack2docker::{AssetFile, Code, Diagnostic, Options, Transpiled, text};

use super::origin::is_of_transpiler;
use super::paths::{directory_of, dockerignore_path};
use super::plan_file::PlanFile;
use super::read::{read_error, read_file};

/// The maximum depth below the root of the context at which `.env` files are found.
const MAX_DEPTH: usize = 2;

/// The maximum number of files and directories that are searched.
const MAX_ENTRIES: usize = 5_000;

/// The maximum number of files that a message names.
const MAX_NAMED: usize = 10;

/// Large directories that do not contain the project's own `.env` files.
const SKIPPED: [&str; 2] = [".git", "node_modules"];

/// Templates of `.env` files, which contain no secrets.
const TEMPLATES: [&str; 4] = [".env.example", ".env.sample", ".env.template", ".env.dist"];

/// Patterns that exclude `.env` files: at the root of a context, and everywhere.
const AT_ROOT: &str = ".env*";
const ANYWHERE: &str = "**/.env*";

/// Checks that a context is a directory.
pub(crate) fn check_directory(context: &Path) -> Result<(), Diagnostic> {
    match fs::read_dir(context) {
        Ok(_) => Ok(()),
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotADirectory => "it is not a directory".to_owned(),
                std::io::ErrorKind::NotFound => "no such directory".to_owned(),
                _ => read_error(&error),
            };
            let message = format!("can't read the build context `{}`: {why}", context.display());
            Err(Diagnostic::new(Code::UnreadableContext, message))
        }
    }
}

/// Warns about `.env` files and files of secrets that the build would copy from the context. `dockerfile` is
/// the path of the Dockerfile, if it is written to a file.
pub(crate) fn exposed_files(
    context: &Path,
    generated: &Transpiled,
    options: &Options,
    dockerfile: Option<&Path>,
    secrets: &[&Path],
) -> Option<Diagnostic> {
    if options.allow.contains(Code::ExposedFile.name()) {
        return None;
    }
    let ignore_file = IgnoreFile::read(context, generated, dockerfile);
    let is_copied = |path: &String| !is_ignored(&ignore_file.patterns, path) && generated.copies(path);
    let mut files = env_files(context);
    files.extend(secrets.iter().filter_map(|path| path_in_context(path, context)));
    let files: Vec<String> = files.into_iter().filter(is_copied).collect();
    (!files.is_empty()).then(|| warning(&files, &ignore_file))
}

/// The build context of a Dockerfile: the one in its options, or else the directory of the plan. Next to the Dockerfile
/// for a plan from standard input.
pub(crate) fn plan_context(plan: &PlanFile, dockerfile: &Path, options: &Options) -> PathBuf {
    let beside = directory_of(dockerfile);
    match &options.files.context {
        Some(context) => beside.join(context),
        None if plan.path.is_some() => plan.directory().to_owned(),
        None => beside.to_owned(),
    }
}

/// Fails if an ignore file excludes one of the plan's files that the Dockerfile copies from the context.
pub(crate) fn check_assets_are_sent(
    context: &Path,
    generated: &Transpiled,
    dockerfile: &Path,
) -> Result<(), Diagnostic> {
    if generated.assets.is_empty() {
        return Ok(());
    }
    let ignore_file = IgnoreFile::read(context, generated, Some(dockerfile));
    let (Some(path), Some(hidden)) = (&ignore_file.path, ignore_file.hidden(generated)) else { return Ok(()) };
    let path = path.strip_prefix(".").unwrap_or(path);
    let message =
        format!("`{}` excludes `{hidden}`, which the Dockerfile copies from the build context", path.display());
    Err(Diagnostic::new(Code::AssetsDirectory, message)
        .with_help(format!("append `!{hidden}` to it, or pass another directory to `--assets`")))
}

/// Fails if the Dockerfile would copy the plan's files from another directory than its own: the context is not the
/// one that it was generated for.
pub(crate) fn check_assets_are_in(context: &Path, dockerfile: &Path, generated: &Transpiled) -> Result<(), Diagnostic> {
    let beside = directory_of(dockerfile);
    let is_same = |asset: &AssetFile| {
        let copied = fs::canonicalize(context.join(&asset.path_in_context));
        fs::canonicalize(beside.join(&asset.path)).is_ok_and(|own| copied.is_ok_and(|copied| copied == own))
    };
    let Some(asset) = generated.assets.iter().find(|asset| !is_same(asset)) else { return Ok(()) };
    let message = format!(
        "the build context `{}` does not contain `{}` at `{}`",
        context.display(),
        asset.path,
        asset.path_in_context
    );
    Err(Diagnostic::new(Code::AssetsDirectory, message)
        .with_help("build with the directory of the plan as the context, or without `--assets`"))
}

/// The patterns of files that Docker leaves out of the context.
struct IgnoreFile {
    patterns: Vec<String>,
    /// `None` if they come from the plan.
    path: Option<PathBuf>,
}

impl IgnoreFile {
    /// The ignore file of the Dockerfile if there is one, or else that of the context.
    fn read(context: &Path, generated: &Transpiled, dockerfile: Option<&Path>) -> Self {
        if let Some(text) = &generated.dockerignore {
            return Self { patterns: patternmatcher::parse(text), path: None };
        }
        let read = |path: PathBuf| {
            let text = String::from_utf8_lossy(&read_file(&path).ok()?).into_owned();
            Some(Self { patterns: patternmatcher::parse(&text), path: Some(path) })
        };
        // one that was generated from an earlier plan is removed
        let is_own = |path: &PathBuf| !read_file(path).is_ok_and(|content| is_of_transpiler(&content));
        let of_dockerfile = dockerfile.map(dockerignore_path).filter(is_own).and_then(read);
        let of_context = || read(context.join(".dockerignore"));
        of_dockerfile.or_else(of_context).unwrap_or(Self { patterns: Vec::new(), path: None })
    }

    /// The first of the plan's files that the patterns exclude.
    fn hidden<'g>(&self, generated: &'g Transpiled) -> Option<&'g str> {
        let mut paths = generated.assets.iter().map(|asset| asset.path_in_context.as_str());
        paths.find(|path| is_ignored(&self.patterns, path))
    }

    /// The remedy, which excludes files with these patterns.
    fn remedy(&self, patterns: &BTreeSet<String>) -> String {
        let patterns = list(patterns.iter());
        match &self.path {
            Some(path) if path.file_name() != Some(".dockerignore".as_ref()) => {
                format!("append {patterns} to `{}`", path.display())
            }
            _ => format!(
                "append {patterns} to `.dockerignore`, then regenerate the plan: its `exclude` comes from there"
            ),
        }
    }
}

fn warning(files: &[String], ignore_file: &IgnoreFile) -> Diagnostic {
    let (are, they_are) = if files.len() == 1 { ("is", "it is") } else { ("are", "they are") };
    let message = format!(
        "{} {are} in the build context and not excluded: {they_are} sent to the builder and copied into a layer",
        list(files.iter()),
    );
    let mut patterns: BTreeSet<String> = files.iter().map(|file| pattern_for(file)).collect();
    if patterns.contains(ANYWHERE) {
        patterns.remove(AT_ROOT);
    }
    Diagnostic::new(Code::ExposedFile, message).with_help(ignore_file.remedy(&patterns))
}

/// The pattern that excludes a file and its kind.
fn pattern_for(file: &str) -> String {
    match file.rsplit_once('/') {
        None if is_env_file(file) => AT_ROOT.to_owned(),
        Some((_, name)) if is_env_file(name) => ANYWHERE.to_owned(),
        _ => file.to_owned(),
    }
}

/// Names for a message, up to the limit.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    text::list_first(names.map(|name| format!("`{name}`")), MAX_NAMED, |others| format!("{others} more"))
}

fn is_env_file(name: &str) -> bool {
    (name == ".env" || name.starts_with(".env.")) && !TEMPLATES.contains(&name)
}

/// The `.env` files near the root of a context, as paths relative to it. Unreadable directories are skipped.
fn env_files(context: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = VecDeque::from([(String::new(), 0)]);
    let mut left = MAX_ENTRIES;
    while let Some((directory, depth)) = open.pop_front() {
        let Ok(entries) = fs::read_dir(context.join(&directory)) else { continue };
        for entry in entries.take(left).flatten() {
            left -= 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            // a symbolic link is copied as a link
            let Ok(kind) = entry.file_type() else { continue };
            let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
            if kind.is_file() && is_env_file(&name) {
                found.insert(path);
            } else if kind.is_dir() && depth < MAX_DEPTH && !SKIPPED.contains(&name.as_str()) {
                open.push_back((path, depth + 1));
            }
        }
    }
    found
}

/// The path of a file relative to the context. `None` if the file is outside.
fn path_in_context(file: &Path, context: &Path) -> Option<String> {
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
    fn templates_are_not_env_files() {
        for name in [".env", ".env.local", ".env.production", ".env.example.local"] {
            assert!(is_env_file(name), "{name}");
        }
        for name in [".env.example", ".env.dist", ".envrc", "env", "a.env", ".environment"] {
            assert!(!is_env_file(name), "{name}");
        }
    }

    #[test]
    fn env_files_are_found_near_the_root() {
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
    fn a_file_is_exposed_if_an_instruction_copies_it() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("src")).unwrap();
        for file in [".env", "src/.env"] {
            fs::write(folder.path().join(file), "").unwrap();
        }
        let message = |include: &str| {
            let plan = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}, {{ "local": true, "include": ["{include}"] }}] }}],
                  "deploy": {{ "base": {{ "step": "a" }} }} }}"#
            );
            let generated = railpack2docker::transpile(&plan, &Options::default()).unwrap();
            exposed_files(folder.path(), &generated, &Options::default(), None, &[]).map(|found| found.message)
        };
        let starts = |message: Option<String>, start: &str| message.is_some_and(|text| text.starts_with(start));
        assert!(starts(message("."), "`.env` and `src/.env` are in the build context and not excluded"));
        assert!(starts(message("src"), "`src/.env` is in the build context and not excluded"));
        assert_eq!(message("lib"), None);
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: Vec<String> = (0..13).map(|at| at.to_string()).collect();
        assert!(list(names.iter()).ends_with("`9` and 3 more"));
        assert_eq!(list(names[..3].iter()), "`0`, `1` and `2`");
        assert_eq!(list(names[..1].iter()), "`0`");
    }
}
