//! Copies of files that exist only in a cache. A cache is mounted while a command runs and is not part of
//! any layer.

use super::Subject;
use crate::compat::gopath::{is_in, under_app};
use crate::compat::patternmatcher::is_pattern;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{Command, Located, StepId};

/// The maximum number of steps followed from a step to its base image.
const DEEPEST: usize = 200;

/// The maximum number of includes checked, and of caches per step.
const MAX_INCLUDES: usize = 1_000;
const MAX_CACHES: usize = 100;

/// Warns about includes whose path exists only in a cache.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    let includes = graph.copied_inputs().filter_map(|edge| Some((edge.step()?, edge.includes())));
    let includes = includes.flat_map(|(id, includes)| includes.iter().map(move |include| (id, include)));
    for (id, include) in includes.take(MAX_INCLUDES) {
        let path = literal_part(&under_app(&include.value));
        let Some((cache, step)) = cache_around(graph, id, &path) else { continue };
        if !only_cached(graph, id, &path) {
            continue;
        }
        let message = format!(
            "`{}` is in cache `{}` of step `{step}`: caches are not part of any layer, so it can't be copied",
            include.value, cache.value
        );
        findings.push(
            Diagnostic::new(Code::CachedOutput, message)
                .at(&include.location)
                .with_related(&cache.location, "the cache is used here")
                .with_help("copy it out of the cache in a command of the step, or remove the cache from the step"),
        );
    }
}

/// The components of a path before its first pattern.
fn literal_part(path: &str) -> String {
    let parts = path.split('/').take_while(|part| !is_pattern(part));
    parts.collect::<Vec<_>>().join("/")
}

/// The cache that contains `path` in a step with commands, and the step's name.
fn cache_around<'p>(graph: &'p Graph, id: StepId, path: &str) -> Option<(&'p Located<String>, &'p str)> {
    let step = graph.step(id);
    if !step.runs_something() {
        return None;
    }
    let is_around = |key: &&Located<String>| {
        let directory = graph.plan().caches.get(&key.value).map(|cache| under_app(&cache.directory.value));
        directory.is_some_and(|directory| directory != "/" && is_in(path, &directory))
    };
    step.caches.iter().take(MAX_CACHES).find(is_around).map(|key| (key, step.name.value.as_str()))
}

/// Whether the cache is the only source of `path`: the step and its bases mount the cache for each command,
/// and none of their files, copies or inputs writes there.
fn only_cached(graph: &Graph, id: StepId, path: &str) -> bool {
    let lineage: Vec<Origin<'_>> = graph.lineage(Origin::Step(id)).take(DEEPEST).collect();
    lineage.len() < DEEPEST
        && lineage.into_iter().all(|origin| match origin {
            Origin::Step(id) => {
                let step = graph.step(id);
                let is_hidden = !step.runs_something() || cache_around(graph, id, path).is_some();
                is_hidden && !step.commands.iter().any(|command| writes(command, path)) && !includes(graph, id, path)
            }
            // base images do not contain the application
            Origin::Image(_) => is_in(path, "/app"),
            Origin::Local => false,
        })
}

fn writes(command: &Command, path: &str) -> bool {
    match command {
        // the application's source: nobody caches a part of it
        Command::Copy { dest, image: None, .. } if under_app(&dest.value) == "/app" => false,
        Command::Copy { dest: to, .. } | Command::File { path: to, .. } => overlaps(&under_app(&to.value), path),
        Command::Exec { .. } | Command::Path { .. } => false,
    }
}

fn includes(graph: &Graph, id: StepId, path: &str) -> bool {
    let others = graph.inputs_of(id).filter(|edge| !edge.is_local());
    others.flat_map(Edge::includes).any(|include| overlaps(&literal_part(&under_app(&include.value)), path))
}

/// Whether one path is in the other.
fn overlaps(to: &str, path: &str) -> bool {
    is_in(to, path) || is_in(path, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_part_ends_before_a_pattern() {
        assert_eq!(literal_part("/app/target/*/x"), "/app/target");
        assert_eq!(literal_part("/app/dist"), "/app/dist");
    }

    #[test]
    fn paths_overlap_if_one_is_in_the_other() {
        assert!(overlaps("/app/target", "/app/target/release"));
        assert!(overlaps("/app/target/release/x", "/app/target"));
        assert!(!overlaps("/app/targets", "/app/target"));
        assert!(overlaps("/", "/app/target"));
    }
}
