//! The ignore file beside the Dockerfile, from the plan's `exclude`.

use super::{Context, Problem};
use crate::diagnostic::Diagnostic;
use crate::dockerfile::{Dockerignore, IgnorePattern};
use crate::plan::Located;

/// The ignore file. `None` when the plan excludes nothing.
pub(super) fn dockerignore(context: &mut Context<'_, '_>) -> Option<Dockerignore> {
    let exclude = &context.graph.plan.exclude;
    if exclude.is_empty() {
        return None;
    }
    let (plan, digest) = super::header::origin(context);
    let at_its_place = |pattern| spelled(context, pattern).map(|spelled| Located::at(&pattern.place, spelled));
    let patterns = exclude.iter().filter_map(at_its_place).collect();
    Some(Dockerignore { plan, digest, patterns })
}

/// Railpack hands patterns to `BuildKit` as they are, and there a path never begins with a slash, so
/// such a pattern matches nothing. In an ignore file it would: Docker takes the slash off.
fn spelled(context: &mut Context<'_, '_>, pattern: &Located<String>) -> Option<IgnorePattern> {
    let path = pattern.value.trim().trim_start_matches('!');
    if path.starts_with('/') {
        let message = format!("`{}` excludes nothing: a pattern with a slash in front matches no path", pattern.value);
        context.findings.push(
            Diagnostic::warning("rooted-exclude", message)
                .at(&pattern.place)
                .with_help("write it without the slash; patterns start from the root of the build context"),
        );
        return None;
    }
    IgnorePattern::new(&pattern.value).problem(context, "the pattern", pattern)
}
