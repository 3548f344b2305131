//! The two builds of a plan: by Railpack's frontend, and from the generated Dockerfile.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fs_err as fs;
use railpack2docker::secrets::{Values, hash};
use railpack2docker::{Code, Compilation, Diagnostic, Options, SecretUsage};

use super::VerifyArgs;
use super::frontend::{cannot_pull, pull_error};
use super::image::Image;
use super::layer::{LayerReader, Limits};
use crate::commands::build::command::{BuildInputs, DockerBuild};
use crate::commands::build::export::{REPRODUCIBLE_TO_STDOUT, TO_STDOUT, check_no_destination, export};
use crate::commands::build::{check_builder, check_outside, platforms, write_temporary};
use crate::docker;
use crate::failure::Failure;
use crate::files::build_context::plan_context;
use crate::files::plan_file::PlanFile;
use crate::files::plan_search::PLAN_NAME;
use crate::image::blobs::{Fault, read_archive};
use crate::options::secret_sources::FoundSecrets;
use crate::output::report::{OrReport, Reporter};
use crate::output::stale_files::DEFAULT_DOCKERFILE;

/// The result of both builds.
pub(super) enum Built {
    /// The images: Railpack's, and that of the Dockerfile.
    Images(Box<[Image; 2]>),
    /// The user interrupted a build.
    Interrupted(ExitCode),
}

/// A plan to build, with its options.
pub(super) struct Builds<'a> {
    pub(super) args: &'a VerifyArgs,
    pub(super) plan: &'a PlanFile,
    pub(super) options: &'a Options,
    /// The image of Railpack's frontend.
    pub(super) frontend: &'a str,
}

/// What both builds share.
struct Inputs {
    context: PathBuf,
    /// The hash of the secrets.
    hash: Option<String>,
    /// The secrets that Railpack mounts, and those that the Dockerfile mounts.
    secrets: [(SecretUsage, Options, FoundSecrets); 2],
}

impl Builds<'_> {
    /// Builds both images. The values of all secrets are added to `values`.
    pub(super) fn run(&self, reporter: &Reporter, values: &mut Values) -> Result<Built, Failure> {
        let Self { args, plan, options, .. } = *self;
        check_builder("verify", options)?;
        check_no_destination(&args.more)?;
        check_platforms(options)?;
        platforms::check(&args.more, options)?;
        let compilation = Compilation::parse(&plan.text, options.strict).or_report(plan, reporter)?;
        let generated = compilation.transpile(options).or_report(plan, reporter)?;
        reporter.report(&generated.findings, Some(plan));
        let inputs = self.inputs(&compilation, values)?;
        let parent = std::env::temp_dir();
        check_outside(&parent, &inputs.context)?;
        docker::check(&args.more)?;
        let directory = write_temporary(&parent, &generated)?;
        let copy = directory.path().join(PLAN_NAME);
        fs::write(&copy, &plan.text).map_err(|error| {
            Diagnostic::new(Code::UnwritableFile, format!("can't write a temporary copy of the plan: {error}"))
        })?;
        let first = match self.build_with_railpack(&inputs, &copy)? {
            Ok(image) => image,
            Err(status) => return Ok(Built::Interrupted(status)),
        };
        Ok(match self.build_dockerfile(&inputs, &directory.path().join("Dockerfile"))? {
            Ok(second) => Built::Images(Box::new([first, second])),
            Err(status) => Built::Interrupted(status),
        })
    }

    fn inputs(&self, compilation: &Compilation, values: &mut Values) -> Result<Inputs, Failure> {
        let Self { args, plan, options, .. } = *self;
        let railpack = railpack_options(options);
        let usage = compilation.secrets(&railpack);
        let found = args.secrets.find(&usage, &railpack)?;
        let own_usage = compilation.secrets(options);
        let own_found = args.secrets.find_with_key(&own_usage, options)?;
        for (name, value) in found.values.iter().chain(own_found.values.iter()) {
            values.insert(name, value);
        }
        let key = args.key.read()?;
        // the same value for both: without it, Railpack may find a layer of other secrets in its cache
        let hash = usage.has_hash().then(|| hash(&found.completed(&usage), key.as_deref()));
        let context =
            args.context.clone().unwrap_or_else(|| plan_context(plan, Path::new(DEFAULT_DOCKERFILE), options));
        Ok(Inputs { context, hash, secrets: [(usage, railpack, found), (own_usage, options.clone(), own_found)] })
    }

    fn build_with_railpack(&self, inputs: &Inputs, plan: &Path) -> Result<Result<Image, ExitCode>, Failure> {
        let [(usage, options, found), _] = &inputs.secrets;
        // the names are those of Railpack (`buildkit/frontend.go`)
        let mut arguments = vec![("BUILDKIT_SYNTAX", self.frontend)];
        arguments.extend(inputs.hash.as_deref().map(|hash| ("secrets-hash", hash)));
        if !self.options.cache_prefix.is_empty() {
            arguments.push(("cache-key", &self.options.cache_prefix));
        }
        let arguments = arguments.into_iter();
        let mut more: Vec<OsString> =
            arguments.flat_map(|(name, value)| ["--build-arg".into(), format!("{name}={value}").into()]).collect();
        more.extend(TO_STDOUT.map(OsString::from));
        more.extend(self.args.more.iter().cloned());
        let context = &inputs.context;
        let build = DockerBuild::new(&BuildInputs { usage, options, found, hash: None, more: &more, context })?;
        read(&build.with_file(plan), "with Railpack's frontend", |messages| {
            pull_error(self.frontend, messages).map(|reason| cannot_pull(self.frontend, reason))
        })
    }

    fn build_dockerfile(&self, inputs: &Inputs, file: &Path) -> Result<Result<Image, ExitCode>, Failure> {
        let [_, (usage, options, found)] = &inputs.secrets;
        let hash = inputs.hash.clone().filter(|_| usage.has_hash());
        let output = if options.reproducible { REPRODUCIBLE_TO_STDOUT } else { TO_STDOUT };
        let more: Vec<OsString> =
            output.into_iter().map(OsString::from).chain(self.args.more.iter().cloned()).collect();
        let context = &inputs.context;
        let build = DockerBuild::new(&BuildInputs { usage, options, found, hash, more: &more, context })?;
        read(&build.with_file(file), "of the Dockerfile", |_| None)
    }
}

/// Builds an image and reads it. `explain` finds the reason of a failure in docker's messages.
fn read(
    build: &DockerBuild,
    which: &str,
    explain: impl FnOnce(&str) -> Option<Diagnostic>,
) -> Result<Result<Image, ExitCode>, Failure> {
    let mut reader = LayerReader::new(Limits::default());
    let exported = export(build, |from| read_archive(&mut reader, from))?;
    if let Some(status) = exported.interruption() {
        return Ok(Err(status));
    }
    if !exported.status.success() {
        return Err(explain(&exported.messages).unwrap_or_else(|| failed(which, &exported.messages)).into());
    }
    let image = exported.read.map_err(|fault: Fault| fault.describe()).and_then(|()| Image::new(reader.blobs));
    image.map(Ok).map_err(|why| {
        Diagnostic::new(Code::UnreadableImage, format!("can't read the image of the build {which}: {why}")).into()
    })
}

/// The options for the secrets of a build by Railpack: it mounts each as a variable, by its name.
fn railpack_options(options: &Options) -> Options {
    let mut railpack = Options::default();
    railpack.optional_secrets = options.optional_secrets;
    railpack.platforms.clone_from(&options.platforms);
    railpack
}

/// Checks that the image is for one platform.
fn check_platforms(options: &Options) -> Result<(), Diagnostic> {
    if options.platforms.len() < 2 {
        return Ok(());
    }
    let message = "Railpack builds for one platform, but `--platforms` names several";
    let found = Diagnostic::new(Code::InvalidOption, message).about_option("platforms").with_origin(&options.origins);
    Err(found.with_help("pass `--platforms` with one of them"))
}

/// The error if a build fails.
fn failed(which: &str, messages: &str) -> Diagnostic {
    let error = Diagnostic::new(Code::BuildFailed, format!("the build {which} failed; its messages are above"));
    if messages.contains("exporter is not supported for the docker driver") {
        return error.with_help(
            "use the containerd image store of the engine, or create a builder with `docker buildx create --use`",
        );
    }
    error
}
