//! Documents about a plan: findings, locations and source maps.

use std::collections::BTreeSet;
use std::path::PathBuf;

use railpack2docker::{Diagnostic, Location, Transpiled};
use serde_json::{Map, Value, json};

use super::utf16::Utf16Index;
use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::output::location::Source;
use crate::output::report::{MAX_DRAWN, finding_json, plain_drawing};

/// A plan with this name. Fails for a text that is too large for the command.
pub(super) fn plan_file(name: &str, text: &str) -> Result<PlanFile, Value> {
    PlanFile::from_bytes(Some(PathBuf::from(name)), text.as_bytes().to_vec())
        .map_err(|failure| failure_without_plan(&diagnostics(failure)))
}

/// The errors of a failure.
pub(super) fn diagnostics(failure: Failure) -> Vec<Diagnostic> {
    match failure {
        Failure::Reported => Vec::new(),
        Failure::Errors(found) | Failure::Stale(found) | Failure::TryAgain(found) => found,
    }
}

/// The document of a failure that is not about a plan.
pub(super) fn failure_without_plan(found: &[Diagnostic]) -> Value {
    json!({ "findings": found.iter().map(|finding| document(finding, None, true)).collect::<Vec<_>>() })
}

/// A plan, indexed for locations.
pub(super) struct Documents<'t> {
    source: Source<'t>,
    utf16: Utf16Index<'t>,
}

impl<'t> Documents<'t> {
    pub(super) fn new(plan: &'t PlanFile) -> Self {
        Self { source: Source::new(plan), utf16: Utf16Index::new(&plan.text) }
    }

    /// The document of a failure.
    pub(super) fn failure(&self, found: &[Diagnostic]) -> Value {
        json!({ "findings": self.findings(found) })
    }

    /// The document of a failure of the command.
    pub(super) fn command_failure(&self, failure: Failure) -> Value {
        self.failure(&diagnostics(failure))
    }

    /// The findings. Only the most severe ones are drawn, as many as the command draws: drawing takes time.
    pub(super) fn findings(&self, found: &[Diagnostic]) -> Value {
        let mut worst: Vec<usize> = (0..found.len()).collect();
        worst.sort_by_key(|at| std::cmp::Reverse(found.get(*at).map(|finding| finding.severity)));
        let drawn: BTreeSet<usize> = worst.into_iter().take(MAX_DRAWN).collect();
        found.iter().enumerate().map(|(at, finding)| document(finding, Some(self), drawn.contains(&at))).collect()
    }

    /// A location, with offsets in UTF-16.
    pub(super) fn location(&self, location: &Location) -> Value {
        let mut document = self.source.location_json(location);
        if let Some(members) = document.as_object_mut() {
            self.add_offsets(location, members);
        }
        document
    }

    fn add_offsets(&self, location: &Location, members: &mut Map<String, Value>) {
        let span = location.span();
        members.insert("from".to_owned(), self.utf16.offset(span.start).into());
        members.insert("to".to_owned(), self.utf16.offset(span.end).into());
    }

    /// The ranges of consecutive lines that come from the same location.
    pub(super) fn source_map(&self, transpiled: &Transpiled) -> Value {
        let lines: Vec<(usize, Option<&Location>)> = (1..=transpiled.dockerfile.lines().count())
            .map(|line| (line, transpiled.source_map.location_of(line)))
            .collect();
        let ranges = lines.chunk_by(|(_, a), (_, b)| a == b);
        let range = |lines: &[(usize, Option<&Location>)]| {
            let ((first, location), (last, _)) = (lines.first()?, lines.last()?);
            Some(json!({ "first": first, "last": last, "location": self.location((*location)?) }))
        };
        ranges.filter_map(range).collect()
    }
}

/// A finding as JSON: as the command prints it, and with its page, its code frame and offsets.
fn document(finding: &Diagnostic, plan: Option<&Documents<'_>>, is_drawn: bool) -> Value {
    let source = plan.map(|plan| &plan.source);
    let mut document = finding_json(finding, source);
    let Some(members) = document.as_object_mut() else { return document };
    members.insert("page".to_owned(), finding.code.path().into());
    members.insert("frame".to_owned(), is_drawn.then(|| plain_drawing(finding, source)).into());
    if let (Some(plan), Some(location), Some(Value::Object(members))) =
        (plan, &finding.location, members.get_mut("location"))
    {
        plan.add_offsets(location, members);
    }
    document
}
