//! A comparison in one line.

use railpack2docker::diff::Comparison;
use railpack2docker::escape::escape_invisible;
use railpack2docker::text::truncate;

use super::group::group;
use super::summary::sentence;

/// The maximum number of changes that are listed.
const MAX_CHANGES: usize = 3;

/// The maximum width of a change, in columns.
const MAX_WIDTH: usize = 60;

/// The layers that rebuild, and the first changes: `3 of 12 layers rebuild; install: command: …; and 2 more`.
pub(super) fn print(comparison: &Comparison) -> String {
    if comparison.changes.is_empty() {
        return "updated; the image stays the same".to_owned();
    }
    let changes: Vec<String> = group(&comparison.changes)
        .iter()
        .flat_map(|group| {
            let subjects = group.heading(|subject| escape_invisible(&subject.to_string()).into_owned());
            group
                .changes
                .iter()
                .map(move |change| truncate(&format!("{subjects}: {change}"), MAX_WIDTH).into_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let mut parts = vec![format!("updated, {}", sentence(comparison))];
    parts.extend(changes.iter().take(MAX_CHANGES).cloned());
    if changes.len() > MAX_CHANGES {
        parts.push(format!("and {} more", changes.len() - MAX_CHANGES));
    }
    parts.join("; ")
}
