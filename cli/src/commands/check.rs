//! `--check`: whether Dockerfiles and their ignore files are up to date.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic};

use super::transpile::DefaultArgs;
use crate::failure::Failure;
use crate::files::build_context::{check_assets_are_sent, check_directory, exposed_files, plan_context};
use crate::files::given::Given;
use crate::files::plan_search::{PLAN_NAME, plan_of};
use crate::output::outcomes::{Outcome, Outcomes};
use crate::output::regenerate::regenerate;
use crate::output::report::Reporter;
use crate::output::stale_files::{
    DEFAULT_DOCKERFILE, StaleFile, dockerfile_beside, fail_if_stale, own_ignore_file, read, refuse_plan, stale_files,
    take_line_endings,
};

/// A Dockerfile to check.
struct Target {
    file: PathBuf,
    /// The plan, if the arguments name it. By default it is the one in the header of the file.
    plan: Option<PathBuf>,
    /// The plan of a file without a header.
    default_plan: PathBuf,
}

/// Checks the files, and prints differences as a unified diff. Several Dockerfiles are all checked, whatever the
/// results, and have a summary. The exit status is 1 if one of them is stale, and 2 after an error.
pub(crate) fn run(args: &DefaultArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    if let Some(context) = &args.context {
        check_directory(context)?;
    }
    let targets = targets(args)?;
    if let [target] = targets.as_slice()
        && !args.plans.all
    {
        return check(target, Given::Dockerfile("-o"), args, reporter).map(|()| ExitCode::SUCCESS);
    }
    if args.output_file().is_some() {
        let found = Diagnostic::new(Code::InvalidOption, "`-o` can't be used with several plans");
        return Err(found.with_help("remove it: the Dockerfile next to each plan is checked").into());
    }
    let mut outcomes = Outcomes::default();
    for target in &targets {
        outcomes.add(check(target, Given::BesidePlan, args, reporter).map(|()| Outcome::UpToDate), reporter);
    }
    reporter.summarize(&outcomes.sentence("Dockerfile"));
    Ok(outcomes.exit_code())
}

fn targets(args: &DefaultArgs) -> Result<Vec<Target>, Failure> {
    let file = args.output_file();
    let in_directory = |directory: &Path| Target {
        file: file.map_or_else(|| dockerfile_beside(&plan_of(directory)), Path::to_owned),
        plan: None,
        default_plan: plan_of(directory),
    };
    let of_plan = |plan: &PathBuf| Target {
        file: file.map_or_else(|| dockerfile_beside(plan), Path::to_owned),
        plan: Some(plan.clone()),
        default_plan: plan.clone(),
    };
    match args.plans.given.as_slice() {
        [] if !args.plans.all => Ok(vec![Target {
            file: file.unwrap_or(Path::new(DEFAULT_DOCKERFILE)).to_owned(),
            plan: None,
            default_plan: PathBuf::from(PLAN_NAME),
        }]),
        // the plan may have another name, which the header has
        [directory] if directory.is_dir() && !args.plans.all => Ok(vec![in_directory(directory)]),
        _ => Ok(args.plans.paths()?.iter().map(of_plan).collect()),
    }
}

/// Checks one Dockerfile. The failure contains the reasons why it is stale.
fn check(target: &Target, given: Given, args: &DefaultArgs, reporter: &Reporter) -> Result<(), Failure> {
    let file = target.file.as_path();
    let current = read(file, given)?;
    let header = current.as_deref().and_then(Header::parse);
    let plan = target.plan.as_deref();
    let regenerated = regenerate(file, header.as_ref(), plan, &target.default_plan, &args.transpile, reporter)?;
    refuse_plan(file, &regenerated.plan_path, "-o")?;
    reporter.report(&regenerated.generated.findings, Some(&regenerated.plan));
    check_assets_are_sent(&plan_context(&regenerated.plan, file, &regenerated.options), &regenerated.generated, file)?;
    let mut stale = stale_files(file, current, &regenerated.generated)?;
    reporter.report(&take_line_endings(&mut stale), None);
    reporter.report(own_ignore_file(file, &regenerated.generated).as_slice(), None);
    if let Some(context) = &args.context {
        let exposed = exposed_files(context, &regenerated.generated, &regenerated.options, Some(file), &[]);
        reporter.report(exposed.as_slice(), None);
    }
    for diff in stale.iter().map(StaleFile::diff) {
        reporter.print(&diff)?;
    }
    fail_if_stale(file, &stale, &regenerated.command(file))
}
