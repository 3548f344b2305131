//! `railpack2docker bundle`: all secrets of a build, bundled into one.

use railpack2docker::secrets::{Unbundlable, bundle};
use railpack2docker::{Code, Compilation, Diagnostic};

use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::options::plan::PlanArgs;
use crate::options::secret_sources::SecretArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::print::print;
use crate::output::report::{OrReport, Reporter};

const EXAMPLES: &str = "\
Examples:
  fly deploy --build-secret ALL_SECRETS=\"$(railpack2docker bundle plan.json)\"";

/// Print all secrets that a build mounts, bundled into one, for `--secret-mount bundle=ID`
///
/// The bundle is a shell script of exports, encoded in base64. Keep it as secret as its contents.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct BundleArgs {
    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Prints the bundle and a line feed.
pub(crate) fn run(args: &BundleArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    let options = args.transpile.options(&plan, None)?;
    let compilation = Compilation::parse(&plan.text, options.strict).or_report(&plan, reporter)?;
    let usage = compilation.secrets(&options);
    let values = args.secrets.find(&usage, &options)?.values;
    let bundle = bundle(&values).map_err(|error| {
        let found = Diagnostic::new(Code::InvalidBundle, error.to_string());
        match error {
            Unbundlable::TooLarge(_) => found.with_help("pass large secrets individually, with `--secret-mount env`"),
            _ => found,
        }
    })?;
    print(&format!("{bundle}\n"))
}
