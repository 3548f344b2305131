//! Why something runs again, in words.

use super::changes::{Cause, RunsAgain};
use super::model::Explanation;
use crate::escape::escape_invisible;

/// The reasons that no edge of a drawing shows, as a line of its box.
pub(super) fn mark(again: &RunsAgain) -> String {
    let shown = |cause: &Cause| match cause {
        Cause::Lists(name) => Some(format!("lists {}", escape_invisible(name))),
        Cause::Copies(path) => Some(format!("copies {}", escape_invisible(path))),
        Cause::MountsHash => Some("mounts SECRETS_HASH".to_owned()),
        Cause::StartsFrom(_) | Cause::CopiesFrom(_) => None,
    };
    let shown: Vec<String> = again.causes.iter().filter_map(shown).collect();
    if shown.is_empty() { "runs again".to_owned() } else { format!("runs again: {}", shown.join(", ")) }
}

/// The reasons on one line.
pub(super) fn causes(explanation: &Explanation, again: &RunsAgain) -> String {
    let steps = |wanted: fn(&Cause) -> Option<usize>| -> Vec<String> {
        let indexes = again.causes.iter().filter_map(wanted);
        indexes
            .filter_map(|index| explanation.steps.get(index))
            .map(|step| escape_invisible(&step.name).into_owned())
            .collect()
    };
    let texts = |wanted: fn(&Cause) -> Option<&String>| -> Vec<String> {
        again.causes.iter().filter_map(wanted).map(|text| escape_invisible(text).into_owned()).collect()
    };
    let starts = steps(|cause| if let Cause::StartsFrom(step) = cause { Some(*step) } else { None });
    let copies_from = steps(|cause| if let Cause::CopiesFrom(step) = cause { Some(*step) } else { None });
    let copies = texts(|cause| if let Cause::Copies(path) = cause { Some(path) } else { None });
    let lists = texts(|cause| if let Cause::Lists(name) = cause { Some(name) } else { None });
    let mut said: Vec<String> = Vec::new();
    for (verb, what) in [("lists", lists), ("copies", copies), ("starts from", starts), ("copies from", copies_from)] {
        if !what.is_empty() {
            said.push(format!("{verb} {}", what.join(", ")));
        }
    }
    if again.causes.contains(&Cause::MountsHash) {
        said.push("mounts SECRETS_HASH".to_owned());
    }
    said.join("; ")
}
