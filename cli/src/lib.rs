//! The command: arguments, files, colours, exit codes. The only room with input and output.

mod args;
mod build;
mod bundle;
mod check;
mod completions;
mod config;
mod context;
mod diff;
mod explain;
mod files;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod hash;
mod key;
mod lint;
mod man;
mod map_file;
mod regenerated;
mod report;
mod sources;
mod transpiling;
mod unified;
mod where_from;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::escape::{escape_invisible_text, is_invisible};
use crate::secrets::{self, PlanSecrets};
use crate::{Diagnostic, Diagnostics, Options, Transpiled, transpile};
use args::{Args, Command};
use files::{Failure, Outputs, PlanFile};
use map_file::MapFile;
use report::Reporter;

/// A file is out of date.
const STALE: u8 = 1;

/// Could not do it.
const FAILED: u8 = 2;

/// Runs the command with the arguments of the process. The status is 0 when it is done, 1 when a
/// file is out of date, 2 when it could not be done, and that of `docker` where it ran; clap's own
/// errors end the process with 2 as well.
#[must_use]
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return refuse(&error),
    };
    let reporter = Reporter::new(args.messages());
    let done = match &args.command {
        None if args.check => check::run(&args, &reporter).map(|()| ExitCode::SUCCESS),
        None => execute(&args, &reporter).map(|()| ExitCode::SUCCESS),
        Some(Command::Build(args)) => build::run(args, &reporter),
        Some(Command::Lint(args)) => lint::run(args, &reporter),
        Some(Command::Hash(args)) => hash::run(args, &reporter).map(|()| ExitCode::SUCCESS),
        Some(Command::Bundle(args)) => bundle::run(args, &reporter).map(|()| ExitCode::SUCCESS),
        Some(Command::Diff(args)) => diff::run(args, &reporter),
        Some(Command::Where(args)) => where_from::run(args, &reporter).map(|()| ExitCode::SUCCESS),
        Some(Command::Explain(args)) => explain::run(args, &reporter).map(|()| ExitCode::SUCCESS),
        Some(Command::Completions(args)) => completions::run(args).map(|()| ExitCode::SUCCESS),
        Some(Command::Man(args)) => man::run(args).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(status) => status,
        Err(Failure::Reported) => ExitCode::from(FAILED),
        Err(Failure::Found(diagnostics)) => {
            reporter.report(&diagnostics, None);
            ExitCode::from(FAILED)
        }
        Err(Failure::Stale(diagnostics)) => {
            reporter.report(&diagnostics, None);
            ExitCode::from(STALE)
        }
    }
}

/// Says what clap says. It shows arguments as they are, so where these hold what a reader can't see,
/// that is spelled out.
fn refuse(error: &clap::Error) -> ExitCode {
    let is_odd = |argument: OsString| argument.to_string_lossy().chars().any(is_invisible);
    if !error.use_stderr() || !std::env::args_os().any(is_odd) {
        error.exit();
    }
    let said = error.render().to_string();
    // there is nowhere left to say that this failed
    let _ = io::stderr().write_all(escape_invisible_text(&said).as_bytes());
    ExitCode::from(FAILED)
}

fn execute(args: &Args, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(args.plan.path())?;
    if let Some(context) = &args.context {
        context::check_directory(context)?;
    }
    let options = args.transpiling.options(&plan, args.output_file())?;
    let made = transpiled(&plan, &options, reporter)?;
    let mut outputs = Outputs::default();
    let has_ignore_file = match args.output_file() {
        Some(path) => outputs.add_dockerfile(path, &made, &plan, args.force)?,
        None => false,
    };
    if let Some(path) = &args.source_map {
        let map = MapFile::of(&made, &plan, &options.files);
        outputs.add(path, &map.text(), &plan, MapFile::is_one)?;
    }
    if args.dockerignore {
        print_dockerignore(&made, reporter)?;
    } else if args.output_file().is_none() {
        print(&made.dockerfile)?;
    }
    outputs.finish()?;
    if made.dockerignore.is_some() && !has_ignore_file && !args.dockerignore {
        reporter.report(&[no_ignore_file(args)], None);
    }
    if let Some(context) = &args.context {
        let found = context::exposed(context, &made, &options, args.output_file(), &[]);
        reporter.report(found.as_slice(), None);
    }
    Ok(())
}

fn no_ignore_file(args: &Args) -> Diagnostic {
    let plan = args.plan.word();
    Diagnostic::new(Code::IgnoreFile, "the plan excludes files from the build, which a Dockerfile can't say")
        .with_help(format!("`-o Dockerfile` writes `Dockerfile.dockerignore`, too; or run `railpack2docker {plan} --dockerignore > Dockerfile.dockerignore`"))
}

/// What the plan becomes. The findings are reported.
fn transpiled(plan: &PlanFile, options: &Options, reporter: &Reporter) -> Result<Transpiled, Failure> {
    let made = transpile(&plan.text, options).map_err(|diagnostics| reported(&diagnostics, plan, reporter))?;
    reporter.report(&made.findings, Some(plan));
    Ok(made)
}

/// The secrets of the plan. Errors are reported; the rest is told when the plan is transpiled.
fn secrets_of(plan: &PlanFile, reporter: &Reporter) -> Result<PlanSecrets, Failure> {
    secrets::of_plan(&plan.text).map_err(|diagnostics| reported(&diagnostics, plan, reporter))
}

fn reported(diagnostics: &Diagnostics, plan: &PlanFile, reporter: &Reporter) -> Failure {
    reporter.report(&diagnostics.0, Some(plan));
    Failure::Reported
}

fn print_dockerignore(made: &Transpiled, reporter: &Reporter) -> Result<(), Failure> {
    if made.dockerignore.is_none() {
        reporter
            .report(&[Diagnostic::new(Code::IgnoreFile, "the plan excludes nothing: no ignore file is needed")], None);
    }
    print(made.dockerignore.as_deref().unwrap_or_default())
}

/// Writes to standard output. A reader that has enough is no failure. A terminal obeys some
/// characters, so it gets to see what can't be seen spelled out.
fn print(text: &str) -> Result<(), Failure> {
    let out = io::stdout().lock();
    if out.is_terminal() { write_all(out, &escape_invisible_text(text)) } else { write_all(out, text) }
}

fn write_all(mut out: impl Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Diagnostic::new(Code::IoError, format!("can't write to standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}
