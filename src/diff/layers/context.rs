//! Ignore patterns that affect a copy from the build context.

use crate::compat::gopath::clean;
use crate::compat::patternmatcher::{Ignored, is_pattern};

/// The patterns that can match the source of a copy, its content or one of its parents. Their order matters
/// only if one of them re-includes files.
pub(super) fn relevant_patterns(patterns: &[String], source: &str) -> Vec<String> {
    let source = clean(&format!("/{source}"));
    let parts: Vec<&str> = source.split('/').filter(|part| !part.is_empty()).collect();
    let mut relevant: Vec<String> = patterns.iter().filter(|pattern| can_match(pattern, &parts)).cloned().collect();
    if !relevant.iter().any(|pattern| pattern.starts_with('!')) {
        relevant.sort();
        relevant.dedup();
    }
    relevant
}

fn can_match(pattern: &str, source: &[&str]) -> bool {
    let pattern = clean(pattern.trim_start_matches('!'));
    if pattern.contains("**") {
        return true;
    }
    // they match if the shorter one can be a parent of the longer one
    pattern
        .split('/')
        .filter(|part| *part != ".")
        .zip(source)
        .all(|(pattern, part)| is_pattern(part) || Ignored::by([pattern]).holds(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_relevant_if_they_can_match() {
        for (pattern, source, is_relevant) in [
            ("*.md", ".", true),
            ("*.md", "package.json", false),
            ("*.md", "README.md", true),
            ("*.md", "docs", false),
            ("docs", "docs/a", true),
            ("docs/*.md", "docs", true),
            ("docs/*.md", "src", false),
            ("**/*.md", "src", true),
            ("!docs/a.md", "docs", true),
            ("packages/a", "packages/*/x", true),
            ("packages/a", "pack*", true),
            ("dist", "./dist/", true),
        ] {
            assert_eq!(!relevant_patterns(&[pattern.to_owned()], source).is_empty(), is_relevant, "{pattern} {source}");
        }
    }

    #[test]
    fn order_matters_only_with_a_negated_pattern() {
        let relevant =
            |patterns: &[&str]| relevant_patterns(&patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(), ".");
        assert_eq!(relevant(&["a", "b"]), relevant(&["b", "a"]));
        assert_ne!(relevant(&["a", "!a"]), relevant(&["!a", "a"]));
    }
}
