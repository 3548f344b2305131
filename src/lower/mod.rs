//! Lowering: turns a plan into the instructions of a Dockerfile.

mod appended;
mod assets;
mod base_image;
mod builder;
mod caches;
mod commands;
mod copy;
mod deploy;
mod environment;
mod file;
mod for_builder;
mod hash_file;
mod ignore;
mod image_settings;
mod image_user;
mod images;
mod include_paths;
mod inputs;
mod names;
mod persistent_map;
mod purpose;
mod search_path;
mod secret_args;
mod secrets;
mod stage;
mod validate_options;

use std::collections::BTreeMap;

use assets::Assets;
use caches::CacheArgs;
pub(crate) use commands::tells_more;
use environment::Environments;
pub(crate) use ignore::is_absolute as is_absolute_exclude;
use image_settings::ImageSettings;
use images::Images;
pub(crate) use include_paths::destination;
use names::Names;
use secrets::{HashStages, SecretAccess};
use stage::StageEnvs;

use crate::builder::Constructs;
use crate::diagnostic::{Code, Diagnostic, Findings, Reported};
use crate::dockerfile::{Dockerfile, Dockerignore, ImageRef, Inexpressible, Platform, PlatformArg, StageName};
use crate::graph::{Graph, Origin};
use crate::options::Options;
use crate::plan::{Located, StepId, StepMap};
use crate::secret_usage::{SecretUsage, SetId};

/// The limit on generated text, in bytes. A small plan can expand to a thousand times its own size: each
/// step may add an entry to PATH, and each command may mount every secret.
const MAX_TEXT: usize = 128 * 1024 * 1024;

/// Lowers a plan, and reports each part that a Dockerfile can't express.
pub(crate) fn lower(
    graph: &Graph,
    usage: &SecretUsage,
    options: &Options,
    findings: &mut Findings,
) -> Result<(Dockerfile, Option<Dockerignore>), Reported> {
    lower_within(MAX_TEXT, graph, usage, options, findings)
}

fn lower_within(
    budget: usize,
    graph: &Graph,
    usage: &SecretUsage,
    options: &Options,
    findings: &mut Findings,
) -> Result<(Dockerfile, Option<Dockerignore>), Reported> {
    validate_options::check(graph, usage, options, findings);
    let mut images = Images::new(options, findings);
    let syntax = validate_options::syntax(options, &mut images, findings);
    let settings = ImageSettings::new(graph, &options.image, findings);
    let mut context = Context::new(budget, graph, usage, options, images, findings);
    secrets::check_names(&mut context);
    let hash_stages = HashStages::new(&mut context);
    let environments = Environments::new(graph);
    let mut stage_envs = StageEnvs::new(graph, &environments);
    let mut stages = hash_stages.stages(&mut context);
    for (id, _) in graph.needed() {
        if context.is_aborted {
            break;
        }
        stages.extend(stage::lower_step(&mut context, id, &environments, &mut stage_envs, &hash_stages));
    }
    if !context.is_aborted {
        stages.extend(deploy::image(&mut context, &environments, &stage_envs, &settings));
    }
    let mut dockerignore = ignore::dockerignore(&mut context);
    let assets = assets::finish(&mut context, &mut stages, dockerignore.as_mut());
    for_builder::adapt(&mut context, &mut stages);
    let appended = appended::append(&mut context, &mut stages);
    let images = context.images.into_pulled();
    findings.check()?;
    Ok((Dockerfile { syntax, stages, assets, appended, images }, dockerignore))
}

/// State shared by all parts of lowering.
struct Context<'p, 'f> {
    graph: &'p Graph,
    usage: &'p SecretUsage,
    options: &'p Options,
    findings: &'f mut Findings,
    names: Names,
    images: Images<'p>,
    /// The directory for the plan's files. `None` if they are part of the Dockerfile.
    assets: Option<Assets>,
    /// The stage name of each step that the image needs.
    stage_names: StepMap<Option<StageName>>,
    /// The origins that replace steps without a stage of their own: they add nothing to their bases.
    replacements: StepMap<Option<Origin<'p>>>,
    cache_args: CacheArgs<'p>,
    /// The build args that tell the platforms of the build apart. None if it is for one platform.
    platform_args: &'static [PlatformArg],
    /// The access of commands to each set of secrets.
    access: BTreeMap<SetId, SecretAccess>,
    /// The constructs that the builder has.
    constructs: Constructs,
    /// The remaining output budget, in bytes.
    budget: usize,
    /// Set by a fatal error; lowering stops.
    is_aborted: bool,
}

impl<'p, 'f> Context<'p, 'f> {
    fn new(
        budget: usize,
        graph: &'p Graph,
        usage: &'p SecretUsage,
        options: &'p Options,
        images: Images<'p>,
        findings: &'f mut Findings,
    ) -> Self {
        let assets = Assets::new(options, findings);
        let mut names = Names::new(graph);
        let stage_names = names.for_steps(graph);
        Self {
            graph,
            usage,
            options,
            findings,
            names,
            images,
            assets,
            stage_names,
            replacements: graph.steps().map(|_| None).collect(),
            cache_args: CacheArgs::new(graph.plan()),
            platform_args: PlatformArg::distinguishing(&Platform::valid(&options.platforms)),
            access: BTreeMap::new(),
            constructs: options.constructs(),
            budget,
            is_aborted: false,
        }
    }

    /// Counts text that may occur once in the plan but many times in the Dockerfile.
    fn count(&mut self, bytes: usize) {
        self.budget = self.budget.saturating_sub(bytes);
        if self.budget == 0 && !self.is_aborted {
            self.is_aborted = true;
            let message = format!("the Dockerfile would be larger than {} MiB", MAX_TEXT >> 20);
            let help = "simplify the plan: BuildKit accepts only about 7 MiB, but each step repeats too much of the earlier steps, or each command repeats too much of the plan";
            self.findings.push(Diagnostic::new(Code::HugeDockerfile, message).with_help(help));
        }
    }

    /// The stage name of a step. `None` if the image doesn't need the step.
    fn stage_name(&self, id: StepId) -> Option<StageName> {
        self.stage_names[id].clone()
    }

    /// The origin that has the files of another one: the same, or that of the step's base if the step has no stage.
    fn resolved(&self, origin: Origin<'p>) -> Origin<'p> {
        match origin {
            Origin::Step(id) => self.replacements[id].unwrap_or(origin),
            Origin::Image(_) | Origin::Local => origin,
        }
    }

    /// The reference of the Dockerfile for an image of the plan. Reports an invalid one.
    fn image(&mut self, image: &Located<String>) -> Option<ImageRef> {
        let Ok(name) = ImageRef::new(&image.value) else {
            self.findings.push(
                Diagnostic::new(Code::InvalidImage, format!("invalid image reference `{}`", image.value))
                    .at(&image.location)
                    .with_help("write it as for `docker pull`, for example `debian:bookworm-slim`"),
            );
            return None;
        };
        self.images.resolve(&name, Some(&image.location), self.findings)
    }
}

/// Reports a text that can't be spelled.
trait OrReport<T> {
    /// `what` describes the text: "the path" in "the path `x` contains a NUL character".
    fn or_report(self, context: &mut Context<'_, '_>, what: &str, text: &Located<String>) -> Option<T>;
}

impl<T> OrReport<T> for Result<T, Inexpressible> {
    fn or_report(self, context: &mut Context<'_, '_>, what: &str, text: &Located<String>) -> Option<T> {
        self.map_err(|why| {
            let quoted = if text.value.chars().count() > 60 { String::new() } else { format!(" `{}`", text.value) };
            context.findings.push(
                Diagnostic::new(Code::Inexpressible, format!("{what}{quoted} {why}"))
                    .at(&text.location)
                    .with_help("change it in the plan: a Dockerfile can't express this"),
            );
        })
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The `huge-dockerfile` errors of a plan that is lowered within a budget.
    fn errors(plan: &Value, budget: usize) -> Vec<&'static str> {
        let mut findings = Findings::default();
        let plan = crate::plan::read(&plan.to_string(), false, &mut findings).unwrap();
        let graph = crate::graph::resolve(plan, &mut findings).unwrap();
        let options = Options::default();
        let usage = SecretUsage::new(&graph, &options);
        // errors are among the findings
        let _ = lower_within(budget, &graph, &usage, &options, &mut findings);
        findings.into_sorted().iter().map(|found| found.code.name()).filter(|code| *code == "huge-dockerfile").collect()
    }

    /// The number of bytes that are counted for a plan.
    fn counted(plan: &Value) -> usize {
        let (mut fits, mut bytes) = (100_000_usize, 0);
        while bytes + 1 < fits {
            let budget = fits.midpoint(bytes);
            if errors(plan, budget).is_empty() { fits = budget } else { bytes = budget }
        }
        assert_eq!(errors(plan, bytes), ["huge-dockerfile"], "reported once");
        bytes
    }

    /// A plan with one step, and the bytes that are counted before its first command.
    fn plan(commands: &Value, secrets: &Value, variables: &Value) -> (Value, usize) {
        let step = json!({ "name": "a", "inputs": [{ "image": "x" }], "commands": commands, "variables": variables });
        let plan = json!({ "secrets": secrets, "steps": [step], "deploy": { "base": { "image": "y" }, "inputs": [{ "step": "a", "include": ["."] }] } });
        (plan, format!("PATH=\"{}\"", search_path::DEFAULT_PATH).len())
    }

    #[test]
    fn limit_is_well_above_that_of_buildkit() {
        const { assert!(MAX_TEXT > 2 * crate::lint::LARGEST_DOCKERFILE) }
    }

    #[test]
    fn long_text_is_not_quoted_in_messages() {
        for (length, is_quoted) in [(60, true), (61, false), (62, false)] {
            let json = json!({ "exclude": [format!("[{}", "n".repeat(length - 1))], "steps": [], "deploy": { "base": { "image": "x" } } });
            let errors = crate::transpile(&json.to_string(), &Options::default()).unwrap_err();
            assert_eq!(errors.0[0].message.contains("`[n"), is_quoted, "{}", errors.0[0].message);
        }
    }

    #[test]
    fn mounts_and_multi_line_variables_count_for_each_command() {
        let commands = json!([{ "cmd": "npm a" }, { "cmd": "npm b" }, { "cmd": "npm c" }]);
        let variable = json!({ "V": format!("1\n{}", "2".repeat(98)) });
        for (secrets, variables, bytes) in [
            (json!([]), json!({}), 0),
            (json!(["A"]), json!({}), 50),
            (json!(["A", "B"]), json!({}), 100),
            (json!([]), variable.clone(), 100),
            (json!(["A", "B"]), variable, 200),
        ] {
            let (plan, before) = plan(&commands, &secrets, &variables);
            assert_eq!(counted(&plan), before + 3 * bytes, "{plan}");
        }
    }

    #[test]
    fn each_env_counts() {
        let commands =
            json!([{ "cmd": "npm a" }, { "path": "/a" }, { "cmd": "npm b" }, { "path": "/b" }, { "cmd": "npm c" }]);
        let (plan, before) = plan(&commands, &json!([]), &json!({ "A": "1" }));
        assert_eq!(counted(&plan), r#"A="1""#.len() + before + (before + "/a:".len()) + (before + "/b:/a:".len()));
    }

    #[test]
    fn excludes_count_for_each_path_of_an_input() {
        let (mut plan, before) = plan(&json!([{ "cmd": "npm a" }]), &json!([]), &json!({}));
        plan["deploy"]["inputs"][0] = json!({ "step": "a", "include": ["/x", "/y", "/z"], "exclude": ["ab", "c"] });
        assert_eq!(counted(&plan), before + 9);
    }
}
