//! The variables that the plan sets in the image.

use crate::graph::{Edge, Graph};
use crate::plan::Located;

/// The value of a variable in the image: that of `deploy`, of the last step that the image copies from, or
/// of the plan. Variables that such a step inherits from other steps are not searched.
pub(super) fn image_variable<'g>(graph: &'g Graph, name: &str) -> Option<&'g Located<String>> {
    let plan = graph.plan();
    let steps = graph.deploy_inputs().filter_map(Edge::step).filter_map(|id| graph.step(id).variables.get(name));
    plan.deploy.variables.get(name).or_else(|| steps.last()).or_else(|| plan.variables.get(name))
}
