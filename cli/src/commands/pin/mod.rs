//! `railpack2docker pin`: writes the digests of images to `railpack2docker.lock`.

mod lock;
mod policy;
mod registry;
mod update;
mod used;

use std::path::{Path, PathBuf};

use clap::ValueHint;
use railpack2docker::{Code, Diagnostic};

use self::lock::{Lock, group};
use self::registry::Resolver;
use self::update::Update;
use self::used::PlanImages;
use crate::docker::check_buildx;
use crate::failure::Failure;
use crate::files::given::Given;
use crate::files::lock_file::{Pins, print};
use crate::files::output_files::{Outcome, OutputFiles};
use crate::files::paths::shown;
use crate::files::plan_file::PlanFile;
use crate::options::plan::PlansArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::report::Reporter;

const EXAMPLES: &str = "\
Examples:
  railpack2docker pin                   add the digests that the lock lacks
  railpack2docker pin --update          resolve all images again
  railpack2docker pin --update=node:22  resolve one image again
  railpack2docker pin --check --all     check in CI that the lock has every image

Exit status:
  0   success
  1   the lock is stale (with `--check`)
  2   an error occurred (see stderr); no file has changed
  75  a registry can't be reached at the moment; try again later";

/// Write the digests of images to `railpack2docker.lock`
///
/// Asks the registries with `docker buildx imagetools`. Dockerfiles are then generated with these digests, without any
/// access to a registry. Images that the lock has keep their digests, and images that no plan uses are removed.
///
/// The lock is the nearest one, from the directory of the plan upward. The first time, it is written next to
/// `railpack2docker.toml`, or else next to the plan. The options of an existing Dockerfile next to the plan are used.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct PinArgs {
    #[command(flatten)]
    plans: PlansArgs,

    /// Update the digests in the lock: all of them, or only that of IMAGE (repeatable)
    #[arg(long, value_name = "IMAGE", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    update: Vec<String>,

    /// Check that the lock has the images of the plans and no others; write nothing
    #[arg(long, conflicts_with_all = ["update", "policy"])]
    check: bool,

    /// Also write the digests to FILE, as a BuildKit source policy
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    policy: Option<PathBuf>,

    /// Don't report the files that were written
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Writes all locks and the policy, or nothing.
pub(crate) fn run(args: &PinArgs, reporter: &Reporter) -> Result<(), Failure> {
    let paths = args.plans.paths()?;
    let plans: Result<Vec<PlanImages>, Failure> =
        paths.iter().map(|path| PlanImages::read(path, &args.transpile, reporter)).collect();
    let plans = plans?;
    let locks = group(&plans)?;
    if args.check {
        return check(&locks);
    }
    if let Some(path) = &args.policy {
        policy::check_place(path)?;
    }
    let update = Update::new(&args.update, &plans)?;
    let mut resolver = Resolver::default();
    for lock in &locks {
        let images = lock.images().filter(|(image, _)| lock.needs(image.name(), &update));
        images.for_each(|(image, plan)| resolver.add(image, plan));
    }
    if !resolver.is_empty() {
        check_buildx()?;
    }
    let resolved = resolver.resolve(reporter)?;
    let contents: Vec<(&Lock<'_>, Pins)> = locks.iter().map(|lock| (lock, lock.updated(&resolved, &update))).collect();
    write(args, &contents, reporter)
}

/// Fails with the reasons why locks are stale.
fn check(locks: &[Lock<'_>]) -> Result<(), Failure> {
    let mut found: Vec<Diagnostic> = locks.iter().flat_map(Lock::stale).collect();
    let Some(last) = found.pop() else { return Ok(()) };
    found.push(last.with_help("run `railpack2docker pin`, and commit the lock"));
    Err(Failure::Stale(found))
}

fn write(args: &PinArgs, contents: &[(&Lock<'_>, Pins)], reporter: &Reporter) -> Result<(), Failure> {
    let no_plan = PlanFile { path: None, text: String::new() };
    let mut outputs = OutputFiles::default();
    let mut reports = Vec::new();
    for (lock, pins) in contents {
        // a project without images to pin needs no lock
        if pins.is_empty() && !lock.exists() {
            continue;
        }
        outputs.add(lock.path(), Given::BesidePlan, &print(pins), &no_plan, |_| true)?;
        reports.push((lock.path(), lock.changes(pins)));
    }
    if let Some(path) = &args.policy {
        let text = policy::print(contents);
        outputs.add(path, Given::Other("--policy"), &text, &no_plan, |_| true)?;
        reports.push((path, String::new()));
    }
    let outcomes = outputs.commit()?;
    for (path, outcome) in outcomes.iter().filter(|_| !args.quiet) {
        let changes =
            reports.iter().find(|(reported, _)| *reported == path).map_or("", |(_, changes)| changes.as_str());
        reporter.report_written(&written(path, *outcome, changes));
    }
    Ok(())
}

fn written(path: &Path, outcome: Outcome, changes: &str) -> Diagnostic {
    let path = shown(path);
    let message = match outcome {
        Outcome::Unchanged => format!("{path} is unchanged{changes}"),
        Outcome::Written | Outcome::Removed => format!("wrote {path}{changes}"),
    };
    Diagnostic::new(Code::WrittenFile, message)
}
