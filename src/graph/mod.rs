//! The build graph: every name resolved, no cycle, a stable order.

mod overlap;
mod reduction;
mod resolve;

use crate::plan::{Command, Input, Located, Plan, Step, StepId, StepMap};

pub(crate) use overlap::{Include, IncludedPaths, Within};
pub(crate) use resolve::resolve;

/// A plan and the steps that its names stand for. It holds indices, so that it can be kept; the
/// methods give what they stand for.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    plan: Plan,
    nodes: StepMap<Node>,
    /// Every step after those it takes from; where that leaves a choice, the plan's order.
    order: Vec<StepId>,
    /// The step of `deploy.base`, if it is one.
    base: Option<StepId>,
    /// For each of `deploy.inputs`, the step that it takes from, if it is one.
    deploy_inputs: Vec<Option<StepId>>,
}

/// The names of a step, resolved.
#[derive(Clone, Debug)]
struct Node {
    /// For each input, the step that it takes from, if it is one.
    inputs: Vec<Option<StepId>>,
    /// The steps whose environment it inherits, in the order of its inputs.
    parents: Vec<StepId>,
    /// Whether the image holds files that come by way of this step.
    is_needed: bool,
    /// The step that starts from the image that this step goes back to.
    root: Option<StepId>,
}

/// An input and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge<'g> {
    pub(crate) input: &'g Input,
    pub(crate) origin: Origin<'g>,
}

/// Where files come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'g> {
    Image(&'g Located<String>),
    Step(StepId),
    Local,
}

impl<'g> Edge<'g> {
    fn new(input: &'g Input, step: Option<StepId>) -> Self {
        let origin = match (step, input.image()) {
            (Some(id), _) => Origin::Step(id),
            (None, Some(image)) => Origin::Image(image),
            (None, None) => Origin::Local,
        };
        Self { input, origin }
    }

    /// The step it takes from, if it is one.
    pub(crate) fn step(self) -> Option<StepId> {
        match self.origin {
            Origin::Step(id) => Some(id),
            Origin::Image(_) | Origin::Local => None,
        }
    }

    pub(crate) fn is_local(self) -> bool {
        matches!(self.origin, Origin::Local)
    }

    pub(crate) fn includes(self) -> &'g [Located<String>] {
        self.input.includes()
    }
}

impl Graph {
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The same graph, of a plan that differs in values and in no name.
    pub(crate) fn with_values(&self, change: impl FnOnce(&mut Plan)) -> Self {
        let mut graph = self.clone();
        change(&mut graph.plan);
        graph
    }

    pub(crate) fn step(&self, id: StepId) -> &Step {
        self.plan.step(id)
    }

    /// All steps, in the order of the plan.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.nodes.iter().map(|(id, _)| (id, self.step(id)))
    }

    /// All steps, every one after those it takes from.
    pub(crate) fn in_build_order(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.order.iter().map(|id| (*id, self.step(*id)))
    }

    /// The position of each step in the build order.
    pub(crate) fn build_index(&self) -> StepMap<usize> {
        let mut index = self.nodes.map(|_, _| 0);
        for (position, id) in self.order.iter().enumerate() {
            index[*id] = position;
        }
        index
    }

    /// The steps that the image needs, in build order.
    pub(crate) fn needed(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.in_build_order().filter(|(id, _)| self.is_needed(*id))
    }

    /// Those of them that run something.
    pub(crate) fn running(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.needed().filter(|(_, step)| step.runs_something())
    }

    /// The commands of the steps that the image needs, in build order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (StepId, &Command)> {
        self.needed().flat_map(|(id, step)| step.commands.iter().map(move |command| (id, command)))
    }

    /// The command lines among them.
    pub(crate) fn command_lines(&self) -> impl Iterator<Item = (StepId, &Located<String>)> {
        self.commands().filter_map(|(id, command)| match command {
            Command::Exec { cmd, .. } => Some((id, cmd)),
            Command::Path { .. } | Command::Copy { .. } | Command::File { .. } => None,
        })
    }

    /// The variables of the steps that the image needs, of all steps, and of the image, by name.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&String, &Located<String>)> {
        let of_steps = self.needed().map(|(_, step)| &step.variables);
        of_steps.chain([&self.plan.variables, &self.plan.deploy.variables]).flatten()
    }

    /// Whether the image holds files that come by way of this step.
    pub(crate) fn is_needed(&self, id: StepId) -> bool {
        self.nodes[id].is_needed
    }

    /// The steps whose environment a step inherits, in the order of its inputs.
    pub(crate) fn parents(&self, id: StepId) -> &[StepId] {
        &self.nodes[id].parents
    }

    /// All inputs of a step; the first is its base.
    fn edges(&self, id: StepId) -> impl Iterator<Item = Edge<'_>> {
        edges(&self.step(id).inputs, &self.nodes[id].inputs)
    }

    /// What a step starts from; `None` is nothing at all.
    pub(crate) fn base_of(&self, id: StepId) -> Option<Edge<'_>> {
        self.edges(id).next()
    }

    /// What a step copies onto its base, in order.
    pub(crate) fn inputs_of(&self, id: StepId) -> impl Iterator<Item = Edge<'_>> {
        self.edges(id).skip(1)
    }

    /// What the image starts from.
    pub(crate) fn base(&self) -> Edge<'_> {
        Edge::new(&self.plan.deploy.base, self.base)
    }

    /// What the image copies onto its base, in order.
    pub(crate) fn deploy_inputs(&self) -> impl Iterator<Item = Edge<'_>> {
        edges(&self.plan.deploy.inputs, &self.deploy_inputs)
    }

    /// Every input that the image needs and that is copied onto a base.
    pub(crate) fn copied_inputs(&self) -> impl Iterator<Item = Edge<'_>> {
        self.needed().flat_map(|(id, _)| self.inputs_of(id)).chain(self.deploy_inputs())
    }

    /// The origin of files, of what that starts from, and so on down to an image.
    pub(crate) fn lineage<'g>(&'g self, origin: Origin<'g>) -> impl Iterator<Item = Origin<'g>> {
        std::iter::successors(Some(origin), |origin| match origin {
            Origin::Step(id) => self.base_of(*id).map(|base| base.origin),
            Origin::Image(_) | Origin::Local => None,
        })
    }

    /// The image that files go back to.
    pub(crate) fn root_image<'g>(&'g self, origin: Origin<'g>) -> Option<&'g Located<String>> {
        match origin {
            Origin::Image(image) => Some(image),
            Origin::Step(id) => self.step(self.nodes[id].root?).inputs.first()?.image(),
            Origin::Local => None,
        }
    }
}

fn edges<'g>(inputs: &'g [Input], steps: &'g [Option<StepId>]) -> impl Iterator<Item = Edge<'g>> {
    inputs.iter().zip(steps).map(|(input, step)| Edge::new(input, *step))
}
