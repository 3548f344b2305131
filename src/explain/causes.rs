//! Texts for the reasons why a step re-runs.

use super::changes::{Cause, Rerun};
use super::model::Explanation;
use crate::escape::escape_invisible;

/// One line for a step's box, with the reasons that no edge of the graph shows.
pub(super) fn box_line(rerun: &Rerun) -> String {
    let describe = |cause: &Cause| match cause {
        Cause::Lists(name) => Some(format!("lists {}", escape_invisible(name))),
        Cause::Copies(path) => Some(format!("copies {}", escape_invisible(path))),
        Cause::MountsHash => Some("mounts SECRETS_HASH".to_owned()),
        Cause::StartsFrom(_) | Cause::CopiesFrom(_) => None,
    };
    let causes: Vec<String> = rerun.causes.iter().filter_map(describe).collect();
    if causes.is_empty() { "re-runs".to_owned() } else { format!("re-runs: {}", causes.join(", ")) }
}

/// All reasons on one line.
pub(super) fn causes(explanation: &Explanation, rerun: &Rerun) -> String {
    let steps = |select: fn(&Cause) -> Option<usize>| -> Vec<String> {
        let indexes = rerun.causes.iter().filter_map(select);
        indexes
            .filter_map(|index| explanation.steps.get(index))
            .map(|step| escape_invisible(&step.name).into_owned())
            .collect()
    };
    let texts = |select: fn(&Cause) -> Option<&String>| -> Vec<String> {
        rerun.causes.iter().filter_map(select).map(|text| escape_invisible(text).into_owned()).collect()
    };
    let starts = steps(|cause| if let Cause::StartsFrom(step) = cause { Some(*step) } else { None });
    let copies_from = steps(|cause| if let Cause::CopiesFrom(step) = cause { Some(*step) } else { None });
    let copies = texts(|cause| if let Cause::Copies(path) = cause { Some(path) } else { None });
    let lists = texts(|cause| if let Cause::Lists(name) = cause { Some(name) } else { None });
    let mut clauses: Vec<String> = Vec::new();
    for (verb, objects) in [("lists", lists), ("copies", copies), ("starts from", starts), ("copies from", copies_from)]
    {
        if !objects.is_empty() {
            clauses.push(format!("{verb} {}", objects.join(", ")));
        }
    }
    if rerun.causes.contains(&Cause::MountsHash) {
        clauses.push("mounts SECRETS_HASH".to_owned());
    }
    clauses.join("; ")
}
