//! What `explain` says of a build: that it is true, that it is all there, and that no plan can make a
//! drawing say or do something else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test ends where it fails")]

mod changes;
mod drawings;
mod escapes;
mod lines;

use railpack2docker::explain::text::TextOptions;
use railpack2docker::explain::{ChangeSet, Consequences, Explanation, explain};
use railpack2docker::{Files, Options};

/// As a terminal without colours shows it.
const OPTIONS: TextOptions<'_> = TextOptions { width: 100, color: false, plan: "plan.json" };

fn explained(plan: &str) -> Explanation {
    explained_with(plan, Options::default())
}

fn explained_with(plan: &str, options: Options) -> Explanation {
    let files = Files { plan: Some("plan.json".to_owned()), ..Files::default() };
    explain(plan, &Options { files, ..options }).unwrap_or_else(|found| panic!("{found}"))
}

fn example(name: &str) -> String {
    fs_err::read_to_string(format!("examples/{name}/plan.json")).unwrap()
}

fn examples() -> Vec<(String, String)> {
    let names = fs_err::read_dir("examples").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    assert_eq!(names.len(), 9);
    names.into_iter().map(|name| (name.clone(), example(&name))).collect()
}

fn secrets(names: &[&str]) -> ChangeSet {
    ChangeSet { secrets: names.iter().map(|&name| name.to_owned()).collect(), files: Vec::new() }
}

fn files(paths: &[&str]) -> ChangeSet {
    ChangeSet { secrets: Vec::new(), files: paths.iter().map(|&path| path.to_owned()).collect() }
}

/// The names of the steps that run again.
fn run_again(explanation: &Explanation, consequences: &Consequences) -> Vec<String> {
    consequences.steps.keys().map(|index| explanation.steps[*index].name.clone()).collect()
}
