//! `railpack2docker completions`: completion scripts for shells.

use clap_complete::Shell;

use crate::NAME;
use crate::failure::Failure;
use crate::output::print::print;

const EXAMPLES: &str = "\
Examples:
  railpack2docker completions bash > ~/.local/share/bash-completion/completions/railpack2docker
  railpack2docker completions zsh > ~/.zfunc/_railpack2docker    with ~/.zfunc in fpath
  railpack2docker completions fish > ~/.config/fish/completions/railpack2docker.fish";

/// Print a shell completion script
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// Shell to generate completions for
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Prints the script for a command line.
pub(crate) fn run(args: &CompletionsArgs, command: &clap::Command) -> Result<(), Failure> {
    print(&script(args.shell, command))
}

fn script(shell: Shell, command: &clap::Command) -> String {
    let mut command = if shell == Shell::Zsh { without_plan(command) } else { command.clone() };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Zsh { with_files(&script) } else { script }
}

/// The command line without the plan: clap's script for zsh mistakes a command for the plan, and expects a
/// command after it (clap-rs/clap#6032).
fn without_plan(command: &clap::Command) -> clap::Command {
    let options = command.get_arguments().filter(|argument| !argument.is_positional());
    clap::Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(options.cloned())
        .subcommands(command.get_subcommands().cloned())
}

/// Completes the first word as a command or as a plan file.
fn with_files(script: &str) -> String {
    script.replace(&format!("\":: :_{NAME}_commands\""), &format!("\"1: :{{_{NAME}_commands; _files}}\""))
}
