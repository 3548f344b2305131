//! Rendering: turns instructions into text. `templates/` defines the layout; the types of
//! [`crate::dockerfile`] spell the operands.

mod operand;
mod values;
mod writer;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Located, Location};
use crate::dockerfile::{Asset, Comment, Dockerfile, Dockerignore, Instruction, Mount, Stage};
use crate::header::{AssetDigest, BuildCommand, regenerate, stamped};
use crate::options::Files;
use crate::source_map::{SourceMap, StageLines};
use operand::Spelled;
use values::Mounts;
use writer::Writer;

macro_rules! templates {
    ($($name:literal),+) => { &[$(($name, include_str!(concat!("../../templates/", $name, ".j2")))),+] };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "append",
    "arg",
    "cmd",
    "copy",
    "copy-asset",
    "copy-file",
    "copy-secrets-hash",
    "create-user",
    "entrypoint",
    "env",
    "expose",
    "from",
    "hash-secrets",
    "header",
    "healthcheck",
    "ignore-header",
    "ignore-pattern",
    "keep-secrets-hash",
    "label",
    "make-directory",
    "mount-arg",
    "mount-cache",
    "mount-secret",
    "mount-secrets-hash",
    "mount-ssh",
    "platform-args",
    "reset-process",
    "reset-user",
    "run",
    "secret-args",
    "secrets-hash-arg",
    "stop-signal",
    "user",
    "volume",
    "workdir"
];

/// The generated files as text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rendered {
    /// The text of the Dockerfile: UTF-8, with a line feed at the end of every line.
    pub dockerfile: String,
    /// The text of `<Dockerfile>.dockerignore`, if the plan excludes something.
    pub dockerignore: Option<String>,
    /// The files that the Dockerfile copies from the build context, if an option writes them to a directory.
    pub assets: Vec<AssetFile>,
    /// The location in the plan that each line of the Dockerfile comes from.
    pub source_map: SourceMap,
    /// The lines of each stage.
    pub(crate) stages: Vec<StageLines>,
    /// The origin of each line of the ignore file.
    pub(crate) ignore_map: SourceMap,
}

/// A file that a Dockerfile copies from the build context.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssetFile {
    /// The path relative to the Dockerfile's directory: one or more names with `/` between them, none of which is
    /// `..`.
    pub path: String,
    /// The path relative to the build context, of the same form.
    pub path_in_context: String,
    /// The content, which ends in a line feed unless it is empty.
    pub text: String,
    /// The location of the content in the plan.
    pub location: Location,
}

/// The contents of the header, the text above the first stage.
pub(crate) struct HeaderText<'a> {
    pub(crate) files: &'a Files,
    /// The SHA-256 of the plan, in hexadecimal.
    pub(crate) digest: &'a str,
    pub(crate) build: BuildCommand,
}

/// Renders a Dockerfile and, if there is one, its ignore file.
///
/// Fails on a line that is too long and can't be folded, and on an error in a template: a value that is
/// not an operand, or an undefined one.
pub(crate) fn render(
    dockerfile: &Dockerfile,
    dockerignore: Option<&Dockerignore>,
    header: &HeaderText<'_>,
) -> Result<Rendered, Diagnostics> {
    let renderer = Renderer::new()?;
    let assets = dockerfile.assets.iter().map(AssetFile::new).collect();
    let (dockerfile, source_map, stages) = renderer.dockerfile(dockerfile, header)?;
    let (dockerignore, ignore_map) = match dockerignore {
        Some(file) => renderer.dockerignore(file, header).map(|(text, map)| (Some(text), map))?,
        None => (None, SourceMap::default()),
    };
    Ok(Rendered { dockerfile, dockerignore, assets, source_map, stages, ignore_map })
}

impl AssetFile {
    fn new(asset: &Asset) -> Self {
        Self {
            path: asset.path.to_string(),
            path_in_context: asset.path_in_context.to_string(),
            text: asset.text.value.as_str().to_owned(),
            location: asset.text.location.clone(),
        }
    }
}

struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    fn new() -> Result<Self, Diagnostics> {
        environment().map(|environment| Self { environment }).map_err(|error| broken(&error))
    }

    fn dockerfile(
        &self,
        file: &Dockerfile,
        header: &HeaderText<'_>,
    ) -> Result<(String, SourceMap, Vec<StageLines>), Diagnostics> {
        let mut writer = Writer::new(self);
        let regenerate = Comment::command(&regenerate(header.files));
        let build: Vec<Comment> = header.build.shell_lines().iter().map(|line| Comment::command(line)).collect();
        let assets: Vec<AssetDigest> =
            file.assets.iter().map(|asset| AssetDigest::new(&asset.path, asset.text.value.as_str())).collect();
        let values = values::header(file, &plan_name(header.files), &regenerate, &build, &assets);
        writer.write("header", values, None)?;
        let header_lines = writer.lines();
        // for the stamp
        writer.skip_line();
        let mut mounts = Mounts::default();
        let mut stages = Vec::with_capacity(file.stages.len());
        for stage in &file.stages {
            writer.line("", None)?;
            stages.push(self.stage(stage, &mut mounts, &mut writer)?);
        }
        if let Some(appended) = &file.appended {
            writer.write("append", values::append(appended), None)?;
        }
        let (text, map) = writer.finish();
        Ok((stamped(&text, header_lines, header.digest), map, stages))
    }

    fn stage(&self, stage: &Stage, mounts: &mut Mounts, writer: &mut Writer<'_>) -> Result<StageLines, Diagnostics> {
        let first = writer.lines() + 1;
        writer.write("from", values::from(stage), Some(&stage.location))?;
        let mut instructions = Vec::with_capacity(stage.instructions.len());
        for (index, Located { value, location }) in stage.instructions.iter().enumerate() {
            instructions.push(writer.lines() + 1);
            writer.write(template_of(value), values::instruction(value, mounts, self)?, Some(location))?;
            // hadolint can't parse a heredoc without a blank line after it
            if value.ends_heredoc() && index + 1 < stage.instructions.len() {
                writer.line("", Some(location))?;
            }
        }
        Ok(StageLines { first, last: writer.lines(), instructions })
    }

    fn dockerignore(&self, file: &Dockerignore, header: &HeaderText<'_>) -> Result<(String, SourceMap), Diagnostics> {
        let mut writer = Writer::new(self);
        writer.write("ignore-header", values::ignore_header(&plan_name(header.files)), None)?;
        let header_lines = writer.lines();
        // for the stamp
        writer.skip_line();
        for Located { value, location } in &file.patterns {
            writer.write("ignore-pattern", values::ignore_pattern(value), Some(location))?;
        }
        let (text, map) = writer.finish();
        Ok((stamped(&text, header_lines, header.digest), map))
    }

    /// Renders a template.
    fn text(&self, template: &str, values: minijinja::Value) -> Result<String, Diagnostics> {
        let text = self.environment.get_template(template).and_then(|template| template.render(values));
        text.map_err(|error| broken(&error))
    }
}

fn plan_name(files: &Files) -> Comment {
    Comment::command(files.plan.as_deref().unwrap_or("standard input"))
}

fn template_of(instruction: &Instruction) -> &'static str {
    match instruction {
        Instruction::ResetUser { .. } => "reset-user",
        Instruction::ResetProcess { .. } => "reset-process",
        Instruction::Workdir(_) => "workdir",
        Instruction::Env(_) => "env",
        Instruction::Arg(_) => "arg",
        Instruction::MountArg(_) => "mount-arg",
        Instruction::PlatformArgs(_) => "platform-args",
        Instruction::MakeDirectory { .. } => "make-directory",
        Instruction::Copy(_) => "copy",
        Instruction::CopyFile(_) => "copy-file",
        Instruction::CopyAsset(_) => "copy-asset",
        Instruction::Run(_) => "run",
        Instruction::HashSecrets(_) => "hash-secrets",
        Instruction::KeepSecretsHash => "keep-secrets-hash",
        Instruction::CopySecretsHash(_) => "copy-secrets-hash",
        Instruction::SecretArgs(_) => "secret-args",
        Instruction::SecretsHashArg => "secrets-hash-arg",
        Instruction::CreateUser(_) => "create-user",
        Instruction::Labels(_) => "label",
        Instruction::Expose(_) => "expose",
        Instruction::Volume(_) => "volume",
        Instruction::User(_) => "user",
        Instruction::StopSignal(_) => "stop-signal",
        Instruction::Healthcheck(_) => "healthcheck",
        Instruction::Entrypoint(_) => "entrypoint",
        Instruction::Cmd(_) => "cmd",
    }
}

fn template_of_mount(mount: &Mount) -> &'static str {
    match mount {
        Mount::Cache { .. } => "mount-cache",
        Mount::Secret { .. } => "mount-secret",
        Mount::Ssh { .. } => "mount-ssh",
        Mount::SecretsHash { .. } => "mount-secrets-hash",
    }
}

fn broken(error: &minijinja::Error) -> Diagnostics {
    Diagnostics(vec![Diagnostic::new(Code::BrokenTemplate, format!("{error:?}"))])
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    environment.set_formatter(|out, _, value| Spelled::print(out, value));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use minijinja::Value;

    use super::*;

    fn render_with(value: Value) -> Result<String, minijinja::Error> {
        let mut environment = environment().unwrap();
        environment.add_template("test", "{{ value }}").unwrap();
        environment.get_template("test").unwrap().render(Value::from_pairs([("value", value)]))
    }

    #[test]
    fn value_that_is_not_an_operand_is_not_rendered() {
        assert_eq!(render_with(operand::spelled(&Comment::new("x"))).unwrap(), "x");
        for value in [Value::from("x"), Value::from(1), Value::from(()), Value::from(vec!["x"])] {
            assert!(render_with(value.clone()).is_err(), "{value:?}");
        }
    }

    #[test]
    fn operand_with_a_mark_is_not_rendered() {
        assert!(render_with(operand::spelled_with_origin("a\0b".into(), 0)).is_err());
    }

    #[test]
    fn undefined_value_is_not_rendered() {
        let mut environment = environment().unwrap();
        environment.add_template("test", "{{ typo }}").unwrap();
        assert!(environment.get_template("test").unwrap().render(()).is_err());
    }
}
