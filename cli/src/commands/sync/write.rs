//! `sync`: writes the plan, the Dockerfile and its ignore file of an application.

use railpack2docker::Transpiled;
use railpack2docker::header::Header;

use super::SyncArgs;
use super::app::App;
use super::planned::Planned;
use super::railpack::check_version;
use crate::commands::diff;
use crate::failure::Failure;
use crate::files::build_context::{check_assets_are_sent, plan_context};
use crate::files::given::Given;
use crate::files::output_files::{Outcome as FileOutcome, OutputFiles};
use crate::files::plan_file::PlanFile;
use crate::output::outcomes::Outcome;
use crate::output::regenerate::{Recipe, Regenerated};
use crate::output::report::Reporter;
use crate::output::stale_files::{check_unedited, read};
use crate::output::written::size;

/// The result for an application that did not fail, and a line about it.
pub(super) struct Done {
    pub(super) outcome: Outcome,
    pub(super) line: String,
}

/// Updates an application. Either all of its files are written or none.
pub(super) fn run(app: &App, args: &SyncArgs, reporter: &Reporter) -> Result<Done, Failure> {
    let file = app.dockerfile.as_path();
    let current = read(file, Given::BesidePlan)?;
    let header = current.as_deref().and_then(Header::parse);
    let recipe = Recipe::new(file, header.as_ref(), Some(&app.plan), &app.plan, &args.transpile).with_name_of_plan();
    let config = recipe.config()?;
    let planned = if args.keep_plan {
        Planned::from_file(app)?
    } else {
        if let Some(found) = check_version(&config.railpack, config.origin("version"), reporter)? {
            return Err(found.into());
        }
        Planned::new(app, &config, reporter)?
    };
    let plan = PlanFile { path: Some(app.plan.clone()), text: planned.text.clone() };
    let regenerated = recipe.regenerate(plan, config, header.as_ref(), reporter)?;
    reporter.report(&regenerated.generated.findings, Some(&regenerated.plan));
    let Regenerated { plan, generated, options, .. } = &regenerated;
    check_assets_are_sent(&plan_context(plan, file, options), generated, file)?;
    let mut outputs = OutputFiles::default();
    outputs.add_dockerfile(file, Given::BesidePlan, generated, plan, args.force)?;
    if !args.force {
        check_unedited(file, generated, reporter)?;
    }
    outputs.add_plan(&app.plan, &planned.text)?;
    let written = outputs.commit()?;
    let is_updated = written.iter().any(|(_, outcome)| *outcome != FileOutcome::Unchanged);
    let outcome = if is_updated { Outcome::Updated } else { Outcome::UpToDate };
    let line = match (&planned.current, outcome) {
        (_, Outcome::UpToDate) => "up to date".to_owned(),
        (None, _) => format!("created with {}", size(generated)),
        (Some(_), _) if planned.is_current() => format!("Dockerfile updated: {}", what_changed(generated)),
        (Some(current), _) => {
            let old = PlanFile { path: Some(app.plan.clone()), text: current.clone() };
            diff::in_short(&old, plan, options)
        }
    };
    Ok(Done { outcome, line })
}

/// The line about a Dockerfile that changed although its plan did not.
fn what_changed(generated: &Transpiled) -> String {
    format!("{}; the plan is unchanged", size(generated))
}
