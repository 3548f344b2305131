//! Images whose name says less than which image it is.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Findings};
use crate::dockerfile::ImageRef;
use crate::graph::{Graph, Origin};
use crate::plan::{Command, Located};

/// The code of the check for digests, which is off unless it is asked for.
pub(super) const UNDIGESTED: &str = "undigested-image";

/// How many other places of an image are shown.
const MOST_RELATED: usize = 5;

/// Warns of each image that is whatever is newest.
pub(super) fn check_tags(graph: &Graph<'_>, findings: &mut Findings) {
    for (image, places) in &images(graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        let message = match (image.digest(), image.tag()) {
            (None, None) => {
                format!("image `{image}` has no tag, so it is `{image}:latest`: whatever is newest when it is pulled")
            }
            (None, Some("latest")) => format!("image `{image}` is whatever is newest when it is pulled"),
            _ => continue,
        };
        let help = "name a version, so that the same plan gives the same image tomorrow";
        findings.push(at_all(Diagnostic::warning("latest-image", message).with_help(help), places));
    }
}

/// Warns of each image that its tag alone says.
pub(super) fn check_digests(graph: &Graph<'_>, findings: &mut Findings) {
    for (image, places) in &images(graph) {
        let Ok(image) = ImageRef::new(image) else { continue };
        if image.digest().is_some() {
            continue;
        }
        let message = format!("image `{image}` has no digest, so it can change under its name");
        let help = format!(
            "`docker buildx imagetools inspect {image}` prints its digest; write it behind the name, as `@sha256:…`"
        );
        findings.push(at_all(Diagnostic::warning(UNDIGESTED, message).with_help(help), places));
    }
}

/// The images of what the final image needs, with their places in the order of the text.
fn images<'p>(graph: &Graph<'p>) -> BTreeMap<&'p str, Vec<&'p Located<String>>> {
    let mut images: BTreeMap<&str, Vec<&Located<String>>> = BTreeMap::new();
    let mut add = |image: &'p Located<String>| images.entry(image.value.as_str()).or_default().push(image);
    let inputs = graph.needed().flat_map(|(_, node)| {
        let (first, rest) = (node.inputs.iter().take(1), node.inputs.iter().skip(1));
        first.chain(rest.filter(|edge| !edge.includes().is_empty()))
    });
    let deployed = graph.deploy_inputs.iter().filter(|edge| !edge.includes().is_empty()).chain([&graph.base]);
    for edge in inputs.chain(deployed) {
        if let Origin::Image(image) = edge.origin {
            add(image);
        }
    }
    for command in graph.needed().flat_map(|(_, node)| &node.step.commands) {
        if let Command::Copy { image: Some(image), .. } = command {
            add(image);
        }
    }
    for places in images.values_mut() {
        places.sort_by_key(|image| image.place.span().start);
    }
    images
}

/// The finding at the first of the places, the others beside it.
fn at_all(mut found: Diagnostic, places: &[&Located<String>]) -> Diagnostic {
    let Some((first, others)) = places.split_first() else { return found };
    found = found.at(&first.place);
    for other in others.iter().take(MOST_RELATED) {
        found = found.with_related(&other.place, "and here");
    }
    found
}
