//! `railpack2docker hash`: the value of the build arg `SECRETS_HASH`.

use std::collections::BTreeMap;

use railpack2docker::escape::escape_invisible;
use railpack2docker::secrets::{Values, hash};
use railpack2docker::{Compilation, StepSecrets};

use crate::failure::Failure;
use crate::options::key::KeyArgs;
use crate::options::plan::PlanArgs;
use crate::options::secret_sources::SecretArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::print::print;
use crate::output::report::{OrReport, Reporter};

const EXAMPLES: &str = "\
Examples:
  docker build --build-arg SECRETS_HASH=\"$(railpack2docker hash plan.json)\" …";

/// Print a hash of the secrets that a build mounts, for the build arg `SECRETS_HASH`
///
/// The same values have the same hash on every machine. The hash is HMAC-SHA256 with a key, and PBKDF2-HMAC-SHA256
/// without one. Both are hard to reverse: the provenance of an image can contain its build args.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct HashArgs {
    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// For each step that lists secrets, print their names and their hash
    #[arg(long)]
    per_step: bool,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Prints the hash and a line feed.
pub(crate) fn run(args: &HashArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = args.plan.read()?;
    let options = args.transpile.options(&plan, None)?;
    let compilation = Compilation::parse(&plan.text, options.strict).or_report(&plan, reporter)?;
    let usage = compilation.secrets(&options);
    let found = args.secrets.find(&usage, &options)?;
    reporter.report(&found.references(), None);
    let values = found.completed(&usage);
    let key = args.key.read()?;
    if args.per_step {
        return print(&table(usage.listing_steps(), &values, key.as_deref()));
    }
    print(&format!("{}\n", hash(&values, key.as_deref())))
}

/// The name, the secrets and the hash of each step that lists secrets, one per line.
fn table(steps: &[StepSecrets], values: &Values, key: Option<&[u8]>) -> String {
    let mut hashes: BTreeMap<&[String], String> = BTreeMap::new();
    let mut rows = vec![["STEP".to_owned(), "SECRETS".to_owned(), "HASH".to_owned()]];
    for step in steps {
        let names = step.secrets.iter().map(String::as_str);
        let digest = hashes.entry(&step.secrets).or_insert_with(|| hash(&values.only(names), key));
        rows.push([
            escape_invisible(&step.step).into_owned(),
            escape_invisible(&step.secrets.join(",")).into_owned(),
            digest.clone(),
        ]);
    }
    let width = |column: fn(&[String; 3]) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or_default()
    };
    let (first, second) = (width(|[step, _, _]| step), width(|[_, secrets, _]| secrets));
    let lines = rows.iter().map(|[step, secrets, hash]| format!("{step:first$}  {secrets:second$}  {hash}\n"));
    lines.collect()
}
