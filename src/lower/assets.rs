//! Files of the plan that are written to a directory of the build context instead of into heredocs.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::compat::patternmatcher::{self, Ignored};
use crate::diagnostic::{Code, Diagnostic, Findings, Located};
use crate::dockerfile::{
    Asset, AssetName, AssetPath, AssetText, Dockerignore, IgnorePattern, Inexpressible, Instruction, Stage,
};
use crate::options::{AssetsDirectory, Options};

/// The maximum number of comparisons of a file with an ignore pattern: enough for any handwritten plan.
const MAX_COMPARISONS: usize = 2_000_000;

/// The directory and its files so far.
pub(super) struct Assets {
    path: AssetPath,
    path_in_context: AssetPath,
    /// Whether the files are part of the Dockerfile nevertheless.
    is_embedded: bool,
    files: Vec<Asset>,
    /// The index of each file, by the name that it should have, and its content.
    known: BTreeMap<(AssetName, AssetText), usize>,
    /// The names, in lower case.
    taken: BTreeSet<String>,
    /// The first number that may be free, by name.
    next: BTreeMap<AssetName, usize>,
}

impl Assets {
    /// The directory that the options name. Reports a path that can't be used.
    pub(super) fn new(options: &Options, findings: &mut Findings) -> Option<Self> {
        let AssetsDirectory { path, path_in_context, embedded } = options.assets.as_ref()?;
        let mut parse = |path: &str| {
            let report = |why: Inexpressible| {
                findings.push(
                    Diagnostic::new(Code::InvalidOption, format!("the directory `{path}` for the plan's files {why}"))
                        .about_option("assets")
                        .with_help("pass another directory to `--assets`, such as `docker`"),
                );
            };
            AssetPath::new(path).map_err(report).ok()
        };
        Some(Self {
            path: parse(path)?,
            path_in_context: parse(path_in_context)?,
            is_embedded: *embedded,
            files: Vec::new(),
            known: BTreeMap::new(),
            taken: BTreeSet::new(),
            next: BTreeMap::new(),
        })
    }

    /// Adds the file with this destination and content. The result is its path in the build context.
    fn add(&mut self, destination: &str, content: &Located<String>) -> Option<(AssetPath, AssetText)> {
        let wanted = AssetName::from_path(destination);
        let text = AssetText::new(&content.value);
        let index = match self.known.get(&(wanted.clone(), text.clone())) {
            Some(index) => *index,
            None => {
                let name = self.unique(&wanted)?;
                self.files.push(Asset {
                    path: self.path.join(&name),
                    path_in_context: self.path_in_context.join(&name),
                    text: Located::at(&content.location, text.clone()),
                });
                self.known.insert((wanted, text.clone()), self.files.len() - 1);
                self.files.len() - 1
            }
        };
        Some((self.files.get(index)?.path_in_context.clone(), text))
    }

    /// A name that no other file has, whatever its capitalization.
    fn unique(&mut self, wanted: &AssetName) -> Option<AssetName> {
        let first = self.next.get(wanted).copied().unwrap_or(1);
        let mut candidates = (first..).map(|number| (number, wanted.numbered(number)));
        let (number, name) = candidates.find(|(_, name)| self.taken.insert(name.folded()))?;
        self.next.insert(wanted.clone(), number + 1);
        Some(name)
    }

    /// Leaves the directory out of everything that the stages copy from the build context. Reports a plan that
    /// copies the directory itself.
    fn leave_out(&self, plan_patterns: &[&str], stages: &mut [Stage], findings: &mut Findings) {
        let outermost = self.outermost_ignored(plan_patterns);
        for Located { value, location } in stages.iter_mut().flat_map(|stage| &mut stage.instructions) {
            let Instruction::Copy(copy) = value else { continue };
            if !copy.leave_out(&outermost) && !copy.leave_out(&self.path_in_context) {
                let message = format!("the plan copies `{}`, the directory for its files", self.path_in_context);
                findings.push(
                    Diagnostic::new(Code::AssetsDirectory, message)
                        .at(location)
                        .about_option("assets")
                        .with_help("pass another directory to `--assets`"),
                );
            }
        }
    }

    /// The directory, or the outermost directory that contains it and that the plan excludes with everything in it:
    /// an exception for a file brings back the directories that contain it.
    fn outermost_ignored(&self, plan_patterns: &[&str]) -> AssetPath {
        let has_exceptions = plan_patterns.iter().any(|pattern| pattern.trim().starts_with('!'));
        let ignored = Ignored::by(plan_patterns.iter().copied());
        let is_outermost = |path: &AssetPath| !has_exceptions && ignored.holds(path.as_str());
        self.path_in_context.ancestors().find(is_outermost).unwrap_or_else(|| self.path_in_context.clone())
    }
}

impl Context<'_, '_> {
    /// Adds a file to the directory. The result is its path in the build context, and its content. `None` if files
    /// are part of the Dockerfile.
    pub(super) fn asset(&mut self, destination: &str, content: &Located<String>) -> Option<(AssetPath, AssetText)> {
        let assets = self.assets.as_mut()?;
        assets.add(destination, content).filter(|_| !assets.is_embedded)
    }
}

/// Keeps the directory out of the image, and its files in the build context. The result is the files to write.
pub(super) fn finish(
    context: &mut Context<'_, '_>,
    stages: &mut [Stage],
    dockerignore: Option<&mut Dockerignore>,
) -> Vec<Asset> {
    let Some(assets) = context.assets.take() else { return Vec::new() };
    if assets.files.is_empty() {
        return Vec::new();
    }
    let patterns = dockerignore.as_ref().map(|file| patterns(file)).unwrap_or_default();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    assets.leave_out(&patterns, stages, context.findings);
    if assets.is_embedded {
        return Vec::new();
    }
    if let Some(dockerignore) = dockerignore {
        keep(&assets.files, &patterns, dockerignore);
    }
    assets.files
}

/// The patterns of an ignore file, as Docker reads them.
fn patterns(file: &Dockerignore) -> Vec<String> {
    let lines: Vec<String> = file.patterns.iter().map(|pattern| pattern.value.to_string()).collect();
    patternmatcher::parse(&lines.join("\n"))
}

/// Adds exceptions for the files that the patterns exclude.
fn keep(files: &[Asset], patterns: &[&str], dockerignore: &mut Dockerignore) {
    let ignored = Ignored::by(patterns.iter().copied());
    // an exception for a file that is not excluded has no effect
    let is_too_much = files.len().saturating_mul(patterns.len()) > MAX_COMPARISONS;
    for file in files.iter().filter(|file| is_too_much || ignored.holds(file.path_in_context.as_str())) {
        let pattern = IgnorePattern::new(&format!("!{}", file.path_in_context));
        dockerignore.patterns.extend(pattern.map(|pattern| Located::at(&file.text.location, pattern)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{AssetsDirectory, Options, Transpiled, transpile};

    fn transpiled(exclude: &[&str], directory: &str) -> Transpiled {
        let plan = json!({
            "steps": [{
                "name": "a", "inputs": [{ "image": "x" }, { "local": true, "include": ["."] }],
                "assets": { "a": "a" }, "commands": [{ "path": "/a", "name": "a" }],
            }],
            "exclude": exclude,
            "deploy": { "base": { "step": "a" } },
        });
        let (path, path_in_context) = (directory.to_owned(), directory.to_owned());
        let assets = Some(AssetsDirectory { path, path_in_context, embedded: false });
        transpile(&plan.to_string(), &Options { assets, ..Options::default() }).unwrap()
    }

    #[test]
    fn ignored_file_is_kept_without_its_directory() {
        for (exclude, directory, left_out, kept) in [
            (&[][..], "b/c", "b/c", false),
            (&["x"], "b/c", "b/c", false),
            (&["b"], "b/c", "b", true),
            (&["b/c"], "b/c", "b/c", true),
            (&["*"], "b/c", "b", true),
            (&["**/a"], "b/c", "b/c", true),
            (&["b", "!b/d"], "b/c", "b/c", true),
            (&["b", "!b/c"], "b/c", "b/c", false),
        ] {
            let made = transpiled(exclude, directory);
            let copy = format!("\nCOPY --exclude={left_out} . /app\n");
            assert!(made.dockerfile.contains(&copy), "{exclude:?}: {}", made.dockerfile);
            let is_kept = made.dockerignore.is_some_and(|file| file.ends_with("\n!b/c/a\n"));
            assert_eq!(is_kept, kept, "{exclude:?}");
        }
    }
}
