//! What is in the files that a plan holds.

use std::collections::BTreeSet;

use super::change::{Change, Kind, Subject};
use super::message::Text;
use super::packages;
use super::sequence::differences;
use crate::plan::{Located, Step};

/// The assets of a step in both plans.
pub(super) struct Assets<'a, 'p> {
    old: &'p Step,
    new: &'p Step,
    subject: &'a Subject,
    /// Those that were compared: one may be written to several places.
    done: BTreeSet<(String, String)>,
}

impl<'a, 'p> Assets<'a, 'p> {
    pub(super) fn of(old: &'p Step, new: &'p Step, subject: &'a Subject) -> Self {
        Self { old, new, subject, done: BTreeSet::new() }
    }

    /// What changed in a file that is written to `path`. The names of assets mean nothing.
    pub(super) fn compare(&mut self, old: &str, new: &str, path: &str) -> Vec<Change> {
        let (Some(before), Some(after)) = (self.old.assets.get(old), self.new.assets.get(new)) else {
            return Vec::new();
        };
        if written(before) == written(after) || !self.done.insert((old.to_owned(), new.to_owned())) {
            return Vec::new();
        }
        let found = match packages::of_mise(&before.value, &after.value, self.subject) {
            Some(found) => found,
            None => vec![self.lines(before, after, path)],
        };
        found.into_iter().map(|change| change.at(&before.location, &after.location)).collect()
    }

    fn lines(&self, old: &Located<String>, new: &Located<String>, path: &str) -> Change {
        let (before, after) = (written(old), written(new));
        let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
        let changed = differences(&lines(&before), &lines(&after));
        let (removed, added) = changed.fold((0, 0), |(old, new), part| (old + part.old.len(), new + part.new.len()));
        let what = Text::of("file ").value(path).and(": ");
        let what = match (added, removed) {
            (0, removed) => what.count(removed, " line removed", " lines removed"),
            (added, 0) => what.count(added, " line added", " lines added"),
            (added, removed) => {
                what.count(added, " line added, ", " lines added, ").count(removed, " removed", " removed")
            }
        };
        Change::new(Kind::AssetChanged, self.subject, what)
    }
}

/// What the file holds: a heredoc ends in a line feed, unless it is empty.
fn written(asset: &Located<String>) -> String {
    let text = &asset.value;
    if text.is_empty() || text.ends_with('\n') { text.clone() } else { format!("{text}\n") }
}
