//! `sync --check`: whether the plan and the Dockerfile of an application are what its source gives.

use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic};
use serde_json::Value;

use super::SyncArgs;
use super::app::App;
use super::planned::Planned;
use super::railpack::check_version;
use super::write::Done;
use crate::commands::diff;
use crate::failure::Failure;
use crate::files::build_context::{check_assets_are_sent, plan_context};
use crate::files::given::Given;
use crate::files::paths::path_word;
use crate::files::plan_file::PlanFile;
use crate::output::outcomes::Outcome;
use crate::output::regenerate::Recipe;
use crate::output::report::Reporter;
use crate::output::stale_files::{StaleFile, read, reasons, stale_files, take_line_endings};

/// Checks an application. The failure contains each reason why something is stale: another version of Railpack, another
/// plan from the source, another Dockerfile from the plan, or an edit.
pub(super) fn run(app: &App, args: &SyncArgs, reporter: &Reporter) -> Result<Done, Failure> {
    let file = app.dockerfile.as_path();
    let current = read(file, Given::BesidePlan)?;
    let header = current.as_deref().and_then(Header::parse);
    let recipe = Recipe::new(file, header.as_ref(), Some(&app.plan), &app.plan, &args.transpile).with_name_of_plan();
    let config = recipe.config()?;
    let mut found: Vec<Diagnostic> =
        check_version(&config.railpack, config.origin("version"), reporter)?.into_iter().collect();
    let planned = Planned::new(app, &config, reporter)?;
    let Some(text) = planned.current.clone() else {
        found.push(Diagnostic::new(Code::MissingFile, format!("`{}` does not exist", app.plan.display())));
        return Err(stale(app, found));
    };
    let plan = PlanFile { path: Some(app.plan.clone()), text };
    let regenerated = recipe.regenerate(plan.clone(), config, header.as_ref(), reporter)?;
    reporter.report(&regenerated.generated.findings, Some(&regenerated.plan));
    if !planned.is_current() {
        let new = PlanFile { path: Some(app.plan.clone()), text: planned.text.clone() };
        let difference = diff::in_full(plan, new, &regenerated.options, reporter)?;
        found.extend(other_railpack(&regenerated.plan.text, &planned.text));
        found.push(stale_plan(app, difference.is_none()));
        reporter.print(&difference.unwrap_or_default())?;
    }
    check_assets_are_sent(&plan_context(&regenerated.plan, file, &regenerated.options), &regenerated.generated, file)?;
    let mut files = stale_files(file, current, &regenerated.generated)?;
    reporter.report(&take_line_endings(&mut files), None);
    for diff in files.iter().map(StaleFile::diff) {
        reporter.print(&diff)?;
    }
    found.extend(reasons(&files));
    if found.is_empty() {
        return Ok(Done { outcome: Outcome::UpToDate, line: "up to date".to_owned() });
    }
    Err(stale(app, found))
}

/// The finding for plans that different versions of Railpack wrote. Railpack puts its version into the variables of the
/// image; plans of v0.27.0 and earlier don't have it.
fn other_railpack(old: &str, new: &str) -> Option<Diagnostic> {
    let version = |text: &str| {
        let plan: Value = serde_json::from_str(text).ok()?;
        Some(plan.pointer("/deploy/variables/RAILPACK_VERSION")?.as_str()?.to_owned())
    };
    let (old, new) = (version(old)?, version(new)?);
    let message = format!("the plan was made with Railpack {old}, and this is Railpack {new}");
    (old != new).then(|| Diagnostic::new(Code::RailpackVersion, message))
}

fn stale_plan(app: &App, is_equivalent: bool) -> Diagnostic {
    let also = if is_equivalent { ", which builds the same image" } else { "" };
    let message = format!("stale `{}`: Railpack gives another plan for the source{also}", app.plan.display());
    Diagnostic::new(Code::StalePlan, message)
}

/// The reasons, the last one with the remedy.
fn stale(app: &App, mut found: Vec<Diagnostic>) -> Failure {
    let is_edited = found.iter().any(|found| matches!(found.code, Code::EditedFile | Code::NotGenerated));
    let is_other_version = found.iter().any(|found| found.code == Code::RailpackVersion);
    let last = found.pop().map(|last| {
        let command = format!("railpack2docker sync {}", path_word(app.directory()));
        last.with_help(match (is_other_version, is_edited) {
            (true, _) => format!("use the same version of Railpack, or accept the new one with `{command}`"),
            (false, true) => format!(
                "make the change in `railpack.json` or with an option instead, then discard it here with `{command} --force`"
            ),
            (false, false) => format!("run `{command}`"),
        })
    });
    found.extend(last);
    Failure::Stale(found)
}
