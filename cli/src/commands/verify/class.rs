//! Differences that count, and those that don't: what a build makes new by itself, and what is accepted.

use globset::{GlobBuilder, GlobMatcher};
use railpack2docker::{Code, Diagnostic};

use super::difference::{Aspect, Difference, Subject};

/// Something that each build makes new, so that two builds of one Dockerfile differ in it.
pub(super) struct NewInEachBuild {
    /// The files or the setting, as a pattern.
    pattern: &'static str,
    /// Whether the names of files are new as well as their content.
    has_names: bool,
    pub(super) reason: &'static str,
}

/// All of it. Mode, owner and kind of these files count: only the content, and the names where it says so, are new.
const NEW_IN_EACH_BUILD: [NewInEachBuild; 16] = [
    // Railpack's frontend sets it to the time (`buildkit/build_llb/build_env.go`)
    setting("env.RAILPACK_BUILT_AT", "time of the build by Railpack"),
    content("**/*.pyc", "Python byte code, with the time of its source"),
    // `mise` writes the time of each install into its caches and its state
    names("/mise/cache/**", "caches of mise"),
    content("/root/.local/state/mise/**", "state of mise"),
    // a cache is what was downloaded, with times; nobody deploys it on purpose
    names("/root/.cache/**", "caches of programs"),
    names("/root/.npm/_logs/**", "logs of npm, with the time in their names"),
    names("/root/.npm/_cacache/**", "cache of npm, with the times of its entries"),
    content("/root/.npm/_update-notifier-last-checked", "time of the last update check of npm"),
    content("**/node_modules/.modules.yaml", "install state of pnpm, with its time"),
    names("**/node_modules/.cache/**", "caches of Node.js programs"),
    names("/var/log/**", "logs"),
    // dpkg and apt
    content("/var/cache/ldconfig/aux-cache", "cache of ldconfig, with inode numbers and times"),
    content("/var/cache/apt/*.bin", "package index of apt"),
    names("/var/lib/apt/lists/**", "package index of apt"),
    content("/var/cache/debconf/*-old", "backups of debconf"),
    content("/var/lib/dpkg/*-old", "backups of dpkg"),
];

const fn setting(name: &'static str, reason: &'static str) -> NewInEachBuild {
    NewInEachBuild { pattern: name, has_names: true, reason }
}

const fn content(pattern: &'static str, reason: &'static str) -> NewInEachBuild {
    NewInEachBuild { pattern, has_names: false, reason }
}

const fn names(pattern: &'static str, reason: &'static str) -> NewInEachBuild {
    NewInEachBuild { pattern, has_names: true, reason }
}

/// The class of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Different,
    /// The reason.
    New(&'static str),
    /// The pattern.
    Accepted(String),
}

/// The rules by which differences are classified.
pub(super) struct Classes {
    new: Vec<(GlobMatcher, &'static NewInEachBuild)>,
    accepted: Vec<(GlobMatcher, String)>,
}

impl Classes {
    /// The rules, with these patterns for accepted differences. Fails for an invalid pattern.
    pub(super) fn new(accepted: &[String]) -> Result<Self, Diagnostic> {
        let new = NEW_IN_EACH_BUILD.iter().map(|rule| Ok((matcher(rule.pattern)?, rule))).collect::<Result<_, _>>()?;
        let accepted =
            accepted.iter().map(|pattern| Ok((matcher(pattern)?, pattern.clone()))).collect::<Result<_, _>>()?;
        Ok(Self { new, accepted })
    }

    /// The class of a difference. What the user accepts takes precedence.
    pub(super) fn class(&self, difference: &Difference) -> Class {
        let name = difference.subject.name();
        if let Some((_, pattern)) = self.accepted.iter().find(|(matcher, _)| matcher.is_match(name)) {
            return Class::Accepted(pattern.clone());
        }
        let covers = |rule: &NewInEachBuild| match (&difference.subject, &difference.aspect) {
            (Subject::Setting(_), _) | (Subject::File(_), Aspect::Content) => true,
            (Subject::File(_), Aspect::Existence) => rule.has_names,
            _ => false,
        };
        let found = self.new.iter().find(|(matcher, rule)| covers(rule) && matcher.is_match(name));
        found.map_or(Class::Different, |(_, rule)| Class::New(rule.reason))
    }

    /// The patterns for accepted differences, in their order.
    pub(super) fn accepted(&self) -> impl Iterator<Item = &str> {
        self.accepted.iter().map(|(_, pattern)| pattern.as_str())
    }
}

/// A matcher of paths, which begin with a slash, or of settings. In a path, `*` does not match a slash, and `**` does.
fn matcher(pattern: &str) -> Result<GlobMatcher, Diagnostic> {
    let is_path = ["/", "**/"].iter().any(|start| pattern.starts_with(start));
    let glob = GlobBuilder::new(pattern).literal_separator(is_path).backslash_escape(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        let message = format!("the pattern `{pattern}` of `--accept` is invalid: {}", error.kind());
        Diagnostic::new(Code::InvalidOption, message)
            .with_help("pass a path such as `/app/.next/**`, or the name of a setting such as `env.BUILD_ID`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(accepted: &[&str], subject: Subject, aspect: Aspect) -> Class {
        let accepted: Vec<String> = accepted.iter().map(|pattern| (*pattern).to_owned()).collect();
        Classes::new(&accepted).unwrap().class(&Difference { subject, aspect, values: [None, None] })
    }

    fn file(path: &str) -> Subject {
        Subject::File(path.to_owned())
    }

    #[test]
    fn only_content_is_new_in_each_build() {
        let is_new = |path: &str, aspect| matches!(class(&[], file(path), aspect), Class::New(_));
        assert!(is_new("/app/__pycache__/a.cpython-313.pyc", Aspect::Content));
        assert!(is_new("/var/log/apt/history.log", Aspect::Content));
        assert!(is_new("/var/log/new", Aspect::Existence));
        for (path, aspect) in [
            ("/app/a.py", Aspect::Content),
            ("/var/log", Aspect::Existence),
            ("/app/a.pyc", Aspect::Existence),
            ("/app/a.pyc", Aspect::Mode),
            ("/var/log/x", Aspect::Owner),
            ("/var/log/x", Aspect::Kind),
            ("/app/var/log/x", Aspect::Content),
            ("/var/cache/apt/x/y.bin", Aspect::Content),
        ] {
            assert!(!is_new(path, aspect.clone()), "{path} {aspect:?}");
        }
        let built_at = Subject::Setting("env.RAILPACK_BUILT_AT".to_owned());
        assert!(matches!(class(&[], built_at, Aspect::Existence), Class::New(_)));
    }

    #[test]
    fn accepted_patterns_take_precedence() {
        let accepted = |pattern: &str, name: &str| {
            let subject = if name.starts_with('/') { file(name) } else { Subject::Setting(name.to_owned()) };
            class(&[pattern], subject, Aspect::Content) == Class::Accepted(pattern.to_owned())
        };
        for (pattern, name) in [
            ("/app/x", "/app/x"),
            ("/app/**", "/app/x/y"),
            ("/app/*.{js,css}", "/app/x.css"),
            ("**/*.pyc", "/app/x.pyc"),
            ("env.A*", "env.ABC"),
            ("label.*", "label.a/b"),
            ("/a\\*", "/a*"),
        ] {
            assert!(accepted(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("/app/*", "/app/x/y"), ("/app", "/app/x"), ("env.A", "env.AB"), ("app/x", "/app/x")] {
            assert!(!accepted(pattern, name), "{pattern} {name}");
        }
        let error = Classes::new(&["/a[".to_owned()]).err().unwrap();
        assert!(error.message.starts_with("the pattern `/a[` of `--accept` is invalid"), "{}", error.message);
    }

    #[test]
    fn every_rule_has_a_reason_and_is_needed_once() {
        let patterns: std::collections::BTreeSet<&str> = NEW_IN_EACH_BUILD.iter().map(|rule| rule.pattern).collect();
        assert_eq!(patterns.len(), NEW_IN_EACH_BUILD.len());
        assert!(NEW_IN_EACH_BUILD.iter().all(|rule| rule.reason.len() > 3));
    }
}
