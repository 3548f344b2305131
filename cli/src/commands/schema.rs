//! `railpack2docker schema`: the JSON schemas of the files that it reads, for editors.

use clap::ValueEnum;
use railpack2docker::plan_schema;

use crate::failure::Failure;
use crate::options::schema::config_schema;
use crate::output::print::print;

const EXAMPLES: &str = "\
Examples:
  railpack2docker schema config > railpack2docker.schema.json
  railpack2docker schema plan > railpack-plan.schema.json";

/// Print the JSON schema of a file, for editors
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct SchemaArgs {
    /// File that the schema describes
    #[arg(value_name = "FILE", value_enum)]
    file: File,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum File {
    /// A build plan of Railpack
    Plan,
    /// `railpack2docker.toml`
    Config,
}

/// Prints the schema of a command line.
pub(crate) fn run(args: &SchemaArgs) -> Result<(), Failure> {
    let schema = match args.file {
        File::Plan => plan_schema(),
        File::Config => config_schema(),
    };
    print(&format!("{schema:#}\n"))
}
