//! The ignore file next to the Dockerfile, from the plan's `exclude`.

use super::{Context, OrReport};
use crate::dockerfile::{Dockerignore, IgnorePattern};
use crate::plan::Located;

/// The ignore file. `None` if the plan excludes nothing.
pub(super) fn dockerignore(context: &mut Context<'_, '_>) -> Option<Dockerignore> {
    let plan = context.graph.plan();
    if plan.exclude.is_empty() {
        return None;
    }
    let matching = plan.exclude.iter().filter(|pattern| !is_absolute(&pattern.value));
    let spelled = matching.filter_map(|pattern| {
        let spelled = IgnorePattern::new(&pattern.value).or_report(context, "the pattern", pattern)?;
        Some(Located::at(&pattern.location, spelled))
    });
    Some(Dockerignore { patterns: spelled.collect() })
}

/// Whether a pattern starts with a slash. Railpack passes patterns to BuildKit unchanged, where no path
/// starts with one, so such a pattern matches nothing. In an ignore file it would match: Docker strips
/// the slash.
pub(crate) fn is_absolute(pattern: &str) -> bool {
    pattern.trim().trim_start_matches('!').starts_with('/')
}
