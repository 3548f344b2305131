//! The build graph: every name resolved, no cycle, a stable order.

mod reduction;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::diagnostic::{Diagnostic, Diagnostics, Findings};
use crate::plan::{Command, Input, Located, Plan, Source, Step};

/// The index of a step in its plan.
pub(crate) type StepId = usize;

/// A plan whose names mean something.
#[derive(Debug)]
pub(crate) struct Graph<'p> {
    pub(crate) plan: &'p Plan,
    /// In the order of the plan.
    pub(crate) nodes: Vec<Node<'p>>,
    /// Every step after those it takes from; where that leaves a choice, the plan's order.
    pub(crate) order: Vec<StepId>,
    pub(crate) base: Edge<'p>,
    pub(crate) deploy_inputs: Vec<Edge<'p>>,
    /// The image that each step goes back to.
    root_images: Vec<Option<&'p Located<String>>>,
}

/// A step and what it takes.
#[derive(Debug)]
pub(crate) struct Node<'p> {
    pub(crate) step: &'p Step,
    pub(crate) inputs: Vec<Edge<'p>>,
    /// The steps whose environment it inherits, in the order of its inputs.
    pub(crate) parents: Vec<StepId>,
    /// Whether the image holds files that come by way of this step.
    pub(crate) is_needed: bool,
}

/// An input and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge<'p> {
    pub(crate) input: &'p Input,
    pub(crate) origin: Origin<'p>,
}

/// Where files come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'p> {
    Image(&'p Located<String>),
    Step(StepId),
    Local,
}

impl<'p> Edge<'p> {
    /// The step it takes from, if it is one.
    pub(crate) fn step(self) -> Option<StepId> {
        match self.origin {
            Origin::Step(id) => Some(id),
            Origin::Image(_) | Origin::Local => None,
        }
    }

    pub(crate) fn includes(self) -> &'p [Located<String>] {
        self.input.include.as_deref().unwrap_or_default()
    }
}

impl<'p> Graph<'p> {
    /// What files come from, what that starts from, and so on down to an image.
    pub(crate) fn lineage(&self, origin: Origin<'p>) -> impl Iterator<Item = Origin<'p>> {
        std::iter::successors(Some(origin), |origin| match origin {
            Origin::Step(id) => self.nodes.get(*id)?.inputs.first().map(|first| first.origin),
            Origin::Image(_) | Origin::Local => None,
        })
    }

    /// The image that files go back to.
    pub(crate) fn root_image(&self, origin: Origin<'p>) -> Option<&'p Located<String>> {
        root_image(origin, &self.root_images)
    }

    /// The steps that the image needs, in build order.
    pub(crate) fn needed(&self) -> impl Iterator<Item = (StepId, &Node<'p>)> {
        let nodes = self.order.iter().filter_map(|id| Some((*id, self.nodes.get(*id)?)));
        nodes.filter(|(_, node)| node.is_needed)
    }

    /// Those of them that run something.
    pub(crate) fn running(&self) -> impl Iterator<Item = (StepId, &Node<'p>)> {
        self.needed().filter(|(_, node)| node.step.runs_something())
    }

    /// Those of these that list secrets, with what they list, one at least: they run again when a
    /// value changes.
    pub(crate) fn listing_secrets(&self) -> impl Iterator<Item = (StepId, &Node<'p>, Vec<&'p Located<String>>)> {
        let listing = self.running().map(|(id, node)| (id, node, self.plan.listed_by(node.step)));
        listing.filter(|(_, _, secrets)| !secrets.is_empty())
    }
}

/// Resolves a plan's names. Everything that dangles is a finding.
pub(crate) fn resolve<'p>(plan: &'p Plan, findings: &mut Findings) -> Result<Graph<'p>, Diagnostics> {
    let ids = step_ids(plan, findings);
    let secrets = plan.secrets.iter().map(|secret| secret.value.as_str()).collect();
    let mut nodes: Vec<Node<'p>> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        check_names(plan, &secrets, step, findings);
        let inputs = edges(&step.inputs, &ids, findings);
        if let Some(first) = step.inputs.first() {
            check_first(first, "the first input of a step", findings);
        }
        check_includes(step.inputs.iter().skip(1), findings);
        let parents = inputs.iter().filter_map(|edge| edge.step()).collect();
        nodes.push(Node { step, inputs, parents, is_needed: false });
    }
    let base = edge(&plan.deploy.base, &ids, findings);
    check_first(&plan.deploy.base, "`deploy.base`", findings);
    let deploy_inputs = edges(&plan.deploy.inputs, &ids, findings);
    check_includes(plan.deploy.inputs.iter(), findings);
    let order = build_order(&nodes, findings);
    findings.check()?;
    let Some(base) = base else { return Err(Diagnostics(Vec::new())) };
    reduce_parents(&mut nodes, &order);
    mark_needed(&mut nodes, base, &deploy_inputs);
    for node in nodes.iter().filter(|node| !node.is_needed) {
        let name = &node.step.name;
        findings.push(
            Diagnostic::warning("unreachable-step", format!("nothing of step `{}` reaches the image", name.value))
                .at(&name.place)
                .with_help("it is left out; name it in an input of `deploy`, or remove it"),
        );
    }
    let root_images = root_images(&nodes, &order);
    Ok(Graph { plan, nodes, order, base, deploy_inputs, root_images })
}

fn step_ids<'p>(plan: &'p Plan, findings: &mut Findings) -> BTreeMap<&'p str, StepId> {
    let mut ids = BTreeMap::new();
    for (id, step) in plan.steps.iter().enumerate() {
        let name = &step.name;
        let Some(earlier) = ids.insert(name.value.as_str(), id).and_then(|earlier| plan.steps.get(earlier)) else {
            continue;
        };
        findings.push(
            Diagnostic::error("duplicate-step", format!("two steps are called `{}`", name.value))
                .at(&name.place)
                .with_related(&earlier.name.place, "the first is here")
                .with_help("Railpack would drop the first; rename one of them"),
        );
    }
    ids
}

fn edges<'p>(inputs: &'p [Input], ids: &BTreeMap<&'p str, StepId>, findings: &mut Findings) -> Vec<Edge<'p>> {
    inputs.iter().filter_map(|input| edge(input, ids, findings)).collect()
}

fn edge<'p>(input: &'p Input, ids: &BTreeMap<&'p str, StepId>, findings: &mut Findings) -> Option<Edge<'p>> {
    let origin = match &input.source {
        Source::Image(image) => Origin::Image(image),
        Source::Local => Origin::Local,
        Source::Step(name) => match ids.get(name.value.as_str()) {
            Some(id) => Origin::Step(*id),
            None => {
                let known = findings.worth_comparing(ids.keys());
                findings.push(
                    Diagnostic::error("unknown-step", format!("no step is called `{}`", name.value))
                        .at(&name.place)
                        .with_choice(&name.value, known.copied(), "the plan's steps"),
                );
                return None;
            }
        },
    };
    Some(Edge { input, origin })
}

fn check_first(input: &Input, what: &str, findings: &mut Findings) {
    let filters = input.include.iter().flatten().chain(&input.exclude);
    if filters.count() > 0 {
        findings.push(
            Diagnostic::error("filtered-base", format!("{what} is taken whole: it can have no `include` or `exclude`"))
                .at(&input.place)
                .with_help("put an input without filters in front of it"),
        );
    }
}

fn check_includes<'p>(inputs: impl Iterator<Item = &'p Input>, findings: &mut Findings) {
    for input in inputs.filter(|input| input.include.as_ref().is_none_or(Vec::is_empty)) {
        findings.push(
            Diagnostic::warning("empty-input", "an input without `include` copies nothing")
                .at(&input.place)
                .with_help("name what to copy, as in `\"include\": [\".\"]`"),
        );
    }
}

fn check_names(plan: &Plan, secrets: &BTreeSet<&str>, step: &Step, findings: &mut Findings) {
    for cache in step.caches.iter().filter(|cache| !plan.caches.contains_key(&cache.value)) {
        let known = findings.worth_comparing(plan.caches.keys());
        findings.push(
            Diagnostic::error("unknown-cache", format!("the plan has no cache `{}`", cache.value))
                .at(&cache.place)
                .with_choice(&cache.value, known.map(String::as_str), "the plan's caches"),
        );
    }
    let is_known = |name: &str| name == "*" || secrets.contains(name);
    for secret in step.secrets.iter().filter(|secret| !is_known(&secret.value)) {
        let known = findings.worth_comparing(plan.secrets.iter());
        findings.push(
            Diagnostic::warning(
                "unknown-secret",
                format!("the plan has no secret `{}`, so the step does not get it", secret.value),
            )
            .at(&secret.place)
            .with_suggestion(&secret.value, known.map(|secret| secret.value.as_str())),
        );
    }
    for command in &step.commands {
        let Command::File { name, .. } = command else { continue };
        if !step.assets.contains_key(&name.value) {
            let known = findings.worth_comparing(step.assets.keys());
            findings.push(
                Diagnostic::error("unknown-asset", format!("step `{}` has no asset `{}`", step.name.value, name.value))
                    .at(&name.place)
                    .with_choice(&name.value, known.map(String::as_str), "its assets"),
            );
        }
    }
}

/// Kahn's algorithm; of the steps that are ready, the first in the plan goes first.
fn build_order(nodes: &[Node<'_>], findings: &mut Findings) -> Vec<StepId> {
    let mut waits_for: Vec<usize> = nodes.iter().map(|node| node.parents.len()).collect();
    let mut children: Vec<Vec<StepId>> = vec![Vec::new(); nodes.len()];
    for (id, node) in nodes.iter().enumerate() {
        for parent in &node.parents {
            if let Some(children) = children.get_mut(*parent) {
                children.push(id);
            }
        }
    }
    let mut ready: BinaryHeap<Reverse<StepId>> =
        waits_for.iter().enumerate().filter(|(_, count)| **count == 0).map(|(id, _)| Reverse(id)).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(id)) = ready.pop() {
        order.push(id);
        for child in children.get(id).into_iter().flatten() {
            if let Some(count) = waits_for.get_mut(*child) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse(*child));
                }
            }
        }
    }
    if order.len() < nodes.len() {
        findings.push(cycle(nodes, &order));
    }
    order
}

/// Follows the parents of a step that never became ready until one comes up again.
fn cycle(nodes: &[Node<'_>], ordered: &[StepId]) -> Diagnostic {
    let ordered: BTreeSet<StepId> = ordered.iter().copied().collect();
    let mut walk: Vec<StepId> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut at = (0..nodes.len()).find(|id| !ordered.contains(id));
    while let Some(id) = at {
        if let Some(start) = seen.insert(id, walk.len()) {
            walk.drain(..start);
            walk.push(id);
            break;
        }
        walk.push(id);
        at = nodes.get(id).and_then(|node| node.parents.iter().copied().find(|parent| !ordered.contains(parent)));
    }
    let names: Vec<String> =
        walk.iter().filter_map(|id| nodes.get(*id)).map(|node| format!("`{}`", node.step.name.value)).collect();
    let found =
        Diagnostic::error("cycle", format!("steps take from each other in a circle: {}", names.join(" takes from ")))
            .with_help("remove one of these inputs");
    match walk.first().and_then(|id| nodes.get(*id)) {
        Some(node) => found.at(&node.step.name.place),
        None => found,
    }
}

/// Drops each parent that is also an ancestor of another parent, as Railpack does
/// (`buildkit/graph/graph.go`): its environment comes by way of that one.
fn reduce_parents(nodes: &mut [Node<'_>], order: &[StepId]) {
    let mut position = vec![0; nodes.len()];
    for (at, id) in order.iter().enumerate() {
        if let Some(slot) = position.get_mut(*id) {
            *slot = at;
        }
    }
    let in_order = order.iter().filter_map(|id| nodes.get(*id));
    let positions = |node: &Node<'_>| node.parents.iter().filter_map(|id| position.get(*id).copied()).collect();
    let mut parents: Vec<Vec<usize>> = in_order.map(positions).collect();
    reduction::reduce(&mut parents);
    for (id, parents) in order.iter().zip(parents) {
        if let Some(node) = nodes.get_mut(*id) {
            node.parents = parents.into_iter().filter_map(|at| order.get(at).copied()).collect();
        }
    }
}

fn root_images<'p>(nodes: &[Node<'p>], order: &[StepId]) -> Vec<Option<&'p Located<String>>> {
    let mut images = vec![None; nodes.len()];
    for id in order {
        let first = nodes.get(*id).and_then(|node| node.inputs.first());
        let image = first.and_then(|first| root_image(first.origin, &images));
        if let Some(slot) = images.get_mut(*id) {
            *slot = image;
        }
    }
    images
}

fn root_image<'p>(origin: Origin<'p>, of_steps: &[Option<&'p Located<String>>]) -> Option<&'p Located<String>> {
    match origin {
        Origin::Image(image) => Some(image),
        Origin::Step(id) => of_steps.get(id).copied().flatten(),
        Origin::Local => None,
    }
}

fn mark_needed(nodes: &mut [Node<'_>], base: Edge<'_>, deploy_inputs: &[Edge<'_>]) {
    let copied = |edges: &[Edge<'_>]| -> Vec<StepId> {
        edges.iter().filter(|edge| !edge.includes().is_empty()).filter_map(|edge| edge.step()).collect()
    };
    let mut open = copied(deploy_inputs);
    open.extend(base.step());
    while let Some(id) = open.pop() {
        let Some(node) = nodes.get_mut(id).filter(|node| !node.is_needed) else { continue };
        node.is_needed = true;
        open.extend(node.inputs.first().and_then(|first| first.step()));
        open.extend(copied(node.inputs.get(1..).unwrap_or_default()));
    }
}
