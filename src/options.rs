//! What can be chosen when a plan is transpiled.

use std::collections::{BTreeMap, BTreeSet};

/// Choices. The defaults give what Railpack gives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// The image of the `# syntax=` line; `None` leaves the line out.
    pub syntax: Option<String>,
    /// Which secrets a command sees.
    pub secrets_scope: SecretsScope,
    /// Whether a build without one of the secrets goes on, the variable empty.
    pub optional_secrets: bool,
    /// How a changed secret makes steps run again.
    pub secrets_hash: SecretsHash,
    /// Whether a build with an empty `SECRETS_HASH` fails.
    pub require_secrets_hash: bool,
    /// How a command gets its secrets.
    pub secret_mount: SecretMount,
    /// What a secret is called in the build, where that is not its name: name to id.
    pub secret_ids: BTreeMap<String, String>,
    /// Which commands can use the builder's SSH agent.
    pub ssh: Option<Ssh>,
    /// Whether `mise install` gets an optional secret `GITHUB_TOKEN`.
    pub github_token: bool,
    /// Codes of warnings that are not given.
    pub allow: BTreeSet<String>,
    /// Goes in front of the id of every cache mount.
    pub cache_prefix: String,
    /// Whether a key that nobody knows is an error.
    pub strict: bool,
    /// Which text the plan becomes.
    pub output_version: OutputVersion,
    /// What the header says about the files.
    pub files: Files,
}

/// A version of the generated text: the same plan and options give the same bytes of a version in
/// every release that knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum OutputVersion {
    /// The text since 0.1.0
    #[default]
    #[cfg_attr(feature = "cli", value(name = "1"))]
    V1,
}

impl OutputVersion {
    /// All versions, the newest last.
    pub const ALL: [Self; 1] = [Self::V1];

    /// The version that a number means; `None` where there is none of this number.
    #[must_use]
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }

    /// What `--output-version` calls it.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::V1 => 1,
        }
    }
}

/// The names of the files, for the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The plan: a path relative to the Dockerfile's directory, or `None` for standard input.
    pub plan: Option<String>,
    /// The Dockerfile's name in its directory.
    pub dockerfile: String,
    /// The options of the command line that are not the default, each an argument.
    pub arguments: Vec<String>,
}

/// Which secrets a command sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum SecretsScope {
    /// Every command sees every secret of the plan, as in Railpack
    #[default]
    Plan,
    /// A command sees the secrets that its step lists
    Step,
}

/// How a command gets its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SecretMount {
    /// Each mounted as an environment variable. Needs Dockerfile 1.10 or Buildah 1.44.
    #[default]
    Env,
    /// Each mounted as a file, which the command's shell reads into a variable.
    File,
    /// One secret of this id: a script of exports in base64, which the command's shell runs.
    Bundle(String),
}

/// Access to the builder's SSH agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh {
    /// The id of the agent: `default` unless the build names another.
    pub id: String,
    /// The steps whose commands have it. Empty: all.
    pub steps: Vec<String>,
}

/// How a changed secret makes steps run again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum SecretsHash {
    /// A layer hashes the values: steps that list a changed secret run again
    #[default]
    Layer,
    /// The build arg itself is mounted: steps that list secrets run again when it changes
    Arg,
    /// No step runs again
    Off,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            syntax: Some("docker/dockerfile:1".to_owned()),
            secrets_scope: SecretsScope::default(),
            optional_secrets: false,
            secrets_hash: SecretsHash::default(),
            require_secrets_hash: false,
            secret_mount: SecretMount::default(),
            secret_ids: BTreeMap::new(),
            ssh: None,
            github_token: false,
            allow: BTreeSet::new(),
            cache_prefix: String::new(),
            strict: false,
            output_version: OutputVersion::default(),
            files: Files::default(),
        }
    }
}

impl Default for Files {
    fn default() -> Self {
        Self { plan: Some("railpack-plan.json".to_owned()), dockerfile: "Dockerfile".to_owned(), arguments: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_the_default_and_each_has_its_number() {
        assert_eq!(OutputVersion::ALL.last(), Some(&OutputVersion::default()));
        assert!(OutputVersion::ALL.is_sorted());
        for version in OutputVersion::ALL {
            assert_eq!(OutputVersion::of(version.number()), Some(version));
        }
        assert_eq!(OutputVersion::of(0), None);
    }
}
