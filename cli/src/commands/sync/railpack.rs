//! The program `railpack`: its version, and the plan that it writes for a directory.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use railpack2docker::{Code, Diagnostic};

use crate::failure::Failure;
use crate::files::read::SIZE_LIMIT;
use crate::options::railpack::RailpackConfig;
use crate::output::report::Reporter;

/// The exit status of Railpack after a failure that may not happen again, as in `sysexits.h`
/// (`cli/common.go` of Railpack).
const TRY_AGAIN: i32 = 75;

/// The maximum size of Railpack's own message, in characters.
const MAX_MESSAGE: usize = 4_000;

/// The text of the plan for a source directory, as Railpack prints it.
///
/// The values of variables and secrets are in the environment of Railpack, never in its arguments. Fails with Railpack's
/// own message.
pub(super) fn plan(config: &RailpackConfig, source: &Path, reporter: &Reporter) -> Result<String, Failure> {
    let mut command = program(config);
    command.arg("plan").args(&config.args);
    for (name, value) in variables(config) {
        command.args(["--env", &name]).env(&name, value);
    }
    command.arg("--").arg(source);
    let output = run(&mut command, config)?;
    if !output.status.success() {
        let message = format!("`{}` failed for `{}` ({})", name(config), source.display(), output.status);
        let found = failed(message, config, &output, reporter);
        let is_temporary = output.status.code() == Some(TRY_AGAIN);
        return Err(if is_temporary { Failure::TryAgain(vec![found]) } else { found.into() });
    }
    let no_plan = |why: &str| {
        let message = format!("`{}` printed no plan for `{}`: {why}", name(config), source.display());
        failed(message, config, &output, reporter)
    };
    if output.stdout.len() as u64 > SIZE_LIMIT {
        return Err(no_plan("the output is too large").into());
    }
    let text = String::from_utf8(output.stdout.clone()).map_err(|_| no_plan("the output is not UTF-8"))?;
    // an application that Railpack can't build gives a document without steps, and the exit status 0
    let is_plan = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|plan| plan.get("deploy").is_some());
    if is_plan { Ok(text) } else { Err(no_plan("it can't build this directory").into()) }
}

/// Checks that Railpack has the version that the config file requires. `origin` is where the version is set.
pub(super) fn check_version(
    config: &RailpackConfig,
    origin: &str,
    reporter: &Reporter,
) -> Result<Option<Diagnostic>, Failure> {
    let Some(required) = &config.version else { return Ok(None) };
    let installed = version(config, reporter)?;
    if installed == required.trim_start_matches('v') {
        return Ok(None);
    }
    let message =
        format!("`{}` has version {installed}, but the plans are made with {required} ({origin})", name(config));
    Ok(Some(Diagnostic::new(Code::RailpackVersion, message).with_help(format!(
        "install the version {required}, or change the version there and run `railpack2docker sync`"
    ))))
}

/// The version that Railpack prints, without a leading `v`.
fn version(config: &RailpackConfig, reporter: &Reporter) -> Result<String, Failure> {
    let output = run(program(config).arg("--version"), config)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let is_version = |word: &&str| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    match text.split_whitespace().find(is_version) {
        Some(version) if output.status.success() => Ok(version.trim_start_matches('v').to_owned()),
        _ => {
            let message = format!("`{} --version` printed no version ({})", name(config), output.status);
            Err(failed(message, config, &output, reporter).into())
        }
    }
}

fn program(config: &RailpackConfig) -> Command {
    let words = config.command();
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or("railpack", String::as_str));
    command.args(words);
    command
}

/// The name of the program in messages.
fn name(config: &RailpackConfig) -> String {
    config.command().join(" ")
}

/// The variables to plan with. Railpack ignores a name without a value, so a secret that is not set is empty: the plan
/// is the same on a machine without the secrets.
fn variables(config: &RailpackConfig) -> Vec<(String, OsString)> {
    let secret = |name: &String| (name.clone(), std::env::var_os(name).unwrap_or_default());
    let variables = config.env.iter().map(|(name, value)| (name.clone(), value.into()));
    // a name that a variable can't have is an error of Railpack's, not a panic here
    let is_name = |name: &String| !name.is_empty() && !name.contains(['=', '\0']);
    variables.chain(config.secrets.iter().filter(|name| is_name(name)).map(secret)).collect()
}

fn run(command: &mut Command, config: &RailpackConfig) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| cannot_run(config, &error).into())
}

fn cannot_run(config: &RailpackConfig, error: &io::Error) -> Diagnostic {
    let name = name(config);
    match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::new(Code::NoRailpack, format!("`{name}` was not found")).with_help(
            "install Railpack (https://railpack.com/installation), or set its `command` in the table `[railpack]` of `railpack2docker.toml`; `sync --keep-plan` regenerates Dockerfiles without it",
        ),
        _ => Diagnostic::new(Code::NoRailpack, format!("can't run `{name}`: {error}")),
    }
}

/// The error for a run of Railpack. What Railpack printed, or the end of it, is shown first.
fn failed(message: String, config: &RailpackConfig, output: &Output, reporter: &Reporter) -> Diagnostic {
    let text = [&output.stderr, &output.stdout].into_iter().find(|text| !text.trim_ascii().is_empty());
    let text = String::from_utf8_lossy(text.map_or(&[], Vec::as_slice)).trim().to_owned();
    let skipped = text.chars().count().saturating_sub(MAX_MESSAGE);
    reporter.show_output(&name(config), &text.chars().skip(skipped).collect::<String>());
    Diagnostic::new(Code::RailpackFailed, message)
}
