//! Locks, each with the plans that use it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fs_err as fs;
use railpack2docker::{Code, Diagnostic, PulledImage};

use super::update::Update;
use super::used::PlanImages;
use crate::failure::Failure;
use crate::files::lock_file::{LOCK_NAME, LockFile, Pins, print};
use crate::files::paths::{directory_of, nearest, shown};
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::plans_below;
use crate::options::config::FILE_NAME;
use crate::output::counts::{counted, tally};

/// A lock, and the plans that use it.
pub(super) struct Lock<'p> {
    path: PathBuf,
    /// `None` if it does not exist.
    current: Option<LockFile>,
    plans: Vec<&'p PlanImages>,
    /// The names of images that other plans use. `None` if one of these plans can't be read.
    others: Option<BTreeSet<String>>,
}

/// The locks of plans, sorted by path.
pub(super) fn group(plans: &[PlanImages]) -> Result<Vec<Lock<'_>>, Failure> {
    let mut by_path: BTreeMap<PathBuf, Vec<&PlanImages>> = BTreeMap::new();
    for plan in plans {
        by_path.entry(path_for(plan.plan.directory())).or_default().push(plan);
    }
    by_path.into_iter().map(|(path, plans)| Lock::new(path, plans)).collect()
}

/// The path of the lock for a directory: the nearest one, or the place of a new one.
fn path_for(directory: &Path) -> PathBuf {
    nearest(directory, LOCK_NAME).unwrap_or_else(|| {
        let config = nearest(directory, FILE_NAME);
        let own = || fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        config.map_or_else(own, |config| directory_of(&config).to_owned()).join(LOCK_NAME)
    })
}

impl<'p> Lock<'p> {
    fn new(path: PathBuf, plans: Vec<&'p PlanImages>) -> Result<Self, Failure> {
        let current = LockFile::read(&path)?;
        let others = if current.is_some() { names_of_others(&path, &plans) } else { Some(BTreeSet::new()) };
        Ok(Self { path, current, plans, others })
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(super) fn exists(&self) -> bool {
        self.current.is_some()
    }

    /// Whether the lock has a digest for an image.
    fn has(&self, image: &str) -> bool {
        self.current.as_ref().is_some_and(|lock| lock.pins.contains_key(image))
    }

    /// The images that need a digest, each with the first plan that uses it.
    pub(super) fn images(&self) -> impl Iterator<Item = (&'p PulledImage, &'p PlanFile)> {
        let mut seen = BTreeSet::new();
        let all = self.plans.iter().flat_map(|plan| plan.pinnable().map(|image| (image, &plan.plan)));
        all.filter(move |(image, _)| seen.insert(image.name()))
    }

    /// Whether an image gets a new digest: the lock lacks one, or `update` selects the image.
    pub(super) fn needs(&self, image: &str, update: &Update) -> bool {
        update.has(image) || !self.has(image)
    }

    /// The names of the images of the given plans.
    fn names(&self) -> BTreeSet<&'p str> {
        self.images().map(|(image, _)| image.name()).collect()
    }

    /// The content of the lock, with the digests that were resolved.
    pub(super) fn updated(&self, resolved: &Pins, update: &Update) -> Pins {
        let names = self.names();
        let mut pins = self.current.as_ref().map(|lock| lock.pins.clone()).unwrap_or_default();
        pins.retain(|image, _| self.is_used(image, &names));
        for name in names {
            if let Some(digest) = resolved.get(name).filter(|_| self.needs(name, update)) {
                pins.insert(name.to_owned(), digest.clone());
            }
        }
        pins
    }

    fn is_used(&self, image: &str, names: &BTreeSet<&str>) -> bool {
        names.contains(image) || self.others.as_ref().is_none_or(|others| others.contains(image))
    }

    /// The differences between the current and the new content, as the end of a sentence.
    pub(super) fn changes(&self, new: &Pins) -> String {
        let none = Pins::new();
        let old = self.current.as_ref().map_or(&none, |lock| &lock.pins);
        let added = new.keys().filter(|image| !old.contains_key(*image)).count();
        let removed = old.keys().filter(|image| !new.contains_key(*image)).count();
        let updated = new.iter().filter(|(image, digest)| old.get(*image).is_some_and(|old| old != *digest)).count();
        let images = counted(new.len(), "image");
        match tally([(added, "added"), (updated, "updated"), (removed, "removed")]).as_str() {
            "" => format!(": {images}"),
            changes => format!(": {images}, {changes}"),
        }
    }

    /// The reasons why `pin` would change the file.
    pub(super) fn stale(&self) -> Vec<Diagnostic> {
        let path = shown(&self.path);
        let names = self.names();
        let stale = |why: String| Diagnostic::new(Code::StaleLock, format!("stale `{path}`: {why}"));
        let Some(lock) = &self.current else {
            let missing = || Diagnostic::new(Code::StaleLock, format!("`{path}` does not exist"));
            return if names.is_empty() { Vec::new() } else { vec![missing()] };
        };
        let missing =
            names.iter().filter(|image| !self.has(image)).map(|image| stale(format!("image `{image}` has no digest")));
        let unused = lock
            .pins
            .keys()
            .filter(|image| !self.is_used(image, &names))
            .map(|image| stale(format!("no plan uses image `{image}`")));
        let mut found: Vec<Diagnostic> = missing.chain(unused).collect();
        if found.is_empty() && lock.text != print(&lock.pins) {
            found.push(stale("its lines are not sorted, or not as `pin` writes them".to_owned()));
        }
        found
    }
}

/// The images of the plans below a lock that are not given.
fn names_of_others(lock: &Path, given: &[&PlanImages]) -> Option<BTreeSet<String>> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let given: Vec<PathBuf> = given.iter().filter_map(|plan| real(plan.plan.path.as_deref()?)).collect();
    let mut names = BTreeSet::new();
    for path in plans_below(directory_of(lock)).ok()? {
        let is_given = real(&path).is_some_and(|path| given.contains(&path));
        if !is_given && path_for(directory_of(&path)) == lock {
            names.extend(PlanImages::read_silently(&path)?.pinnable().map(|image| image.name().to_owned()));
        }
    }
    Some(names)
}
