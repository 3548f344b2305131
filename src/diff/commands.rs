//! Commands of a step.

use std::collections::{BTreeMap, BTreeSet};

use super::assets::Assets;
use super::change::{Change, ChangeKind, Subject};
use super::images;
use super::message::Message;
use super::packages;
use super::sequence::{align, similarity};
use crate::compat::gopath::{clean, under_app};
use crate::compat::shlex;
use crate::diagnostic::Location;
use crate::lower::tells_more;
use crate::plan::{Command, Step, given_mode};

/// The minimum similarity, from 0 to 1, of a command and its replacement.
const MIN_SIMILARITY: f64 = 0.3;

/// The maximum number of pairs of commands that are compared.
const MAX_PAIRS: usize = 10_000;

/// The meaning of a command, independent of its spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum CommandKey {
    Exec(Vec<String>),
    Path(String),
    Copy { src: String, dest: String, image: Option<String> },
    File { path: String, mode: Option<u32> },
}

impl CommandKey {
    pub(super) fn new(command: &Command) -> Self {
        match command {
            Command::Exec { cmd, .. } => Self::Exec(shlex::split(&cmd.value).words),
            Command::Path { path } => Self::Path(path.value.clone()),
            Command::Copy { src, dest, image } => Self::Copy {
                src: clean(&src.value),
                dest: destination(&dest.value),
                image: image.as_ref().map(|image| image.value.clone()),
            },
            Command::File { path, mode, .. } => Self::File { path: under_app(&path.value), mode: given_mode(*mode) },
        }
    }

    /// The parts of the key, to measure similarity.
    pub(super) fn words(&self) -> Vec<String> {
        match self {
            Self::Exec(words) => words.iter().flat_map(|word| word.split_whitespace()).map(str::to_owned).collect(),
            Self::Path(path) => vec![format!("path {path}")],
            Self::Copy { src, dest, image } => {
                let image = image.iter().map(|image| format!("image {image}"));
                [format!("copy {src}"), format!("to {dest}")].into_iter().chain(image).collect()
            }
            Self::File { path, mode } => vec![format!("file {path}"), format!("mode {mode:?}")],
        }
    }

    fn is_same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// An absolute destination, with a trailing slash if it is a directory.
fn destination(dest: &str) -> String {
    let absolute = under_app(dest);
    let is_directory = dest.is_empty() || dest.ends_with('/') || dest.ends_with("/.") || absolute == "/app";
    if is_directory && absolute != "/" { format!("{absolute}/") } else { absolute }
}

/// A command of a step, with its key.
struct Entry<'p> {
    key: CommandKey,
    command: &'p Command,
}

impl Entry<'_> {
    fn location(&self) -> &Location {
        match self.command {
            Command::Exec { cmd: text, .. }
            | Command::Path { path: text }
            | Command::Copy { src: text, .. }
            | Command::File { path: text, .. } => &text.location,
        }
    }

    /// The command in readable form: a script without the shell around it.
    fn text(&self) -> String {
        match (self.command, &self.key) {
            (Command::Exec { .. }, CommandKey::Exec(words)) => {
                shlex::script_of(words).map_or_else(|| words.join(" "), str::to_owned)
            }
            (Command::Copy { src, dest, image }, _) => {
                let image = image.as_ref().map(|image| format!(" from {}", image.value)).unwrap_or_default();
                format!("{}{image} to {}", src.value, dest.value)
            }
            (Command::Path { path } | Command::File { path, .. } | Command::Exec { cmd: path, .. }, _) => {
                path.value.clone()
            }
        }
    }

    /// The command as the plan spells it.
    fn source(&self) -> String {
        match self.command {
            Command::Exec { cmd, .. } => cmd.value.clone(),
            _ => self.text(),
        }
    }

    /// The command in readable form, as a part of a message.
    fn describe(&self) -> Message {
        match self.command {
            Command::Copy { src, dest, image: Some(image) } => {
                Message::default().value(&src.value).and(" from ").value(&image.value).and(" to ").value(&dest.value)
            }
            Command::Copy { src, dest, image: None } => {
                Message::default().value(&src.value).and(" to ").value(&dest.value)
            }
            _ => Message::default().value(&self.text()),
        }
    }

    fn noun(&self) -> &'static str {
        match self.key {
            CommandKey::Exec(_) => "command",
            CommandKey::Path(_) => "PATH entry",
            CommandKey::Copy { .. } => "copy",
            CommandKey::File { .. } => "file",
        }
    }

    /// The custom name, if it adds information to the command.
    fn custom_name(&self) -> Option<&str> {
        match (self.command, &self.key) {
            (Command::Exec { cmd, custom_name }, _) => {
                custom_name.as_deref().filter(|name| tells_more(name, &[&cmd.value]))
            }
            (Command::File { custom_name, .. }, _) => custom_name.as_deref(),
            _ => None,
        }
    }
}

/// The commands in an equivalent normal order: entries of `PATH` before the copies and files up to the next
/// exec command, since only exec commands depend on `PATH`.
fn entries(step: &Step) -> Vec<Entry<'_>> {
    let mut entries = Vec::with_capacity(step.commands.len());
    for until_exec in step.commands.split_inclusive(Command::is_exec) {
        let (paths, others): (Vec<_>, Vec<_>) =
            until_exec.iter().partition(|command| matches!(command, Command::Path { .. }));
        entries.extend(paths.into_iter().chain(others).map(|command| Entry { key: CommandKey::new(command), command }));
    }
    entries
}

/// Compares the commands of a step and the content of the files that they write.
pub(super) fn compare(old: &Step, new: &Step, subject: &Subject, changes: &mut Vec<Change>) {
    let (olds, news) = (entries(old), entries(new));
    let keys = |entries: &[Entry<'_>]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
    let mut found =
        CommandChanges { subject, changes: Vec::new(), renames: Vec::new(), assets: Assets::new(old, new, subject) };
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for part in align(&keys(&olds), &keys(&news)) {
        let end = part.new.end;
        let old = olds.get(part.old).unwrap_or_default().iter();
        let new = part.new.clone().zip(news.get(part.new).unwrap_or_default());
        if part.is_shared {
            old.zip(new).for_each(|(old, (at, new))| found.keep(at, old, new));
            continue;
        }
        let (only_old, only_new) = Gap { old: old.collect(), new: new.collect() }.pair(&mut found);
        removed.extend(only_old.into_iter().map(|entry| (end, entry)));
        added.extend(only_new);
    }
    found.match_moves(&mut removed, &mut added, &news);
    for (at, entry) in removed {
        found.remove(at, entry);
    }
    for (at, entry) in added {
        found.add(at, entry);
    }
    found.append_to(changes);
}

/// The old and new commands between two neighboring commands that both lists share.
struct Gap<'a, 'p> {
    old: Vec<&'a Entry<'p>>,
    new: Vec<(usize, &'a Entry<'p>)>,
}

impl<'a, 'p> Gap<'a, 'p> {
    /// Records the commands that replaced others, and returns the remaining ones.
    fn pair(mut self, found: &mut CommandChanges<'_, 'p>) -> (Vec<&'a Entry<'p>>, Vec<(usize, &'a Entry<'p>)>) {
        let is_alone = self.old.len() == 1 && self.new.len() == 1;
        if self.old.len().saturating_mul(self.new.len()) > MAX_PAIRS {
            return (self.old, self.new);
        }
        let mut new_words: Vec<_> = self.new.iter().map(|(_, new)| new.key.words()).collect();
        let mut unmatched = Vec::new();
        for old in self.old {
            if matches!(old.key, CommandKey::Path(_)) {
                unmatched.push(old);
                continue;
            }
            let old_words = old.key.words();
            let candidates = self.new.iter().zip(&new_words).enumerate();
            let best = candidates
                .filter(|(_, ((_, new), _))| new.key.is_same_kind(&old.key))
                .map(|(at, (_, words))| (at, similarity(&old_words, words)))
                .filter(|(_, similarity)| is_alone || *similarity >= MIN_SIMILARITY)
                // prefers the first of equally similar commands
                .max_by(|(at, a), (other, b)| a.total_cmp(b).then(other.cmp(at)));
            match best {
                Some((at, _)) => {
                    let (position, new) = self.new.remove(at);
                    new_words.remove(at);
                    found.replace(position, old, new);
                }
                None => unmatched.push(old),
            }
        }
        (unmatched, self.new)
    }
}

/// Collects the changes of a step's commands.
struct CommandChanges<'a, 'p> {
    subject: &'a Subject,
    /// Each change with its position in the new list.
    changes: Vec<(usize, Change)>,
    renames: Vec<Change>,
    assets: Assets<'a, 'p>,
}

impl<'p> CommandChanges<'_, 'p> {
    fn push(&mut self, at: usize, change: Change) {
        self.changes.push((at, change));
    }

    fn keep(&mut self, at: usize, old: &Entry<'p>, new: &Entry<'p>) {
        self.compare_content(at, old, new);
        let (before, after) = (old.custom_name(), new.custom_name());
        if before == after {
            return;
        }
        let change =
            |message| Change::new(ChangeKind::CommandRenamed, self.subject, message).at(old.location(), new.location());
        self.renames.push(match (before, after) {
            (Some(before), Some(after)) => {
                change(Message::new("name of ").value(&new.text())).with_values(before, after)
            }
            (None, Some(name)) => change(Message::new("name of ").value(&new.text()).and(" added: ").value(name)),
            (Some(name), _) => change(Message::new("name of ").value(&new.text()).and(" removed: ").value(name)),
            (None, None) => return,
        });
    }

    fn replace(&mut self, at: usize, old: &Entry<'p>, new: &Entry<'p>) {
        let locations = |change: Change| change.at(old.location(), new.location());
        match (&old.key, &new.key) {
            (CommandKey::Exec(before), CommandKey::Exec(after)) => {
                if let Some(changes) = packages::compare_apt(before, after, self.subject) {
                    self.changes.extend(changes.into_iter().map(|change| (at, locations(change))));
                    return;
                }
            }
            (
                CommandKey::Copy { src, dest, image: Some(before) },
                CommandKey::Copy { src: new_src, dest: new_dest, image: Some(after) },
            ) if (src, dest) == (new_src, new_dest) => {
                self.push(at, locations(images::compare(before, after, self.subject)));
                return;
            }
            (CommandKey::File { path, mode: before }, CommandKey::File { path: after_path, mode: after })
                if path == after_path =>
            {
                let octal = |mode: &Option<u32>| format!("{:03o}", mode.unwrap_or(0o644));
                let message = Message::new("mode of file ").value(path);
                let change = Change::new(ChangeKind::CommandChanged, self.subject, message);
                self.push(at, locations(change.with_values(&octal(before), &octal(after))));
                self.compare_content(at, old, new);
                return;
            }
            _ => {}
        }
        let change = Change::new(ChangeKind::CommandChanged, self.subject, Message::new(new.noun()));
        let (mut before, mut after) = (old.text(), new.text());
        if before == after {
            // the same words, but only one of the commands is run by a shell
            (before, after) = (old.source(), new.source());
        }
        self.push(at, locations(change.with_values(&before, &after)));
        self.compare_content(at, old, new);
    }

    /// Compares the content of a file that both commands write.
    fn compare_content(&mut self, at: usize, old: &Entry<'p>, new: &Entry<'p>) {
        if let (Command::File { name: old, .. }, Command::File { name: new, path, .. }) = (old.command, new.command) {
            let changes = self.assets.compare(&old.value, &new.value, &path.value);
            self.changes.extend(changes.into_iter().map(|change| (at, change)));
        }
    }

    /// Records a move for each command that is in both `removed` and `added`, and removes it from both.
    fn match_moves(
        &mut self,
        removed: &mut Vec<(usize, &Entry<'p>)>,
        added: &mut Vec<(usize, &Entry<'p>)>,
        news: &[Entry<'p>],
    ) {
        let mut by_key: BTreeMap<&CommandKey, Vec<(usize, &Entry<'p>)>> = BTreeMap::new();
        for (at, (_, entry)) in removed.iter().enumerate().rev() {
            by_key.entry(&entry.key).or_default().push((at, entry));
        }
        let mut taken = BTreeSet::new();
        added.retain(|(at, new)| {
            let Some((removed_at, old)) = by_key.get_mut(&new.key).and_then(Vec::pop) else { return true };
            taken.insert(removed_at);
            let message = Message::new(new.noun()).and(" ").then(new.describe()).and(" moved ");
            let message = match at.checked_sub(1).and_then(|before| news.get(before)) {
                Some(before) => message.and("after ").then(before.describe()),
                None => message.and("to the beginning"),
            };
            let change =
                Change::new(ChangeKind::CommandMoved, self.subject, message).at(old.location(), new.location());
            self.changes.push((*at, change));
            self.compare_content(*at, old, new);
            false
        });
        let mut at = 0..;
        removed.retain(|_| !at.next().is_some_and(|at| taken.contains(&at)));
    }

    fn remove(&mut self, at: usize, entry: &Entry<'p>) {
        let kind =
            if matches!(entry.key, CommandKey::Path(_)) { ChangeKind::PathRemoved } else { ChangeKind::CommandRemoved };
        let message = Message::new(entry.noun()).and(" removed: ").then(entry.describe());
        self.push(at, Change::new(kind, self.subject, message).in_old(entry.location()));
    }

    fn add(&mut self, at: usize, entry: &Entry<'p>) {
        let kind =
            if matches!(entry.key, CommandKey::Path(_)) { ChangeKind::PathAdded } else { ChangeKind::CommandAdded };
        let message = Message::new(entry.noun()).and(" added: ").then(entry.describe());
        self.push(at, Change::new(kind, self.subject, message).in_new(entry.location()));
    }

    /// Appends the changes in the order of the new list. Renames count only if the commands did not change
    /// otherwise, since a custom name often repeats its command.
    fn append_to(mut self, changes: &mut Vec<Change>) {
        if self.changes.is_empty() {
            changes.append(&mut self.renames);
        }
        self.changes.sort_by_key(|(at, _)| *at);
        changes.extend(self.changes.into_iter().map(|(_, change)| change));
    }
}
