//! Options of a config file that several plans share: some of them fit only some of the plans.

use std::collections::BTreeSet;
use std::path::Path;

use railpack2docker::{Compilation, Options};

use super::transpile::TranspileArgs;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::plans_below;

/// The names in a plan that options refer to.
struct Names {
    secrets: BTreeSet<String>,
    steps: BTreeSet<String>,
}

impl Names {
    /// The names in the text of a plan. `None` for a plan with errors.
    fn new(text: &str) -> Option<Self> {
        let compilation = Compilation::parse(text, false).ok()?;
        Some(Self {
            secrets: compilation.secrets(&Options::default()).names_of_plan().map(str::to_owned).collect(),
            steps: compilation.step_names().map(str::to_owned).collect(),
        })
    }
}

/// The options of a config file that fit a plan: without the IDs of secrets and the steps that only other plans below
/// the directory of the file have. What no plan has stays, and is reported.
pub(super) fn fitting(mut args: TranspileArgs, plan: &PlanFile, directory: &Path) -> TranspileArgs {
    if args.secret_id.is_empty() && args.ssh_step.is_empty() {
        return args;
    }
    // errors in the plan are reported when it is compiled
    let Some(names) = Names::new(&plan.text) else { return args };
    let is_secret = |(name, _): &(String, String)| names.secrets.contains(name) || name == "GITHUB_TOKEN";
    if args.secret_id.iter().all(is_secret) && args.ssh_step.iter().all(|step| names.steps.contains(step)) {
        return args;
    }
    let others: Vec<Names> = plans_below(directory)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| Names::new(&PlanFile::read(&path).ok()?.text))
        .collect();
    let is_elsewhere = |has: &dyn Fn(&Names) -> bool| others.iter().any(has);
    args.secret_id.retain(|secret| {
        is_secret(secret) || !is_elsewhere(&|other: &Names| other.secrets.contains(secret.0.as_str()))
    });
    let had_steps = !args.ssh_step.is_empty();
    args.ssh_step.retain(|step| names.steps.contains(step) || !is_elsewhere(&|other| other.steps.contains(step)));
    if had_steps && args.ssh_step.is_empty() {
        // without a list, all steps could use the agent
        args.ssh = None;
    }
    args
}
