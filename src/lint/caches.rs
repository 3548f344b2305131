//! Uses of caches, for the lints that check their directories.

use crate::compat::gopath::is_in;
use crate::graph::Graph;
use crate::plan::{Cache, Located, StepId};

/// Directories that apt and dpkg lock while they run.
const LOCKED: [&str; 3] = ["/var/cache/apt", "/var/lib/apt", "/var/lib/dpkg"];

/// Whether apt or dpkg locks a directory.
pub(super) fn is_locked_by_apt(directory: &str) -> bool {
    LOCKED.iter().any(|locked| is_in(directory, locked))
}

/// The caches used by steps with commands, each with the step and the location of its reference.
pub(super) fn uses(graph: &Graph) -> impl Iterator<Item = (StepId, &Located<String>, &Cache)> {
    let caches = &graph.plan().caches;
    graph
        .running()
        .flat_map(move |(id, step)| step.caches.iter().filter_map(move |key| Some((id, key, caches.get(&key.value)?))))
}
