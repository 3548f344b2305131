//! Which patterns of an ignore file matter to a copy from the build context.

use crate::compat::gopath::clean;
use crate::compat::patternmatcher::{is_ignored, is_pattern};

/// The patterns that can match the source of a copy, something in it or a folder that it is in. Their
/// order counts only where one takes back what others leave out.
pub(super) fn that_matter(patterns: &[String], source: &str) -> Vec<String> {
    let source = clean(&format!("/{source}"));
    let parts: Vec<&str> = source.split('/').filter(|part| !part.is_empty()).collect();
    let mut matter: Vec<String> = patterns.iter().filter(|pattern| can_match(pattern, &parts)).cloned().collect();
    if !matter.iter().any(|pattern| pattern.starts_with('!')) {
        matter.sort();
        matter.dedup();
    }
    matter
}

fn can_match(pattern: &str, source: &[&str]) -> bool {
    let pattern = clean(pattern.trim_start_matches('!'));
    if pattern.contains("**") {
        return true;
    }
    // where one of the two ends, the other one goes on below it
    pattern
        .split('/')
        .filter(|part| *part != ".")
        .zip(source)
        .all(|(pattern, part)| is_pattern(part) || is_ignored(&[pattern.to_owned()], part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matters_where_it_can_match() {
        for (pattern, source, matters) in [
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
            assert_eq!(!that_matter(&[pattern.to_owned()], source).is_empty(), matters, "{pattern} {source}");
        }
    }

    #[test]
    fn order_counts_only_with_a_pattern_that_takes_back() {
        let of = |patterns: &[&str]| that_matter(&patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>(), ".");
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "!a"]), of(&["!a", "a"]));
    }
}
