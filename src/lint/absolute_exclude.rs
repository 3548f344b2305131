//! Exclude patterns with a leading slash.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::lower::is_absolute_exclude;

/// Warns about patterns that match nothing because they are absolute.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for pattern in subject.graph.plan().exclude.iter().filter(|pattern| is_absolute_exclude(&pattern.value)) {
        let message = format!("`{}` excludes nothing: paths have no leading slash", pattern.value);
        findings.push(
            Diagnostic::new(Code::AbsoluteExclude, message)
                .at(&pattern.location)
                .with_help("remove the leading slash: patterns are relative to the build context"),
        );
    }
}
