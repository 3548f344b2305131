//! A compilation: a plan that is read once, and everything that is made of it.

use crate::diagnostic::{Diagnostic, Diagnostics, Findings};
use crate::dockerfile::{Dockerfile, Dockerignore, Instruction};
use crate::graph::{self, Graph};
use crate::header::BuildCommand;
use crate::lint::{self, Subject};
use crate::options::Options;
use crate::plan::Plan;
use crate::render::{self, HeaderText, Rendered};
use crate::secret_usage::SecretUsage;
use crate::source_map::SourceMap;
use crate::{lower, plan};

/// A build plan whose names are resolved.
///
/// ```
/// use railpack2docker::{Compilation, Options};
///
/// let plan = r#"{ "steps": [], "deploy": { "base": { "image": "debian" } } }"#;
/// let compilation = Compilation::parse(plan, false)?;
/// let lowered = compilation.lower(&Options::default())?;
/// assert!(lowered.render()?.dockerfile.contains("FROM debian\n"));
/// # Ok::<(), railpack2docker::Diagnostics>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compilation {
    graph: Graph,
    /// What was found while the plan was read.
    findings: Findings,
}

/// A plan as instructions.
#[derive(Clone, Debug)]
pub struct Lowered {
    dockerfile: Dockerfile,
    dockerignore: Option<Dockerignore>,
    options: Options,
    usage: SecretUsage,
    /// The SHA-256 of the plan, in hexadecimal.
    digest: String,
}

/// A plan as a Dockerfile.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transpiled {
    /// The Dockerfile's text, UTF-8, each line ended by a line feed.
    pub dockerfile: String,
    /// The text of `<Dockerfile>.dockerignore`, if the plan excludes something.
    pub dockerignore: Option<String>,
    /// The place in the plan that each line of the Dockerfile comes from.
    pub source_map: SourceMap,
    /// Warnings and notes, in the order of the plan's text, those without a place at the end.
    pub findings: Vec<Diagnostic>,
    lowered: Lowered,
}

impl Transpiled {
    /// Whether an instruction copies a file of the build context: see [`Lowered::copies`].
    #[must_use]
    pub fn copies(&self, path: &str) -> bool {
        self.lowered.copies(path)
    }
}

impl Compilation {
    /// Reads the JSON text of a build plan and resolves its names. With `strict`, unknown keys are
    /// errors.
    ///
    /// # Errors
    /// Every mistake that the first failing phase finds, reading or resolving names, with the warnings
    /// and notes so far.
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
    /// Everything that a Dockerfile can't express, and options that do not fit the plan, with the
    /// findings of [`Self::parse`].
    pub fn lower(&self, options: &Options) -> Result<Lowered, Diagnostics> {
        let mut findings = self.findings.clone();
        let usage = self.secrets(options);
        match lower::lower(&self.graph, &usage, options, &mut findings) {
            Ok((dockerfile, dockerignore)) => Ok(Lowered {
                dockerfile,
                dockerignore,
                options: options.clone(),
                usage,
                digest: self.graph.plan().digest.clone(),
            }),
            Err(reported) => {
                findings.remove_allowed(&options.allow);
                Err(findings.into_errors(reported))
            }
        }
    }

    /// Lowers and renders the plan, and runs the checks of each transpilation.
    ///
    /// # Errors
    /// Those of [`Self::lower`] and [`Lowered::render`].
    pub fn transpile(&self, options: &Options) -> Result<Transpiled, Diagnostics> {
        let lowered = self.lower(options)?;
        let rendered = lowered.render()?;
        let findings = self.findings(&lowered, &rendered);
        let Rendered { dockerfile, dockerignore, source_map, .. } = rendered;
        Ok(Transpiled { dockerfile, dockerignore, source_map, findings, lowered })
    }

    /// The use of the plan's secrets in a build with these options.
    #[must_use]
    pub fn secrets(&self, options: &Options) -> SecretUsage {
        SecretUsage::new(&self.graph, options)
    }

    /// The warnings and notes of a transpilation, in the order of the plan's text, those without a place
    /// at the end. `lowered` and `rendered` are what this plan became.
    #[must_use]
    pub fn findings(&self, lowered: &Lowered, rendered: &Rendered) -> Vec<Diagnostic> {
        let mut findings = self.findings.clone();
        let subject = Subject { graph: &self.graph, usage: &lowered.usage, rendered: Some(rendered) };
        lint::check_always(&subject, &mut findings);
        findings.remove_allowed(&lowered.options.allow);
        findings.into_sorted()
    }

    /// All findings: those of [`Self::parse`] and [`Self::lower`], and those of every check, also of
    /// checks that a build has no need of. The codes in `options.warn` turn on checks that run only on
    /// request.
    ///
    /// It does not fail: errors are among the findings. Options that do not fit the plan have the code
    /// [`Code::InvalidOption`](crate::Code::InvalidOption).
    #[must_use]
    pub fn lint(&self, options: &Options) -> Vec<Diagnostic> {
        let rendered = |lowered: Lowered| lowered.render().map(|rendered| (lowered.usage, Some(rendered)));
        let (usage, rendered, mut findings) = match self.lower(options).and_then(rendered) {
            Ok((usage, rendered)) => (usage, rendered, self.findings.clone()),
            Err(errors) => (self.secrets(options), None, errors.0.into_iter().collect()),
        };
        let subject = Subject { graph: &self.graph, usage: &usage, rendered: rendered.as_ref() };
        lint::check_all(&subject, &options.warn, &mut findings);
        findings.remove_allowed(&options.allow);
        findings.into_sorted()
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.graph.plan()
    }

    /// The compilation of a plan that differs in values and in no name.
    pub(crate) fn with_values(&self, change: impl FnOnce(&mut Plan)) -> Self {
        Self { graph: self.graph.with_values(change), findings: self.findings.clone() }
    }
}

impl Lowered {
    /// The text of the generated files, and the origin of each line.
    ///
    /// # Errors
    /// An instruction that is too long for a line and can't be folded.
    pub fn render(&self) -> Result<Rendered, Diagnostics> {
        let build = BuildCommand::for_header(&self.usage, &self.options);
        let header = HeaderText { files: &self.options.files, digest: &self.digest, build };
        render::render(&self.dockerfile, self.dockerignore.as_ref(), &header)
    }

    /// Whether an instruction copies a file of the build context. The path is clean and relative to the
    /// context. Ignore files are not considered.
    #[must_use]
    pub fn copies(&self, path: &str) -> bool {
        let instructions = self.dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
        instructions.into_iter().any(|instruction| match &instruction.value {
            Instruction::Copy(copy) => copy.takes(path),
            _ => false,
        })
    }

    pub(crate) fn dockerfile(&self) -> &Dockerfile {
        &self.dockerfile
    }

    pub(crate) fn dockerignore(&self) -> Option<&Dockerignore> {
        self.dockerignore.as_ref()
    }
}

/// Turns the JSON text of a build plan into a Dockerfile. The same text and options give the same bytes
/// everywhere, and in every release that knows [`Options::output_version`].
///
/// # Errors
/// Every mistake that the first failing phase finds: reading the plan, resolving its names, lowering it to
/// instructions.
pub fn transpile(json: &str, options: &Options) -> Result<Transpiled, Diagnostics> {
    Compilation::parse(json, options.strict)?.transpile(options)
}

/// All findings of a plan, given as JSON text: see [`Compilation::lint`]. A plan that can't be read gives
/// the errors that say why.
#[must_use]
pub fn lint(json: &str, options: &Options) -> Vec<Diagnostic> {
    match Compilation::parse(json, options.strict) {
        Ok(compilation) => compilation.lint(options),
        Err(errors) => errors.0,
    }
}
