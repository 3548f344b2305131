//! The purpose of a stage, for the comment above it: what its step does, with the step's name as a hint.

use crate::compat::gopath::base;
use crate::compat::shlex;
use crate::dockerfile::Comment;
use crate::graph::Graph;
use crate::packages::{AptInstall, MiseConfig};
use crate::plan::{Command, Step, StepId};
use crate::text::list_first;

/// The number of tools or files that a purpose names.
const MAX_NAMED: usize = 4;

/// The subcommand of mise that installs one tool into a directory.
const INSTALL_INTO: &str = "install-into";

/// The purpose of a step's stage.
pub(super) fn of_step(graph: &Graph, id: StepId, position: Position) -> Comment {
    let step = graph.step(id);
    let programs: Vec<Vec<String>> = step.commands.iter().filter_map(command_line).map(words).collect();
    let name = by_name(&step.name.value);
    let has_tools = programs.iter().any(|words| installs_tools(words));
    let text = if has_tools && (name.is_none() || programs.iter().all(|words| runs_only_mise(words))) {
        tools(step, &programs, position)
    } else if !programs.is_empty() && programs.iter().all(|words| AptInstall::parse(words).is_some()) {
        system_packages(position).to_owned()
    } else if !programs.is_empty() {
        name.or_else(|| copies_everything(graph, id).then(|| "Build".to_owned()))
            .unwrap_or_else(|| setup(step, &programs))
    } else {
        files(graph, id)
    };
    Comment::new(&text)
}

fn command_line(command: &Command) -> Option<&str> {
    match command {
        Command::Exec { cmd, .. } => Some(&cmd.value),
        _ => None,
    }
}

fn words(cmd: &str) -> Vec<String> {
    shlex::split(cmd).words
}

fn installs_tools(words: &[String]) -> bool {
    match shlex::script_of(words) {
        Some(script) => script.contains("mise install"),
        None => match words {
            [program, rest @ ..] => {
                program == "mise" && rest.iter().any(|word| word == "install" || word == INSTALL_INTO)
            }
            [] => false,
        },
    }
}

/// Whether a command, or each command of a script, is one of mise.
fn runs_only_mise(words: &[String]) -> bool {
    let is_mise = |words: &[String]| words.first().is_some_and(|program| program == "mise");
    match shlex::script_of(words) {
        Some(script) => script.split("&&").all(|command| is_mise(&self::words(command))),
        None => is_mise(words),
    }
}

/// The tools of the mise configs that a step writes or of its commands, with their versions.
fn tools(step: &Step, programs: &[Vec<String>], position: Position) -> String {
    let configs = step.commands.iter().filter_map(|command| match command {
        Command::File { name, .. } => MiseConfig::parse(&step.assets.get(&name.value)?.value),
        _ => None,
    });
    let tools = configs
        .flat_map(|config| config.tools)
        .map(|(tool, version)| format!("{tool} {}", version.unwrap_or_default()).trim_end().to_owned());
    let installed = programs.iter().filter_map(|words| {
        let at = words.iter().position(|word| word == INSTALL_INTO)?;
        words.get(at + 1).map(|tool| tool.replacen('@', " ", 1))
    });
    let tools: Vec<String> = tools.chain(installed).collect();
    let tools = if tools.is_empty() { tools_by_name(step) } else { tools };
    named(if position.is_only_for_image { "Tools for the runtime" } else { "Tools" }, tools)
}

/// The tools in the custom name that Railpack gives to `mise install`.
fn tools_by_name(step: &Step) -> Vec<String> {
    let names = step.commands.iter().filter_map(|command| match command {
        Command::Exec { custom_name, .. } => custom_name.as_deref()?.strip_prefix("install mise packages: "),
        _ => None,
    });
    names.flat_map(|names| names.split(", ")).map(str::to_owned).collect()
}

/// A purpose and the first of its subjects, if there are any.
fn named(purpose: &str, subjects: Vec<String>) -> String {
    if subjects.is_empty() {
        return purpose.to_owned();
    }
    format!("{purpose}: {}", list_first(subjects.into_iter(), MAX_NAMED, |more| format!("{more} more")))
}

/// The position of a step's stage in the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Whether the image is based on the stage, directly or indirectly.
    pub(super) is_under_image: bool,
    /// Whether other steps are based on the stage.
    pub(super) is_base: bool,
    /// Whether no other step uses the stage.
    pub(super) is_only_for_image: bool,
}

fn system_packages(position: Position) -> &'static str {
    match (position.is_under_image, position.is_base) {
        (true, false) => "System packages for the runtime",
        (true, true) => "System packages",
        (false, _) => "System packages for the build",
    }
}

/// The purpose of a step that runs commands, by its name: `install:node` is for the dependencies of node.
fn by_name(name: &str) -> Option<String> {
    let (kind, subject) = name.split_once(':').unwrap_or((name, ""));
    let purpose = match kind {
        "install" => "Dependencies",
        "prune" => "Dependencies of the runtime",
        "build" => "Build",
        _ => return None,
    };
    Some(if subject.is_empty() { purpose.to_owned() } else { format!("{purpose}: {subject}") })
}

fn setup(step: &Step, programs: &[Vec<String>]) -> String {
    if programs.iter().flatten().any(|word| word == "install-php-extensions") {
        return "PHP extensions".to_owned();
    }
    named("Setup", written_files(step))
}

/// Whether a step has the whole build context.
fn copies_everything(graph: &Graph, id: StepId) -> bool {
    let by_input = graph.inputs_of(id).any(|edge| {
        // without `include`, an input copies nothing
        edge.is_local() && edge.includes().iter().any(|include| include.value == ".")
    });
    by_input
        || graph
            .step(id)
            .commands
            .iter()
            .any(|command| matches!(command, Command::Copy { src, image: None, .. } if src.value == "."))
}

/// The purpose of a step that runs nothing.
fn files(graph: &Graph, id: StepId) -> String {
    if copies_everything(graph, id) {
        return "Source code".to_owned();
    }
    let step = graph.step(id);
    let copied = step.commands.iter().filter_map(|command| match command {
        Command::Copy { src, .. } => Some(base(&src.value).to_owned()),
        _ => None,
    });
    let names: Vec<String> = written_files(step).into_iter().chain(copied).collect();
    if names.is_empty() && graph.inputs_of(id).all(|edge| edge.includes().is_empty()) {
        return "Base image".to_owned();
    }
    named("Files", names)
}

/// The names of the files whose content is in the plan.
fn written_files(step: &Step) -> Vec<String> {
    let names = step.commands.iter().filter_map(|command| match command {
        Command::File { path, .. } => Some(base(&path.value).to_owned()),
        _ => None,
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Options, transpile};

    /// The comment above the stage of a step that the image copies from.
    fn purpose(step: &Value) -> String {
        let mut step = step.clone();
        step["inputs"] = json!([{ "image": "x" }]);
        let deploy = json!({ "base": { "image": "y" }, "inputs": [{ "step": step["name"], "include": ["."] }] });
        let plan = json!({ "steps": [step], "deploy": deploy }).to_string();
        let dockerfile = transpile(&plan, &Options::default()).unwrap().dockerfile;
        let lines: Vec<&str> = dockerfile.lines().collect();
        let from = lines.iter().position(|line| line.starts_with("FROM")).unwrap();
        lines[from - 1].trim_start_matches("# ").to_owned()
    }

    #[test]
    fn purpose_is_what_the_step_does() {
        let exec = |cmd: &str| json!({ "cmd": cmd });
        let file = json!({ "path": "/etc/x.toml", "name": "f" });
        for (name, commands, expected) in [
            ("packages:mise", vec![exec("mise install")], "Tools for the runtime"),
            ("x", vec![exec("sh -c 'mise trust -a && mise install'")], "Tools for the runtime"),
            (
                "packages:caddy",
                vec![exec("mise install-into caddy@2.11.4 /railpack/caddy")],
                "Tools for the runtime: caddy 2.11.4",
            ),
            ("apt", vec![exec("sh -c 'apt-get update && apt-get install -y curl'")], "System packages for the build"),
            ("install", vec![exec("npm ci")], "Dependencies"),
            ("install:node", vec![exec("npm ci")], "Dependencies: node"),
            ("install", vec![exec("sh -c 'apt-get install curl'"), exec("npm ci")], "Dependencies"),
            ("install", vec![exec("mise install")], "Tools for the runtime"),
            ("build", vec![exec("sh -c 'mise install && npm ci'")], "Build"),
            ("prune", vec![exec("npm prune")], "Dependencies of the runtime"),
            ("build", vec![exec("npm run build")], "Build"),
            ("all", vec![json!({ "src": ".", "dest": "." }), exec("make")], "Build"),
            ("extensions", vec![exec("install-php-extensions intl")], "PHP extensions"),
            ("prepare", vec![file.clone(), exec("mkdir x")], "Setup: x.toml"),
            ("prepare", vec![exec("mkdir x")], "Setup"),
            ("config", vec![file.clone(), json!({ "src": "a/b.json", "dest": "c" })], "Files: x.toml and b.json"),
            ("source", vec![json!({ "src": ".", "dest": "." })], "Source code"),
            ("nothing", vec![], "Base image"),
        ] {
            let step = json!({ "name": name, "commands": commands, "assets": { "f": "" } });
            assert_eq!(purpose(&step), expected, "{name}");
        }
    }

    #[test]
    fn tools_have_versions() {
        let with = |config: &str, custom_name: &str| {
            purpose(&json!({
                "name": "tools", "assets": { "mise.toml": config },
                "commands": [{ "path": "/etc/mise/config.toml", "name": "mise.toml" },
                             { "cmd": "mise install", "customName": custom_name }],
            }))
        };
        assert_eq!(
            with("[tools]\nnode = '22.1.0'\nuv.version = '1'", ""),
            "Tools for the runtime: node 22.1.0 and uv 1"
        );
        assert_eq!(
            with("[tools]\na = '1'\nb = '2'\nc = '3'\nd = '4'\ne = '5'\nf = '6'", ""),
            "Tools for the runtime: a 1, b 2, c 3, d 4 and 2 more"
        );
        assert_eq!(with("?", "install mise packages: node, uv"), "Tools for the runtime: node and uv");
        assert_eq!(with("?", "install"), "Tools for the runtime");
    }
}
