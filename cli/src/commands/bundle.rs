//! `railpack2docker bundle`: all secrets of a build, bundled into one.

use railpack2docker::secrets::{Unbundlable, bundle, bundle_in_base64};
use railpack2docker::{Code, Compilation, Diagnostic};

use crate::failure::Failure;
use crate::options::plan::PlanArgs;
use crate::options::secret_sources::SecretArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::print::print_bytes;
use crate::output::report::{OrReport, Reporter};

const EXAMPLES: &str = "\
Examples:
  ALL_SECRETS=\"$(railpack2docker bundle plan.json)\" docker build --secret id=ALL_SECRETS …
  fly deploy --build-secret ALL_SECRETS=\"$(railpack2docker bundle --base64 plan.json)\"";

/// Print all secrets that a build mounts, bundled into one, for `--secret-mount bundle=ID`
///
/// The bundle is a shell script of exports, which checks itself. Keep it as secret as its contents.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct BundleArgs {
    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    /// Print a bundle that is one line, in base64, and decodes itself
    #[arg(long)]
    base64: bool,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Prints the bundle, without a line feed.
pub(crate) fn run(args: &BundleArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = args.plan.read()?;
    let mut options = args.transpile.options(&plan, None)?;
    // a Dockerfile accepts only a bundle with all secrets
    options.optional_secrets = false;
    let compilation = Compilation::parse(&plan.text, options.strict).or_report(&plan, reporter)?;
    let usage = compilation.secrets(&options);
    let found = args.secrets.find(&usage, &options)?;
    reporter.report(&found.references(), None);
    let values = found.values;
    let bundle = bundle(&values).map_err(|why| invalid(&why))?;
    print_bytes(&if args.base64 { bundle_in_base64(&bundle).map_err(|why| invalid(&why))? } else { bundle })
}

fn invalid(why: &Unbundlable) -> Diagnostic {
    let found = Diagnostic::new(Code::InvalidBundle, why.to_string());
    match why {
        Unbundlable::TooLarge(_) => found.with_help("pass large secrets individually, with `--secret-mount env`"),
        _ => found,
    }
}
