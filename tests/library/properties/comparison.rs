//! `diff` reports the differences of any two plans, and if it reports none, nothing is rebuilt.

use proptest::prelude::*;
use railpack2docker::diff::{Comparison, Status, compare};
use railpack2docker::escape::is_invisible;
use railpack2docker::{Options, transpile};
use serde_json::Value;

use super::order::next;
use testkit::plans::Plan;
use testkit::runner;
use testkit::wild::{all_options, plan};

#[test]
fn a_plan_equals_itself() {
    let property = |(plan, options): (Plan, Options)| {
        let json = plan.json().to_string();
        prop_assume!(transpile(&json, &options).is_ok());
        let found = compare(&json, &json, &options).unwrap();
        prop_assert_eq!(&found.changes, &[]);
        prop_assert!(all_cached(&found), "{:?}", found.stages);
        prop_assert_eq!(found.old, found.new);
        Ok(())
    };
    runner().run(&(plan(), all_options()), property).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn without_changes_nothing_differs() {
    let property = |(plan, other, options, edits): (Plan, Plan, Options, Vec<u64>)| {
        let old = plan.json();
        let mut new = old.clone();
        for mut seed in edits {
            edit(&mut new, &other.json(), &mut seed);
        }
        let (old, new) = (old.to_string(), new.to_string());
        prop_assume!(transpile(&old, &options).is_ok() && transpile(&new, &options).is_ok());
        let found = compare(&old, &new, &options).unwrap();
        if found.changes.is_empty() {
            prop_assert!(all_cached(&found), "{old}\n{new}\n{:?}", found.stages);
            prop_assert_eq!(
                instructions(&found.old.dockerfile),
                instructions(&found.new.dockerfile),
                "{}\n{}",
                old,
                new
            );
            prop_assert_eq!(found.old.dockerignore, found.new.dockerignore);
        }
        for change in &found.changes {
            prop_assert!(!change.to_string().contains(is_invisible), "{change}");
            prop_assert!(change.old.is_some() || change.new.is_some(), "{change:?}");
        }
        Ok(())
    };
    let strategy = (plan(), plan(), all_options(), proptest::collection::vec(any::<u64>(), 1..4));
    runner().run(&strategy, property).unwrap_or_else(|failure| panic!("{failure}"));
}

fn all_cached(found: &Comparison) -> bool {
    found.stages.iter().flat_map(|stage| &stage.layers).all(|layer| layer.status == Status::Cached)
}

/// The lines of a Dockerfile without comments and without the numbers of stages, sorted: the order of stages and of
/// cache mounts has no meaning.
fn instructions(dockerfile: &str) -> Vec<String> {
    let lines = dockerfile.lines().map(|line| line.trim_end_matches('\\').trim());
    let lines = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut lines: Vec<String> = lines.map(unnumbered).collect();
    lines.sort_unstable();
    lines
}

/// A line without the numbers at the end of stage names, which depend on the order of the steps.
fn unnumbered(line: &str) -> String {
    let has_stages = line.starts_with("FROM ");
    let parts = line.split_inclusive([' ', ',']).map(|part| {
        let word = part.trim_end_matches([' ', ',']);
        let names_stage = has_stages || word.starts_with("--from=") || word.starts_with("from=");
        let is_number = |c: char| c.is_ascii_digit() || c == '-';
        if names_stage { word.trim_end_matches(is_number).to_owned() + &part[word.len()..] } else { part.to_owned() }
    });
    parts.collect()
}

/// Changes one value of a plan: removes it, replaces it with the value of another plan, or swaps it with the next
/// one.
fn edit(plan: &mut Value, other: &Value, seed: &mut u64) {
    let mut locations = Vec::new();
    collect(plan, String::new(), &mut locations);
    let location = &locations[next(seed) % locations.len()];
    let (parent, key) = location.rsplit_once('/').unwrap();
    match (next(seed) % 3, plan.pointer_mut(parent).unwrap()) {
        (0, Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
        (0, Value::Object(members)) => drop(members.remove(key)),
        (1, Value::Array(items)) => {
            let at: usize = key.parse().unwrap();
            let to = (at + 1) % items.len();
            items.swap(at, to);
        }
        _ => {
            if let (Some(from), Some(to)) = (other.pointer(location), plan.pointer_mut(location)) {
                *to = from.clone();
            }
        }
    }
}

/// Collects the JSON pointers to all values in a document.
fn collect(value: &Value, pointer: String, locations: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            // a key with a slash would have to be escaped
            for (key, member) in members.iter().filter(|(key, _)| !key.contains(['/', '~'])) {
                collect(member, format!("{pointer}/{key}"), locations);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{at}"), locations);
            }
        }
        _ => {}
    }
    if !pointer.is_empty() {
        locations.push(pointer);
    }
}
