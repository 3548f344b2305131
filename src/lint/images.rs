//! The images of a plan, for the lints that check references.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::plan::{Command, Located};

/// The maximum number of further locations in a finding.
const MAX_RELATED: usize = 5;

/// The images that the build depends on, each with its locations in text order.
pub(super) fn images(graph: &Graph) -> BTreeMap<&str, Vec<&Located<String>>> {
    let mut images: BTreeMap<&str, Vec<&Located<String>>> = BTreeMap::new();
    let bases = graph.needed().filter_map(|(id, _)| graph.base_of(id)).chain([graph.base()]);
    let copied = graph.copied_inputs().filter(|edge| !edge.includes().is_empty());
    let from_inputs = bases.chain(copied).filter_map(|edge| edge.input.image());
    let from_commands = graph.commands().filter_map(|(_, command)| match command {
        Command::Copy { image, .. } => image.as_ref(),
        Command::Exec { .. } | Command::Path { .. } | Command::File { .. } => None,
    });
    for image in from_inputs.chain(from_commands) {
        images.entry(image.value.as_str()).or_default().push(image);
    }
    for locations in images.values_mut() {
        locations.sort_by_key(|image| image.location.span().start);
    }
    images
}

/// Puts a finding at the first location, with some of the others as related locations.
pub(super) fn at_all(mut found: Diagnostic, locations: &[&Located<String>]) -> Diagnostic {
    let Some((first, others)) = locations.split_first() else { return found };
    found = found.at(&first.location);
    for other in others.iter().take(MAX_RELATED) {
        found = found.with_related(&other.location, "and here");
    }
    found
}
