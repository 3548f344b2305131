//! What a plan means, said in instructions.

mod check;
mod commands;
mod copy;
mod deploy;
mod environment;
mod file;
pub(crate) mod gopath;
mod header;
mod ignore;
pub(crate) mod inputs;
mod names;
mod search_path;
mod secrets;
mod shared;
mod stage;
mod suspicious;
mod whole;
pub(crate) mod words;

use std::collections::BTreeMap;

use commands::CacheArgs;
pub(crate) use commands::tells_more;
use environment::Environments;
use names::Names;
use secrets::{Access, HashStages};
use stage::Surroundings;
pub(crate) use suspicious::is_credential;
pub(crate) use whole::whole_copies;

use crate::diagnostic::{Diagnostic, Diagnostics, Findings};
use crate::dockerfile::{Dockerfile, Dockerignore, ImageRef, Mount, Stage, StageName, Unspellable};
use crate::graph::{Graph, StepId};
use crate::options::Options;
use crate::plan::Located;

/// How much text is made of a plan. A small one can ask for a thousand times its size: each step
/// with one more entry for PATH, each command with every secret.
const MOST_TEXT: usize = 128 * 1024 * 1024;

/// Says a plan in instructions. What a Dockerfile can't say is a finding.
pub(crate) fn lower(
    graph: &Graph<'_>,
    options: &Options,
    findings: &mut Findings,
) -> Result<(Dockerfile, Option<Dockerignore>), Diagnostics> {
    let mut context = Context::new(graph, options, findings);
    context.check_options();
    let syntax = context.syntax();
    secrets::check_names(&mut context);
    suspicious::warn(&mut context);
    let hash_stages = HashStages::of(&mut context);
    let environments = Environments::of(graph);
    let mut surroundings = Surroundings::new(graph);
    let mut stages = hash_stages.stages(&mut context);
    for (id, _) in graph.needed() {
        if context.is_over {
            break;
        }
        stages.extend(stage::of_step(&mut context, id, &environments, &mut surroundings, &hash_stages));
    }
    if !context.is_over {
        stages.extend(deploy::image(&mut context, &environments, &surroundings));
    }
    let header = header::header(&context, !hash_stages.is_empty());
    let dockerignore = ignore::dockerignore(&mut context);
    findings.leave_out(&options.allow);
    findings.check()?;
    let looks_secret =
        stages.iter().flat_map(|stage| &stage.instructions).any(|instruction| instruction.value.looks_secret());
    Ok((Dockerfile { syntax, looks_secret, header, stages }, dockerignore))
}

/// What every part of the lowering needs to know.
struct Context<'p, 'f> {
    graph: &'f Graph<'p>,
    options: &'f Options,
    findings: &'f mut Findings,
    names: Names,
    stage_names: Vec<Option<StageName>>,
    cache_args: CacheArgs<'p>,
    /// How commands get their secrets, where all of them see the same.
    access_of_plan: Option<Access>,
    /// The mounts of secrets as variables of their own names, by secret.
    secret_mounts: BTreeMap<String, Located<Mount>>,
    /// How many bytes the Dockerfile may still grow.
    room: usize,
    /// Whether something was found that makes it no use to go on.
    is_over: bool,
}

impl<'p, 'f> Context<'p, 'f> {
    fn new(graph: &'f Graph<'p>, options: &'f Options, findings: &'f mut Findings) -> Self {
        let mut names = Names::new(graph);
        let stage_names = names.of_steps(graph);
        let cache_args = CacheArgs::of(graph.plan);
        Self {
            graph,
            options,
            findings,
            names,
            stage_names,
            cache_args,
            access_of_plan: None,
            secret_mounts: BTreeMap::new(),
            room: MOST_TEXT,
            is_over: false,
        }
    }

    /// Counts text that the plan has once and the Dockerfile many times.
    fn count(&mut self, bytes: usize) {
        self.room = self.room.saturating_sub(bytes);
        if self.room == 0 && !self.is_over {
            self.is_over = true;
            let message = format!("the Dockerfile would have more than {} MiB", MOST_TEXT >> 20);
            let help = "BuildKit takes about 7 MiB; what each step has again from those before it, or each command from the plan, is too much";
            self.findings.push(Diagnostic::error("huge-dockerfile", message).with_help(help));
        }
    }

    fn stage_name(&self, id: StepId) -> Option<StageName> {
        self.stage_names.get(id).cloned().flatten()
    }

    /// An image that a plan names. What is no reference is a finding.
    fn image(&mut self, image: &Located<String>) -> Option<ImageRef> {
        match ImageRef::new(&image.value) {
            Ok(image) => Some(image),
            Err(_) => {
                self.findings.push(
                    Diagnostic::error("invalid-image", format!("`{}` is no reference to an image", image.value))
                        .at(&image.place)
                        .with_help("write it as `docker pull` takes it, such as `debian:bookworm-slim`"),
                );
                None
            }
        }
    }
}

/// Turns what can't be spelled into a finding.
trait Problem<T> {
    /// `what` names the text: "the path" of "the path `x` holds a NUL character".
    fn problem(self, context: &mut Context<'_, '_>, what: &str, text: &Located<String>) -> Option<T>;
}

impl<T> Problem<T> for Result<T, Unspellable> {
    fn problem(self, context: &mut Context<'_, '_>, what: &str, text: &Located<String>) -> Option<T> {
        self.map_err(|why| {
            let shown = if text.value.chars().count() > 60 { String::new() } else { format!(" `{}`", text.value) };
            context.findings.push(
                Diagnostic::error("unspellable", format!("{what}{shown} {why}"))
                    .at(&text.place)
                    .with_help("no Dockerfile can say this; change it in the plan"),
            );
        })
        .ok()
    }
}

/// A stage, and the helper stages in front of it.
type Stages = Vec<Stage>;
