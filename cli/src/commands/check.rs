//! `--check`: whether a Dockerfile and its ignore file are up to date.

use std::path::Path;

use railpack2docker::header::Header;

use super::transpile::DefaultArgs;
use crate::failure::Failure;
use crate::files::build_context::{check_assets_are_sent, check_directory, exposed_files, plan_context};
use crate::output::regenerate::regenerate;
use crate::output::report::Reporter;
use crate::output::stale_files::{
    DEFAULT_DOCKERFILE, StaleFile, fail_if_stale, own_ignore_file, read, stale_files, take_line_endings,
};

/// Checks the files, and prints differences as a unified diff. The failure contains the reasons.
pub(crate) fn run(args: &DefaultArgs, reporter: &Reporter) -> Result<(), Failure> {
    if let Some(context) = &args.context {
        check_directory(context)?;
    }
    let file = args.output_file().unwrap_or(Path::new(DEFAULT_DOCKERFILE));
    let current = read(file)?;
    let header = current.as_deref().and_then(Header::parse);
    let regenerated = regenerate(file, header.as_ref(), args.plan.given.as_deref(), &args.transpile, reporter)?;
    reporter.report(&regenerated.generated.findings, Some(&regenerated.plan));
    check_assets_are_sent(plan_context(&regenerated.plan, file), &regenerated.generated, file)?;
    let mut stale = stale_files(file, current, &regenerated.generated)?;
    reporter.report(&take_line_endings(&mut stale), None);
    reporter.report(own_ignore_file(file, &regenerated.generated).as_slice(), None);
    if let Some(context) = &args.context {
        let exposed = exposed_files(context, &regenerated.generated, &regenerated.options, Some(file), &[]);
        reporter.report(exposed.as_slice(), None);
    }
    for diff in stale.iter().map(StaleFile::diff) {
        reporter.print(&diff)?;
    }
    fail_if_stale(file, &stale, &regenerated.command(file))
}
