//! Copy commands. Unlike COPY, they keep a directory's name when they copy it into another directory.

use super::{Context, OrReport};
use crate::builder::Exclude as Exclusion;
use crate::compat::gopath::{base, clean, dir, join};
use crate::compat::patternmatcher::is_pattern;
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{Comment, Copy, CopyPaths, Exclude, From, check_path};
use crate::plan::Located;

/// Lowers a copy command to a COPY.
pub(super) fn lower(
    context: &mut Context<'_, '_>,
    src: &Located<String>,
    dest: &Located<String>,
    image: Option<&Located<String>>,
) -> Option<Copy> {
    let from = match image {
        Some(image) => Some(From::Image(context.image(image)?)),
        None => None,
    };
    let Some(shape) = Shape::new(&src.value, &dest.value) else {
        context.findings.push(
            Diagnostic::new(
                Code::Inexpressible,
                format!("source `{}` has wildcards both in a directory and in its last component", src.value),
            )
            .at(&src.location)
            .with_help(
                "spell out the directories, or copy to a new name: COPY drops the names of directories that a wildcard matches",
            ),
        );
        return None;
    };
    let (shape, form) = match image {
        None => for_context(context, shape, &src.value, &dest.value),
        Some(_) => (shape, Form::Plain),
    };
    if image.is_none() && !can_be_sent(context, src, &shape.source) {
        return None;
    }
    check_path(&shape.destination).or_report(context, "the path", dest)?;
    let paths = CopyPaths::new(&shape.source, &shape.destination).or_report(context, "the path", src)?;
    let mut exclude = Vec::new();
    if let Some(pattern) = &shape.only {
        exclude.push(Exclude::new("*").or_report(context, "the pattern", src)?);
        exclude.push(Exclude::new(&format!("!{pattern}")).or_report(context, "the pattern", src)?);
    }
    let is_another_pattern = shape.only.is_some() || is_pattern(&shape.source) && shape.source != source(&src.value);
    let reason = if form == Form::Optional { "if it matches something" } else { "keeping the names of directories" };
    let comment = is_another_pattern.then(|| Comment::new(&format!("Copy {}, {reason}", src.value)));
    let parents = form == Form::Parents;
    Some(Copy { comment, parents, exclude, ..Copy::new(from, paths) })
}

/// The form of a COPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    /// A wildcard that may match nothing, for a builder that would fail.
    Optional,
    /// `--parents`
    Parents,
}

/// The best form that the builder has for a copy from the build context.
fn for_context(context: &Context<'_, '_>, shape: Shape, src: &str, dest: &str) -> (Shape, Form) {
    let constructs = &context.constructs;
    if !constructs.empty_matches && constructs.exclude != Exclusion::Missing {
        let optional = Shape::optional(src, dest).filter(|optional| *optional != shape);
        return optional.map_or((shape, Form::Plain), |optional| (optional, Form::Optional));
    }
    match shape {
        // the directory for the plan's files is left out of the source `.`, not of what a wildcard matches
        Shape { source, destination, only: Some(only) }
            if constructs.parents && source == "." && context.options.assets.is_none() =>
        {
            (Shape { source: only, destination, only: None }, Form::Parents)
        }
        shape => (shape, Form::Plain),
    }
}

/// Whether Docker can send a source from the build context. Reports an error if not.
pub(super) fn can_be_sent(context: &mut Context<'_, '_>, src: &Located<String>, source: &str) -> bool {
    let why = if source.chars().any(char::is_control) {
        "contains a control character, which Docker can't send"
    } else if clean(source).ends_with(char::is_whitespace) {
        "ends with whitespace, which Docker strips"
    } else {
        return true;
    };
    let message = format!("source `{}` {why}", src.value);
    context.findings.push(Diagnostic::new(Code::Inexpressible, message).at(&src.location).with_help("rename the file"));
    false
}

/// The operands of a COPY that has the effect of a copy command.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    source: String,
    destination: String,
    /// The pattern of the entries to copy, if not all entries of the source are copied.
    only: Option<String>,
}

impl Shape {
    /// Chooses the operands for a copy command. `None` if no COPY has the same effect: when a directory of
    /// the source is a pattern, too, `--exclude` filters the contents of the directories that it matches,
    /// but lets the files that it matches through.
    fn new(src: &str, dest: &str) -> Option<Self> {
        let dest = if dest.is_empty() { "." } else { dest };
        let source = source(src);
        let plain = |destination: String| Some(Self { source: source.clone(), destination, only: None });
        let Some(directory) = as_directory(dest) else {
            return plain(dest.to_owned());
        };
        let name = base(&source);
        if matches!(name, "." | "/" | "..") {
            return plain(directory);
        }
        if !is_pattern(name) {
            return plain(join_name(&directory, name));
        }
        if matches_files_only(name) {
            return plain(directory);
        }
        let folder = dir(&source);
        if is_pattern(&folder) {
            return None;
        }
        let name = name.replace("**", "*");
        let only = (name != "*").then_some(name);
        Some(Self { source: optional_directory(&folder), destination: directory, only })
    }
}

impl Shape {
    /// The operands for a builder that fails if a wildcard matches nothing: they copy the build context itself, and
    /// exclude the rest. `None` if the names of directories would change.
    fn optional(src: &str, dest: &str) -> Option<Self> {
        let source = source(src);
        let (folder, name) = (dir(&source), base(&source));
        if !is_pattern(name) || is_pattern(&folder) {
            return None;
        }
        let directory = as_directory(dest)?;
        let name = name.replace("**", "*");
        if matches!(folder.as_str(), "." | "/") {
            return Some(Self { source: folder, destination: directory, only: (name != "*").then_some(name) });
        }
        let folder = folder.trim_start_matches('/');
        let parent = directory.strip_suffix(&format!("{folder}/"))?;
        let destination = match parent {
            "" => "./",
            parent if parent.ends_with('/') => parent,
            _ => return None,
        };
        Some(Self {
            source: ".".to_owned(),
            destination: destination.to_owned(),
            only: Some(format!("{folder}/{name}")),
        })
    }
}

fn source(src: &str) -> String {
    match src {
        "" => ".".to_owned(),
        src => clean(src),
    }
}

/// The destination with a trailing slash if it counts as an existing directory: `.`, `/app`, `/`, or
/// anything that ends with a slash.
fn as_directory(dest: &str) -> Option<String> {
    let path = clean(dest);
    let is_directory = dest.ends_with('/') || dest.ends_with("/.") || matches!(path.as_str(), "." | "/app" | "/");
    is_directory.then(|| if path.ends_with('/') { path } else { format!("{path}/") })
}

fn join_name(directory: &str, name: &str) -> String {
    if directory == "./" { name.to_owned() } else { join(directory, name) }
}

/// Whether a pattern matches files by their extension, such as `*.json` or `config.exs*`. A directory
/// with such a name would lose its name; `conf.d` and the like count as directories.
fn matches_files_only(pattern: &str) -> bool {
    let Some((stem, extension)) = pattern.trim_end_matches(['*', '?']).rsplit_once('.') else { return false };
    !stem.is_empty()
        && !extension.is_empty()
        && extension != "d"
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
}

/// A pattern that matches only this directory, so that the build doesn't fail if it is missing: a copy
/// command whose pattern matches nothing is not an error.
fn optional_directory(directory: &str) -> String {
    match directory.char_indices().next_back() {
        Some((at, last)) if last.is_ascii_alphanumeric() => {
            format!("{}[{last}]", directory.get(..at).unwrap_or_default())
        }
        _ => directory.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, transpile};

    #[test]
    fn shapes() {
        for (src, dest, source, destination, only) in [
            ("package.json", "package.json", "package.json", "package.json", None),
            ("package.json", ".", "package.json", "package.json", None),
            ("prisma", "prisma", "prisma", "prisma", None),
            ("lib", ".", "lib", "lib", None),
            ("a/lib/", "/app", "a/lib", "/app/lib", None),
            ("lib", "config/", "lib", "config/lib", None),
            ("lib", "/abs/dir/", "lib", "/abs/dir/lib", None),
            (".", ".", ".", "./", None),
            (".", "/abs/dir/", ".", "/abs/dir/", None),
            ("lib*", ".", ".", "./", Some("lib*")),
            ("*", ".", ".", "./", None),
            ("config/*", "x/", "confi[g]", "x/", None),
            ("config/rel*", "x/", "confi[g]", "x/", Some("rel*")),
            ("*.json", ".", "*.json", "./", None),
            ("config/prod.exs*", "config/", "config/prod.exs*", "config/", None),
            ("lib*", "newname", "lib*", "newname", None),
            ("conf.d*", ".", ".", "./", Some("conf.d*")),
            ("c+/*", "x/", "c+", "x/", None),
            ("/*", "x/", "/", "x/", None),
            ("", "", ".", "./", None),
        ] {
            let only = only.map(str::to_owned);
            let (source, destination) = (source.to_owned(), destination.to_owned());
            assert_eq!(Shape::new(src, dest), Some(Shape { source, destination, only }), "{src} {dest}");
        }
    }

    #[test]
    fn optional_shapes_copy_the_build_context() {
        for (src, dest, destination, only) in [
            ("lib*", ".", "./", Some("lib*")),
            ("*", "/app", "/app/", None),
            ("Cargo.lock*", ".", "./", Some("Cargo.lock*")),
            ("config/prod.exs*", "config/", "./", Some("config/prod.exs*")),
            ("a/b/*", "/app/a/b/", "/app/", Some("a/b/*")),
            ("/a/x**", "a/", "./", Some("a/x*")),
        ] {
            let only = only.map(str::to_owned);
            let shape = Shape { source: ".".to_owned(), destination: destination.to_owned(), only };
            assert_eq!(Shape::optional(src, dest), Some(shape), "{src} {dest}");
        }
        for (src, dest) in [
            ("lib", "."),
            ("lib*", "new"),
            ("config/x*", "x/"),
            ("config/x*", "xconfig/"),
            ("a*/b*", "."),
            ("a/b*", "."),
        ] {
            assert_eq!(Shape::optional(src, dest), None, "{src} {dest}");
        }
    }

    #[test]
    fn sources_that_docker_cannot_send_are_rejected() {
        let rejects = |command: &str, input: &str| {
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}, {input}], "commands": [{command}] }}],
                  "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{{ "step": "a", "include": ["."] }}] }} }}"#
            );
            transpile(&json, &Options::default()).is_err()
        };
        let input = r#"{ "local": true, "include": ["x"] }"#;
        for (path, is_rejected) in
            [("a", false), (" a b", false), ("a ", true), ("a/b\\u3000", true), ("a\\u0001", true), ("a /", true)]
        {
            let command = |more: &str| format!(r#"{{ "src": "{path}", "dest": "x"{more} }}"#);
            assert_eq!(rejects(&command(""), input), is_rejected, "{path}");
            assert!(!rejects(&command(r#", "image": "y""#), input), "only the build context is sent: {path}");
            let include = format!(r#"{{ "local": true, "include": ["{path}"] }}"#);
            assert_eq!(rejects(&command(r#", "image": "y""#), &include), is_rejected, "{path}");
        }
    }

    #[test]
    fn pattern_with_folders_is_rejected_unless_it_matches_files() {
        for src in ["packages/*/lib*", "packages/[ab]/lib*", "packages/*/*", "a?/b/c*"] {
            assert_eq!(Shape::new(src, "x/"), None, "{src}");
        }
        let command = r#"{ "src": "packages/*/lib*", "dest": "x/" }"#;
        let json = format!(
            r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "commands": [{command}] }}],
              "deploy": {{ "base": {{ "step": "a" }} }} }}"#
        );
        let errors = transpile(&json, &Options::default()).unwrap_err();
        let location = errors.0[0].location.as_ref().unwrap().path().to_string();
        assert_eq!((errors.0[0].code, location.as_str()), (Code::Inexpressible, "steps[0].commands[0].src"));
        assert!(Shape::new("packages/*/*.json", "x/").is_some());
        assert!(Shape::new("packages/*/lib", "x/").is_some());
    }
}
