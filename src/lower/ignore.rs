//! The ignore file beside the Dockerfile, from the plan's `exclude`.

use crate::plan::Plan;

/// The content of `<Dockerfile>.dockerignore`: a pattern a line. `None` when the plan excludes
/// nothing.
pub(crate) fn dockerignore(plan: &Plan) -> Option<String> {
    if plan.exclude.is_empty() {
        return None;
    }
    let mut content = String::new();
    for pattern in &plan.exclude {
        content.push_str(&spelled(&pattern.value));
        content.push('\n');
    }
    Some(content)
}

/// A line of an ignore file is trimmed, and is a comment when it begins with `#`.
fn spelled(pattern: &str) -> String {
    if pattern.starts_with('#') { format!("./{pattern}") } else { pattern.to_owned() }
}
