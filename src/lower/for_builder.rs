//! The COPY instructions in the form that the builder interprets as Docker does.

use super::{Context, OrReport};
use crate::builder::Exclude as Exclusion;
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::is_pattern;
use crate::diagnostic::{Code, Diagnostic, Located, Location};
use crate::dockerfile::{Copy, CopyPaths, Exclude, Instruction, Stage};

/// Adapts the COPY instructions of all stages. Reports patterns that the builder can't exclude.
pub(super) fn adapt(context: &mut Context<'_, '_>, stages: &mut [Stage]) {
    for Located { value, location } in stages.iter_mut().flat_map(|stage| &mut stage.instructions) {
        let Instruction::Copy(copy) = value else { continue };
        copy.link &= context.constructs.link;
        match context.constructs.exclude {
            _ if copy.exclude.is_empty() => {}
            Exclusion::Directory => {}
            Exclusion::Root => from_root(context, copy, location),
            Exclusion::Missing => reject_exclude(context, location),
        }
    }
}

/// Makes the patterns relative to the root.
fn from_root(context: &mut Context<'_, '_>, copy: &mut Copy, location: &Location) {
    let source = clean(&format!("/{}", copy.paths.source()));
    let mut exclude = Vec::with_capacity(copy.exclude.len());
    for pattern in &copy.exclude {
        let Some(rooted) = rooted(pattern.pattern(), &source) else { continue };
        let spelled = Exclude::new(&rooted);
        exclude.extend(spelled.or_report(context, "the pattern", &Located::at(location, rooted)));
    }
    copy.exclude = exclude;
    copy.excludes_from_root = true;
    let Some(source) = absolute(copy.paths.source()) else { return };
    let paths = CopyPaths::new(&source, copy.paths.destination());
    if let Some(paths) = paths.or_report(context, "the path", &Located::at(location, source)) {
        copy.paths = paths;
    }
}

/// The absolute form of a relative source. `None` for a source that is absolute, or the root itself. From 1.44 on,
/// Buildah also excludes what the patterns match below a source, but never below an absolute one
/// (`joinExcludePatternWithCopySource` in `imagebuildah/stage_executor.go`).
fn absolute(source: &str) -> Option<String> {
    let is_root = clean(&format!("/{source}")) == "/";
    (!source.starts_with('/') && !is_root).then(|| format!("/{}", source.trim_start_matches("./")))
}

/// A pattern that matches, relative to the root, what another one matches relative to a directory. `None` for a
/// pattern that matches nothing in the directory.
fn rooted(pattern: &str, directory: &str) -> Option<String> {
    let pattern = pattern.trim();
    let (exception, pattern) = pattern.strip_prefix('!').map_or(("", pattern), |pattern| ("!", pattern));
    // Docker matches it against relative paths, of which none starts with a slash
    if pattern.starts_with('/') {
        return None;
    }
    let pattern = clean(pattern);
    if matches!(pattern.as_str(), "." | "..") || pattern.starts_with("../") {
        return None;
    }
    let directory = directory.trim_matches('/');
    if directory.is_empty() {
        return Some(format!("{exception}{pattern}"));
    }
    Some(format!("{exception}{}/{pattern}", as_pattern(directory)))
}

/// A source of COPY as a pattern that matches the same directories.
fn as_pattern(source: &str) -> String {
    // COPY has no `**`, which would match several directories
    let one_level = if is_pattern(source) { source.replace("**", "*") } else { source.to_owned() };
    one_level.strip_prefix('!').map_or_else(|| one_level.clone(), |rest| format!("\\!{rest}"))
}

fn reject_exclude(context: &mut Context<'_, '_>, location: &Location) {
    let builder = context.options.builder;
    let message = format!("`{builder}` can't exclude files from a copy");
    let found = Diagnostic::new(Code::Inexpressible, message).at(location).about_option("builder");
    let first = builder.first_with(|constructs| constructs.exclude != Exclusion::Missing);
    let help = match (first, builder.is_docker()) {
        (Some(first), true) => format!("build with `{first}` or newer, or pass `--syntax docker/dockerfile:1`"),
        (Some(first), false) => format!("build with `{first}` or newer"),
        (None, _) => "build with another builder".to_owned(),
    };
    context.findings.push(found.with_help(help));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_relative_to_the_root_match_the_same_files() {
        for (pattern, directory, expected) in [
            ("node_modules", "/app", Some("app/node_modules")),
            ("**/*.log", "/app", Some("app/**/*.log")),
            ("!keep", "/app/", Some("!app/keep")),
            ("./a/", "/app", Some("app/a")),
            ("x", "/mise/**/pkg", Some("mise/*/pkg/x")),
            ("x", "/!a", Some("\\!a/x")),
            ("x", "/", Some("x")),
            ("!x", "/.", Some("!x")),
            ("/x", "/app", None),
            ("!/x", "/app", None),
            ("..", "/app", None),
            ("../b", "/app", None),
            (".", "/app", None),
            ("", "/app", None),
        ] {
            assert_eq!(rooted(pattern, &clean(directory)).as_deref(), expected, "{pattern} {directory}");
        }
    }

    #[test]
    fn sources_become_absolute() {
        for (source, expected) in [
            ("app", Some("/app")),
            ("app/", Some("/app/")),
            ("./a:b", Some("/a:b")),
            ("confi[g]", Some("/confi[g]")),
            ("../x", Some("/../x")),
            ("/app", None),
            (".", None),
            ("./", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(absolute(source).as_deref(), expected, "{source}");
        }
    }
}
