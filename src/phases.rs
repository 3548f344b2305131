//! The phases of [`crate::transpile`] one by one, for measuring.

use std::sync::Arc;

use crate::Options;
use crate::diagnostic::Findings;
use crate::dockerfile::Dockerfile;

/// A plan as it was written.
pub struct Plan(crate::plan::Plan);

/// A plan whose names mean something.
pub struct Graph<'p>(crate::graph::Graph<'p>);

/// Reads the JSON text of a plan; none where it has a mistake.
#[must_use]
pub fn read(json: &str) -> Option<Plan> {
    crate::plan::read(json, false, &mut Findings::default()).ok().map(Plan)
}

impl Plan {
    /// Resolves its names; none where it has a mistake.
    #[must_use]
    pub fn resolve(&self) -> Option<Graph<'_>> {
        crate::graph::resolve(&self.0, &mut Findings::default()).ok().map(Graph)
    }
}

impl Graph<'_> {
    /// Says it in instructions; none where it can't be said.
    #[must_use]
    pub fn lower(&self, options: &Options) -> Option<Dockerfile> {
        let lowered = crate::lower::lower(&self.0, options, &mut Findings::default());
        lowered.ok().map(|(dockerfile, _)| dockerfile)
    }
}

/// Renders instructions; none where a template has a mistake.
#[must_use]
pub fn render(dockerfile: Dockerfile) -> Option<String> {
    crate::render::render(&Arc::new(dockerfile), None).ok().map(|rendered| rendered.dockerfile)
}
