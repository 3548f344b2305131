//! `railpack2docker man`: the manual, a page for the tool and one for each of its commands.

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::{Args, MessageArgs};
use super::files::Failure;
use super::print;
use crate::Diagnostic;

const EXAMPLES: &str = "\
Examples:
  railpack2docker man | man -l -                    read it
  railpack2docker man > railpack2docker.1           write the page of the tool
  railpack2docker man build > railpack2docker-build.1";

/// Print the manual, a page for `man`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// Print the page of this command instead
    #[arg(value_name = "COMMAND")]
    command: Option<String>,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// Prints the page.
pub(super) fn run(args: &ManArgs) -> Result<(), Failure> {
    let mut tool = Args::command();
    // spells the names of the commands out: `railpack2docker-build`
    tool.build();
    let Some(name) = &args.command else { return print(&page(tool)?) };
    match tool.find_subcommand(name) {
        Some(command) => print(&page(command.clone())?),
        None => Err(Diagnostic::new(Code::UnknownCommand, format!("there is no command `{name}`"))
            .with_suggestion(name, tool.get_subcommands().map(clap::Command::get_name))
            .into()),
    }
}

fn page(mut command: clap::Command) -> Result<String, Diagnostic> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let usage = command.render_usage().to_string();
    let below = command.get_after_long_help().or_else(|| command.get_after_help());
    let below = below.map(ToString::to_string).unwrap_or_default();
    let has_commands = command.has_subcommands();
    let man = Man::new(command);
    let mut text = title(&name).into_bytes();
    let mut write = || {
        man.render_name_section(&mut text)?;
        synopsis(&usage).to_writer(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if has_commands {
            man.render_subcommands_section(&mut text)?;
        }
        sections(&below).to_writer(&mut text)
    };
    write().map_err(|error| Diagnostic::new(Code::IoError, format!("can't make the page `{name}`: {error}")))?;
    // one empty line in front of a list of values, said so that no formatter complains
    Ok(String::from_utf8_lossy(&text).replace(".br\n\n.br\n", ".sp\n"))
}

/// The line with the page's name. It has no date: the same binary gives the same page every day.
fn title(name: &str) -> String {
    format!(".TH {} 1 \"\" \"{} {}\"\n", name.to_uppercase(), env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
}

/// The lines behind `Usage:` in `--help`.
fn synopsis(usage: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    roff.control("nf", []);
    for line in usage.trim_start_matches("Usage:").lines() {
        roff.text([roman(line.trim())]);
    }
    roff.control("fi", []);
    roff
}

/// What stands below the options in `--help`: headings, each with lines as they are.
fn sections(text: &str) -> Roff {
    let mut roff = Roff::new();
    for section in text.split("\n\n").filter(|section| !section.is_empty()) {
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
