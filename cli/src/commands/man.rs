//! `railpack2docker man`: the manual, one page for the tool and one for each command.

use clap::builder::PossibleValuesParser;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use railpack2docker::{Code, Diagnostic};

use crate::NAME;
use crate::failure::Failure;
use crate::output::print::print;

const EXAMPLES: &str = "\
Examples:
  railpack2docker man | man -l -
  railpack2docker man > railpack2docker.1
  railpack2docker man build > railpack2docker-build.1";

/// The commands, in their order. The arguments of `man` can't ask clap for them: they are a part of the answer.
const COMMANDS: [&str; 15] = [
    "sync",
    "build",
    "emit",
    "lint",
    "diff",
    "explain",
    "where",
    "pin",
    "hash",
    "bundle",
    "leaks",
    "verify",
    "schema",
    "completions",
    "man",
];

/// Print a manual page
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// Print the manual page of this command
    #[arg(value_name = "COMMAND", value_parser = PossibleValuesParser::new(COMMANDS))]
    command: Option<String>,
}

/// Prints the page of a command line, or of one of its commands.
pub(crate) fn run(args: &ManArgs, command: &clap::Command) -> Result<(), Failure> {
    let mut tool = command.clone();
    // sets the full names of commands: `railpack2docker-build`
    tool.build();
    let command = args.command.as_ref().and_then(|name| tool.find_subcommand(name)).unwrap_or(&tool);
    print(&page(command.clone())?)
}

fn page(command: clap::Command) -> Result<String, Diagnostic> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let notes = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let has_commands = command.has_subcommands();
    // clap_mangen omits the help of an option that is hidden in the short help
    let man = Man::new(command.mut_args(|argument| argument.hide_short_help(false)));
    let mut text = title(&name).into_bytes();
    let mut render = || {
        man.render_name_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if has_commands {
            man.render_subcommands_section(&mut text)?;
        }
        sections(&notes).to_writer(&mut text)
    };
    render()
        .map_err(|error| Diagnostic::new(Code::IoError, format!("can't render the manual page `{name}`: {error}")))?;
    // formatters warn about the line breaks of clap_mangen before a list of values
    Ok(String::from_utf8_lossy(&text).replace(".br\n\n.br\n", ".sp\n"))
}

/// The title, with the empty date that `clap_mangen` does not quote: a page is the same every day.
fn title(name: &str) -> String {
    format!(".TH {} 1 \"\" \"{NAME} {}\"\n", name.to_uppercase(), env!("CARGO_PKG_VERSION"))
}

/// The notes after the options in `--help`: headings, each with lines that are not filled. `clap_mangen` would
/// make a single paragraph of them.
fn sections(notes: &str) -> Roff {
    let mut roff = Roff::new();
    for section in notes.split("\n\n").filter(|section| !section.is_empty()) {
        let (heading, lines) = section.split_once('\n').unwrap_or((section, ""));
        roff.control("SH", [heading.trim_end_matches(':').to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::COMMANDS;
    use clap::CommandFactory;

    #[test]
    fn every_command_has_a_page() {
        let tool = crate::Args::command();
        let names: Vec<&str> = tool.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, COMMANDS);
    }
}
