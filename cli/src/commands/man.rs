//! `railpack2docker man`: the manual, one page for the tool and one for each command.

use clap_mangen::Man;
use railpack2docker::{Code, Diagnostic};

use crate::NAME;
use crate::failure::Failure;
use crate::output::print::print;

const EXAMPLES: &str = "\
Examples:
  railpack2docker man | man -l -
  railpack2docker man > railpack2docker.1
  railpack2docker man build > railpack2docker-build.1";

/// Print a manual page
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Print the page of this command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Prints the page of a command line, or of one of its commands.
pub(crate) fn run(args: &ManArgs, command: &clap::Command) -> Result<(), Failure> {
    let mut tool = command.clone();
    // sets the full names of commands: `railpack2docker-build`
    tool.build();
    let Some(name) = &args.command else { return print(&page(tool)?) };
    match tool.find_subcommand(name) {
        Some(command) => print(&page(command.clone())?),
        None => Err(Diagnostic::new(Code::UnknownCommand, format!("unknown command `{name}`"))
            .with_suggestion(name, tool.get_subcommands().map(clap::Command::get_name))
            .into()),
    }
}

fn page(command: clap::Command) -> Result<String, Diagnostic> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let source = format!("{NAME} {}", env!("CARGO_PKG_VERSION"));
    // without a date, the page is the same on every day
    let man = Man::new(command).title(name.to_uppercase()).date("").source(source);
    let mut text = Vec::new();
    man.render(&mut text)
        .map_err(|error| Diagnostic::new(Code::IoError, format!("can't render the page `{name}`: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
