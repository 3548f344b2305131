//! The values of each template.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Object, Value};

use super::operand::{Operand, spelled, spelled_with_origin};
use super::{Renderer, template_of_mount};
use crate::diagnostic::{Diagnostics, Located, Location};
use crate::dockerfile::{
    AppendedFile, Comment, Copy, CopyAsset, CopyFile, Dockerfile, Exclude, From, HashSecrets, Healthcheck,
    IgnorePattern, Instruction, Mount, Run, SecretsHasher, Stage,
};
use crate::header::{AssetDigest, GeneratedFrom};

/// The longest line that is easy to read, in bytes.
const LONGEST_LINE: usize = 120;

/// The values of a template, and the origins of operands that have one of their own.
pub(super) struct Values<'a> {
    pub(super) fields: Value,
    pub(super) origins: Vec<&'a Location>,
}

/// Named values.
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

fn fields<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from_object(Fields(fields))
}

fn values<'a, const N: usize>(pairs: [(&'static str, Value); N]) -> Values<'a> {
    Values { fields: fields(pairs), origins: Vec::new() }
}

fn maybe(operand: Option<&impl Operand>) -> Value {
    operand.map_or(Value::from(()), spelled)
}

fn list<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, value: impl Fn(&T) -> Value) -> Value {
    items.into_iter().map(value).collect()
}

/// An operand with an origin of its own.
fn located<'a>(operand: &'a Located<impl Operand>, origins: &mut Vec<&'a Location>) -> Value {
    origins.push(&operand.location);
    spelled_with_origin(operand.value.to_string().into(), origins.len() - 1)
}

pub(super) fn header<'a>(
    dockerfile: &Dockerfile,
    plan: &Comment,
    regenerate: &Comment,
    build: &[Comment],
    assets: &[AssetDigest],
) -> Values<'a> {
    values([
        ("syntax", maybe(dockerfile.syntax.as_ref())),
        ("secret_args", dockerfile.stages.iter().any(|stage| stage.secret_args().is_some()).into()),
        ("generated_from", spelled(&GeneratedFrom(plan))),
        ("regenerate", spelled(regenerate)),
        ("build", list(build, spelled)),
        ("assets", list(assets, spelled)),
    ])
}

pub(super) fn ignore_header<'a>(plan: &Comment) -> Values<'a> {
    values([("generated_from", spelled(&GeneratedFrom(plan)))])
}

pub(super) fn ignore_pattern<'a>(pattern: &IgnorePattern) -> Values<'a> {
    values([("pattern", spelled(pattern))])
}

pub(super) fn append<'a>(file: &AppendedFile) -> Values<'a> {
    values([("comment", spelled(&file.comment)), ("instructions", spelled(&file.instructions))])
}

pub(super) fn from(stage: &Stage) -> Values<'_> {
    let mut origins = Vec::new();
    let fields = fields([
        ("comment", maybe(stage.comment.as_ref())),
        ("from", located(&stage.from, &mut origins)),
        ("name", maybe(stage.name.as_ref())),
    ]);
    Values { fields, origins }
}

pub(super) fn instruction<'a>(
    instruction: &'a Instruction,
    mounts: &mut Mounts,
    renderer: &Renderer,
) -> Result<Values<'a>, Diagnostics> {
    Ok(match instruction {
        Instruction::ResetUser { shell } => values([("shell", (*shell).into())]),
        Instruction::ResetProcess { healthcheck, stop_signal } => {
            values([("healthcheck", (*healthcheck).into()), ("stop_signal", (*stop_signal).into())])
        }
        Instruction::KeepSecretsHash | Instruction::SecretsHashArg => values([]),
        Instruction::CopySecretsHash(from) => values([("from", spelled(from))]),
        Instruction::Workdir(directory) => values([("directory", spelled(directory))]),
        Instruction::Env(variables) | Instruction::Arg(variables) => {
            let mut origins = Vec::with_capacity(variables.len());
            let variables = variables.iter().map(|variable| located(variable, &mut origins)).collect();
            Values { fields: fields([("variables", variables)]), origins }
        }
        Instruction::SecretArgs(args) => {
            let mut origins = Vec::with_capacity(args.len());
            let args = args.iter().map(|arg| located(arg, &mut origins)).collect();
            Values { fields: fields([("args", args)]), origins }
        }
        Instruction::MountArg(assignment) => values([("assignment", spelled(assignment))]),
        Instruction::PlatformArgs(args) => values([("args", list(*args, spelled))]),
        Instruction::MakeDirectory { directory, back } => {
            values([("directory", spelled(directory)), ("back", spelled(back))])
        }
        Instruction::Copy(files) => copy(files),
        Instruction::CopyFile(file) => copy_file(file),
        Instruction::CopyAsset(asset) => copy_asset(asset),
        Instruction::Run(command) => run(command, mounts, renderer)?,
        Instruction::HashSecrets(hash) => hash_secrets(hash, mounts, renderer)?,
        Instruction::CreateUser(setup) => values([("statements", list(setup, spelled))]),
        Instruction::Labels(labels) => {
            values([("args", list(&labels.args, spelled)), ("labels", list(&labels.labels, spelled))])
        }
        Instruction::Expose(ports) => values([("ports", list(ports, spelled))]),
        Instruction::Volume(paths) => values([("paths", list(paths, spelled))]),
        Instruction::User(owner) => values([("owner", spelled(owner))]),
        Instruction::StopSignal(signal) => values([("signal", spelled(signal))]),
        Instruction::Healthcheck(check) => healthcheck(check),
        Instruction::Entrypoint(form) | Instruction::Cmd(form) => values([("form", spelled(form))]),
    })
}

fn copy<'a>(copy: &Copy) -> Values<'a> {
    let source = copy.from.as_ref().filter(|from| !matches!(from, From::Scratch));
    let is_long = copy.is_long();
    let exclude = if is_long { copy.exclude_lines() } else { vec![copy.exclude.as_slice()] };
    values([
        ("comment", maybe(copy.comment.as_ref())),
        ("link", copy.link.into()),
        ("parents", copy.parents.into()),
        ("owner", maybe(copy.owner.as_ref())),
        ("from", maybe(source)),
        ("is_long", is_long.into()),
        ("exclude", exclude.into_iter().map(|line| list(line, spelled)).collect()),
        ("exclude_has_blank", copy.exclude.iter().any(Exclude::has_blank).into()),
        ("paths", if is_long { spelled(&copy.paths.layout()) } else { spelled(&copy.paths) }),
    ])
}

fn healthcheck<'a>(check: &Healthcheck) -> Values<'a> {
    values([
        ("interval", maybe(check.interval.as_ref())),
        ("timeout", maybe(check.timeout.as_ref())),
        ("start_period", maybe(check.start_period.as_ref())),
        ("retries", maybe(check.retries.as_ref())),
        ("command", spelled(&check.command)),
    ])
}

fn copy_file(file: &CopyFile) -> Values<'_> {
    let mut origins = Vec::new();
    let fields = fields([
        ("comment", maybe(file.comment.as_ref())),
        ("mode", maybe(file.mode.as_ref())),
        ("path", spelled(&file.path)),
        ("delimiter", spelled(&file.content.value.delimiter())),
        ("content", located(&file.content, &mut origins)),
    ]);
    Values { fields, origins }
}

fn copy_asset<'a>(asset: &CopyAsset) -> Values<'a> {
    values([
        ("comment", maybe(asset.comment.as_ref())),
        ("mode", spelled(&asset.mode)),
        ("paths", spelled(&asset.paths)),
    ])
}

fn run<'a>(run: &'a Run, mounts: &mut Mounts, renderer: &Renderer) -> Result<Values<'a>, Diagnostics> {
    let (mounts, origins) = mounts.values(&run.mounts, renderer)?;
    let fields = fields([
        ("comment", maybe(run.comment.as_ref())),
        ("note", maybe(run.note.as_ref())),
        ("mounts", mounts),
        ("setup", list(&run.setup, spelled)),
        ("one_line", fits_on_a_line(run).into()),
        ("command", spelled(&run.layout())),
    ]);
    Ok(Values { fields, origins })
}

/// Whether a command is short enough to be on the line of its setup.
fn fits_on_a_line(run: &Run) -> bool {
    let [setup] = run.setup.as_slice() else { return false };
    let command = run.command.to_string();
    let line = format!("    {setup} {command}");
    line.len() <= LONGEST_LINE && !command.contains('\n')
}

fn hash_secrets<'a>(
    hash: &'a HashSecrets,
    mounts: &mut Mounts,
    renderer: &Renderer,
) -> Result<Values<'a>, Diagnostics> {
    let (mounts, origins) = mounts.values(&hash.mounts, renderer)?;
    let (values, key, optional, keyed) = match &hash.hasher {
        SecretsHasher::Files { optional, keyed } => (None, None, *optional, *keyed),
        SecretsHasher::Variables { values, key } => (Some(values), key.as_ref(), false, key.is_some()),
    };
    let fields = fields([
        ("mounts", mounts),
        ("setup", list(&hash.setup, spelled)),
        ("required", hash.required.into()),
        ("values", maybe(values)),
        ("key", maybe(key)),
        ("optional", optional.into()),
        ("keyed", keyed.into()),
    ]);
    Ok(Values { fields, origins })
}

/// The rendered text of each mount: commands mount the same secrets over and over.
#[derive(Default)]
pub(super) struct Mounts(BTreeMap<Mount, Arc<str>>);

impl Mounts {
    fn values<'a>(
        &mut self,
        mounts: &'a [Located<Mount>],
        renderer: &Renderer,
    ) -> Result<(Value, Vec<&'a Location>), Diagnostics> {
        let mut values: Vec<Value> = Vec::with_capacity(mounts.len());
        for (index, mount) in mounts.iter().enumerate() {
            let text = match self.0.get(&mount.value) {
                Some(text) => text.clone(),
                None => {
                    let text: Arc<str> =
                        renderer.text(template_of_mount(&mount.value), self::mount(&mount.value))?.into();
                    self.0.insert(mount.value.clone(), text.clone());
                    text
                }
            };
            values.push(spelled_with_origin(text, index));
        }
        Ok((values.into(), mounts.iter().map(|mount| &mount.location).collect()))
    }
}

fn mount(mount: &Mount) -> Value {
    match mount {
        Mount::Cache { id, target, sharing } => {
            fields([("id", spelled(id)), ("target", spelled(target)), ("sharing", spelled(sharing))])
        }
        Mount::Secret { id, target, required } => {
            fields([("id", spelled(id)), ("target", maybe(target.field())), ("required", (*required).into())])
        }
        Mount::Ssh { id } => fields([("id", maybe(id.as_ref()))]),
        Mount::SecretsHash { from } => fields([("from", spelled(from))]),
    }
}
