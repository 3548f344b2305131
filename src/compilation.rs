//! A compilation: a plan parsed once, and everything derived from it.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Diagnostics, Findings};
use crate::dockerfile::{Dockerfile, Dockerignore, ImageRef, Instruction, PulledImage};
use crate::graph::{self, Graph};
use crate::header::BuildCommand;
use crate::lint::{self, Subject};
use crate::options::Options;
use crate::plan::Plan;
use crate::render::{self, AssetFile, HeaderText, Rendered};
use crate::secret_usage::SecretUsage;
use crate::source_map::SourceMap;
use crate::{lower, plan};

/// A parsed build plan with all of its names resolved.
///
/// ```
/// use railpack2docker::{Compilation, Options};
///
/// let plan = r#"{ "steps": [], "deploy": { "base": { "image": "debian" } } }"#;
/// let compilation = Compilation::parse(plan, false)?;
/// let lowered = compilation.lower(&Options::default())?;
/// assert!(lowered.render()?.dockerfile.contains("FROM debian AS runtime\n"));
/// # Ok::<(), railpack2docker::Diagnostics>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compilation {
    graph: Graph,
    /// Findings from reading the plan and resolving its names.
    findings: Findings,
}

/// A plan lowered to Dockerfile instructions.
#[derive(Clone, Debug)]
pub struct Lowered {
    dockerfile: Dockerfile,
    dockerignore: Option<Dockerignore>,
    options: Options,
    usage: SecretUsage,
    /// The SHA-256 of the plan, in hexadecimal.
    digest: String,
}

/// A plan transpiled to a Dockerfile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transpiled {
    /// The text of the Dockerfile: UTF-8, with a line feed at the end of every line.
    pub dockerfile: String,
    /// The text of `<Dockerfile>.dockerignore`, if the plan excludes something.
    pub dockerignore: Option<String>,
    /// The files that the Dockerfile copies from the build context, if an option writes them to a directory.
    pub assets: Vec<AssetFile>,
    /// The location in the plan that each line of the Dockerfile comes from.
    pub source_map: SourceMap,
    /// Warnings and notes in plan order; those without a location come last.
    pub findings: Vec<Diagnostic>,
    lowered: Lowered,
}

impl Transpiled {
    /// Whether an instruction copies this file from the build context; see [`Lowered::copies`].
    #[must_use]
    pub fn copies(&self, path: &str) -> bool {
        self.lowered.copies(path)
    }

    /// The number of stages of the Dockerfile.
    #[must_use]
    pub fn stages(&self) -> usize {
        self.lowered.dockerfile.stages.len()
    }

    /// The number of secrets that a build needs.
    #[must_use]
    pub fn secrets(&self) -> usize {
        self.lowered.usage.mounted().count()
    }
}

impl Compilation {
    /// Parses the JSON text of a build plan and resolves its names. With `strict`, unknown keys are
    /// errors.
    ///
    /// # Errors
    /// Every error that the first failing phase finds, along with the warnings and notes so far. The
    /// phases are reading the plan and resolving its names.
    pub fn parse(json: &str, strict: bool) -> Result<Self, Diagnostics> {
        let mut findings = Findings::default();
        let graph = plan::read(json, strict, &mut findings).and_then(|plan| graph::resolve(plan, &mut findings));
        match graph {
            Ok(graph) => Ok(Self { graph, findings }),
            Err(reported) => Err(findings.into_errors(reported)),
        }
    }

    /// Lowers the plan to instructions.
    ///
    /// # Errors
    /// Everything that a Dockerfile can't express, and options that don't fit the plan, along with the
    /// findings of [`Self::parse`].
    pub fn lower(&self, options: &Options) -> Result<Lowered, Diagnostics> {
        let mut findings = self.findings.clone();
        let usage = self.secrets(options);
        match lower::lower(&self.graph_with(options), &usage, options, &mut findings) {
            Ok((dockerfile, dockerignore)) => Ok(Lowered {
                dockerfile,
                dockerignore,
                options: options.clone(),
                usage,
                digest: self.graph.plan().digest.clone(),
            }),
            Err(reported) => {
                findings.add_origins(&options.origins);
                findings.remove_allowed(&options.allow);
                Err(findings.into_errors(reported))
            }
        }
    }

    /// Lowers and renders the plan, and runs the checks that are part of every transpilation.
    ///
    /// # Errors
    /// Those of [`Self::lower`] and [`Lowered::render`].
    pub fn transpile(&self, options: &Options) -> Result<Transpiled, Diagnostics> {
        let lowered = self.lower(options)?;
        let rendered = lowered.render()?;
        let findings = self.findings(&lowered, &rendered);
        let Rendered { dockerfile, dockerignore, assets, source_map, .. } = rendered;
        Ok(Transpiled { dockerfile, dockerignore, assets, source_map, findings, lowered })
    }

    /// The usage of the plan's secrets in a build with these options.
    #[must_use]
    pub fn secrets(&self, options: &Options) -> SecretUsage {
        SecretUsage::new(&self.graph, options)
    }

    /// The warnings and notes of a transpilation in plan order; those without a location come last.
    /// `lowered` and `rendered` must come from this compilation.
    #[must_use]
    pub fn findings(&self, lowered: &Lowered, rendered: &Rendered) -> Vec<Diagnostic> {
        let mut findings = self.findings.clone();
        let Lowered { usage, options, .. } = lowered;
        let graph = self.graph_with(options);
        let subject = Subject { graph: &graph, usage, options, rendered: Some(rendered) };
        lint::check_always(&subject, &mut findings);
        findings.remove_allowed(&lowered.options.allow);
        findings.into_sorted()
    }

    /// All findings: those of [`Self::parse`] and [`Self::lower`], and those of every check, including
    /// checks that a build doesn't need. The codes in `options.warn` enable checks that are off by
    /// default.
    ///
    /// Never fails: errors are among the findings. Options that don't fit the plan are reported as
    /// [`Code::InvalidOption`](crate::Code::InvalidOption).
    #[must_use]
    pub fn lint(&self, options: &Options) -> Vec<Diagnostic> {
        let rendered = |lowered: Lowered| lowered.render().map(|rendered| (lowered.usage, Some(rendered)));
        let (usage, rendered, mut findings) = match self.lower(options).and_then(rendered) {
            Ok((usage, rendered)) => (usage, rendered, self.findings.clone()),
            Err(errors) => (self.secrets(options), None, errors.0.into_iter().collect()),
        };
        let graph = self.graph_with(options);
        let subject = Subject { graph: &graph, usage: &usage, options, rendered: rendered.as_ref() };
        lint::check_all(&subject, &options.warn, &mut findings);
        findings.add_origins(&options.origins);
        findings.remove_allowed(&options.allow);
        findings.into_sorted()
    }

    /// The graph with the base image of the options, if they have a valid one.
    pub(crate) fn graph_with(&self, options: &Options) -> Cow<'_, Graph> {
        let base = options.image.base.as_deref().filter(|base| ImageRef::new(base).is_ok());
        base.and_then(|base| self.graph.with_base_image(base)).map_or(Cow::Borrowed(&self.graph), Cow::Owned)
    }

    /// The names of the steps, in plan order.
    pub fn step_names(&self) -> impl Iterator<Item = &str> {
        self.graph.steps().map(|(_, step)| step.name.value.as_str())
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.graph.plan()
    }

    /// A copy of the compilation with other values in its plan. All names must stay the same.
    pub(crate) fn with_values(&self, change: impl FnOnce(&mut Plan)) -> Self {
        Self { graph: self.graph.with_values(change), findings: self.findings.clone() }
    }
}

impl Lowered {
    /// Renders the generated files, with the origin of each line.
    ///
    /// # Errors
    /// An instruction that exceeds the line limit and can't be folded.
    pub fn render(&self) -> Result<Rendered, Diagnostics> {
        let build = BuildCommand::for_header(&self.usage, &self.options);
        let header = HeaderText { files: &self.options.files, digest: &self.digest, build };
        render::render(&self.dockerfile, self.dockerignore.as_ref(), &header)
    }

    /// The images that the build pulls, sorted by name, except those of appended instructions.
    #[must_use]
    pub fn images(&self) -> &[PulledImage] {
        &self.dockerfile.images
    }

    /// Whether an instruction copies this file from the build context. The path must be clean and
    /// relative to the context. Ignore files are not taken into account.
    #[must_use]
    pub fn copies(&self, path: &str) -> bool {
        if self.dockerfile.appended.as_ref().is_some_and(|appended| appended.instructions.takes(path)) {
            return true;
        }
        let instructions = self.dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
        instructions.into_iter().any(|instruction| match &instruction.value {
            Instruction::Copy(copy) => copy.takes(path),
            _ => false,
        })
    }

    /// The usage of the plan's secrets under the options that the plan was lowered with.
    pub(crate) fn usage(&self) -> &SecretUsage {
        &self.usage
    }

    pub(crate) fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    pub(crate) fn dockerignore(&self) -> Option<&Dockerignore> {
        self.dockerignore.as_ref()
    }
}

/// Turns the JSON text of a build plan into a Dockerfile. The same text and options give the same bytes
/// on every machine, and in every release that supports the given [`Options::output_version`].
///
/// # Errors
/// Every error that the first failing phase finds. The phases are reading the plan, resolving its names,
/// lowering it to instructions, and rendering them.
pub fn transpile(json: &str, options: &Options) -> Result<Transpiled, Diagnostics> {
    Compilation::parse(json, options.strict)?.transpile(options)
}

/// All findings for the JSON text of a plan; see [`Compilation::lint`]. For a plan that
/// [`Compilation::parse`] rejects, these are its errors, with the warnings and notes so far.
#[must_use]
pub fn lint(json: &str, options: &Options) -> Vec<Diagnostic> {
    match Compilation::parse(json, options.strict) {
        Ok(compilation) => compilation.lint(options),
        Err(errors) => errors.0,
    }
}
