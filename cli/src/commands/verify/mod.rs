//! `railpack2docker verify`: whether the image of the Dockerfile is the one that Railpack builds.
//!
//! The modules use each other in this order: `layer` reads blobs, `tree` applies layers, and `image` is the result;
//! `difference`, `settings` and `files` compare two images; `class` tells the differences apart; `report`, `text`,
//! `markdown` and `json` print them; `frontend` and `builds` build the images.

mod builds;
mod class;
mod difference;
mod files;
mod frontend;
mod image;
mod json;
mod layer;
mod markdown;
mod report;
mod settings;
mod text;
mod tree;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueHint;
use railpack2docker::secrets::Values;
use railpack2docker::{Code, Diagnostic};

use crate::commands::build::wait::Signals;
use crate::commands::leaks;
use crate::failure::Failure;
use crate::image::{engine, files as archives};
use crate::options::config::{Config, VerifyConfig};
use crate::options::key::KeyArgs;
use crate::options::plan::PlanArgs;
use crate::options::secret_sources::SecretArgs;
use crate::options::transpile::TranspileArgs;
use crate::output::format::Format;
use crate::output::report::Reporter;
use builds::{Builds, Built};
use class::Classes;
use image::Image;
use layer::{LayerReader, Limits};
use report::{Report, Side};

/// The exit status if the images differ.
const DIFFERENT: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  railpack2docker verify plan.json --env-file .env.build
  railpack2docker verify --frontend registry.internal/railpack-frontend:v0.17.1
  railpack2docker verify --accept '/app/.next/**' -- --network=host
  railpack2docker verify --images app-by-railpack app
  railpack2docker verify --images railpack.tar image.tar --format markdown

Exit status:
  0  the images are the same
  1  the images differ
  2  an error occurred (see stderr)";

/// Build a plan with Railpack and from its Dockerfile, and compare the images
///
/// Compares each file: kind, mode, owner, content, links and attributes; and the config: variables, labels, start
/// command, user and all other settings. Times, and what a build makes new by itself, such as logs, don't count.
#[derive(Debug, clap::Args)]
#[command(
    after_long_help = EXAMPLES,
    override_usage = "railpack2docker verify [OPTIONS] [PLAN] [-- ARGS]\n       \
                      railpack2docker verify [OPTIONS] --images A B"
)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    plan: PlanArgs,

    /// Compare two images, and build none: images of the Docker Engine, OCI layouts, or output of `docker save`
    #[arg(long, value_names = ["A", "B"], num_args = 2, value_hint = ValueHint::AnyPath)]
    #[arg(conflicts_with_all = ["plan", "frontend", "context", "key_file", "more"])]
    images: Vec<PathBuf>,

    /// Image of Railpack's BuildKit frontend [default: ghcr.io/railwayapp/railpack-frontend]
    #[arg(long, value_name = "IMAGE")]
    frontend: Option<String>,

    /// Accept differences of files and settings that match, such as `/app/.next/**` or `env.BUILD_ID` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    accept: Vec<String>,

    /// List what is new in each build, instead of counting it
    #[arg(long)]
    show_new: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value_t, value_enum)]
    format: Format,

    /// Build context [default: the directory of the plan]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    context: Option<PathBuf>,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    key: KeyArgs,

    /// Arguments for both runs of `docker buildx build`
    #[arg(last = true, value_name = "ARGS", value_hint = ValueHint::AnyPath)]
    more: Vec<OsString>,

    #[command(flatten)]
    transpile: TranspileArgs,
}

/// Prints the differences to standard output. The exit status is 0 if there are none, or else 1.
pub(crate) fn run(args: &VerifyArgs, reporter: &Reporter) -> Result<ExitCode, Failure> {
    let report = match args.images.as_slice() {
        [first, second] => compare_images(args, [first, second])?,
        _ => match compare_builds(args, reporter)? {
            Ok(report) => report,
            Err(interrupted) => return Ok(interrupted),
        },
    };
    reporter.print(&match args.format {
        Format::Text => text::print(&report, args.show_new),
        Format::Markdown => markdown::print(&report, args.show_new),
        Format::Json => json::print(&report),
    })?;
    Ok(if report.is_same() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENT) })
}

/// Compares two images that exist.
fn compare_images(args: &VerifyArgs, names: [&PathBuf; 2]) -> Result<Report, Failure> {
    let config = args.transpile.config_from(Path::new("."))?;
    args.check_only_images()?;
    let classes = args.classes(&config.verify)?;
    let [first, second] = names;
    let images = [read(first)?, read(second)?];
    let side = |label, name: &Path| Side { label, origin: name.display().to_string() };
    let sides = [side("A", first), side("B", second)];
    Ok(Report::new(sides, &images, &classes, &str::to_owned))
}

/// Builds two images and compares them. The result is an exit status if the user interrupts a build.
fn compare_builds(args: &VerifyArgs, reporter: &Reporter) -> Result<Result<Report, ExitCode>, Failure> {
    let plan = args.plan.read()?;
    let config = args.transpile.config(&plan)?;
    let options = args.transpile.options_with(&config, &plan, None)?;
    let classes = args.classes(&config.verify)?;
    let frontend = args.frontend(&config);
    let builds = Builds { args, plan: &plan, options: &options, frontend: &frontend };
    let mut values = Values::default();
    let images = match builds.run(reporter, &mut values)? {
        Built::Images(images) => images,
        Built::Interrupted(status) => return Ok(Err(status)),
    };
    // the signals of the builds are still caught
    Signals::hold()?.end_process();
    let redact = leaks::redactor(&values)?;
    let origin = |how: &str, what: &str| format!("{how} `{what}`");
    let sides = [
        Side { label: "Railpack", origin: origin("built by", &frontend) },
        Side { label: "Dockerfile", origin: origin("generated from", &plan.name()) },
    ];
    Ok(Ok(Report::new(sides, &images, &classes, &redact)))
}

/// Reads an archive or a directory with this path, or else the image of the engine with this name.
fn read(name: &Path) -> Result<Image, Diagnostic> {
    let mut reader = LayerReader::new(Limits::default());
    if name.exists() {
        archives::read(name, &mut reader)?;
    } else {
        engine::read(&name.to_string_lossy(), &mut reader).map_err(|error| {
            error.with_help(
                "pass the name or the ID of an image that `docker image ls` lists, or the path of an archive",
            )
        })?;
    }
    Image::new(reader.blobs).map_err(|why| {
        let message = format!("can't read `{}`: {why}", name.display());
        Diagnostic::new(Code::UnreadableImage, message)
            .with_help("pass what `docker save` or `--output type=oci` wrote, with one image for one platform")
    })
}

impl VerifyArgs {
    /// The patterns for accepted differences, those of the config file first.
    fn classes(&self, config: &VerifyConfig) -> Result<Classes, Diagnostic> {
        Classes::new(&config.accept.iter().chain(&self.accept).cloned().collect::<Vec<_>>())
    }

    /// The image of Railpack's frontend: that of the option, of the config file, or the published one.
    fn frontend(&self, config: &Config) -> String {
        let given = self.frontend.clone().or_else(|| config.verify.frontend.clone());
        given.unwrap_or_else(|| frontend::published(config.railpack.version.as_deref()))
    }

    /// Checks that there are no options of a build.
    fn check_only_images(&self) -> Result<(), Diagnostic> {
        if self.secrets.is_empty() && self.transpile.without_config().is_empty() {
            return Ok(());
        }
        let message = "`--images` compares images and builds none, but options of a build are given";
        Err(Diagnostic::new(Code::InvalidOption, message).with_help("remove them"))
    }
}
