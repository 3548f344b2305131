//! Names of stages: those of the steps, as near as Docker allows.

use std::collections::{BTreeMap, BTreeSet};

use crate::dockerfile::StageName;
use crate::graph::{Graph, Origin, StepId};
use crate::plan::Command;

/// Hands out names, each once.
#[derive(Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// The first number that may be free behind a name.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// Begins with the images in use: a stage called `alpine` would capture a `FROM alpine`.
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        let edges = graph.nodes.iter().flat_map(|node| &node.inputs).chain(&graph.deploy_inputs).chain([&graph.base]);
        let from_inputs = edges.filter_map(|edge| match edge.origin {
            Origin::Image(image) => Some(image),
            Origin::Step(_) | Origin::Local => None,
        });
        let commands = graph.nodes.iter().flat_map(|node| &node.step.commands);
        let from_commands = commands.filter_map(|command| match command {
            Command::Copy { image, .. } => image.as_ref(),
            _ => None,
        });
        let mut taken = BTreeSet::new();
        for image in from_inputs.chain(from_commands) {
            taken.insert(image.value.clone());
            taken.extend(image.value.split([':', '@']).next().map(str::to_owned));
        }
        Self { taken, next: BTreeMap::new() }
    }

    /// A name for each step that the image needs, by step. Steps whose name is a stage name
    /// already keep it; the others share out what is left in the order of the plan.
    pub(super) fn of_steps(&mut self, graph: &Graph<'_>) -> Vec<Option<StageName>> {
        let mut names: Vec<Option<StageName>> = vec![None; graph.nodes.len()];
        let mut others: Vec<(StepId, &str)> = Vec::new();
        for ((id, node), slot) in graph.nodes.iter().enumerate().zip(&mut names).filter(|((_, node), _)| node.is_needed)
        {
            let name = node.step.name.value.as_str();
            match StageName::new(name).ok().filter(|_| self.taken.insert(name.to_owned())) {
                Some(name) => *slot = Some(name),
                None => others.push((id, name)),
            }
        }
        for (id, name) in others {
            if let Some(slot) = names.get_mut(id) {
                *slot = self.unique(name);
            }
        }
        names
    }

    /// A name that reads as near to `wanted` as it can, and no other stage has.
    pub(super) fn unique(&mut self, wanted: &str) -> Option<StageName> {
        let slug = slug(wanted);
        let first = self.next.get(&slug).copied().unwrap_or(1);
        for number in first.. {
            let name = numbered(&slug, number);
            if let Ok(stage) = StageName::new(&name)
                && self.taken.insert(name)
            {
                self.next.insert(slug, number + 1);
                return Some(stage);
            }
        }
        None
    }
}

/// A name with a number behind it. The first one has none.
fn numbered(slug: &str, number: usize) -> String {
    if number == 1 {
        return slug.to_owned();
    }
    let suffix = format!("-{number}");
    let room = StageName::MAX.saturating_sub(suffix.len()).min(slug.len());
    format!("{}{suffix}", slug.get(..room).unwrap_or(slug).trim_end_matches('-'))
}

/// Lower case, everything but letters and digits a dash, a letter at the front.
fn slug(name: &str) -> String {
    let dashed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    let mut slug = parts.join("-");
    if slug.is_empty() {
        "step".clone_into(&mut slug);
    } else if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        slug.insert_str(0, "step-");
    }
    slug.truncate(StageName::MAX);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (name, expected) in [
            ("build", "build"),
            ("packages:apt:runtime", "packages-apt-runtime"),
            ("UPPER", "upper"),
            ("-lead", "lead"),
            ("a/b", "a-b"),
            ("1st", "step-1st"),
            ("über", "ber"),
            ("✓", "step"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(slug(&"n".repeat(80)).len(), 60);
    }

    #[test]
    fn a_number_is_appended_where_two_meet() {
        let mut names = Names { taken: BTreeSet::from(["alpine".to_owned()]), next: BTreeMap::new() };
        let mut next = |name: &str| names.unique(name).unwrap().to_string();
        assert_eq!(next("a:b"), "a-b");
        assert_eq!(next("a-b"), "a-b-2");
        assert_eq!(next("alpine"), "alpine-2");
        assert_eq!(next("scratch"), "scratch-2");
        assert_eq!(next(&"n".repeat(60)), "n".repeat(60));
        assert_eq!(next(&"n".repeat(61)), format!("{}-2", "n".repeat(58)));
    }
}
