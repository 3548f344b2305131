//! `railpack2docker completions`: completion scripts for shells.
//!
//! A script is self-contained by default. With `--dynamic`, it asks this command for the candidates of a command line
//! instead, so that it can also complete the names in a plan.

use std::ffi::OsString;

use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};
use railpack2docker::{Code, Diagnostic};

use crate::NAME;
use crate::failure::Failure;
use crate::output::print::print;

/// The variable with which a script asks for candidates.
const VARIABLE: &str = "RAILPACK2DOCKER_COMPLETE";

const EXAMPLES: &str = "\
Examples:
  railpack2docker completions bash > ~/.local/share/bash-completion/completions/railpack2docker
  railpack2docker completions zsh > ~/.zfunc/_railpack2docker    with ~/.zfunc in fpath
  railpack2docker completions fish > ~/.config/fish/completions/railpack2docker.fish
  eval \"$(railpack2docker completions bash --dynamic)\"          with the names in the plan";

/// Print a shell completion script
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// Shell to generate completions for
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,

    /// Ask railpack2docker for each completion; also completes codes, and the plan's steps and secrets
    #[arg(long)]
    dynamic: bool,
}

/// Prints the script for a command line.
pub(crate) fn run(args: &CompletionsArgs, command: &clap::Command) -> Result<(), Failure> {
    let script = if args.dynamic { dynamic_script(args.shell)? } else { script(args.shell, command) };
    print(&script)
}

/// A script that asks this command for candidates.
fn dynamic_script(shell: Shell) -> Result<String, Diagnostic> {
    let unsupported = || Diagnostic::new(Code::InvalidOption, format!("`{shell}` has no dynamic completions"));
    let shells = Shells::builtins();
    let completer = shells.completer(&shell.to_string()).ok_or_else(unsupported)?;
    let mut script = Vec::new();
    // writing to memory can't fail
    completer.write_registration(VARIABLE, NAME, NAME, NAME, &mut script).map_err(|_| unsupported())?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// Prints the candidates for a command line, if a script asks for them, and returns whether one does. Never fails: a
/// message would be printed into the line that someone is typing.
pub(crate) fn answer(command: fn() -> clap::Command, arguments: &[OsString]) -> bool {
    // the completion engine does nothing if the variable is empty
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let directory = std::env::current_dir().ok();
    drop(CompleteEnv::with_factory(command).var(VARIABLE).try_complete(arguments, directory.as_deref()));
    true
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
