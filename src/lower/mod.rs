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
    lower_into(MOST_TEXT, graph, options, findings)
}

fn lower_into(
    room: usize,
    graph: &Graph<'_>,
    options: &Options,
    findings: &mut Findings,
) -> Result<(Dockerfile, Option<Dockerignore>), Diagnostics> {
    let mut context = Context::new(room, graph, options, findings);
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
    fn new(room: usize, graph: &'f Graph<'p>, options: &'f Options, findings: &'f mut Findings) -> Self {
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
            room,
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The codes of what keeps a plan from becoming a Dockerfile with room for so many bytes.
    fn errors(plan: &Value, room: usize) -> Vec<&'static str> {
        let mut findings = Findings::default();
        let plan = crate::plan::read(&plan.to_string(), false, &mut findings).unwrap();
        let graph = crate::graph::resolve(&plan, &mut findings).unwrap();
        match lower_into(room, &graph, &Options::default(), &mut findings) {
            Ok(_) => Vec::new(),
            Err(found) => found.0.iter().map(|found| found.code).filter(|code| *code == "huge-dockerfile").collect(),
        }
    }

    /// How many bytes are counted.
    fn counted(plan: &Value) -> usize {
        let (mut fits, mut bytes) = (100_000_usize, 0);
        while bytes + 1 < fits {
            let room = fits.midpoint(bytes);
            if errors(plan, room).is_empty() { fits = room } else { bytes = room }
        }
        assert_eq!(errors(plan, bytes), ["huge-dockerfile"], "said once");
        bytes
    }

    /// A plan of one step, and what is counted before its first command.
    fn plan(commands: &Value, secrets: &Value, variables: &Value) -> (Value, usize) {
        let step = json!({ "name": "a", "inputs": [{ "image": "x" }], "commands": commands, "variables": variables });
        let plan = json!({ "secrets": secrets, "steps": [step], "deploy": { "base": { "image": "y" }, "inputs": [{ "step": "a", "include": ["."] }] } });
        (plan, format!("PATH=\"{}\"", search_path::DEFAULT_PATH).len())
    }

    #[test]
    fn there_is_room_for_all_that_buildkit_takes() {
        const { assert!(MOST_TEXT > 2 * crate::LARGEST_DOCKERFILE) }
    }

    #[test]
    fn a_long_text_is_not_repeated_in_the_message() {
        for (length, is_shown) in [(60, true), (61, false), (62, false)] {
            let json = json!({ "exclude": [format!("[{}", "n".repeat(length - 1))], "steps": [], "deploy": { "base": { "image": "x" } } });
            let errors = crate::transpile(&json.to_string(), &Options::default()).unwrap_err();
            assert_eq!(errors.0[0].message.contains("`[n"), is_shown, "{}", errors.0[0].message);
        }
    }

    #[test]
    fn each_mount_and_each_line_feed_in_a_variable_is_counted_with_each_command() {
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
    fn each_env_is_counted() {
        let commands =
            json!([{ "cmd": "npm a" }, { "path": "/a" }, { "cmd": "npm b" }, { "path": "/b" }, { "cmd": "npm c" }]);
        let (plan, before) = plan(&commands, &json!([]), &json!({ "A": "1" }));
        assert_eq!(counted(&plan), r#"A="1""#.len() + before + (before + "/a:".len()) + (before + "/b:/a:".len()));
    }

    #[test]
    fn what_an_input_excludes_is_counted_with_each_of_its_paths() {
        let (mut plan, before) = plan(&json!([{ "cmd": "npm a" }]), &json!([]), &json!({}));
        plan["deploy"]["inputs"][0] = json!({ "step": "a", "include": ["/x", "/y", "/z"], "exclude": ["ab", "c"] });
        assert_eq!(counted(&plan), before + 9);
    }
}
