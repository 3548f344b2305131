//! Locations in the text of a plan, in the one shape that all JSON output has.

use railpack2docker::{LineIndex, Location, Position};
use serde_json::{Value, json};

use crate::files::plan_file::PlanFile;

/// The text of a plan, and its name in output.
pub(crate) struct Source<'t> {
    pub(crate) name: String,
    pub(crate) lines: LineIndex<'t>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(plan: &'t PlanFile) -> Self {
        Self { name: plan.name(), lines: LineIndex::new(&plan.text) }
    }

    /// A location as JSON: see [`location_json`].
    pub(crate) fn location_json(&self, location: &Location) -> Value {
        let Position { path, line, column, .. } = self.lines.position(location);
        location_json(&self.name, &path, line, column)
    }
}

/// A location as JSON: the `file`, the `path` of the value, its `line` and its `column`, both from 1.
pub(crate) fn location_json(file: &str, path: &str, line: usize, column: usize) -> Value {
    json!({ "file": file, "path": path, "line": line, "column": column })
}
