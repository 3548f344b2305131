//! The values that templates show, and nothing else: each operand spelled by its type, each
//! instruction with its place in the plan.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

use super::origins::origin;
use crate::dockerfile::{
    Assignment, Command, Comment, Copy, CopyFile, CopyPaths, Delimiter, Directory, Dockerfile, Dockerignore, Exclude,
    ExecForm, From, HashSecrets, Heredoc, HeredocPath, IgnorePattern, ImageRef, Instruction, Mode, Mount, MountField,
    Prelude, Run, Sharing, ShellForm, ShellVariable, Stage, StageName, looks_secret,
};
use crate::place::Located;

/// Text that may stand in a Dockerfile: the templates' formatter takes nothing else.
#[derive(Debug)]
pub(super) struct Spelled(String);

impl Spelled {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Object for Spelled {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A type that spells one place's text.
pub(super) trait Operand: fmt::Display {}

macro_rules! operands {
    ($($operand:ty),+) => { $(impl Operand for $operand {})+ };
}
operands!(
    Assignment,
    Comment,
    CopyPaths,
    Delimiter,
    Directory,
    Exclude,
    ExecForm,
    Heredoc,
    HeredocPath,
    IgnorePattern,
    ImageRef,
    Mode,
    MountField,
    Prelude,
    Sharing,
    ShellForm,
    ShellVariable,
    StageName
);

pub(super) fn spelled(operand: &impl Operand) -> Value {
    Value::from_object(Spelled(operand.to_string()))
}

fn maybe(operand: Option<&impl Operand>) -> Value {
    operand.map_or(Value::from(()), spelled)
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    items.iter().map(value).collect()
}

/// Values by name.
#[derive(Debug)]
struct Fields<const N: usize>([(&'static str, Value); N]);

impl<const N: usize> Object for Fields<N> {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }
}

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from_object(Fields(entries))
}

/// Each item's value and the place that its lines come from.
fn located<T>(items: &[Located<T>], value: impl Fn(&T) -> Value) -> Value {
    list(items, |item| in_place(item, &value))
}

fn in_place<T>(item: &Located<T>, value: impl Fn(&T) -> Value) -> Value {
    map([("place", origin(&item.place)), ("value", value(&item.value))])
}

/// What the template `Dockerfile` shows. Each stage is made when its turn comes: the values take many
/// times the room of the text.
pub(super) fn dockerfile(dockerfile: &Arc<Dockerfile>, mounts: Mounts) -> Value {
    let header = &dockerfile.header;
    map([
        ("syntax", maybe(dockerfile.syntax.as_ref())),
        ("looks_secret", dockerfile.looks_secret.into()),
        ("plan", spelled(&header.plan)),
        ("digest", spelled(&header.digest)),
        ("regenerate", spelled(&header.regenerate)),
        ("build", list(&header.build, spelled)),
        ("stages", stages(&Arc::new(Stages { dockerfile: dockerfile.clone(), mounts }))),
    ])
}

/// What the template `dockerignore` shows.
pub(super) fn dockerignore(file: &Dockerignore) -> Value {
    map([
        ("plan", spelled(&file.plan)),
        ("digest", spelled(&file.digest)),
        ("patterns", located(&file.patterns, spelled)),
    ])
}

/// What the values of stages are made of.
struct Stages {
    dockerfile: Arc<Dockerfile>,
    mounts: Mounts,
}

fn stages(all: &Arc<Stages>) -> Value {
    Value::make_object_iterable(all.clone(), |all| {
        let numbered = all.dockerfile.stages.iter().enumerate();
        Box::new(numbered.map(|(number, each)| stage(each, instructions(all, number))))
    })
}

/// The instructions of the stage with a number, each made when its turn comes.
fn instructions(all: &Arc<Stages>, stage: usize) -> Value {
    Value::make_object_iterable(all.clone(), move |all| {
        let instructions = all.dockerfile.stages.get(stage).map_or(&[][..], |stage| &stage.instructions);
        Box::new(instructions.iter().map(|each| in_place(each, |each| instruction(each, &all.mounts))))
    })
}

/// Each mount as text. Commands mount the same secrets over and over.
pub(super) struct Mounts(BTreeMap<Mount, Value>);

impl Mounts {
    /// Those of a file. `text` renders the template `mount`.
    pub(super) fn of<E>(dockerfile: &Dockerfile, text: impl Fn(Value) -> Result<String, E>) -> Result<Self, E> {
        let mut texts = BTreeMap::new();
        let instructions = dockerfile.stages.iter().flat_map(|stage| &stage.instructions);
        for Located { value, .. } in instructions.flat_map(|instruction| mounts(&instruction.value)) {
            if !texts.contains_key(value) {
                let text = text(map([("mount", mount(value))]))?;
                texts.insert(value.clone(), Value::from_object(Spelled(text)));
            }
        }
        Ok(Self(texts))
    }

    fn values(&self, mounts: &[Located<Mount>]) -> Value {
        located(mounts, |mount| self.0.get(mount).cloned().unwrap_or_default())
    }
}

fn mounts(instruction: &Instruction) -> &[Located<Mount>] {
    match instruction {
        Instruction::Run(run) => &run.mounts,
        Instruction::HashSecrets(hash) => &hash.mounts,
        _ => &[],
    }
}

fn stage(stage: &Stage, instructions: Value) -> Value {
    map([
        ("comment", maybe(stage.comment.as_ref())),
        ("place", origin(&stage.place)),
        ("from", from(Some(&stage.from.value))),
        ("from_place", origin(&stage.from.place)),
        ("name", maybe(stage.name.as_ref())),
        ("instructions", instructions),
    ])
}

/// An image or stage; none for `scratch`.
fn from(from: Option<&From>) -> Value {
    match from {
        None | Some(From::Scratch) => Value::from(()),
        Some(From::Image(image)) => spelled(image),
        Some(From::Stage(stage)) => spelled(stage),
    }
}

fn instruction(instruction: &Instruction, mounts: &Mounts) -> Value {
    match instruction {
        Instruction::ResetUser { shell } => map([("kind", "reset user".into()), ("shell", (*shell).into())]),
        Instruction::ResetProcess => map([("kind", "reset process".into())]),
        Instruction::Workdir(directory) => map([("kind", "workdir".into()), ("directory", spelled(directory))]),
        Instruction::Env(env) => variables("env", env),
        Instruction::Arg(arg) => variables("arg", arg),
        Instruction::MountArg(arg) => map([("kind", "mount arg".into()), ("assignment", spelled(arg))]),
        Instruction::MakeDirectory { directory, back } => {
            map([("kind", "make directory".into()), ("directory", spelled(directory)), ("back", spelled(back))])
        }
        Instruction::Copy(copy) => copy_files(copy),
        Instruction::CopyFile(file) => copy_file(file),
        Instruction::Run(run) => run_command(run, mounts),
        Instruction::HashSecrets(hash) => hash_secrets(hash, mounts),
        Instruction::KeepSecretsHash => map([("kind", "keep secrets hash".into())]),
        Instruction::Entrypoint(form) => map([("kind", "entrypoint".into()), ("form", spelled(form))]),
        Instruction::Cmd(form) => map([("kind", "cmd".into()), ("form", spelled(form))]),
    }
}

fn variables(kind: &'static str, variables: &[Located<Assignment>]) -> Value {
    let variable = |variable: &Assignment| {
        map([("assignment", spelled(variable)), ("looks_secret", looks_secret(variable.name()).into())])
    };
    map([("kind", kind.into()), ("variables", located(variables, variable))])
}

fn copy_files(copy: &Copy) -> Value {
    map([
        ("kind", "copy".into()),
        ("comment", maybe(copy.comment.as_ref())),
        ("link", copy.link.into()),
        ("from", from(copy.from.as_ref())),
        ("exclude", list(&copy.exclude, spelled)),
        ("excludes_a_blank", copy.exclude.iter().any(Exclude::has_blank).into()),
        ("paths", spelled(&copy.paths)),
    ])
}

fn copy_file(file: &CopyFile) -> Value {
    map([
        ("kind", "copy file".into()),
        ("comment", maybe(file.comment.as_ref())),
        ("mode", maybe(file.mode.as_ref())),
        ("path", spelled(&file.path)),
        ("delimiter", spelled(&file.content.value.delimiter())),
        ("content", spelled(&file.content.value)),
        ("content_place", origin(&file.content.place)),
    ])
}

fn run_command(run: &Run, mounts: &Mounts) -> Value {
    map([
        ("kind", "run".into()),
        ("comment", maybe(run.comment.as_ref())),
        ("mounts", mounts.values(&run.mounts)),
        ("preludes", list(&run.preludes, spelled)),
        (
            "command",
            match &run.command {
                Command::Shell(form) => spelled(form),
                Command::Exec(form) => spelled(form),
            },
        ),
    ])
}

fn hash_secrets(hash: &HashSecrets, mounts: &Mounts) -> Value {
    map([
        ("kind", "hash secrets".into()),
        ("mounts", mounts.values(&hash.mounts)),
        ("preludes", list(&hash.preludes, spelled)),
        ("required", hash.required.into()),
        ("values", list(&hash.values, spelled)),
    ])
}

fn mount(mount: &Mount) -> Value {
    match mount {
        Mount::Cache { id, target, sharing } => map([
            ("kind", "cache".into()),
            ("id", spelled(id)),
            ("target", spelled(target)),
            ("sharing", spelled(sharing)),
        ]),
        Mount::Secret { id, env, required } => map([
            ("kind", "secret".into()),
            ("id", spelled(id)),
            ("env", maybe(env.as_ref())),
            ("required", (*required).into()),
        ]),
        Mount::Ssh { id } => map([("kind", "ssh".into()), ("id", maybe(id.as_ref()))]),
        Mount::SecretsHash { from } => map([("kind", "secrets hash".into()), ("from", spelled(from))]),
    }
}
