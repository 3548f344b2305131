//! Plans of tests, and their JSON.
//!
//! The types are not the crate's own, so that a field that the crate misreads or ignores is noticed. Commands are
//! stored as the argv that Railpack splits them into, and steps are referred to by number, so that nothing has to be
//! split or looked up to know what a plan means.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub type Variables = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub caches: BTreeMap<String, (String, bool)>,
    pub secrets: Vec<String>,
    pub base: Source,
    pub inputs: Vec<Input>,
    pub start: Option<String>,
    pub variables: Variables,
    pub paths: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub name: String,
    pub base: Option<Source>,
    pub inputs: Vec<Input>,
    pub commands: Vec<Command>,
    pub secrets: Vec<String>,
    pub variables: Variables,
    pub caches: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Source {
    Image(String),
    Step(usize),
    Local,
}

#[derive(Clone, Debug)]
pub struct Input {
    pub source: Source,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

#[derive(Clone, Debug)]
pub enum Command {
    Exec { argv: Vec<String>, name: Option<String> },
    Path(String),
    Copy { src: String, dest: String, image: Option<String> },
    File { path: String, content: String, mode: Option<u32> },
}

impl Plan {
    /// The plan as Railpack writes it.
    pub fn json(&self) -> Value {
        let caches: Map<String, Value> = self
            .caches
            .iter()
            .map(|(key, (directory, locked))| {
                (key.clone(), json!({ "directory": directory, "type": if *locked { "locked" } else { "shared" } }))
            })
            .collect();
        let mut deploy = json!({
            "base": self.source_json(&self.base),
            "inputs": self.inputs_json(&self.inputs),
            "variables": self.variables,
            "paths": self.paths,
        });
        if let Some(start) = &self.start {
            deploy["startCommand"] = json!(start);
        }
        let steps: Vec<Value> = self.steps.iter().map(|step| self.step_json(step)).collect();
        json!({ "steps": steps, "caches": caches, "secrets": self.secrets, "deploy": deploy })
    }

    fn step_json(&self, step: &Step) -> Value {
        let mut inputs: Vec<Value> = step.base.iter().map(|base| self.source_json(base)).collect();
        inputs.extend(self.inputs_json(&step.inputs));
        let mut assets = Map::new();
        let mut commands = Vec::new();
        for (at, command) in step.commands.iter().enumerate() {
            commands.push(match command {
                Command::Exec { argv, name: None } => match argv.as_slice() {
                    // Railpack reads a string as a script
                    [sh, c, script] if sh == "sh" && c == "-c" && !script.contains(['\'', ':']) => json!(script),
                    _ => json!({ "cmd": command_line(argv) }),
                },
                Command::Exec { argv, name: Some(name) } => json!({ "cmd": command_line(argv), "customName": name }),
                Command::Path(path) => json!({ "path": path }),
                Command::Copy { src, dest, image: None } => json!({ "src": src, "dest": dest }),
                Command::Copy { src, dest, image: Some(image) } => json!({ "src": src, "dest": dest, "image": image }),
                Command::File { path, content, mode } => {
                    let name = format!("asset {at}");
                    assets.insert(name.clone(), json!(content));
                    json!({ "path": path, "name": name, "mode": mode })
                }
            });
        }
        json!({
            "name": step.name, "inputs": inputs, "commands": commands, "secrets": step.secrets, "assets": assets,
            "variables": step.variables, "caches": step.caches,
        })
    }

    fn source_json(&self, source: &Source) -> Value {
        match source {
            Source::Image(image) => json!({ "image": image }),
            Source::Step(at) => json!({ "step": self.steps[*at].name }),
            Source::Local => json!({ "local": true }),
        }
    }

    fn inputs_json(&self, inputs: &[Input]) -> Vec<Value> {
        let one = |input: &Input| {
            let mut json = self.source_json(&input.source);
            json["include"] = json!(input.include);
            json["exclude"] = json!(input.exclude);
            json
        };
        inputs.iter().map(one).collect()
    }
}

/// A command line that `google/shlex` splits into these words. A shell reads the same words in some of
/// them, and others in those with backslashes.
fn command_line(argv: &[String]) -> String {
    let with_backslashes = argv.len().is_multiple_of(2);
    argv.iter().map(|word| spelled(word, with_backslashes)).collect::<Vec<_>>().join(" ")
}

fn spelled(word: &str, with_backslashes: bool) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if word.is_empty() || !with_backslashes {
        return format!("'{}'", word.replace('\'', "'\"'\"'"));
    }
    word.chars().map(|c| if is_plain(c) { c.to_string() } else { format!("\\{c}") }).collect()
}
