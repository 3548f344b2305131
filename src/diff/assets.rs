//! Content of the plan's assets.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind, Subject};
use super::message::Message;
use super::packages;
use super::sequence::differences;
use crate::plan::{Located, Step};

/// Compares the assets of a step in both plans.
pub(super) struct Assets<'a, 'p> {
    old: &'p Step,
    new: &'p Step,
    subject: &'a Subject,
    /// Pairs that are already compared: a step can write one asset to several paths.
    done: BTreeSet<(String, String)>,
}

impl<'a, 'p> Assets<'a, 'p> {
    pub(super) fn new(old: &'p Step, new: &'p Step, subject: &'a Subject) -> Self {
        Self { old, new, subject, done: BTreeSet::new() }
    }

    /// Compares the contents of assets `old` and `new`, both of which are written to `path`. A change of an asset's
    /// name alone is not reported.
    pub(super) fn compare(&mut self, old: &str, new: &str, path: &str) -> Vec<Change> {
        let (Some(before), Some(after)) = (self.old.assets.get(old), self.new.assets.get(new)) else {
            return Vec::new();
        };
        if content(before) == content(after) || !self.done.insert((old.to_owned(), new.to_owned())) {
            return Vec::new();
        }
        let found = match packages::compare_mise(&before.value, &after.value, self.subject) {
            Some(found) => found,
            None => vec![self.lines(before, after, path)],
        };
        found.into_iter().map(|change| change.at(&before.location, &after.location)).collect()
    }

    fn lines(&self, old: &Located<String>, new: &Located<String>, path: &str) -> Change {
        let (before, after) = (content(old), content(new));
        let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
        let changed = differences(&lines(&before), &lines(&after));
        let (removed, added) = changed.fold((0, 0), |(old, new), part| (old + part.old.len(), new + part.new.len()));
        let message = Message::new("file ").value(path).and(": ");
        let message = match (added, removed) {
            (0, removed) => message.count(removed, " line removed", " lines removed"),
            (added, 0) => message.count(added, " line added", " lines added"),
            (added, removed) => {
                message.count(added, " line added, ", " lines added, ").count(removed, " removed", " removed")
            }
        };
        Change::new(ChangeKind::AssetChanged, self.subject, message)
    }
}

/// The content of the file that an asset becomes: a heredoc ends in a line feed, unless it is empty.
fn content(asset: &Located<String>) -> String {
    let text = &asset.value;
    if text.is_empty() || text.ends_with('\n') { text.clone() } else { format!("{text}\n") }
}
