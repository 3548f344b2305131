//! Options of the transpiler.

mod image;

use std::collections::{BTreeMap, BTreeSet};

pub use image::{Healthcheck, ImageCommand, ImageOptions};

use crate::builder::{Builder, Constructs, Secrets, StageMount};
use crate::diagnostic::OptionOrigin;

/// Options of the transpiler. The defaults reproduce the image that Railpack builds.
///
/// A minor release may add fields, so start from the default:
///
/// ```
/// let mut options = railpack2docker::Options::default();
/// options.secrets_scope = railpack2docker::SecretsScope::Step;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent options")]
#[non_exhaustive]
pub struct Options {
    /// The program that builds the Dockerfile. [`Options::for_builder`] has the defaults for it.
    pub builder: Builder,
    /// The image of the `# syntax=` line; `None` omits the line. Buildah and Podman have no such line.
    pub syntax: Option<String>,
    /// The secrets that a command can see.
    pub secrets_scope: SecretsScope,
    /// Set the variable of a missing secret to the empty string instead of failing the build.
    pub optional_secrets: bool,
    /// The mechanism that re-runs steps when a secret changes.
    pub secrets_hash: SecretsHash,
    /// The ID of a secret that is a key for the hash layer. The hash in the layer then reveals nothing about the
    /// secrets to anyone without the key.
    pub secrets_hash_key: Option<String>,
    /// Fail the build if `SECRETS_HASH` is empty.
    pub require_secrets_hash: bool,
    /// The way commands receive their secrets.
    pub secret_mount: SecretMount,
    /// Ids of secrets in the build, by secret name. The default id is the name.
    pub secret_ids: BTreeMap<String, String>,
    /// Access to the SSH agent that `docker build --ssh` exposes, if commands need it.
    pub ssh: Option<Ssh>,
    /// Mount an optional secret `GITHUB_TOKEN` for `mise install`.
    pub github_token: bool,
    /// Build the same image, bit for bit, from the same files: the times in it depend on nothing else.
    pub reproducible: bool,
    /// A directory to which the plan's files are written. By default, they are part of the Dockerfile.
    pub assets: Option<AssetsDirectory>,
    /// Instructions for the end of the image's stage.
    pub append: Option<AppendFile>,
    /// Names of codes whose warnings are suppressed.
    pub allow: BTreeSet<String>,
    /// Names of codes whose checks `lint` runs although they are off by default.
    pub warn: BTreeSet<String>,
    /// A prefix for the id of every cache mount.
    pub cache_prefix: String,
    /// The ID of the Railway service, which is part of the id of every cache mount there.
    pub service_id: Option<String>,
    /// The platforms to build for, such as `linux/arm64` or `linux/arm/v7`. If there are several, each of them has
    /// its own caches. If there are none, the builder chooses.
    pub platforms: Vec<String>,
    /// Registries to pull from instead: for the start of an image's name with its registry, the start that replaces it,
    /// such as `registry.example/ghcr` for `ghcr.io`. The longest one that fits is used.
    pub mirrors: BTreeMap<String, String>,
    /// The digests of images, by their names in the plan or in the options. An image with a digest in its name keeps
    /// that one.
    pub pins: BTreeMap<String, String>,
    /// Treat an image without a digest, in its name or in `pins`, as an error.
    pub locked: bool,
    /// Treat unknown keys as errors.
    pub strict: bool,
    /// Options of the final image.
    pub image: ImageOptions,
    /// The version of the generated text.
    pub output_version: OutputVersion,
    /// File names for the header.
    pub files: Files,
    /// For messages: where options are set, by their names without dashes.
    pub origins: BTreeMap<String, OptionOrigin>,
}

/// A version of the generated text. For a given version, the same plan and options give the same bytes in
/// every release that supports it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OutputVersion {
    /// The output since 0.1.0.
    #[default]
    V1,
}

impl OutputVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 1] = [Self::V1];

    /// The version with this number, or `None` if it is unknown.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }

    /// The number of the version, as passed to `--output-version`.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::V1 => 1,
        }
    }
}

/// File names for the header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Files {
    /// The path of the plan, relative to the Dockerfile's directory; `None` for standard input.
    pub plan: Option<String>,
    /// The build context, relative to the Dockerfile's directory; `None` for the directory of the plan.
    pub context: Option<String>,
    /// The file name of the Dockerfile.
    pub dockerfile: String,
    /// Command-line options that differ from their defaults, one argument each.
    pub arguments: Vec<String>,
}

impl Files {
    /// The build context, relative to the Dockerfile: the directory of the plan, as in Railpack, unless there is another.
    #[must_use]
    pub fn build_context(&self) -> &str {
        if let Some(context) = &self.context {
            return context;
        }
        match self.plan.as_deref().and_then(|plan| plan.rsplit_once('/')) {
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
            None => ".",
        }
    }
}

/// Defines an enum whose variants have a command-line name and a line of help.
macro_rules! choices {
    ($(#[$meta:meta])* pub enum $enum:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $name:literal: $summary:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $enum { $($(#[$variant_meta])* #[doc = $summary] $variant,)+ }

        impl $enum {
            /// All variants.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// A one-line summary for help texts.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }

            /// The variant with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }
        }
    };
}

choices! {
    /// The secrets that a command can see.
    pub enum SecretsScope {
        #[default]
        Plan = "plan": "Every command sees all secrets of the plan, as in Railpack",
        Step = "step": "Each command sees only the secrets that its step lists",
    }
}

choices! {
    /// The mechanism that re-runs steps when a secret changes.
    pub enum SecretsHash {
        #[default]
        Layer = "layer": "A layer hashes the values, so a changed secret re-runs the steps that list it",
        Arg = "arg": "The build arg itself is mounted, so changing it re-runs all steps that list secrets",
        Off = "off": "A changed secret re-runs nothing",
    }
}

/// The way commands receive their secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretMount {
    /// Each secret is mounted as an environment variable. Requires Dockerfile frontend 1.10 or
    /// Buildah 1.44.
    #[default]
    Env,
    /// Each secret is mounted as a file, which the command's shell reads into a variable.
    File,
    /// A single secret with this id: a script of exports, which the command's shell reads, and which checks itself.
    Bundle(String),
    /// Each secret is a build arg, for a builder that has no secret mounts. Its value is in the cache of the builder, and
    /// in the history of the stages whose commands see it.
    Arg,
}

/// Access to the SSH agent that `docker build --ssh` exposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    /// The id of the agent: `default`, unless the build uses another.
    pub id: String,
    /// The steps whose commands can use the agent. If empty, the commands of all steps can.
    pub steps: Vec<String>,
}

/// A directory for the plan's files. The Dockerfile copies them from there, and leaves the directory itself out of
/// the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetsDirectory {
    /// The path relative to the Dockerfile's directory.
    pub path: String,
    /// The path relative to the build context.
    pub path_in_context: String,
    /// Whether the files are part of the Dockerfile nevertheless, as for a temporary one. The image is the same.
    pub embedded: bool,
}

/// A file of instructions for the end of the image's stage. They can't end the stage, and can't need more than the
/// command in the header passes to the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendFile {
    /// The path relative to the Dockerfile, for the comment above the instructions.
    pub path: String,
    /// The name of the file in messages.
    pub name: String,
    /// The content.
    pub text: String,
}

impl Options {
    /// The defaults for a builder: those of Docker, or the nearest that the builder can do.
    ///
    /// Commands get secrets from files if it can't mount them as variables, and as build args if it can't mount them at
    /// all. A build arg re-runs the commands that see it, so these are only those of the steps that list the secret, and
    /// no hash is needed. The hash is a build arg if stages can't be mounted.
    #[must_use]
    pub fn for_builder(builder: Builder) -> Self {
        let syntax = builder.default_syntax().map(str::to_owned);
        let options = Self { builder, syntax, ..Self::default() };
        let constructs = options.constructs();
        let secret_mount = match constructs.secrets {
            Secrets::BuildArgs => SecretMount::Arg,
            Secrets::Mounts if constructs.secret_variables => SecretMount::Env,
            Secrets::Mounts => SecretMount::File,
        };
        let (secrets_scope, secrets_hash) = match (&secret_mount, constructs.stage_mount) {
            (SecretMount::Arg, _) => (SecretsScope::Step, SecretsHash::Off),
            (_, StageMount::Missing) => (SecretsScope::Plan, SecretsHash::Arg),
            (_, StageMount::InKey | StageMount::NotInKey) => (SecretsScope::Plan, SecretsHash::Layer),
        };
        Self { secrets_scope, secrets_hash, secret_mount, ..options }
    }

    /// The constructs that the text can use.
    #[must_use]
    pub fn constructs(&self) -> Constructs {
        self.builder.constructs(self.syntax.as_deref())
    }
}

impl Default for Options {
    fn default() -> Self {
        let builder = Builder::default();
        Self {
            builder,
            syntax: builder.default_syntax().map(str::to_owned),
            secrets_scope: SecretsScope::default(),
            optional_secrets: false,
            secrets_hash: SecretsHash::default(),
            secrets_hash_key: None,
            require_secrets_hash: false,
            secret_mount: SecretMount::default(),
            secret_ids: BTreeMap::new(),
            ssh: None,
            github_token: false,
            reproducible: false,
            assets: None,
            append: None,
            allow: BTreeSet::new(),
            warn: BTreeSet::new(),
            cache_prefix: String::new(),
            service_id: None,
            platforms: Vec::new(),
            mirrors: BTreeMap::new(),
            pins: BTreeMap::new(),
            locked: false,
            strict: false,
            image: ImageOptions::default(),
            output_version: OutputVersion::default(),
            files: Files::default(),
            origins: BTreeMap::new(),
        }
    }
}

impl Default for Files {
    fn default() -> Self {
        Self {
            plan: Some("railpack-plan.json".to_owned()),
            context: None,
            dockerfile: "Dockerfile".to_owned(),
            arguments: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_version_is_the_default_and_numbers_round_trip() {
        assert_eq!(OutputVersion::ALL.last(), Some(&OutputVersion::default()));
        assert!(OutputVersion::ALL.is_sorted());
        for version in OutputVersion::ALL {
            assert_eq!(OutputVersion::from_number(version.number()), Some(version));
        }
        assert_eq!(OutputVersion::from_number(0), None);
    }

    #[test]
    fn names_of_choices_round_trip() {
        for scope in SecretsScope::ALL {
            assert_eq!(SecretsScope::from_name(scope.name()), Some(*scope));
        }
        assert_eq!(SecretsScope::from_name("Plan"), None);
    }
}
