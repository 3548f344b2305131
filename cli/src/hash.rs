//! `railpack2docker hash`: the value for the build arg `SECRETS_HASH`.

use std::collections::BTreeMap;

use super::args::{MessageArgs, PlanArgs};
use super::files::{Failure, PlanFile};
use super::key::KeyArgs;
use super::report::Reporter;
use super::sources::{Lenience, SourceArgs};
use super::{print, secrets_of};
use crate::escape::escape_invisible;
use crate::secrets::{PlanSecrets, Values, hash};

const EXAMPLES: &str = "\
Examples:
  docker build --build-arg SECRETS_HASH=\"$(railpack2docker hash plan.json)\" …";

/// Print a hash of the plan's secrets, the value for the build arg `SECRETS_HASH`
///
/// The same values give the same hash on every machine. It is HMAC-SHA256 with a key, PBKDF2-HMAC-SHA256 without one:
/// a build arg can be read in the provenance of an image.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct HashArgs {
    #[command(flatten)]
    plan: PlanArgs,

    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// Print the secrets that make each step run again, and a hash of these alone
    #[arg(long)]
    per_step: bool,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// Prints the hash and a line feed.
pub(super) fn run(args: &HashArgs, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    let secrets = secrets_of(&plan, reporter)?;
    let values = args.sources.find(&secrets.names, Lenience::default())?.values;
    let key = args.key.read()?;
    if args.per_step {
        return print(&table(&secrets, &values, key.as_deref()));
    }
    print(&format!("{}\n", hash(&values, key.as_deref())))
}

/// A line for each step that secrets touch: its name, the secrets, the hash.
fn table(secrets: &PlanSecrets, values: &Values, key: Option<&[u8]>) -> String {
    let mut hashes: BTreeMap<&[String], String> = BTreeMap::new();
    let mut rows = vec![["STEP".to_owned(), "SECRETS".to_owned(), "HASH".to_owned()]];
    for step in &secrets.steps {
        let names = step.secrets.iter().map(String::as_str);
        let digest = hashes.entry(&step.secrets).or_insert_with(|| hash(&values.only(names), key));
        rows.push([
            escape_invisible(&step.step).into_owned(),
            escape_invisible(&step.secrets.join(",")).into_owned(),
            digest.clone(),
        ]);
    }
    let width = |of: fn(&[String; 3]) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (first, second) = (width(|[step, _, _]| step), width(|[_, secrets, _]| secrets));
    let lines = rows.iter().map(|[step, secrets, hash]| format!("{step:first$}  {secrets:second$}  {hash}\n"));
    lines.collect()
}
