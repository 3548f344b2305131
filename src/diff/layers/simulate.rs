//! Goes through a Dockerfile as BuildKit does (`frontend/dockerfile/dockerfile2llb/convert.go`), and
//! notes the key of each layer.

use std::collections::BTreeMap;

use super::cache_keys::{Key, Keys, Operation, Run, Source};
use super::context::that_matter;
use crate::compat::gopath::{base, clean, under_app};
use crate::compat::patternmatcher;
use crate::diagnostic::{Located, Location};
use crate::dockerfile::{
    self, Assignment, Command, Copy, CopyFile, Dockerfile, Dockerignore, From, HashSecrets, Instruction, Mount,
    Sharing, ShellSetup, Stage,
};

/// A layer and the place of the plan that it comes from.
pub(super) struct Keyed {
    pub(super) key: Key,
    pub(super) location: Location,
}

/// The layers of each stage.
pub(super) fn layers(dockerfile: &Dockerfile, dockerignore: Option<&Dockerignore>, keys: &mut Keys) -> Vec<Vec<Keyed>> {
    let patterns =
        dockerignore.map(|file| file.patterns.iter().map(|pattern| pattern.value.to_string()).collect::<Vec<_>>());
    let ignored = patternmatcher::parse(&patterns.unwrap_or_default().join("\n"));
    let mut walk = Walk { keys, ignored, stages: BTreeMap::new() };
    dockerfile.stages.iter().map(|stage| walk.stage(stage)).collect()
}

struct Walk<'k> {
    keys: &'k mut Keys,
    ignored: Vec<String>,
    /// The stages that are done, by name.
    stages: BTreeMap<String, State>,
}

/// What a stage has after an instruction.
#[derive(Clone, Debug)]
struct State {
    /// Its files; none in an empty stage.
    files: Option<Key>,
    /// What was set since the image, each variable where it was set last.
    environment: Vec<(String, String)>,
    directory: String,
    resets: (bool, bool),
    /// What is known of `/secrets-hash`.
    secrets_hash: Option<String>,
}

impl State {
    fn empty() -> Self {
        let directory = "/".to_owned();
        Self { files: None, environment: Vec::new(), directory, resets: (false, false), secrets_hash: None }
    }

    fn set(&mut self, name: &str, value: String) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value));
    }

    fn set_all(&mut self, variables: &[Located<Assignment>]) {
        for variable in variables {
            self.set(variable.value.name(), variable.value.to_string());
        }
    }
}

impl Walk<'_> {
    fn stage(&mut self, stage: &Stage) -> Vec<Keyed> {
        let mut state = match &stage.from.value {
            From::Scratch => State::empty(),
            From::Image(image) => {
                let files = self.keys.of(Operation::Image(image.to_string()), None, None);
                State { files: Some(files), ..State::empty() }
            }
            From::Stage(name) => self.stages.get(name.as_str()).cloned().unwrap_or_else(State::empty),
        };
        let mut layers = Vec::new();
        for instruction in &stage.instructions {
            let made = self.instruction(&instruction.value, &mut state);
            layers.extend(made.into_iter().map(|key| Keyed { key, location: instruction.location.clone() }));
        }
        if let Some(name) = &stage.name {
            self.stages.insert(name.as_str().to_owned(), state);
        }
        layers
    }

    /// The layers of an instruction. What only sets the image's config makes none.
    fn instruction(&mut self, instruction: &Instruction, state: &mut State) -> Vec<Key> {
        match instruction {
            Instruction::ResetUser { shell } => {
                state.resets = (true, *shell);
                Vec::new()
            }
            Instruction::Env(variables) | Instruction::Arg(variables) => {
                state.set_all(variables);
                Vec::new()
            }
            Instruction::MountArg(variable) => {
                state.set(variable.name(), variable.to_string());
                Vec::new()
            }
            Instruction::ResetProcess | Instruction::Entrypoint(_) | Instruction::Cmd(_) => Vec::new(),
            Instruction::Workdir(directory) => vec![self.directory(directory, state)],
            Instruction::MakeDirectory { directory, back } => {
                vec![self.directory(directory, state), self.directory(back, state)]
            }
            Instruction::Copy(copy) => vec![self.copy(copy, state)],
            Instruction::CopyFile(file) => vec![self.file(file, state)],
            Instruction::Run(run) => vec![self.run(run, state)],
            Instruction::HashSecrets(hash) => vec![self.hash_secrets(hash, state)],
            Instruction::KeepSecretsHash => vec![self.keep_secrets_hash(state)],
        }
    }

    /// An operation on the files of a stage.
    fn on(&mut self, state: &mut State, operation: Operation, source: Option<Source>) -> Key {
        let key = self.keys.of(operation, state.files, source);
        state.files = Some(key);
        key
    }

    fn directory(&mut self, directory: &dockerfile::Directory, state: &mut State) -> Key {
        state.directory = directory.to_string();
        self.on(state, Operation::Directory(state.directory.clone()), None)
    }

    fn copy(&mut self, copy: &Copy, state: &mut State) -> Key {
        let path = copy.paths.source();
        let operation = Operation::Copy {
            name: base(path).to_owned(),
            destination: destination(copy.paths.destination()),
            exclude: copy.exclude.iter().map(ToString::to_string).collect(),
        };
        let path = clean(&format!("/{path}"));
        let source = match &copy.from {
            None => Source::Context { ignored: that_matter(&self.ignored, &path), path },
            Some(From::Image(image)) => Source::Image { reference: image.to_string(), path },
            Some(From::Stage(name)) => {
                Source::of_stage(self.stages.get(name.as_str()).and_then(|stage| stage.files), path)
            }
            Some(From::Scratch) => Source::of_stage(None, path),
        };
        if !copy.link {
            return self.on(state, operation, Some(source));
        }
        let layer = self.keys.of(operation, None, Some(source));
        state.files = Some(match state.files {
            Some(below) => self.keys.of(Operation::Merge, Some(below), Some(Source::Layer(layer))),
            None => layer,
        });
        layer
    }

    fn file(&mut self, file: &CopyFile, state: &mut State) -> Key {
        let operation = Operation::File {
            delimiter: file.content.value.delimiter().to_string(),
            mode: file.mode.map(|mode| mode.0),
            destination: destination(&file.path.to_string()),
            content: file.content.value.to_string(),
        };
        self.on(state, operation, None)
    }

    fn run(&mut self, run: &dockerfile::Run, state: &mut State) -> Key {
        let (command, in_shell) = match &run.command {
            Command::Shell(form) => (form.to_string(), true),
            Command::Exec(form) => (form.to_string(), false),
        };
        let command = after(&run.setup, &command);
        self.command(command, in_shell, &run.mounts, state)
    }

    fn hash_secrets(&mut self, hash: &HashSecrets, state: &mut State) -> Key {
        state.set("SECRETS_HASH", String::new());
        let values: Vec<String> = hash.values.iter().map(ToString::to_string).collect();
        let command = format!("{} {values:?} {}", after(&hash.setup, ""), hash.required);
        let ids: Vec<String> = hash.mounts.iter().filter_map(|mount| secret_id(&mount.value)).collect();
        state.secrets_hash = Some(format!("{ids:?} {values:?}"));
        self.command(command, true, &hash.mounts, state)
    }

    fn keep_secrets_hash(&mut self, state: &mut State) -> Key {
        state.secrets_hash = Some("SECRETS_HASH".to_owned());
        let operation = Operation::File {
            delimiter: "EOF".to_owned(),
            mode: None,
            destination: "/secrets-hash".to_owned(),
            content: "$SECRETS_HASH".to_owned(),
        };
        self.on(state, operation, None)
    }

    fn command(&mut self, command: String, in_shell: bool, mounts: &[Located<Mount>], state: &mut State) -> Key {
        let mut mounted = Mounted::default();
        for mount in mounts {
            mounted.add(&mount.value, self);
        }
        let run = Run {
            command,
            in_shell,
            environment: state.environment.clone(),
            directory: state.directory.clone(),
            resets: state.resets,
            mounts: mounted.all(),
            secret_variables: mounted.variables,
        };
        self.on(state, Operation::Run(Box::new(run)), mounted.hash.map(Source::Known))
    }
}

/// The mounts of a command, in the order of its key.
#[derive(Default)]
struct Mounted {
    /// Sorted by where they are mounted.
    directories: BTreeMap<String, &'static str>,
    files: Vec<String>,
    variables: Vec<String>,
    agents: Vec<String>,
    hash: Option<String>,
}

impl Mounted {
    fn add(&mut self, mount: &Mount, walk: &Walk<'_>) {
        match mount {
            Mount::Cache { id, target, sharing } => {
                let (id, target) = (id.to_string(), target.to_string());
                // an id that is the target is taken for the default one, which is in the key
                let is_default =
                    *sharing == Sharing::Shared && id.strip_prefix("id=") == target.strip_prefix("target=");
                self.directories.insert(target, if is_default { "default cache" } else { "cache" });
            }
            Mount::Secret { id, env: Some(env), required } => self.variables.push(format!("{id} {env} {required}")),
            Mount::Secret { id, env: None, required } => self.files.push(format!("secret {id} {required}")),
            Mount::Ssh { id } => {
                self.agents.push(id.as_ref().map_or_else(|| "ssh".to_owned(), |id| format!("ssh {id}")));
            }
            Mount::SecretsHash { from } => {
                self.directories.insert("/run/secrets-hash".to_owned(), "bind");
                self.hash = walk.stages.get(from.as_str()).and_then(|stage| stage.secrets_hash.clone());
            }
        }
    }

    fn all(&mut self) -> Vec<String> {
        let directories = std::mem::take(&mut self.directories).into_iter();
        let mut all: Vec<String> = directories.map(|(target, kind)| format!("{kind} {target}")).collect();
        all.append(&mut self.files);
        all.append(&mut self.agents);
        all
    }
}

fn secret_id(mount: &Mount) -> Option<String> {
    match mount {
        Mount::Secret { id, .. } => Some(id.to_string()),
        Mount::Cache { .. } | Mount::Ssh { .. } | Mount::SecretsHash { .. } => None,
    }
}

fn after(setup: &[ShellSetup], command: &str) -> String {
    let setup = setup.iter().map(ToString::to_string);
    setup.chain([command.to_owned()]).collect::<Vec<_>>().join(" ")
}

/// A destination as BuildKit reads it: absolute, with the slash at its end that it may have.
fn destination(path: &str) -> String {
    let absolute = under_app(path);
    let is_directory = path.ends_with('/') || matches!(path, "" | ".");
    if is_directory && absolute != "/" { format!("{absolute}/") } else { absolute }
}
