//! `railpack2docker completions`: what a shell knows of the command line.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Args, MessageArgs};
use super::files::Failure;
use super::print;

const EXAMPLES: &str = "\
Examples:
  railpack2docker completions bash > ~/.local/share/bash-completion/completions/railpack2docker
  railpack2docker completions zsh > ~/.zfunc/_railpack2docker    with ~/.zfunc in fpath
  railpack2docker completions fish > ~/.config/fish/completions/railpack2docker.fish";

/// Print a script that completes the command line in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,

    #[command(flatten)]
    pub(super) messages: MessageArgs,
}

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    print(&script(args.shell))
}

const NAME: &str = env!("CARGO_PKG_NAME");

fn script(shell: Shell) -> String {
    let command = Args::command();
    let mut command = if shell == Shell::Zsh { without_plan(&command) } else { command };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Zsh { with_files(&script) } else { script }
}

/// The command line without the plan. With it, clap's script for zsh takes a command for the plan
/// and looks for the command behind it (clap-rs/clap#6032).
fn without_plan(command: &clap::Command) -> clap::Command {
    let options = command.get_arguments().filter(|argument| !argument.is_positional());
    clap::Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(options.cloned())
        .subcommands(command.get_subcommands().cloned())
}

/// The first word is a command, or the file of a plan.
fn with_files(script: &str) -> String {
    script.replace(&format!("\":: :_{NAME}_commands\""), &format!("\"1: :{{_{NAME}_commands; _files}}\""))
}
