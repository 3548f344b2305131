//! Resolves the names of a plan.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::{Graph, Node, reduction};
use crate::diagnostic::{Code, Diagnostic, Findings, Reported};
use crate::plan::{Command, Input, Plan, Source, Step, StepId, StepMap};

/// Resolves a plan's names. Reports unknown names and dependency cycles.
pub(crate) fn resolve(plan: Plan, findings: &mut Findings) -> Result<Graph, Reported> {
    let ids = step_ids(&plan, findings);
    let mut nodes: Vec<Node> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        check_names(&plan, step, findings);
        let inputs = steps_of(&step.inputs, &ids, findings);
        if let Some(first) = step.inputs.first() {
            check_base(first, "the first input of a step", findings);
        }
        let parents = inputs.iter().copied().flatten().collect();
        nodes.push(Node { inputs, parents, is_needed: false, root: None });
    }
    let mut nodes: StepMap<Node> = nodes.into_iter().collect();
    let base = step_of(&plan.deploy.base, &ids, findings);
    check_base(&plan.deploy.base, "`deploy.base`", findings);
    let deploy_inputs = steps_of(&plan.deploy.inputs, &ids, findings);
    let order = build_order(&plan, &nodes, findings);
    findings.check()?;
    reduce_parents(&mut nodes, &order);
    find_roots(&plan, &mut nodes, &order);
    let mut graph = Graph { plan, nodes, order, base, deploy_inputs };
    mark_needed(&mut graph);
    Ok(graph)
}

fn step_ids<'p>(plan: &'p Plan, findings: &mut Findings) -> BTreeMap<&'p str, StepId> {
    let mut ids: BTreeMap<&str, (StepId, &Step)> = BTreeMap::new();
    for (id, step) in plan.steps_by_id() {
        let name = &step.name;
        if let Some((_, earlier)) = ids.insert(&name.value, (id, step)) {
            findings.push(
                Diagnostic::new(Code::DuplicateStep, format!("duplicate step `{}`", name.value))
                    .at(&name.location)
                    .with_related(&earlier.name.location, "first defined here")
                    .with_help("Railpack would drop the first; rename one of them"),
            );
        }
    }
    ids.into_iter().map(|(name, (id, _))| (name, id)).collect()
}

fn steps_of(inputs: &[Input], ids: &BTreeMap<&str, StepId>, findings: &mut Findings) -> Vec<Option<StepId>> {
    inputs.iter().map(|input| step_of(input, ids, findings)).collect()
}

fn step_of(input: &Input, ids: &BTreeMap<&str, StepId>, findings: &mut Findings) -> Option<StepId> {
    let Source::Step(name) = &input.source else { return None };
    let id = ids.get(name.value.as_str()).copied();
    if id.is_none() {
        let known = findings.worth_comparing(ids.keys());
        findings.push(
            Diagnostic::new(Code::UnknownStep, format!("unknown step `{}`", name.value))
                .at(&name.location)
                .with_choice(&name.value, known.copied(), "the plan's steps"),
        );
    }
    id
}

fn check_base(input: &Input, what: &str, findings: &mut Findings) {
    if !input.includes().is_empty() || !input.exclude.is_empty() {
        findings.push(
            Diagnostic::new(
                Code::FilteredBase,
                format!("{what} can't have `include` or `exclude`: a base is used as a whole"),
            )
            .at(&input.location)
            .with_help("add an input without filters before it"),
        );
    }
}

fn check_names(plan: &Plan, step: &Step, findings: &mut Findings) {
    for cache in step.caches.iter().filter(|cache| !plan.caches.contains_key(&cache.value)) {
        let known = findings.worth_comparing(plan.caches.keys());
        findings.push(
            Diagnostic::new(Code::UnknownCache, format!("unknown cache `{}`", cache.value))
                .at(&cache.location)
                .with_choice(&cache.value, known.map(String::as_str), "the plan's caches"),
        );
    }
    for command in &step.commands {
        let Command::File { name, .. } = command else { continue };
        if !step.assets.contains_key(&name.value) {
            let known = findings.worth_comparing(step.assets.keys());
            findings.push(
                Diagnostic::new(
                    Code::UnknownAsset,
                    format!("step `{}` has no asset `{}`", step.name.value, name.value),
                )
                .at(&name.location)
                .with_choice(&name.value, known.map(String::as_str), "its assets"),
            );
        }
    }
}

/// Kahn's algorithm. Of the steps that are ready, the first in the plan is next.
fn build_order(plan: &Plan, nodes: &StepMap<Node>, findings: &mut Findings) -> Vec<StepId> {
    let mut unbuilt_parents: StepMap<usize> = nodes.map(|_, node| node.parents.len());
    let mut children: StepMap<Vec<StepId>> = StepMap::filled(nodes.len(), Vec::new());
    for (id, node) in nodes.iter() {
        for parent in &node.parents {
            children[*parent].push(id);
        }
    }
    let ready = unbuilt_parents.iter().filter(|(_, count)| **count == 0).map(|(id, _)| Reverse(id));
    let mut ready: BinaryHeap<Reverse<StepId>> = ready.collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse(id)) = ready.pop() {
        order.push(id);
        for child in &children[id] {
            unbuilt_parents[*child] -= 1;
            if unbuilt_parents[*child] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    if order.len() < nodes.len() {
        findings.push(cycle(plan, nodes, &order));
    }
    order
}

/// Finds a cycle: starts at a step that never became ready, and follows parents until a step repeats.
fn cycle(plan: &Plan, nodes: &StepMap<Node>, ordered: &[StepId]) -> Diagnostic {
    let ordered: BTreeSet<StepId> = ordered.iter().copied().collect();
    let mut walk: Vec<StepId> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut at = nodes.iter().map(|(id, _)| id).find(|id| !ordered.contains(id));
    while let Some(id) = at {
        if let Some(start) = seen.insert(id, walk.len()) {
            walk.drain(..start);
            walk.push(id);
            break;
        }
        walk.push(id);
        at = nodes[id].parents.iter().copied().find(|parent| !ordered.contains(parent));
    }
    let steps: Vec<&Step> = walk.iter().map(|id| plan.step(*id)).collect();
    let names: Vec<String> = steps.iter().map(|step| format!("`{}`", step.name.value)).collect();
    let found = Diagnostic::new(Code::DependencyCycle, format!("dependency cycle: {}", names.join(" → ")))
        .with_help("remove one of these inputs");
    match steps.first() {
        Some(step) => found.at(&step.name.location),
        None => found,
    }
}

/// Drops each parent that is also an ancestor of another parent, as Railpack does
/// (`buildkit/graph/graph.go`): the other parent already passes on its environment.
fn reduce_parents(nodes: &mut StepMap<Node>, order: &[StepId]) {
    let mut position = StepMap::filled(nodes.len(), 0);
    for (at, id) in order.iter().enumerate() {
        position[*id] = at;
    }
    let positions = |id: &StepId| nodes[*id].parents.iter().map(|parent| position[*parent]).collect();
    let mut parents: Vec<Vec<usize>> = order.iter().map(positions).collect();
    reduction::reduce(&mut parents);
    for (id, parents) in order.iter().zip(parents) {
        nodes[*id].parents = parents.into_iter().filter_map(|at| order.get(at).copied()).collect();
    }
}

fn find_roots(plan: &Plan, nodes: &mut StepMap<Node>, order: &[StepId]) {
    for id in order {
        let base = plan.step(*id).inputs.first();
        nodes[*id].root = match nodes[*id].inputs.first() {
            Some(Some(base)) => nodes[*base].root,
            _ => base.and_then(Input::image).map(|_| *id),
        };
    }
}

fn mark_needed(graph: &mut Graph) {
    let copied = |edge: &super::Edge<'_>| if edge.includes().is_empty() { None } else { edge.step() };
    let mut pending: Vec<StepId> = graph.deploy_inputs().filter_map(|edge| copied(&edge)).collect();
    pending.extend(graph.base);
    while let Some(id) = pending.pop() {
        if std::mem::replace(&mut graph.nodes[id].is_needed, true) {
            continue;
        }
        pending.extend(graph.base_of(id).and_then(super::Edge::step));
        pending.extend(graph.inputs_of(id).filter_map(|edge| copied(&edge)));
    }
}
