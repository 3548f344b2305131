//! The places for text in a plan, and on the command line.

use railpack2docker::builder::Builder;
use railpack2docker::{
    AppendFile, AssetsDirectory, Healthcheck, ImageCommand, ImageOptions, Options, SecretMount, Ssh,
};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    StepName,
    CustomName,
    /// The name of a tool that mise installs, from the custom name of the command.
    ToolName,
    /// A command line, which `google/shlex` splits.
    Command,
    /// A script that `sh -c` runs.
    Script,
    Variable,
    VariableName,
    DeployVariable,
    PathEntry,
    CacheKey,
    CacheDirectory,
    Secret,
    Image,
    CopySource,
    CopyDestination,
    Include,
    InputExclude,
    FilePath,
    Asset,
    AssetName,
    /// The path and the content of a file that is written to a directory.
    AssetPath,
    AssetText,
    Exclude,
    StartCommand,
    UnknownKey,
    // options
    PlanName,
    DockerfileName,
    Argument,
    CachePrefix,
    /// The key of a cache, in a build for several platforms.
    PlatformCacheKey,
    /// One of several platforms.
    Platform,
    Syntax,
    /// The mirror of an image, and its digest.
    Mirror,
    Pin,
    SecretId,
    SshId,
    BundleId,
    /// The service whose ID begins those of caches, a cache directory that ends one, and a secret that is a build arg.
    ServiceId,
    ServiceDirectory,
    SecretArg,
    // options of the image
    Base,
    User,
    ImageVariable,
    ImageVariableName,
    Label,
    LabelKey,
    LabelArg,
    Port,
    Volume,
    Healthcheck,
    HealthInterval,
    StopSignal,
    Entrypoint,
    StartOption,
    AssetsDirectory,
    /// Instructions that are appended, and the path of their file.
    Append,
    AppendPath,
}

fn append(path: &str, text: &str) -> AppendFile {
    AppendFile { path: path.to_owned(), name: path.to_owned(), text: text.to_owned() }
}

fn beside(path: &str) -> AssetsDirectory {
    AssetsDirectory { path: path.to_owned(), path_in_context: path.to_owned(), embedded: false }
}

impl Slot {
    /// A plan with the text in this place.
    pub fn plan(self, text: &str) -> Value {
        let is = |slot: Self, otherwise: &str| if self == slot { text.to_owned() } else { otherwise.to_owned() };
        let mut commands =
            vec![json!({ "cmd": is(Self::Command, "make"), "customName": is(Self::CustomName, "compile") })];
        match self {
            Self::ToolName => {
                commands[0] = json!({ "cmd": "mise install", "customName": format!("install mise packages: {text}") });
            }
            Self::Script => commands[0] = json!({ "cmd": format!("sh -c '{}'", text.replace('\'', "'\"'\"'")) }),
            Self::PathEntry => commands.push(json!({ "path": text })),
            Self::CopySource => commands.push(json!({ "src": text, "dest": "there" })),
            Self::CopyDestination => commands.push(json!({ "src": "here", "dest": text })),
            Self::FilePath
            | Self::Asset
            | Self::AssetName
            | Self::AssetPath
            | Self::AssetText
            | Self::AssetsDirectory => {
                let path = if self == Self::AssetPath { text.to_owned() } else { is(Self::FilePath, "/etc/file") };
                let name = is(Self::AssetName, "asset");
                commands.push(json!({ "path": path, "name": name }));
            }
            _ => {}
        }
        let cache = if self == Self::PlatformCacheKey { text.to_owned() } else { is(Self::CacheKey, "key") };
        let directory =
            if self == Self::ServiceDirectory { text.to_owned() } else { is(Self::CacheDirectory, "/cache") };
        let secret = if self == Self::SecretArg { text.to_owned() } else { is(Self::Secret, "TOKEN") };
        let content = if self == Self::AssetText { text.to_owned() } else { is(Self::Asset, "content\n") };
        let mut step = json!({
            "name": is(Self::StepName, "build"),
            "inputs": [
                { "image": is(Self::Image, "debian") },
                { "image": "alpine", "include": [is(Self::Include, "dist")], "exclude": [is(Self::InputExclude, "node_modules")] },
            ],
            "commands": commands,
            "variables": { is(Self::VariableName, "NAME"): is(Self::Variable, "value") },
            "assets": { is(Self::AssetName, "asset"): content },
            "caches": [cache],
            "secrets": ["*"],
        });
        if self == Self::UnknownKey {
            step[text] = json!(1);
        }
        let mut plan = json!({
            "steps": [step],
            "caches": { cache: { "directory": directory } },
            "secrets": [secret],
            "deploy": {
                "base": { "image": "debian" },
                "inputs": [{ "step": is(Self::StepName, "build"), "include": ["."] }],
                "startCommand": is(Self::StartCommand, "start"),
            },
        });
        if self == Self::Exclude {
            plan["exclude"] = json!([text]);
        }
        if self == Self::DeployVariable {
            plan["deploy"]["variables"] = json!({ "NAME": text });
        }
        plan
    }

    /// Whether the Dockerfile is for Railway, which has secrets as build args and IDs of caches of its own.
    pub fn is_for_railway(self) -> bool {
        matches!(self, Self::ServiceId | Self::ServiceDirectory | Self::SecretArg)
    }

    /// Options with the text in this place.
    pub fn options(self, text: &str) -> Options {
        let mut options = crate::options! { syntax: None };
        if self.is_for_railway() {
            options = Options::for_builder(Builder::parse("railway").unwrap());
            options.syntax = None;
            options.service_id = Some("4cb9c6c7".to_owned());
        }
        let text = text.to_owned();
        match self {
            Self::PlanName => options.files.plan = Some(text),
            Self::DockerfileName => options.files.dockerfile = text,
            Self::Argument => options.files.arguments = vec![text],
            Self::CachePrefix => options.cache_prefix = text,
            Self::PlatformCacheKey => options.platforms = vec!["linux/arm/v6".to_owned(), "linux/arm/v7".to_owned()],
            Self::Platform => options.platforms = vec!["linux/arm64".to_owned(), text],
            Self::Syntax => options.syntax = Some(text),
            Self::Mirror => options.mirrors = [("docker.io".to_owned(), text)].into(),
            Self::Pin => options.pins = [("debian".to_owned(), text)].into(),
            Self::SecretId => options.secret_ids = [("TOKEN".to_owned(), text)].into(),
            Self::SshId => options.ssh = Some(Ssh { id: text, steps: Vec::new() }),
            Self::ServiceId => options.service_id = Some(text),
            Self::BundleId => options.secret_mount = SecretMount::Bundle(text),
            Self::AssetPath | Self::AssetText => options.assets = Some(beside("files")),
            Self::AssetsDirectory => options.assets = Some(beside(&text)),
            Self::Append => options.append = Some(append("image.Dockerfile", &text)),
            Self::AppendPath => options.append = Some(append(&text, "LABEL a=b")),
            _ => self.set_image(text, &mut options.image),
        }
        options
    }

    fn set_image(self, text: String, image: &mut ImageOptions) {
        let pair = |name: &str, value: &str| [(name.to_owned(), value.to_owned())].into();
        match self {
            Self::Base => image.base = Some(text),
            Self::User => image.user = Some(text),
            Self::ImageVariable => image.env = pair("NAME", &text),
            Self::ImageVariableName => image.env = pair(&text, "value"),
            Self::Label => image.labels = pair("key", &text),
            Self::LabelKey => image.labels = pair(&text, "value"),
            Self::LabelArg => image.label_args = pair("key", &text),
            Self::Port => image.expose = vec![text],
            Self::Volume => image.volumes = vec![text],
            Self::Healthcheck => image.healthcheck = Some(Healthcheck::new(ImageCommand::Shell(text))),
            Self::HealthInterval => {
                let mut check = Healthcheck::new(ImageCommand::Shell("x".to_owned()));
                check.interval = Some(text);
                image.healthcheck = Some(check);
            }
            Self::StopSignal => image.stop_signal = Some(text),
            Self::Entrypoint => image.entrypoint = Some(ImageCommand::Exec(vec![text])),
            Self::StartOption => image.command = Some(ImageCommand::Shell(text)),
            _ => {}
        }
    }

    /// The path in the plan that a warning about the text has.
    pub fn path(self) -> &'static str {
        match self {
            Self::Variable => "steps[0].variables.NAME",
            Self::DeployVariable => "deploy.variables.NAME",
            Self::PathEntry => "steps[0].commands[1].path",
            Self::CacheDirectory => "caches.key.directory",
            Self::Asset | Self::AssetText => "steps[0].assets.asset",
            Self::Exclude => "exclude[0]",
            Self::Command | Self::Script => "steps[0].commands[0].cmd",
            Self::StartCommand => "deploy.startCommand",
            Self::VariableName => "steps[0].variables[",
            Self::ImageVariable | Self::ImageVariableName | Self::Label => "deploy",
            other => panic!("no text stays as it is in {other:?}"),
        }
    }
}
