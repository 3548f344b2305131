//! `railpack2docker leaks`: searches images, caches and logs for secrets.
//!
//! The modules use each other in this order: `encode`, `patterns`, `unfold` and `search` find values in bytes; `document`,
//! `contents` and `scan` read what an archive contains, and `complete` checks that nothing is missing; `leak` and `report`
//! describe the result; `log` reads logs, and `log_text` their text.

mod complete;
mod contents;
mod document;
mod encode;
mod leak;
mod log;
mod log_text;
mod patterns;
mod report;
mod scan;
mod search;
mod unfold;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ValueEnum, ValueHint};
use fs_err as fs;
use railpack2docker::secrets::Values;
use railpack2docker::{Code, Compilation, Diagnostic, Options, SecretUsage};

use crate::failure::Failure;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::{PLAN_NAME, plan_at};
use crate::files::read::read_error;
use crate::image::progress::Progress;
use crate::image::{engine, files};
use crate::options::secret_sources::SecretArgs;
use crate::output::print::print;
use crate::output::report::{OrReport, Reporter, drawings_without_plan};
use contents::Contents;
use leak::{Leak, leaks};
use patterns::Patterns;
use scan::{Limits, Scan};

/// The exit status if a secret was found.
pub(crate) const FOUND: u8 = 1;

/// The value of `--plan` that reads no plan.
const NO_PLAN: &str = "none";

const EXAMPLES: &str = "\
Examples:
  railpack2docker leaks app                            search the image `app` for the plan's secrets
  railpack2docker leaks app --env-file .env.build      read the secrets from a file
  railpack2docker leaks --secret NPM_TOKEN --oci image.tar --oci cache-directory
  docker build --progress=plain . 2>&1 | tee build.log; railpack2docker leaks --log build.log

Exit status:
  0  no secret was found
  1  a secret was found
  2  an error occurred (see stderr)";

/// Search images, caches and build logs for the values of secrets
///
/// Searches the config, the history, the attestations, and each file of each layer, including files that a later layer
/// deletes. Finds values as they are, in hexadecimal, in base64, URL-encoded and JSON-escaped, also in compressed
/// files. Prints the place of each, never the value. Values of less than 8 bytes are skipped.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("sources").args(["images", "oci", "log"]).required(true).multiple(true))]
pub(crate) struct LeaksArgs {
    /// Images of the Docker Engine, by name or ID
    #[arg(value_name = "IMAGE")]
    images: Vec<String>,

    /// Search an OCI layout or the output of `docker save`, as a file or a directory, or a local cache (repeatable)
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    oci: Vec<PathBuf>,

    /// Search the log of a build, or `-` for standard input (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    log: Vec<PathBuf>,

    /// Plan whose secrets to search for, or `none` [default: railpack-plan.json, if it exists]
    ///
    /// `--secret` can name other secrets as well. Without a plan, every variable of an `--env-file` is a secret.
    #[arg(long, value_name = "PLAN", value_hint = ValueHint::FilePath)]
    plan: Option<PathBuf>,

    #[command(flatten)]
    secrets: SecretArgs,

    /// Output format [default: human, or json with `--message-format json`]
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Option<Format>,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Messages
    Human,
    /// A JSON document
    Json,
}

/// A place to search.
enum Source<'a> {
    Image(&'a str),
    Oci(&'a Path),
    Log(&'a Path),
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(image) => write!(f, "the image `{image}`"),
            Self::Oci(path) => write!(f, "`{}`", path.display()),
            Self::Log(path) if *path == Path::new("-") => f.write_str("the log on standard input"),
            Self::Log(path) => write!(f, "the log `{}`", path.display()),
        }
    }
}

/// Prints the leaks to standard output. The exit status is 1 if there are any.
pub(crate) fn run(args: &LeaksArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let usage = args.usage(reporter)?;
    let known = args.secrets.find_known(usage.as_ref())?;
    if known.values.iter().next().is_none() {
        return Err(no_secrets(&known.missing).into());
    }
    let patterns = Patterns::new(&known.values)?;
    reporter.report(&report::unsearched(&patterns, &known.missing), None);
    let (mut found, mut partial) = (Vec::new(), Vec::new());
    for source in args.sources() {
        let (leaks, gaps) = search(&source, &patterns)?;
        found.extend(leaks);
        partial.extend(gaps);
    }
    let default = if reporter.is_json() { Format::Json } else { Format::Human };
    match args.format.unwrap_or(default) {
        Format::Human => {
            reporter.report(&partial, None);
            let findings = report::findings(&found);
            let drawn = drawings_without_plan(&findings, "--format json");
            reporter.print(&format!("{drawn}{}", report::summary(findings.len(), &found, &patterns)))?;
        }
        Format::Json => print(&report::document(&found, &patterns, &known.missing, &partial))?,
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// Searches an image of the engine, and reports leaks. The result is whether there are none.
pub(crate) fn check_image(image: &str, values: &Values, reporter: &Reporter) -> Result<bool, Failure> {
    let patterns = Patterns::new(values)?;
    let (leaks, partial) = search(&Source::Image(image), &patterns)?;
    reporter.report(&report::unsearched(&patterns, &[]), None);
    reporter.report(&partial, None);
    reporter.report(&report::findings(&leaks), None);
    Ok(leaks.is_empty())
}

/// A function that replaces the values of secrets in a text with their names.
pub(crate) fn redactor(values: &Values) -> Result<impl Fn(&str) -> String, Diagnostic> {
    let patterns = Patterns::new(values)?;
    Ok(move |text: &str| patterns.redact(text.as_bytes()))
}

/// The leaks of a source, and the notes about what was not searched.
fn search(source: &Source<'_>, patterns: &Patterns) -> Result<(Vec<Leak>, Vec<Diagnostic>), Diagnostic> {
    let contents = read(source, patterns).map_err(|mut error| {
        // the name of a source may contain a secret
        error.message = patterns.redact(error.message.as_bytes());
        error
    })?;
    let name = patterns.redact(source.to_string().as_bytes());
    Ok((leaks(&name, &contents, patterns), report::gaps(&name, &contents)))
}

fn read(source: &Source<'_>, patterns: &Patterns) -> Result<Contents, Diagnostic> {
    let mut scan = Scan::new(patterns, Limits::default());
    match source {
        Source::Image(image) => engine::read(image, &mut scan)?,
        Source::Oci(path) => files::read(path, &mut scan)?,
        Source::Log(path) => return search_log(path, patterns),
    }
    let contents = scan.finish();
    if !complete::is_image(&contents) {
        let message = format!("{source} is not an image: it has neither `index.json` nor `manifest.json`");
        return Err(Diagnostic::new(Code::UnreadableImage, message)
            .with_help("pass what `docker save`, `--output type=oci` or `--cache-to type=local` wrote"));
    }
    complete::check(&contents).map_err(|why| {
        Diagnostic::new(Code::UnreadableImage, format!("can't read {source}: {why}"))
            .with_help("save or export it again: a part of it is missing or damaged, and was not searched")
    })?;
    Ok(contents)
}

fn search_log(path: &Path, patterns: &Patterns) -> Result<Contents, Diagnostic> {
    let cannot_read = |error: io::Error| {
        let message = format!("can't read `{}`: {}", path.display(), read_error(&error));
        Diagnostic::new(Code::UnreadableFile, message)
    };
    let limit = Limits::default().blob;
    if path == Path::new("-") {
        return log::search(patterns, &mut io::stdin().lock(), limit).map_err(cannot_read);
    }
    let file = fs::File::open(path).map_err(cannot_read)?;
    let size = file.metadata().ok().map(|metadata| metadata.len());
    let progress = Progress::start("searching", &patterns.redact(path.display().to_string().as_bytes()), size);
    log::search(patterns, &mut progress.counted(file), limit).map_err(cannot_read)
}

impl LeaksArgs {
    /// The secrets of the plan, if there is one.
    fn usage(&self, reporter: &Reporter) -> Result<Option<SecretUsage>, Failure> {
        let path = match &self.plan {
            Some(path) if path == Path::new(NO_PLAN) => return Ok(None),
            Some(path) => path,
            None if Path::new(PLAN_NAME).is_file() => Path::new(PLAN_NAME),
            None => return Ok(None),
        };
        let plan = PlanFile::read(&plan_at(path)?)?;
        let compilation = Compilation::parse(&plan.text, false).or_report(&plan, reporter)?;
        Ok(Some(compilation.secrets(&Options::default())))
    }

    /// The places to search: images, then archives, then logs.
    fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        let images = self.images.iter().map(|image| Source::Image(image));
        let archives = self.oci.iter().map(|path| Source::Oci(path));
        images.chain(archives).chain(self.log.iter().map(|path| Source::Log(path)))
    }
}

/// The error if no secret has a value.
fn no_secrets(missing: &[(String, String)]) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|(name, why)| format!("`{name}` ({why})")).collect();
    let (message, help) = match names.as_slice() {
        [] => (
            "no secret to search for: there is no plan, `--secret` or `--env-file`, or they name no secret".to_owned(),
            "name a secret with `--secret NAME`, or pass `--env-file FILE` or `--plan PLAN`",
        ),
        names => (
            format!("no secret has a value: {}", names.join("; ")),
            "set the variables, or pass `--env-file FILE` or `--secret id=NAME,src=FILE`",
        ),
    };
    Diagnostic::new(Code::MissingSecret, message).with_help(help)
}
