//! A build as JSON, for programs.
//!
//! | key | |
//! |---|---|
//! | `steps` | the steps in build order: objects, see below |
//! | `image` | `base`, a source; `copies`; `startCommand`, or null; `runsAgain`, or null |
//! | `secrets` | the names of the plan's secrets |
//! | `change` | null, or `secrets`, and `files`: each a `path` and its `outcome`, `copied`, `excluded` or `not copied` |
//!
//! A step has `name`; `location`; `reachesImage`, false for one that is left out; `base`, a source, or null
//! for none; `copies`; `caches`, each with `name`, `directory` and `locked`; `secrets`, the names that its
//! commands `see` and those that it `lists`; `commands`; `takenBy`, the names of steps, and null for the
//! image; and `runsAgain`, or null.
//!
//! A source is `{"context": true}`, `{"image": …}` or `{"step": …}`. Each of `copies` is a source with
//! `paths` and `exclude`. Each of `commands` has `kind`: `run`, with `title` and `command`; `path`, with
//! `path`; `copy`, with `from`, `source` and `destination`; or `file`, with `path` and `title`, or null.
//! A `location` has the `path` of keys in the plan, and `line` and `column`, from 1. `runsAgain` has
//! `causes`, each an object of one key (`startsFrom`, `copiesFrom`, `copies`, `lists` or `mountsHash`), and
//! `first`, the first instruction that runs again: its `line` in the Dockerfile, `text` and `location`.
//!
//! Of one step, it is `step`, its name, and `stages`: each with `kind` (`step`, `file` or `secrets hash`),
//! `name`, and `groups` of lines: `location`, the number of the `first` one, and `lines`.

use serde_json::{Value, json};

use super::changes::{Cause, Consequences, First, Outcome, RunsAgain};
use super::lines::{PartKind, StepLines};
use super::model::{Command, Copy, Explanation, Source, Step, Taker};
use crate::escape::escape_invisible_json;

/// The build, and what a change makes run again. It ends in a line feed.
#[must_use]
pub fn draw(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
    let steps: Vec<Value> = explanation
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| explanation.step_json(step, consequences.and_then(|it| it.steps.get(&index))))
        .collect();
    let image = &explanation.image;
    let image = json!({
        "base": explanation.source_json(&image.base),
        "copies": explanation.copies_json(&image.copies),
        "startCommand": image.start_command,
        "runsAgain": explanation.again_json(consequences.and_then(|it| it.image.as_ref())),
    });
    let change = consequences.map(|consequences| {
        let files: Vec<Value> = consequences
            .files
            .iter()
            .map(|file| json!({ "path": file.path, "outcome": outcome(file.outcome) }))
            .collect();
        json!({ "secrets": consequences.secrets, "files": files })
    });
    printed(&json!({ "steps": steps, "image": image, "secrets": explanation.secrets, "change": change }))
}

/// The lines that a step became. It ends in a line feed.
#[must_use]
pub fn of_step(explanation: &Explanation, lines: &StepLines) -> String {
    let stages: Vec<Value> = lines
        .parts
        .iter()
        .map(|part| {
            let kind = match part.kind {
                PartKind::Step => "step",
                PartKind::File => "file",
                PartKind::SecretsHash => "secrets hash",
            };
            let groups: Vec<Value> = part
                .groups
                .iter()
                .map(|group| json!({ "location": group.position, "first": group.first, "lines": group.lines }))
                .collect();
            json!({ "kind": kind, "name": part.stage, "groups": groups })
        })
        .collect();
    printed(&json!({ "step": explanation.name_of(lines.step), "stages": stages }))
}

impl Explanation {
    fn name_of(&self, step: usize) -> Option<&str> {
        self.steps.get(step).map(|step| step.name.as_str())
    }

    fn step_json(&self, step: &Step, again: Option<&RunsAgain>) -> Value {
        let caches: Vec<Value> = step
            .caches
            .iter()
            .map(|cache| json!({ "name": cache.name, "directory": cache.directory, "locked": cache.locked }))
            .collect();
        let commands: Vec<Value> = step.commands.iter().map(|command| self.command_json(command)).collect();
        let taken_by: Vec<Option<&str>> = step
            .taken_by
            .iter()
            .map(|taker| match taker {
                Taker::Step(index) => self.name_of(*index),
                Taker::Image => None,
            })
            .collect();
        json!({
            "name": step.name,
            "location": step.position,
            "reachesImage": step.reaches_image,
            "base": step.base.as_ref().map(|base| self.source_json(base)),
            "copies": self.copies_json(&step.copies),
            "caches": caches,
            "secrets": { "sees": step.secrets.seen, "lists": step.secrets.listed },
            "commands": commands,
            "takenBy": taken_by,
            "runsAgain": self.again_json(again),
        })
    }

    fn source_json(&self, source: &Source) -> Value {
        match source {
            Source::Context => json!({ "context": true }),
            Source::Image(image) => json!({ "image": image }),
            Source::Step(index) => json!({ "step": self.name_of(*index) }),
        }
    }

    fn copies_json(&self, copies: &[Copy]) -> Vec<Value> {
        let one = |copy: &Copy| {
            let mut json = self.source_json(&copy.from);
            if let Some(object) = json.as_object_mut() {
                object.insert("paths".to_owned(), json!(copy.paths));
                object.insert("exclude".to_owned(), json!(copy.exclude));
            }
            json
        };
        copies.iter().map(one).collect()
    }

    fn command_json(&self, command: &Command) -> Value {
        match command {
            Command::Run { title, command } => json!({ "kind": "run", "title": title, "command": command }),
            Command::Path { path } => json!({ "kind": "path", "path": path }),
            Command::Copy { from, source, destination } => {
                json!({ "kind": "copy", "from": self.source_json(from), "source": source, "destination": destination })
            }
            Command::File { path, title } => json!({ "kind": "file", "path": path, "title": title }),
        }
    }

    fn again_json(&self, again: Option<&RunsAgain>) -> Value {
        let Some(again) = again else { return Value::Null };
        let causes: Vec<Value> = again
            .causes
            .iter()
            .map(|cause| match cause {
                Cause::StartsFrom(step) => json!({ "startsFrom": self.name_of(*step) }),
                Cause::CopiesFrom(step) => json!({ "copiesFrom": self.name_of(*step) }),
                Cause::Copies(path) => json!({ "copies": path }),
                Cause::Lists(name) => json!({ "lists": name }),
                Cause::MountsHash => json!({ "mountsHash": true }),
            })
            .collect();
        let First { line, text, position } = &again.first;
        json!({ "causes": causes, "first": { "line": line, "text": text, "location": position } })
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Copied => "copied",
        Outcome::Excluded => "excluded",
        Outcome::NotCopied => "not copied",
    }
}

/// The text, with each character that a reader can't see as an escape.
fn printed(value: &Value) -> String {
    escape_invisible_json(&format!("{value:#}")) + "\n"
}
