//! The command: arguments, files, colours, exit codes. The only room with input and output.

mod args;
mod files;
mod report;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::{Diagnostic, Transpiled, transpile};
use args::Args;
use files::{Failure, PlanFile};
use report::Reporter;

/// Could not do it.
const FAILED: u8 = 2;

/// Runs the command with the arguments of the process. The status is 0 when it is done and 2
/// when it could not be; clap's own errors end the process with 2 as well.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    let reporter = Reporter::new(args.message_format, args.color);
    match execute(&args, &reporter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Reported) => ExitCode::from(FAILED),
        Err(Failure::Found(diagnostic)) => {
            reporter.report(&[diagnostic], None);
            ExitCode::from(FAILED)
        }
    }
}

fn execute(args: &Args, reporter: &Reporter) -> Result<(), Failure> {
    let plan = PlanFile::read(&args.plan)?;
    let options = args.options(&plan);
    let made = match transpile(&plan.text, &options) {
        Ok(made) => made,
        Err(diagnostics) => {
            reporter.report(&diagnostics.0, Some(&plan));
            return Err(Failure::Reported);
        }
    };
    reporter.report(&made.findings, Some(&plan));
    if args.dockerignore {
        return print_dockerignore(&made, reporter);
    }
    let has_ignore_file = match args.output_file() {
        Some(path) => files::write(path, &made, args.force)?,
        None => print(&made.dockerfile).map(|()| false)?,
    };
    if made.dockerignore.is_some() && !has_ignore_file {
        let plan = args.plan_word();
        let found = Diagnostic::note("exclude", "the plan excludes files from the build, which a Dockerfile can't say")
            .with_help(format!("`-o Dockerfile` writes `Dockerfile.dockerignore`, too; or run `railpack2docker {plan} --dockerignore > Dockerfile.dockerignore`"));
        reporter.report(&[found], None);
    }
    Ok(())
}

fn print_dockerignore(made: &Transpiled, reporter: &Reporter) -> Result<(), Failure> {
    if made.dockerignore.is_none() {
        reporter.report(&[Diagnostic::note("exclude", "the plan excludes nothing: no ignore file is needed")], None);
    }
    print(made.dockerignore.as_deref().unwrap_or_default())
}

/// Writes to standard output. A reader that has enough is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Found(Diagnostic::error("io", format!("can't write to standard output: {error}"))))
        }
        _ => Ok(()),
    }
}
