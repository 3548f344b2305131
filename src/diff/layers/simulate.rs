//! Computes the cache key of each layer by simulating BuildKit's conversion of a Dockerfile
//! (`frontend/dockerfile/dockerfile2llb/convert.go`).

use std::collections::BTreeMap;

use super::cache_keys::{CacheKey, CacheKeys, FileSource, Operation, RunOperation};
use super::context::relevant_patterns;
use crate::compat::gopath::{base, clean, under_app};
use crate::compat::patternmatcher;
use crate::diagnostic::{Located, Location};
use crate::dockerfile::{
    self, Assignment, Command, Copy, CopyAsset, CopyFile, Dockerfile, Dockerignore, From, HashSecrets, Instruction,
    Mount, SecretTarget, Sharing, ShellSetup, Stage, UserSetup,
};

/// The key of a layer, and its location in the plan.
pub(super) struct KeyedLayer {
    pub(super) key: CacheKey,
    pub(super) location: Location,
}

/// The layers of each stage.
pub(super) fn layers(
    dockerfile: &Dockerfile,
    dockerignore: Option<&Dockerignore>,
    keys: &mut CacheKeys,
) -> Vec<Vec<KeyedLayer>> {
    let patterns =
        dockerignore.map(|file| file.patterns.iter().map(|pattern| pattern.value.to_string()).collect::<Vec<_>>());
    let ignored = patternmatcher::parse(&patterns.unwrap_or_default().join("\n"));
    let mut simulation = Simulation { keys, ignored, stages: BTreeMap::new() };
    dockerfile.stages.iter().map(|stage| simulation.stage(stage)).collect()
}

struct Simulation<'k> {
    keys: &'k mut CacheKeys,
    ignored: Vec<String>,
    /// The final states of the earlier stages, by name.
    stages: BTreeMap<String, StageState>,
}

/// The state of a stage after an instruction.
#[derive(Clone, Debug)]
struct StageState {
    /// The key of the stage's files; `None` if it has none.
    files: Option<CacheKey>,
    /// The variables set since `FROM`, in the order in which they were last set.
    environment: Vec<(String, String)>,
    directory: String,
    resets: (bool, bool),
    /// The known part of the content of `/secrets-hash`.
    secrets_hash: Option<String>,
}

impl StageState {
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

impl Simulation<'_> {
    fn stage(&mut self, stage: &Stage) -> Vec<KeyedLayer> {
        let mut state = match &stage.from.value {
            From::Scratch => StageState::empty(),
            From::Image(image) => {
                let files = self.keys.key(Operation::Image(image.to_string()), None, None);
                StageState { files: Some(files), ..StageState::empty() }
            }
            From::Stage(name) => self.stages.get(name.as_str()).cloned().unwrap_or_else(StageState::empty),
        };
        let mut layers = Vec::new();
        for instruction in &stage.instructions {
            let keys = self.instruction(&instruction.value, &mut state);
            layers.extend(keys.into_iter().map(|key| KeyedLayer { key, location: instruction.location.clone() }));
        }
        if let Some(name) = &stage.name {
            self.stages.insert(name.as_str().to_owned(), state);
        }
        layers
    }

    /// The keys of an instruction's layers. Instructions that only change the image's config have none.
    fn instruction(&mut self, instruction: &Instruction, state: &mut StageState) -> Vec<CacheKey> {
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
            Instruction::PlatformArgs(args) => {
                // the same platform is built before and after
                for arg in *args {
                    state.set(arg.name(), arg.to_string());
                }
                Vec::new()
            }
            Instruction::Labels(_)
            | Instruction::ResetProcess { .. }
            | Instruction::Expose(_)
            | Instruction::Volume(_)
            | Instruction::User(_)
            | Instruction::StopSignal(_)
            | Instruction::Healthcheck(_)
            | Instruction::Entrypoint(_)
            | Instruction::Cmd(_) => Vec::new(),
            Instruction::CreateUser(setup) => vec![self.create_user(setup, state)],
            Instruction::Workdir(directory) => vec![self.directory(directory, state)],
            Instruction::MakeDirectory { directory, back } => {
                vec![self.directory(directory, state), self.directory(back, state)]
            }
            Instruction::Copy(copy) => vec![self.copy(copy, state)],
            Instruction::CopyFile(file) => vec![self.file(file, state)],
            Instruction::CopyAsset(asset) => vec![self.asset(asset, state)],
            Instruction::Run(run) => vec![self.run(run, state)],
            Instruction::HashSecrets(hash) => vec![self.hash_secrets(hash, state)],
            Instruction::KeepSecretsHash => vec![self.keep_secrets_hash(state)],
            Instruction::CopySecretsHash(from) => vec![self.copy_secrets_hash(from, state)],
            Instruction::SecretArgs(args) => {
                // the same values are passed before and after
                for arg in args {
                    state.set(arg.value.as_str(), String::new());
                }
                Vec::new()
            }
            Instruction::SecretsHashArg => {
                state.set("SECRETS_HASH", String::new());
                Vec::new()
            }
        }
    }

    /// Applies an operation to the files of a stage.
    fn apply(&mut self, state: &mut StageState, operation: Operation, source: Option<FileSource>) -> CacheKey {
        let key = self.keys.key(operation, state.files, source);
        state.files = Some(key);
        key
    }

    fn directory(&mut self, directory: &dockerfile::Directory, state: &mut StageState) -> CacheKey {
        state.directory = directory.to_string();
        self.apply(state, Operation::Directory(state.directory.clone()), None)
    }

    fn copy(&mut self, copy: &Copy, state: &mut StageState) -> CacheKey {
        let path = copy.paths.source();
        // no pattern begins with dashes
        let parents = copy.parents.then(|| "--parents".to_owned());
        let operation = Operation::Copy {
            name: base(path).to_owned(),
            destination: destination(copy.paths.destination()),
            owner: copy.owner.map(|owner| owner.to_string()),
            exclude: parents.into_iter().chain(copy.exclude.iter().map(ToString::to_string)).collect(),
            mode: None,
        };
        let path = clean(&format!("/{path}"));
        let source = match &copy.from {
            None => FileSource::Context { ignored: relevant_patterns(&self.ignored, &path), path },
            Some(From::Image(image)) => FileSource::Image { reference: image.to_string(), path },
            Some(From::Stage(name)) => {
                FileSource::from_stage(self.stages.get(name.as_str()).and_then(|stage| stage.files), path)
            }
            Some(From::Scratch) => FileSource::from_stage(None, path),
        };
        if !copy.link {
            return self.apply(state, operation, Some(source));
        }
        let layer = self.keys.key(operation, None, Some(source));
        state.files = Some(match state.files {
            Some(below) => self.keys.key(Operation::Merge, Some(below), Some(FileSource::Layer(layer))),
            None => layer,
        });
        layer
    }

    fn file(&mut self, file: &CopyFile, state: &mut StageState) -> CacheKey {
        let operation = Operation::File {
            delimiter: file.content.value.delimiter().to_string(),
            mode: file.mode.map(|mode| mode.0),
            destination: destination(&file.path.to_string()),
            content: file.content.value.to_string(),
        };
        self.apply(state, operation, None)
    }

    fn asset(&mut self, asset: &CopyAsset, state: &mut StageState) -> CacheKey {
        let operation = Operation::Copy {
            name: base(asset.paths.source()).to_owned(),
            destination: destination(asset.paths.destination()),
            owner: None,
            exclude: Vec::new(),
            mode: Some(asset.mode.0),
        };
        self.apply(state, operation, Some(FileSource::Known(asset.text.as_str().to_owned())))
    }

    fn run(&mut self, run: &dockerfile::Run, state: &mut StageState) -> CacheKey {
        let (command, in_shell) = match &run.command {
            Command::Shell(form) => (form.to_string(), true),
            Command::Exec(form) => (form.to_string(), false),
        };
        let command = with_setup(&run.setup, &command);
        self.command(command, in_shell, &run.mounts, state)
    }

    fn create_user(&mut self, setup: &[UserSetup], state: &mut StageState) -> CacheKey {
        let command: Vec<String> = setup.iter().map(ToString::to_string).collect();
        self.command(command.join(" && "), true, &[], state)
    }

    fn hash_secrets(&mut self, hash: &HashSecrets, state: &mut StageState) -> CacheKey {
        state.set("SECRETS_HASH", String::new());
        let ids: Vec<String> = hash.mounts.iter().filter_map(|mount| secret_id(&mount.value)).collect();
        state.secrets_hash = Some(format!("{ids:?} {:?} {:?}", hash.setup, hash.hasher));
        let command = with_setup(&hash.setup, &format!("{:?} {}", hash.hasher, hash.required));
        self.command(command, true, &hash.mounts, state)
    }

    fn keep_secrets_hash(&mut self, state: &mut StageState) -> CacheKey {
        state.secrets_hash = Some("SECRETS_HASH".to_owned());
        let operation = Operation::File {
            delimiter: "EOF".to_owned(),
            mode: None,
            destination: "/secrets-hash".to_owned(),
            content: "$SECRETS_HASH".to_owned(),
        };
        self.apply(state, operation, None)
    }

    fn copy_secrets_hash(&mut self, from: &dockerfile::StageName, state: &mut StageState) -> CacheKey {
        let operation = Operation::Copy {
            name: "secrets-hash".to_owned(),
            destination: "/run/secrets-hash".to_owned(),
            owner: None,
            exclude: Vec::new(),
            mode: None,
        };
        let hash = self.stages.get(from.as_str()).and_then(|stage| stage.secrets_hash.clone());
        self.apply(state, operation, hash.map(FileSource::Known))
    }

    fn command(
        &mut self,
        command: String,
        in_shell: bool,
        mounts: &[Located<Mount>],
        state: &mut StageState,
    ) -> CacheKey {
        let mut keys = MountKeys::default();
        for mount in mounts {
            keys.add(&mount.value, self);
        }
        let run = RunOperation {
            command,
            in_shell,
            environment: state.environment.clone(),
            directory: state.directory.clone(),
            resets: state.resets,
            mounts: keys.take_mounts(),
            secret_variables: keys.variables,
        };
        self.apply(state, Operation::Run(Box::new(run)), keys.hash.map(FileSource::Known))
    }
}

/// The parts of a command's cache key that come from its mounts, in the key's order.
#[derive(Default)]
struct MountKeys {
    /// Sorted by target.
    directories: BTreeMap<String, &'static str>,
    files: Vec<String>,
    variables: Vec<String>,
    agents: Vec<String>,
    hash: Option<String>,
}

impl MountKeys {
    fn add(&mut self, mount: &Mount, simulation: &Simulation<'_>) {
        match mount {
            Mount::Cache { id, target, sharing } => {
                let (id, target) = (id.to_string(), target.to_string());
                // BuildKit keeps the id and the sharing mode in the key only if both are the defaults, which for the
                // id is the target (`checkShouldClearCacheOpts` in `solver/llbsolver/ops/exec.go`)
                let is_default =
                    *sharing == Sharing::Shared && id.strip_prefix("id=") == target.strip_prefix("target=");
                self.directories.insert(target, if is_default { "default cache" } else { "cache" });
            }
            Mount::Secret { id, target: SecretTarget::Variable(variable), required } => {
                self.variables.push(format!("{id} {variable} {required}"));
            }
            Mount::Secret { id, target: SecretTarget::File(file), required } => {
                self.files.push(format!("secret {id} {} {required}", file.path()));
            }
            Mount::Ssh { id } => {
                self.agents.push(id.as_ref().map_or_else(|| "ssh".to_owned(), |id| format!("ssh {id}")));
            }
            Mount::SecretsHash { from } => {
                self.directories.insert("/run/secrets-hash".to_owned(), "bind");
                self.hash = simulation.stages.get(from.as_str()).and_then(|stage| stage.secrets_hash.clone());
            }
        }
    }

    fn take_mounts(&mut self) -> Vec<String> {
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

fn with_setup(setup: &[ShellSetup], command: &str) -> String {
    let setup = setup.iter().map(ToString::to_string);
    setup.chain([command.to_owned()]).collect::<Vec<_>>().join(" ")
}

/// A destination as BuildKit reads it: absolute, with a trailing slash if it is a directory.
fn destination(path: &str) -> String {
    let absolute = under_app(path);
    let is_directory = path.ends_with('/') || matches!(path, "" | ".");
    if is_directory && absolute != "/" { format!("{absolute}/") } else { absolute }
}
