//! The build, or the lines of a step, as JSON.
//!
//! # The build
//!
//! [`render`] writes an object:
//!
//! | key | value |
//! |---|---|
//! | `steps` | the steps in build order, see below |
//! | `image` | an object: `base`, a source; `copies`; `startCommand` or null; `options`, see below; `runsAgain` or null |
//! | `secrets` | the names of the plan's secrets |
//! | `change` | null, or an object: `secrets`, the names; and `files`, each with `path` and `outcome` (`copied`, `excluded` or `not copied`) |
//!
//! A step is an object:
//!
//! | key | value |
//! |---|---|
//! | `name` | the name of the step |
//! | `location` | the location of the name |
//! | `reachesImage` | false if the step is unused |
//! | `base` | a source, or null for an empty file system |
//! | `copies` | sources, each with `paths` and `exclude` |
//! | `caches` | objects with `name`, `directory` and `locked` |
//! | `secrets` | the names that its commands can read (`sees`), and those that it `lists` |
//! | `commands` | objects with a `kind`, see below |
//! | `takenBy` | the names of the steps that use it, and null for the image |
//! | `runsAgain` | null if the step does not re-run, see below |
//!
//! The options of the image are an object:
//!
//! | key | value |
//! |---|---|
//! | `user`, `stopSignal` | a string or null |
//! | `entrypoint` | a string, an array of words, or null |
//! | `env` | an array of names |
//! | `labels`, `labelArgs` | objects |
//! | `expose`, `volumes` | arrays |
//! | `healthcheck` | null, or an object: `command`, a string or an array of words; `interval`, `timeout`, `startPeriod` and `retries`, each a value or null |
//!
//! A source is `{"context": true}`, `{"image": …}` or `{"step": …}`.
//!
//! A command has a `kind`: `run`, with `title` and `command`; `path`, with `path`; `copy`, with `from`, `source` and
//! `destination`; or `file`, with `path`, and `title` or null.
//!
//! A location has the `path` of keys in the plan, and `line` and `column`, from 1.
//!
//! `runsAgain` has the `causes`, each an object with one key (`startsFrom`, `copiesFrom`, `copies`, `lists` or
//! `mountsHash`), and the `first` instruction that re-runs: its `line` in the Dockerfile, `text` and `location`.
//!
//! # A step
//!
//! [`render_step`] writes an object with the name of the `step` and its `stages`. Each stage has a `kind` (`step`,
//! `file` or `secrets hash`), a `name`, and `groups` of lines: `location`, or null; the number of the `first` line; and
//! `lines`.

use serde_json::{Value, json};

use super::changes::{Cause, Consequences, FirstInstruction, Rerun};
use super::lines::{StageKind, StepLines};
use super::model::{Command, Consumer, Copy, Explanation, Source, Step};
use crate::escape::escape_invisible_json;
use crate::options::{ImageCommand, ImageOptions};

/// Renders the build and the consequences of a change. The text ends in a line feed.
#[must_use]
pub fn render(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
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
        "options": options_json(&image.options),
        "runsAgain": explanation.rerun_json(consequences.and_then(|it| it.image.as_ref())),
    });
    let change = consequences.map(|consequences| {
        let files: Vec<Value> = consequences
            .files
            .iter()
            .map(|file| json!({ "path": file.path, "outcome": file.outcome.name() }))
            .collect();
        json!({ "secrets": consequences.secrets, "files": files })
    });
    to_text(&json!({ "steps": steps, "image": image, "secrets": explanation.secrets, "change": change }))
}

/// Renders the lines of the Dockerfile that are generated for a step. The text ends in a line feed.
#[must_use]
pub fn render_step(explanation: &Explanation, lines: &StepLines) -> String {
    let stages: Vec<Value> = lines
        .stages
        .iter()
        .map(|stage| {
            let kind = match stage.kind {
                StageKind::Step => "step",
                StageKind::File => "file",
                StageKind::SecretsHash => "secrets hash",
            };
            let groups: Vec<Value> = stage
                .groups
                .iter()
                .map(|group| json!({ "location": group.position, "first": group.first, "lines": group.lines }))
                .collect();
            json!({ "kind": kind, "name": stage.name, "groups": groups })
        })
        .collect();
    to_text(&json!({ "step": explanation.step_name(lines.step), "stages": stages }))
}

impl Explanation {
    fn step_name(&self, step: usize) -> Option<&str> {
        self.steps.get(step).map(|step| step.name.as_str())
    }

    fn step_json(&self, step: &Step, rerun: Option<&Rerun>) -> Value {
        let caches: Vec<Value> = step
            .caches
            .iter()
            .map(|cache| json!({ "name": cache.name, "directory": cache.directory, "locked": cache.locked }))
            .collect();
        let commands: Vec<Value> = step.commands.iter().map(|command| self.command_json(command)).collect();
        let consumers: Vec<Option<&str>> = step
            .consumers
            .iter()
            .map(|consumer| match consumer {
                Consumer::Step(index) => self.step_name(*index),
                Consumer::Image => None,
            })
            .collect();
        json!({
            "name": step.name,
            "location": step.position,
            "reachesImage": step.reaches_image,
            "base": step.base.as_ref().map(|base| self.source_json(base)),
            "copies": self.copies_json(&step.copies),
            "caches": caches,
            "secrets": { "sees": step.secrets.visible, "lists": step.secrets.listed },
            "commands": commands,
            "takenBy": consumers,
            "runsAgain": self.rerun_json(rerun),
        })
    }

    fn source_json(&self, source: &Source) -> Value {
        match source {
            Source::Context => json!({ "context": true }),
            Source::Image(image) => json!({ "image": image }),
            Source::Step(index) => json!({ "step": self.step_name(*index) }),
        }
    }

    fn copies_json(&self, copies: &[Copy]) -> Vec<Value> {
        let copy_json = |copy: &Copy| {
            let mut json = self.source_json(&copy.from);
            if let Some(object) = json.as_object_mut() {
                object.insert("paths".to_owned(), json!(copy.paths));
                object.insert("exclude".to_owned(), json!(copy.exclude));
            }
            json
        };
        copies.iter().map(copy_json).collect()
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

    fn rerun_json(&self, rerun: Option<&Rerun>) -> Value {
        let Some(rerun) = rerun else { return Value::Null };
        let causes: Vec<Value> = rerun
            .causes
            .iter()
            .map(|cause| match cause {
                Cause::StartsFrom(step) => json!({ "startsFrom": self.step_name(*step) }),
                Cause::CopiesFrom(step) => json!({ "copiesFrom": self.step_name(*step) }),
                Cause::Copies(path) => json!({ "copies": path }),
                Cause::Lists(name) => json!({ "lists": name }),
                Cause::MountsHash => json!({ "mountsHash": true }),
            })
            .collect();
        let FirstInstruction { line, text, position } = &rerun.first;
        json!({ "causes": causes, "first": { "line": line, "text": text, "location": position } })
    }
}

fn options_json(options: &ImageOptions) -> Value {
    let healthcheck = options.healthcheck.as_ref().map(|check| {
        json!({
            "command": command_json(&check.command),
            "interval": check.interval,
            "timeout": check.timeout,
            "startPeriod": check.start_period,
            "retries": check.retries,
        })
    });
    json!({
        "user": options.user,
        "env": options.env.keys().collect::<Vec<_>>(),
        "labels": options.labels,
        "labelArgs": options.label_args,
        "expose": options.expose,
        "volumes": options.volumes,
        "stopSignal": options.stop_signal,
        "healthcheck": healthcheck,
        "entrypoint": options.entrypoint.as_ref().map(command_json),
    })
}

fn command_json(command: &ImageCommand) -> Value {
    match command {
        ImageCommand::Shell(line) => json!(line),
        ImageCommand::Exec(words) => json!(words),
    }
}

/// The text of a document, with invisible characters escaped.
fn to_text(value: &Value) -> String {
    escape_invisible_json(&format!("{value:#}")) + "\n"
}
