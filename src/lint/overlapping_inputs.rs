//! Files that the image takes twice.
//!
//! Two steps may well put files into one folder. What is said here is only what holds for sure: a
//! path that comes from one step twice, or from a step and from another one that starts from it.

use std::collections::BTreeMap;

use super::Subject;
use crate::compat::gopath::under_app;
use crate::compat::patternmatcher::{Ignored, is_pattern};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph, Include, IncludedPaths, Origin, Within};
use crate::plan::Command;
use crate::text::list_first;

/// How many steps are looked at from one down to its image.
const DEEPEST: usize = 200;

/// How many includes of one path are compared with others.
const MOST_COMPARED: usize = 20;

/// How many paths a finding names.
const MOST_NAMED: usize = 3;

/// Warns of inputs of the image that bring the same files.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    let inputs: Vec<Edge<'_>> = graph.deploy_inputs().collect();
    let included = IncludedPaths::new(&inputs);
    let overlaps = at_one_path(&included).into_iter().chain(within(&included));
    let mut found: BTreeMap<(usize, usize), (Kind, Overlap<'_>, Vec<String>)> = BTreeMap::new();
    for overlap in overlaps {
        let Some(kind) = overlap.kind(graph, &inputs) else { continue };
        let inputs = (overlap.earlier.input, overlap.later.input);
        let (_, _, paths) = found.entry(inputs).or_insert_with(|| (kind, overlap.clone(), Vec::new()));
        if !paths.contains(&overlap.path) && paths.len() <= MOST_NAMED {
            paths.push(overlap.path);
        }
    }
    for (kind, overlap, paths) in found.values() {
        findings.push(overlap.finding(*kind, paths, graph, &inputs));
    }
}

/// Two includes that hold the same path.
#[derive(Clone, Debug)]
struct Overlap<'p> {
    earlier: Include<'p>,
    later: Include<'p>,
    path: String,
    /// Whether both name it. Else one of them names a folder that it is in.
    is_equal: bool,
    /// Whether the later one brings all that the earlier one brings.
    covers: bool,
}

/// What is wrong with two includes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Both are of one origin.
    Twice,
    /// The later one is of a step that starts from the earlier one's.
    Covered,
    /// The earlier one is of a step that starts from the later one's.
    Undone,
}

fn at_one_path<'p>(included: &IncludedPaths<'p>) -> Vec<Overlap<'p>> {
    let mut overlaps = Vec::new();
    for includes in included.at_one_path() {
        let includes = includes.get(..MOST_COMPARED).unwrap_or(includes);
        for (at, later) in includes.iter().enumerate() {
            for earlier in includes.iter().take(at) {
                let covers = takes_whole(included, later);
                if covers || takes_whole(included, earlier) {
                    let path = under_app(&later.text.value);
                    overlaps.push(Overlap { earlier: *earlier, later: *later, path, is_equal: true, covers });
                }
            }
        }
    }
    overlaps
}

fn within<'i, 'p>(included: &'i IncludedPaths<'p>) -> impl Iterator<Item = Overlap<'p>> + use<'i, 'p> {
    included.within().flat_map(|within| {
        let mut overlaps = Vec::new();
        for outer in within.outer.iter().take(MOST_COMPARED).filter(|outer| takes_all(included, outer, &within)) {
            for inner in within.inner.iter().take(MOST_COMPARED) {
                let covers = inner.input <= outer.input;
                let (earlier, later) = if covers { (*inner, *outer) } else { (*outer, *inner) };
                let path = within.path.to_owned();
                overlaps.push(Overlap { earlier, later, path, is_equal: false, covers });
            }
        }
        overlaps
    })
}

/// Whether an include takes everything of its path.
fn takes_whole(included: &IncludedPaths<'_>, include: &Include<'_>) -> bool {
    included.excludes(include).is_none_or(|excludes| excludes.patterns.is_empty())
}

/// Whether the include of a folder takes the path in it, or at least most of what is there.
fn takes_all(included: &IncludedPaths<'_>, outer: &Include<'_>, within: &Within<'_, '_>) -> bool {
    let Some(excludes) = included.excludes(outer).filter(|excludes| !excludes.patterns.is_empty()) else { return true };
    let ignored = Ignored::by(excludes.patterns.iter().map(|pattern| pattern.value.as_str()));
    let is_excluded = excludes.hold(within.rest) || ignored.holds(within.rest);
    // the second is a file of any name
    !is_pattern(within.rest) && !is_excluded && !ignored.holds(&format!("{}/Z.9", within.rest))
}

impl Overlap<'_> {
    fn kind(&self, graph: &Graph, inputs: &[Edge<'_>]) -> Option<Kind> {
        let (earlier, later) = (*inputs.get(self.earlier.input)?, *inputs.get(self.later.input)?);
        if is_same(earlier.origin, later.origin) {
            return Some(Kind::Twice);
        }
        if self.covers && starts_from(graph, later, earlier) {
            return (!is_source(graph, earlier, &self.path)).then_some(Kind::Covered);
        }
        (self.is_equal && self.covers && starts_from(graph, earlier, later)).then_some(Kind::Undone)
    }

    fn finding(&self, kind: Kind, paths: &[String], graph: &Graph, inputs: &[Edge<'_>]) -> Diagnostic {
        let name = |include: &Include<'_>| inputs.get(include.input).map(|edge| name(graph, *edge));
        let (earlier, later) = (name(&self.earlier).unwrap_or_default(), name(&self.later).unwrap_or_default());
        let come = if paths.len() == 1 { "comes" } else { "come" };
        let paths = list_first(paths.iter().map(|path| format!("`{path}`")), MOST_NAMED, |_| "others".to_owned());
        let found = |message| Diagnostic::new(Code::OverlappingInputs, message);
        let (first, second) = (&self.earlier.text.location, &self.later.text.location);
        match kind {
            Kind::Twice => {
                let found = found(format!("{paths} {come} from {later} twice"));
                let found = match (self.is_equal, self.covers) {
                    (true, _) => found.at(second).with_related(first, "first here"),
                    (false, true) => found.at(first).with_related(second, "it is in this one"),
                    (false, false) => found.at(second).with_related(first, "it is in this one"),
                };
                found.with_help("leave one of the two out, or exclude the path where its folder is included")
            }
            Kind::Covered => {
                found(format!("{paths} {come} from {earlier}, and again from {later}, which starts from it"))
                    .at(first)
                    .with_related(second, "again here")
                    .with_help(format!(
                        "leave the first out: what comes from {later} lies over it, and the image holds both"
                    ))
            }
            Kind::Undone => {
                found(format!("{paths} {come} from {earlier}, and then from {later}, as it was before {earlier}"))
                    .at(second)
                    .with_related(first, "first here")
                    .with_help(format!("leave the second out: it undoes what {earlier} did"))
            }
        }
    }
}

fn is_same(a: Origin<'_>, b: Origin<'_>) -> bool {
    match (a, b) {
        (Origin::Step(a), Origin::Step(b)) => a == b,
        (Origin::Image(a), Origin::Image(b)) => a.value == b.value,
        // local files lose their folders on the way
        _ => false,
    }
}

fn starts_from(graph: &Graph, edge: Edge<'_>, base: Edge<'_>) -> bool {
    graph.lineage(edge.origin).take(DEEPEST).skip(1).any(|origin| is_same(origin, base.origin))
}

/// Whether a step itself put a path there, a file of the application's source: of no size.
fn is_source(graph: &Graph, edge: Edge<'_>, path: &str) -> bool {
    let commands = edge.step().map(|id| graph.step(id).commands.as_slice());
    commands.unwrap_or_default().iter().any(|command| match command {
        Command::Copy { dest: to, .. } | Command::File { path: to, .. } => under_app(&to.value) == path,
        Command::Exec { .. } | Command::Path { .. } => false,
    })
}

fn name(graph: &Graph, edge: Edge<'_>) -> String {
    match edge.origin {
        Origin::Step(id) => format!("step `{}`", graph.step(id).name.value),
        Origin::Image(image) => format!("image `{}`", image.value),
        Origin::Local => "the build context".to_owned(),
    }
}
