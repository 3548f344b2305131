//! Copies of what a cache holds. A cache is mounted while a command runs, and is in no layer.

use super::{Subject, is_in};
use crate::compat::gopath::under_app;
use crate::compat::patternmatcher::is_pattern;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph, Origin};
use crate::plan::{Command, Located, StepId};

/// How many steps are looked at from one down to its image.
const DEEPEST: usize = 200;

/// How many includes, and how many caches of a step, are looked at.
const MOST_INCLUDES: usize = 1_000;
const MOST_CACHES: usize = 100;

/// Warns of includes that only a cache has.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    let includes = graph.copied_inputs().filter_map(|edge| Some((edge.step()?, edge.includes())));
    let includes = includes.flat_map(|(id, includes)| includes.iter().map(move |include| (id, include)));
    for (id, include) in includes.take(MOST_INCLUDES) {
        let path = literal_part(&under_app(&include.value));
        let Some((cache, step)) = cache_around(graph, id, &path) else { continue };
        if !only_cached(graph, id, &path) {
            continue;
        }
        let message = format!(
            "`{}` is in cache `{}` of step `{step}`, so it is in no layer and can't be copied",
            include.value, cache.value
        );
        findings.push(
            Diagnostic::new(Code::CachedOutput, message)
                .at(&include.location)
                .with_related(&cache.location, "the cache is mounted here")
                .with_help("copy it out of the cache in a command of the step, or remove the cache from the step"),
        );
    }
}

/// The folders of a path in front of its first pattern.
fn literal_part(path: &str) -> String {
    let parts = path.split('/').take_while(|part| !is_pattern(part));
    parts.collect::<Vec<_>>().join("/")
}

/// The cache of a step with commands that a path is in, and the step's name.
fn cache_around<'p>(graph: &'p Graph, id: StepId, path: &str) -> Option<(&'p Located<String>, &'p str)> {
    let step = graph.step(id);
    if !step.runs_something() {
        return None;
    }
    let is_around = |key: &&Located<String>| {
        let directory = graph.plan().caches.get(&key.value).map(|cache| under_app(&cache.directory.value));
        directory.is_some_and(|directory| directory != "/" && is_in(path, &directory))
    };
    step.caches.iter().take(MOST_CACHES).find(is_around).map(|key| (key, step.name.value.as_str()))
}

/// Whether nothing else puts anything at the path: each command of the step and of those it starts
/// from has the cache mounted, and no file, copy or input goes there.
fn only_cached(graph: &Graph, id: StepId, path: &str) -> bool {
    let lineage: Vec<Origin<'_>> = graph.lineage(Origin::Step(id)).take(DEEPEST).collect();
    lineage.len() < DEEPEST
        && lineage.into_iter().all(|origin| match origin {
            Origin::Step(id) => {
                let step = graph.step(id);
                let is_hidden = !step.runs_something() || cache_around(graph, id, path).is_some();
                is_hidden && !step.commands.iter().any(|command| writes(command, path)) && !takes(graph, id, path)
            }
            // a folder of the application is in no base image
            Origin::Image(_) => is_in(path, "/app"),
            Origin::Local => false,
        })
}

fn writes(command: &Command, path: &str) -> bool {
    match command {
        // the application's source, of which no one caches a part
        Command::Copy { dest, image: None, .. } if under_app(&dest.value) == "/app" => false,
        Command::Copy { dest: to, .. } | Command::File { path: to, .. } => meets(&under_app(&to.value), path),
        Command::Exec { .. } | Command::Path { .. } => false,
    }
}

fn takes(graph: &Graph, id: StepId, path: &str) -> bool {
    let others = graph.inputs_of(id).filter(|edge| !edge.is_local());
    others.flat_map(Edge::includes).any(|include| meets(&literal_part(&under_app(&include.value)), path))
}

/// Whether one path is in the other.
fn meets(to: &str, path: &str) -> bool {
    is_in(to, path) || is_in(path, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_counts_by_the_folder_it_is_in() {
        assert_eq!(literal_part("/app/target/*/x"), "/app/target");
        assert_eq!(literal_part("/app/dist"), "/app/dist");
    }

    #[test]
    fn paths_that_meet() {
        assert!(meets("/app/target", "/app/target/release"));
        assert!(meets("/app/target/release/x", "/app/target"));
        assert!(!meets("/app/targets", "/app/target"));
        assert!(meets("/", "/app/target"));
    }
}
