//! The values that templates show, and nothing else: each operand spelled by its type, each
//! instruction with its place in the plan.

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

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from_pairs(entries)
}

/// Each item's value and the place that its lines come from.
fn located<T>(items: &[Located<T>], value: impl Fn(&T) -> Value) -> Value {
    list(items, |item| map([("place", origin(&item.place)), ("value", value(&item.value))]))
}

/// What the template `Dockerfile` shows.
pub(super) fn dockerfile(dockerfile: &Dockerfile) -> Value {
    let header = &dockerfile.header;
    map([
        ("syntax", maybe(dockerfile.syntax.as_ref())),
        ("looks_secret", dockerfile.looks_secret.into()),
        ("plan", spelled(&header.plan)),
        ("digest", spelled(&header.digest)),
        ("regenerate", spelled(&header.regenerate)),
        ("build", list(&header.build, spelled)),
        ("stages", list(&dockerfile.stages, stage)),
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

fn stage(stage: &Stage) -> Value {
    map([
        ("comment", maybe(stage.comment.as_ref())),
        ("place", origin(&stage.place)),
        ("from", from(Some(&stage.from.value))),
        ("from_place", origin(&stage.from.place)),
        ("name", maybe(stage.name.as_ref())),
        ("instructions", located(&stage.instructions, instruction)),
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

fn instruction(instruction: &Instruction) -> Value {
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
        Instruction::Run(run) => run_command(run),
        Instruction::HashSecrets(hash) => hash_secrets(hash),
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

fn run_command(run: &Run) -> Value {
    map([
        ("kind", "run".into()),
        ("comment", maybe(run.comment.as_ref())),
        ("mounts", located(&run.mounts, mount)),
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

fn hash_secrets(hash: &HashSecrets) -> Value {
    map([
        ("kind", "hash secrets".into()),
        ("mounts", located(&hash.mounts, mount)),
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
