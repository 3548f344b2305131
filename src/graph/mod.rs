//! The build graph: every name resolved, no cycle, a stable order.

mod overlap;
mod reduction;
mod resolve;

use crate::plan::{Command, Input, Located, Plan, Source, Step, StepId, StepMap};

pub(crate) use overlap::{Include, IncludedPaths, Within};
pub(crate) use resolve::resolve;

/// A plan with its names resolved to steps. The graph stores indices instead of references, so that it can
/// own the plan; its methods look them up.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    plan: Plan,
    nodes: StepMap<Node>,
    /// Every step after the steps that it depends on; plan order breaks ties.
    order: Vec<StepId>,
    /// The step that `deploy.base` refers to, if any.
    base: Option<StepId>,
    /// The step that each of `deploy.inputs` refers to, if any.
    deploy_inputs: Vec<Option<StepId>>,
}

/// The resolved names of a step.
#[derive(Clone, Debug)]
struct Node {
    /// The step that each input refers to, if any.
    inputs: Vec<Option<StepId>>,
    /// The steps whose environment the step inherits, in input order.
    parents: Vec<StepId>,
    /// Whether the image depends on this step.
    is_needed: bool,
    /// The step at the end of the chain of bases, if that step starts from an image.
    root: Option<StepId>,
}

/// An input and its origin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge<'g> {
    pub(crate) input: &'g Input,
    pub(crate) origin: Origin<'g>,
}

/// The origin of files.
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

    /// The step that the input refers to, if any.
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

    /// A copy of the graph with other values in its plan. All names must stay the same.
    pub(crate) fn with_values(&self, change: impl FnOnce(&mut Plan)) -> Self {
        let mut graph = self.clone();
        change(&mut graph.plan);
        graph
    }

    /// A copy of the graph whose image starts from another image, directly or through the same steps. The
    /// location of the reference stays. `None` if it starts from no image.
    pub(crate) fn with_base_image(&self, image: &str) -> Option<Self> {
        let root = match self.base().origin {
            Origin::Image(_) => None,
            Origin::Step(id) => Some(self.nodes[id].root?),
            Origin::Local => return None,
        };
        let mut graph = self.clone();
        let input = match root {
            None => &mut graph.plan.deploy.base,
            Some(id) => graph.plan.step_mut(id)?.inputs.first_mut()?,
        };
        if let Source::Image(reference) = &mut input.source {
            image.clone_into(&mut reference.value);
        }
        Some(graph)
    }

    pub(crate) fn step(&self, id: StepId) -> &Step {
        self.plan.step(id)
    }

    /// All steps, in plan order.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.nodes.iter().map(|(id, _)| (id, self.step(id)))
    }

    /// All steps in build order: every step after the steps that it depends on.
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

    /// The steps that the image needs and that run something, in build order.
    pub(crate) fn running(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.needed().filter(|(_, step)| step.runs_something())
    }

    /// The commands of the steps that the image needs, in build order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (StepId, &Command)> {
        self.needed().flat_map(|(id, step)| step.commands.iter().map(move |command| (id, command)))
    }

    /// The command lines of the steps that the image needs, in build order.
    pub(crate) fn command_lines(&self) -> impl Iterator<Item = (StepId, &Located<String>)> {
        self.commands().filter_map(|(id, command)| match command {
            Command::Exec { cmd, .. } => Some((id, cmd)),
            Command::Path { .. } | Command::Copy { .. } | Command::File { .. } => None,
        })
    }

    /// The variables of the steps that the image needs, of the plan, and of the image, by name.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&String, &Located<String>)> {
        let step_variables = self.needed().map(|(_, step)| &step.variables);
        step_variables.chain([&self.plan.variables, &self.plan.deploy.variables]).flatten()
    }

    /// Whether the image depends on this step.
    pub(crate) fn is_needed(&self, id: StepId) -> bool {
        self.nodes[id].is_needed
    }

    /// The steps whose environment a step inherits, in input order.
    pub(crate) fn parents(&self, id: StepId) -> &[StepId] {
        &self.nodes[id].parents
    }

    /// All inputs of a step; the first is its base.
    fn edges(&self, id: StepId) -> impl Iterator<Item = Edge<'_>> {
        edges(&self.step(id).inputs, &self.nodes[id].inputs)
    }

    /// The base of a step; `None` if it starts from nothing.
    pub(crate) fn base_of(&self, id: StepId) -> Option<Edge<'_>> {
        self.edges(id).next()
    }

    /// The inputs that a step copies onto its base, in order.
    pub(crate) fn inputs_of(&self, id: StepId) -> impl Iterator<Item = Edge<'_>> {
        self.edges(id).skip(1)
    }

    /// The base of the image.
    pub(crate) fn base(&self) -> Edge<'_> {
        Edge::new(&self.plan.deploy.base, self.base)
    }

    /// The inputs that the image copies onto its base, in order.
    pub(crate) fn deploy_inputs(&self) -> impl Iterator<Item = Edge<'_>> {
        edges(&self.plan.deploy.inputs, &self.deploy_inputs)
    }

    /// All inputs that the image and the steps that it needs copy onto their bases.
    pub(crate) fn copied_inputs(&self) -> impl Iterator<Item = Edge<'_>> {
        self.needed().flat_map(|(id, _)| self.inputs_of(id)).chain(self.deploy_inputs())
    }

    /// An origin, the origin of its base, and so on, down to an image.
    pub(crate) fn lineage<'g>(&'g self, origin: Origin<'g>) -> impl Iterator<Item = Origin<'g>> {
        std::iter::successors(Some(origin), |origin| match origin {
            Origin::Step(id) => self.base_of(*id).map(|base| base.origin),
            Origin::Image(_) | Origin::Local => None,
        })
    }

    /// The image at the end of the lineage of an origin.
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
