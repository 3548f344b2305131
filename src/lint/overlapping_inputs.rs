//! Files that are copied into the image twice.
//!
//! Copies from unrelated steps into one directory are fine. This lint reports only duplicates that are certain: a
//! path that is copied from one step twice, or from a step and from another one that starts from it.

use std::collections::BTreeMap;

use super::Subject;
use crate::compat::gopath::under_app;
use crate::compat::patternmatcher::{Ignored, is_pattern};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph, Include, IncludedPaths, Origin, Within};
use crate::plan::Command;
use crate::text::list_first;

/// The maximum number of steps followed from a step to its base image.
const DEEPEST: usize = 200;

/// The maximum number of includes compared per path.
const MAX_COMPARED: usize = 20;

/// The maximum number of paths in a finding.
const MAX_LISTED: usize = 3;

/// Warns about inputs of the image that copy the same files.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    let inputs: Vec<Edge<'_>> = graph.deploy_inputs().collect();
    let included = IncludedPaths::new(&inputs);
    let overlaps = at_one_path(&included).into_iter().chain(within(&included));
    let mut found: BTreeMap<(usize, usize), (OverlapKind, Overlap<'_>, Vec<String>)> = BTreeMap::new();
    for overlap in overlaps {
        let Some(kind) = overlap.kind(graph, &inputs) else { continue };
        let inputs = (overlap.earlier.input, overlap.later.input);
        let (_, _, paths) = found.entry(inputs).or_insert_with(|| (kind, overlap.clone(), Vec::new()));
        if !paths.contains(&overlap.path) && paths.len() <= MAX_LISTED {
            paths.push(overlap.path);
        }
    }
    for (kind, overlap, paths) in found.values() {
        findings.push(subject.unless_from_railpack(overlap.finding(*kind, paths, graph, &inputs), true));
    }
}

/// Two includes that contain the same path.
#[derive(Clone, Debug)]
struct Overlap<'p> {
    earlier: Include<'p>,
    later: Include<'p>,
    path: String,
    /// Whether both include the path itself. Otherwise, one of them includes a directory that contains it.
    is_equal: bool,
    /// Whether the later include covers everything that the earlier one does.
    covers: bool,
}

/// Kinds of overlaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverlapKind {
    /// Both includes have the same origin.
    Twice,
    /// The step of the later include starts from that of the earlier one.
    Covered,
    /// The step of the earlier include starts from that of the later one.
    Undone,
}

fn at_one_path<'p>(included: &IncludedPaths<'p>) -> Vec<Overlap<'p>> {
    let mut overlaps = Vec::new();
    for includes in included.at_one_path() {
        let includes = includes.get(..MAX_COMPARED).unwrap_or(includes);
        for (at, later) in includes.iter().enumerate() {
            for earlier in includes.iter().take(at) {
                let covers = has_no_exclude(included, later);
                if covers || has_no_exclude(included, earlier) {
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
        for outer in within.outer.iter().take(MAX_COMPARED).filter(|outer| includes_all(included, outer, &within)) {
            for inner in within.inner.iter().take(MAX_COMPARED) {
                let covers = inner.input <= outer.input;
                let (earlier, later) = if covers { (*inner, *outer) } else { (*outer, *inner) };
                let path = within.path.to_owned();
                overlaps.push(Overlap { earlier, later, path, is_equal: false, covers });
            }
        }
        overlaps
    })
}

/// Whether an include copies its whole path.
fn has_no_exclude(included: &IncludedPaths<'_>, include: &Include<'_>) -> bool {
    included.excludes(include).is_none_or(|excludes| excludes.patterns.is_empty())
}

/// Whether the include of a directory copies a path below it, or at least most of that path.
fn includes_all(included: &IncludedPaths<'_>, outer: &Include<'_>, within: &Within<'_, '_>) -> bool {
    let Some(excludes) = included.excludes(outer).filter(|excludes| !excludes.patterns.is_empty()) else { return true };
    let ignored = Ignored::by(excludes.patterns.iter().map(|pattern| pattern.value.as_str()));
    let is_excluded = excludes.hold(within.rest) || ignored.holds(within.rest);
    // `Z.9` represents any file below the path
    !is_pattern(within.rest) && !is_excluded && !ignored.holds(&format!("{}/Z.9", within.rest))
}

impl Overlap<'_> {
    fn kind(&self, graph: &Graph, inputs: &[Edge<'_>]) -> Option<OverlapKind> {
        let (earlier, later) = (*inputs.get(self.earlier.input)?, *inputs.get(self.later.input)?);
        if is_same(earlier.origin, later.origin) {
            return Some(OverlapKind::Twice);
        }
        if self.covers && starts_from(graph, later, earlier) {
            return (!is_source(graph, earlier, &self.path)).then_some(OverlapKind::Covered);
        }
        (self.is_equal && self.covers && starts_from(graph, earlier, later)).then_some(OverlapKind::Undone)
    }

    fn finding(&self, kind: OverlapKind, paths: &[String], graph: &Graph, inputs: &[Edge<'_>]) -> Diagnostic {
        let name = |include: &Include<'_>| inputs.get(include.input).map(|edge| name(graph, *edge));
        let (earlier, later) = (name(&self.earlier).unwrap_or_default(), name(&self.later).unwrap_or_default());
        let are = if paths.len() == 1 { "is" } else { "are" };
        let paths = list_first(paths.iter().map(|path| format!("`{path}`")), MAX_LISTED, |_| "others".to_owned());
        let found = |message| Diagnostic::new(Code::OverlappingInputs, message);
        let (first, second) = (&self.earlier.text.location, &self.later.text.location);
        match kind {
            OverlapKind::Twice => {
                let found = found(format!("{paths} {are} copied from {later} twice"));
                let found = match (self.is_equal, self.covers) {
                    (true, _) => found.at(second).with_related(first, "first copied here"),
                    (false, true) => found.at(first).with_related(second, "included here too"),
                    (false, false) => found.at(second).with_related(first, "included here too"),
                };
                found.with_help("remove one of the two, or exclude the path where its directory is included")
            }
            OverlapKind::Covered => {
                found(format!("{paths} {are} copied from {earlier}, and again from {later}, which starts from it"))
                    .at(first)
                    .with_related(second, "copied again here")
                    .with_help(format!("remove the first: the copy from {later} hides it, and the image contains both"))
            }
            OverlapKind::Undone => found(format!(
                "{paths} {are} copied from {earlier}, and then overwritten by the copy from {later}, which {earlier} starts from"
            ))
            .at(second)
            .with_related(first, "first copied here")
            .with_help(format!("remove the second: it undoes the changes made in {earlier}")),
        }
    }
}

fn is_same(a: Origin<'_>, b: Origin<'_>) -> bool {
    match (a, b) {
        (Origin::Step(a), Origin::Step(b)) => a == b,
        (Origin::Image(a), Origin::Image(b)) => a.value == b.value,
        // copies from the build context drop the directories of their paths
        _ => false,
    }
}

fn starts_from(graph: &Graph, edge: Edge<'_>, base: Edge<'_>) -> bool {
    graph.lineage(edge.origin).take(DEEPEST).skip(1).any(|origin| is_same(origin, base.origin))
}

/// Whether a command of the step itself copies or writes the path, which is then a source file of negligible size.
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
