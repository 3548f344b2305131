//! Stage names: those of the steps, or as close to them as Docker allows.

use std::collections::{BTreeMap, BTreeSet};

use crate::dockerfile::StageName;
use crate::graph::Graph;
use crate::plan::{Command, Input, StepId, StepMap};

/// Assigns unique names.
#[derive(Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// The first number that may be free as a suffix, by name.
    next: BTreeMap<String, usize>,
}

impl Names {
    /// Reserves the names of images in use: a stage named `alpine` would capture `FROM alpine`.
    pub(super) fn new(graph: &Graph) -> Self {
        let plan = graph.plan();
        let inputs =
            plan.steps.iter().flat_map(|step| &step.inputs).chain(&plan.deploy.inputs).chain([&plan.deploy.base]);
        let from_inputs = inputs.filter_map(Input::image);
        let commands = plan.steps.iter().flat_map(|step| &step.commands);
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

    /// A name for each step that the image needs. Steps whose names are valid stage names keep them; the
    /// others then get free names, in plan order.
    pub(super) fn for_steps(&mut self, graph: &Graph) -> StepMap<Option<StageName>> {
        let mut others: Vec<(StepId, &str)> = Vec::new();
        let own = graph.steps().map(|(id, step)| {
            let name = step.name.value.as_str();
            if !graph.is_needed(id) {
                return None;
            }
            let own = StageName::new(name).ok().filter(|_| self.taken.insert(name.to_owned()));
            if own.is_none() {
                others.push((id, name));
            }
            own
        });
        let mut names: StepMap<Option<StageName>> = own.collect();
        for (id, name) in others {
            names[id] = self.unique(name);
        }
        names
    }

    /// A unique name, as close to `wanted` as possible.
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

/// Adds a number to a name as a suffix, except for number 1.
fn numbered(slug: &str, number: usize) -> String {
    if number == 1 {
        return slug.to_owned();
    }
    let suffix = format!("-{number}");
    let room = StageName::MAX.saturating_sub(suffix.len()).min(slug.len());
    format!("{}{suffix}", slug.get(..room).unwrap_or(slug).trim_end_matches('-'))
}

/// A name in lower case that starts with a letter, with dashes for everything but letters and digits.
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
    fn conflicting_names_get_a_number() {
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
