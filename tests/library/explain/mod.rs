//! The output of `explain` is correct and complete, and no plan can make a drawing show or do anything else.

mod changes;
mod drawings;
mod escapes;
mod lines;

use railpack2docker::Options;
use railpack2docker::explain::text::TextOptions;
use railpack2docker::explain::{ChangeSet, Consequences, Explanation, explain};

/// Options for a terminal without colors.
const OPTIONS: TextOptions<'_> = TextOptions { width: 100, color: false, plan: "plan.json" };

fn explained(plan: &str) -> Explanation {
    explained_with(plan, Options::default())
}

fn explained_with(plan: &str, mut options: Options) -> Explanation {
    options.files = testkit::plan_file();
    explain(plan, &options).unwrap_or_else(|found| panic!("{found}"))
}

fn secrets(names: &[&str]) -> ChangeSet {
    ChangeSet { secrets: names.iter().map(|&name| name.to_owned()).collect(), files: Vec::new() }
}

fn files(paths: &[&str]) -> ChangeSet {
    ChangeSet { secrets: Vec::new(), files: paths.iter().map(|&path| path.to_owned()).collect() }
}

/// The names of the steps that re-run.
fn run_again(explanation: &Explanation, consequences: &Consequences) -> Vec<String> {
    consequences.steps.keys().map(|index| explanation.steps[*index].name.clone()).collect()
}
