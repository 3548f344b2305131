//! `railpack2docker bundle`: all secrets of a plan in one.

use super::args::{MessageArgs, PlanArgs};
use super::files::{Failure, PlanFile};
use super::report::Reporter;
use super::sources::{Lenience, SourceArgs};
use super::{print, secrets_of};
use crate::Diagnostic;
use crate::secrets::{Unbundlable, bundle};

const EXAMPLES: &str = "\
Examples:
  fly deploy --build-secret ALL_SECRETS=\"$(railpack2docker bundle plan.json)\"";

/// Print all secrets of the plan as one: a script of exports in base64, which is as secret as they are
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BundleArgs {
    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// Prints the bundle and a line feed.
pub(super) fn run(args: &BundleArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    let secrets = secrets_of(&plan, reporter)?;
    let values = args.sources.find(&secrets.names, Lenience::default())?.values;
    let bundle = bundle(&values).map_err(|error| {
        let found = Diagnostic::new(Code::InvalidBundle, error.to_string());
        match error {
            Unbundlable::TooLarge(_) => found.with_help("pass large secrets one by one"),
            Unbundlable::Name(_) | Unbundlable::Nul(_) => found,
        }
    })?;
    print(&format!("{bundle}\n"))
}
