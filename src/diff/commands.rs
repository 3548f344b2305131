//! What a step does.

use std::collections::{BTreeMap, BTreeSet};

use super::assets::Assets;
use super::change::{Change, Kind, Subject};
use super::images;
use super::message::Text;
use super::packages;
use super::sequence::{align, likeness};
use crate::compat::gopath::{clean, under_app};
use crate::compat::shlex;
use crate::diagnostic::Location;
use crate::lower::tells_more;
use crate::plan::{Command, Step, given_mode};

/// How much two commands share to be one that changed, from 0 to 1.
const ALIKE: f64 = 0.3;

/// How many pairs of commands are looked at for one that changed.
const MOST: usize = 10_000;

/// What a command does, however it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Exec(Vec<String>),
    Path(String),
    Copy { src: String, dest: String, image: Option<String> },
    File { path: String, mode: Option<u32> },
}

impl Key {
    pub(super) fn of(command: &Command) -> Self {
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

    /// Pieces to tell how near two are.
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

    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Absolute, with the slash at its end that makes it a directory.
fn destination(dest: &str) -> String {
    let absolute = under_app(dest);
    let is_directory = dest.is_empty() || dest.ends_with('/') || dest.ends_with("/.") || absolute == "/app";
    if is_directory && absolute != "/" { format!("{absolute}/") } else { absolute }
}

/// A command in its list.
struct Line<'p> {
    key: Key,
    command: &'p Command,
}

impl Line<'_> {
    fn location(&self) -> &Location {
        match self.command {
            Command::Exec { cmd: text, .. }
            | Command::Path { path: text }
            | Command::Copy { src: text, .. }
            | Command::File { path: text, .. } => &text.location,
        }
    }

    /// As a reader knows it: a script without the shell around it.
    fn shown(&self) -> String {
        match (self.command, &self.key) {
            (Command::Exec { .. }, Key::Exec(words)) => {
                shlex::script_of(words).map_or_else(|| words.join(" "), str::to_owned)
            }
            (Command::Copy { src, dest, image }, _) => {
                let image = image.as_ref().map(|image| format!(" of {}", image.value)).unwrap_or_default();
                format!("{}{image} to {}", src.value, dest.value)
            }
            (Command::Path { path } | Command::File { path, .. } | Command::Exec { cmd: path, .. }, _) => {
                path.value.clone()
            }
        }
    }

    /// As it stands in the plan.
    fn written(&self) -> String {
        match self.command {
            Command::Exec { cmd, .. } => cmd.value.clone(),
            _ => self.shown(),
        }
    }

    /// As a reader knows it, with what is what.
    fn described(&self) -> Text {
        match self.command {
            Command::Copy { src, dest, image: Some(image) } => {
                Text::default().value(&src.value).and(" of ").value(&image.value).and(" to ").value(&dest.value)
            }
            Command::Copy { src, dest, image: None } => {
                Text::default().value(&src.value).and(" to ").value(&dest.value)
            }
            _ => Text::default().value(&self.shown()),
        }
    }

    fn noun(&self) -> &'static str {
        match self.key {
            Key::Exec(_) => "command",
            Key::Path(_) => "PATH entry",
            Key::Copy { .. } => "copy",
            Key::File { .. } => "file",
        }
    }

    /// The name that is shown for it, where there is one that says more than the command.
    fn custom_name(&self) -> Option<&str> {
        match (self.command, &self.key) {
            (Command::Exec { cmd, custom_name }, Key::Exec(words)) => {
                custom_name.as_deref().filter(|name| tells_more(name, &cmd.value, words))
            }
            (Command::File { custom_name, .. }, _) => custom_name.as_deref(),
            _ => None,
        }
    }
}

/// The commands in an order that means the same: entries of PATH in front of the copies up to the next
/// exec, which do not see them.
fn lines(step: &Step) -> Vec<Line<'_>> {
    let is_exec = |command: &Command| matches!(command, Command::Exec { .. });
    let mut lines = Vec::with_capacity(step.commands.len());
    for until_exec in step.commands.split_inclusive(is_exec) {
        let (paths, others): (Vec<_>, Vec<_>) =
            until_exec.iter().partition(|command| matches!(command, Command::Path { .. }));
        lines.extend(paths.into_iter().chain(others).map(|command| Line { key: Key::of(command), command }));
    }
    lines
}

/// Notes what changed in the commands of a step and in the files that they write.
pub(super) fn compare(old: &Step, new: &Step, subject: &Subject, changes: &mut Vec<Change>) {
    let (olds, news) = (lines(old), lines(new));
    let keys = |lines: &[Line<'_>]| lines.iter().map(|line| line.key.clone()).collect::<Vec<_>>();
    let mut found = Found { subject, at: Vec::new(), renamed: Vec::new(), assets: Assets::of(old, new, subject) };
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for part in align(&keys(&olds), &keys(&news)) {
        let end = part.new.end;
        let old = olds.get(part.old).unwrap_or_default().iter();
        let new = part.new.clone().zip(news.get(part.new).unwrap_or_default());
        if part.is_shared {
            old.zip(new).for_each(|(old, (at, new))| found.unchanged(at, old, new));
            continue;
        }
        let (only_old, only_new) = Gap { old: old.collect(), new: new.collect() }.pair(&mut found);
        removed.extend(only_old.into_iter().map(|line| (end, line)));
        added.extend(only_new);
    }
    found.moved(&mut removed, &mut added, &news);
    for (at, line) in removed {
        found.removed(at, line);
    }
    for (at, line) in added {
        found.added(at, line);
    }
    found.into(changes);
}

/// Commands between two that are in both lists.
struct Gap<'a, 'p> {
    old: Vec<&'a Line<'p>>,
    new: Vec<(usize, &'a Line<'p>)>,
}

impl<'a, 'p> Gap<'a, 'p> {
    /// Notes the commands that took the place of others. Gives what is left.
    fn pair(mut self, found: &mut Found<'_, 'p>) -> (Vec<&'a Line<'p>>, Vec<(usize, &'a Line<'p>)>) {
        let alone = self.old.len() == 1 && self.new.len() == 1;
        if self.old.len().saturating_mul(self.new.len()) > MOST {
            return (self.old, self.new);
        }
        let mut left = Vec::new();
        for old in self.old {
            let near = |line: &Line<'_>| likeness(&old.key.words(), &line.key.words());
            let candidates = self.new.iter().enumerate().filter(|(_, (_, new))| new.key.is_like(&old.key));
            let is_path = matches!(old.key, Key::Path(_));
            let best = candidates
                .map(|(at, (_, new))| (at, near(new)))
                .filter(|(_, likeness)| !is_path && (alone || *likeness >= ALIKE))
                // of two that are as near, the first
                .max_by(|(at, a), (other, b)| a.total_cmp(b).then(other.cmp(at)));
            match best {
                Some((at, _)) => {
                    let (position, new) = self.new.remove(at);
                    found.changed(position, old, new);
                }
                None => left.push(old),
            }
        }
        (left, self.new)
    }
}

/// The changes of a step's commands, each with its place in the new list.
struct Found<'a, 'p> {
    subject: &'a Subject,
    at: Vec<(usize, Change)>,
    renamed: Vec<Change>,
    assets: Assets<'a, 'p>,
}

impl<'p> Found<'_, 'p> {
    fn push(&mut self, at: usize, change: Change) {
        self.at.push((at, change));
    }

    fn unchanged(&mut self, at: usize, old: &Line<'p>, new: &Line<'p>) {
        self.content(at, old, new);
        let (before, after) = (old.custom_name(), new.custom_name());
        if before == after {
            return;
        }
        let change = |what| Change::new(Kind::CommandRenamed, self.subject, what).at(old.location(), new.location());
        self.renamed.push(match (before, after) {
            (Some(before), Some(after)) => change(Text::of("name of ").value(&new.shown())).with_values(before, after),
            (None, Some(name)) => change(Text::of("name of ").value(&new.shown()).and(" added: ").value(name)),
            (Some(name), _) => change(Text::of("name of ").value(&new.shown()).and(" removed: ").value(name)),
            (None, None) => return,
        });
    }

    fn changed(&mut self, at: usize, old: &Line<'p>, new: &Line<'p>) {
        let locations = |change: Change| change.at(old.location(), new.location());
        match (&old.key, &new.key) {
            (Key::Exec(before), Key::Exec(after)) => {
                if let Some(changes) = packages::of_apt(before, after, self.subject) {
                    self.at.extend(changes.into_iter().map(|change| (at, locations(change))));
                    return;
                }
            }
            (
                Key::Copy { src, dest, image: Some(before) },
                Key::Copy { src: new_src, dest: new_dest, image: Some(after) },
            ) if (src, dest) == (new_src, new_dest) => {
                self.push(at, locations(images::changed(before, after, self.subject)));
                return;
            }
            (Key::File { path, mode: before }, Key::File { path: after_path, mode: after }) if path == after_path => {
                let octal = |mode: &Option<u32>| format!("{:03o}", mode.unwrap_or(0o644));
                let what = Text::of("mode of file ").value(path);
                let change = Change::new(Kind::CommandChanged, self.subject, what);
                self.push(at, locations(change.with_values(&octal(before), &octal(after))));
                self.content(at, old, new);
                return;
            }
            _ => {}
        }
        let change = Change::new(Kind::CommandChanged, self.subject, Text::of(new.noun()));
        let (mut before, mut after) = (old.shown(), new.shown());
        if before == after {
            // two command lines of the same words, one of them in a shell
            (before, after) = (old.written(), new.written());
        }
        self.push(at, locations(change.with_values(&before, &after)));
        self.content(at, old, new);
    }

    /// What changed in the content of a file.
    fn content(&mut self, at: usize, old: &Line<'p>, new: &Line<'p>) {
        if let (Command::File { name: old, .. }, Command::File { name: new, path, .. }) = (old.command, new.command) {
            let changes = self.assets.compare(&old.value, &new.value, &path.value);
            self.at.extend(changes.into_iter().map(|change| (at, change)));
        }
    }

    /// Takes out the commands that are in both lists, in different places.
    fn moved(&mut self, removed: &mut Vec<(usize, &Line<'p>)>, added: &mut Vec<(usize, &Line<'p>)>, news: &[Line<'p>]) {
        let mut by_key: BTreeMap<&Key, Vec<(usize, &Line<'p>)>> = BTreeMap::new();
        for (at, (_, line)) in removed.iter().enumerate().rev() {
            by_key.entry(&line.key).or_default().push((at, line));
        }
        let mut taken = BTreeSet::new();
        added.retain(|(at, new)| {
            let Some((removed_at, old)) = by_key.get_mut(&new.key).and_then(Vec::pop) else { return true };
            taken.insert(removed_at);
            let what = Text::of(new.noun()).and(" ").then(new.described()).and(" moved, ");
            let what = match at.checked_sub(1).and_then(|before| news.get(before)) {
                Some(before) => what.and("now after ").then(before.described()),
                None => what.and("now the first"),
            };
            let change = Change::new(Kind::CommandMoved, self.subject, what).at(old.location(), new.location());
            self.at.push((*at, change));
            self.content(*at, old, new);
            false
        });
        let mut at = 0..;
        removed.retain(|_| !at.next().is_some_and(|at| taken.contains(&at)));
    }

    fn removed(&mut self, at: usize, line: &Line<'p>) {
        let kind = if matches!(line.key, Key::Path(_)) { Kind::PathRemoved } else { Kind::CommandRemoved };
        let what = Text::of(line.noun()).and(" removed: ").then(line.described());
        self.push(at, Change::new(kind, self.subject, what).in_old(line.location()));
    }

    fn added(&mut self, at: usize, line: &Line<'p>) {
        let kind = if matches!(line.key, Key::Path(_)) { Kind::PathAdded } else { Kind::CommandAdded };
        let what = Text::of(line.noun()).and(" added: ").then(line.described());
        self.push(at, Change::new(kind, self.subject, what).in_new(line.location()));
    }

    /// In the order of the new list. A name often repeats what the command does: it is a change of its
    /// own only where nothing else of the step is.
    fn into(mut self, changes: &mut Vec<Change>) {
        if self.at.is_empty() {
            changes.append(&mut self.renamed);
        }
        self.at.sort_by_key(|(at, _)| *at);
        changes.extend(self.at.into_iter().map(|(_, change)| change));
    }
}
