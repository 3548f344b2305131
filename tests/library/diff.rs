//! `diff` reports each change between two plans, and nothing else.

use railpack2docker::Options;
use railpack2docker::diff::{Status, compare};
use serde_json::json;
use testkit::pairs::PAIRS;

#[test]
fn each_change_is_found_once() {
    for pair in PAIRS {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let kinds: Vec<_> = found.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, pair.kinds, "{}: {:#?}", pair.name, found.changes);
    }
}

#[test]
fn layers_stay_cached_if_nothing_changed() {
    for pair in PAIRS.iter().filter(|pair| pair.kinds.is_empty()) {
        let (old, new) = pair.plans();
        let found = compare(&old.to_string(), &new.to_string(), &Options::default()).unwrap();
        let layers: Vec<_> = found.stages.iter().flat_map(|stage| &stage.layers).collect();
        assert!(!layers.is_empty() && layers.iter().all(|layer| layer.status == Status::Cached), "{}", pair.name);
    }
}

#[test]
fn layers_of_long_instructions_are_on_one_line() {
    let excluded: Vec<String> = (0..12).map(|at| format!("directory-{at}")).collect();
    let install = "apt-get update && apt-get install -y a b c d e f g h";
    let words: Vec<String> = (0..40).map(|at| format!("word-{at}")).collect();
    let plan = json!({
        "steps": [{
            "name": "a",
            "inputs": [{ "image": "x" }, { "local": true, "include": ["."], "exclude": excluded }],
            "commands": [{ "cmd": format!("sh -c '{install}'") }, { "cmd": format!("echo {}", words.join(" ")) }],
        }],
        "deploy": { "base": { "step": "a" } },
    });
    let found = compare(&plan.to_string(), &plan.to_string(), &Options::default()).unwrap();
    let layers: Vec<&str> =
        found.stages.iter().flat_map(|stage| &stage.layers).map(|layer| layer.instruction.as_str()).collect();
    let excludes: Vec<String> = excluded.iter().map(|name| format!("--exclude={name} ")).collect();
    let copy = format!("COPY {}. /app", excludes.concat());
    let exec = format!("RUN [\"echo\", \"{}\"]", words.join("\", \""));
    assert_eq!(layers, ["WORKDIR /app", &copy, &format!("RUN {install}"), &exec]);
}
