//! Instructions as text. How a file looks is in `templates/`; what its operands say is spelled
//! by the types of [`crate::dockerfile`].

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::dockerfile::{
    Assignment, Command, Comment, Copy, CopyFile, CopyPaths, Delimiter, Directory, Dockerfile, Dockerignore, Exclude,
    ExecForm, From, HashSecrets, Heredoc, HeredocPath, IgnorePattern, ImageRef, Instruction, Mode, Mount, MountField,
    Prelude, Run, Sharing, ShellForm, ShellVariable, Stage, StageName, looks_secret,
};

const TEMPLATES: [(&str, &str); 6] = [
    ("Dockerfile", include_str!("../templates/Dockerfile.j2")),
    ("dockerignore", include_str!("../templates/dockerignore.j2")),
    ("header", include_str!("../templates/header.j2")),
    ("stage", include_str!("../templates/stage.j2")),
    ("instruction", include_str!("../templates/instruction.j2")),
    ("run", include_str!("../templates/run.j2")),
];

/// Renders a Dockerfile and, where there is one, its ignore file.
///
/// Fails only on a mistake in a template: a value that no type has spelled, or one that is not
/// there.
pub(crate) fn render(
    dockerfile: &Dockerfile,
    dockerignore: Option<&Dockerignore>,
) -> Result<(String, Option<String>), Diagnostics> {
    let broken =
        |error: minijinja::Error| Diagnostics(vec![Diagnostic::error("broken-template", format!("{error:?}"))]);
    let environment = environment().map_err(broken)?;
    let text = |template: &str, values: Value| environment.get_template(template)?.render(values);
    let dockerfile = text("Dockerfile", file(dockerfile)).map_err(broken)?;
    let dockerignore = dockerignore.map(|file| text("dockerignore", ignore_file(file))).transpose().map_err(broken)?;
    Ok((dockerfile, dockerignore))
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        minijinja::syntax::SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_formatter(|out, _, value| match value.downcast_object_ref::<Spelled>() {
        Some(spelled) => out.write_str(&spelled.0).map_err(Into::into),
        None => Err(minijinja::Error::new(ErrorKind::BadEscape, format!("{value:?} was not spelled for its place"))),
    });
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

/// Text that may stand in a Dockerfile: the templates' formatter takes nothing else.
#[derive(Debug)]
struct Spelled(String);

impl Object for Spelled {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A type that spells one place's text.
trait Operand: fmt::Display {}

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

fn spelled(operand: &impl Operand) -> Value {
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

fn file(dockerfile: &Dockerfile) -> Value {
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

fn ignore_file(file: &Dockerignore) -> Value {
    map([("plan", spelled(&file.plan)), ("digest", spelled(&file.digest)), ("patterns", list(&file.patterns, spelled))])
}

fn stage(stage: &Stage) -> Value {
    map([
        ("comment", maybe(stage.comment.as_ref())),
        ("from", from(Some(&stage.from))),
        ("name", maybe(stage.name.as_ref())),
        ("instructions", list(&stage.instructions, instruction)),
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

fn variables(kind: &'static str, variables: &[Assignment]) -> Value {
    let variable = |variable: &Assignment| {
        map([("assignment", spelled(variable)), ("looks_secret", looks_secret(variable.name()).into())])
    };
    map([("kind", kind.into()), ("variables", list(variables, variable))])
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
        ("delimiter", spelled(&file.content.delimiter())),
        ("content", spelled(&file.content)),
    ])
}

fn run_command(run: &Run) -> Value {
    map([
        ("kind", "run".into()),
        ("comment", maybe(run.comment.as_ref())),
        ("mounts", list(&run.mounts, mount)),
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
        ("mounts", list(&hash.mounts, mount)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn render_with(value: Value) -> Result<String, minijinja::Error> {
        let mut environment = environment().unwrap();
        environment.add_template("test", "{{ value }}").unwrap();
        environment.get_template("test").unwrap().render(map([("value", value)]))
    }

    #[test]
    fn a_value_that_no_type_has_spelled_is_not_rendered() {
        assert_eq!(render_with(spelled(&Comment::new("x"))).unwrap(), "x");
        for value in [Value::from("x"), Value::from(1), Value::from(()), Value::from(vec!["x"])] {
            assert!(render_with(value.clone()).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_not_rendered() {
        let mut environment = environment().unwrap();
        environment.add_template("test", "{{ typo }}").unwrap();
        assert!(environment.get_template("test").unwrap().render(()).is_err());
    }
}
