//! Options of the transpiler.

use std::collections::{BTreeMap, BTreeSet};

/// The options. The defaults give the image that Railpack gives.
///
/// More may be added in a minor release. So start from the default:
///
/// ```
/// let mut options = railpack2docker::Options::default();
/// options.secrets_scope = railpack2docker::SecretsScope::Step;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[non_exhaustive]
pub struct Options {
    /// The image of the `# syntax=` line; `None` leaves the line out.
    pub syntax: Option<String>,
    /// The secrets that a command sees.
    pub secrets_scope: SecretsScope,
    /// Build without a missing secret, its variable empty, instead of failing.
    pub optional_secrets: bool,
    /// How a changed secret re-runs steps.
    pub secrets_hash: SecretsHash,
    /// Fail a build whose `SECRETS_HASH` is empty.
    pub require_secrets_hash: bool,
    /// How a command gets its secrets.
    pub secret_mount: SecretMount,
    /// The id of a secret in the build, by name, where it is not the name.
    pub secret_ids: BTreeMap<String, String>,
    /// The commands that can use the builder's SSH agent.
    pub ssh: Option<Ssh>,
    /// Mount an optional secret `GITHUB_TOKEN` for `mise install`.
    pub github_token: bool,
    /// The names of codes whose warnings are not reported.
    pub allow: BTreeSet<String>,
    /// The names of codes whose checks run only on request, to be run by `lint`.
    pub warn: BTreeSet<String>,
    /// A prefix for the id of every cache mount.
    pub cache_prefix: String,
    /// Treat unknown keys as errors.
    pub strict: bool,
    /// The version of the generated text.
    pub output_version: OutputVersion,
    /// The names of the files, for the header.
    pub files: Files,
}

/// A version of the generated text: the same plan and options give the same bytes of a version in
/// every release that knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OutputVersion {
    /// The text since 0.1.0.
    #[default]
    V1,
}

impl OutputVersion {
    /// All versions, the newest last.
    pub const ALL: [Self; 1] = [Self::V1];

    /// The version of a number; `None` for an unknown one.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }

    /// The number of the version, as for `--output-version`.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::V1 => 1,
        }
    }
}

/// The names of the files, for the header.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Files {
    /// The plan: a path relative to the Dockerfile's directory, or `None` for standard input.
    pub plan: Option<String>,
    /// The Dockerfile's name in its directory.
    pub dockerfile: String,
    /// The options of the command line that are not the default, each an argument.
    pub arguments: Vec<String>,
}

impl Files {
    /// The build context that Railpack uses, the plan's folder, relative to the Dockerfile.
    #[must_use]
    pub fn build_context(&self) -> &str {
        match self.plan.as_deref().and_then(|plan| plan.rsplit_once('/')) {
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
            None => ".",
        }
    }
}

/// An enum whose variants have names on a command line, and a line of help.
macro_rules! choices {
    ($(#[$meta:meta])* pub enum $enum:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $name:literal: $summary:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $enum { $($(#[$variant_meta])* #[doc = $summary] $variant,)+ }

        impl $enum {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// One line of help.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }

            /// The one of a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }
        }
    };
}

choices! {
    /// The secrets that a command sees.
    pub enum SecretsScope {
        #[default]
        Plan = "plan": "Every command sees every secret of the plan, as in Railpack",
        Step = "step": "A command sees only the secrets that its step lists",
    }
}

choices! {
    /// How a changed secret re-runs steps.
    pub enum SecretsHash {
        #[default]
        Layer = "layer": "A layer hashes the values: a changed secret re-runs the steps that list it",
        Arg = "arg": "The build arg itself is mounted: when it changes, all steps that list secrets re-run",
        Off = "off": "A changed secret re-runs nothing",
    }
}

/// How a command gets its secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// The steps whose commands can use it. Empty: all.
    pub steps: Vec<String>,
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
            warn: BTreeSet::new(),
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
            assert_eq!(OutputVersion::from_number(version.number()), Some(version));
        }
        assert_eq!(OutputVersion::from_number(0), None);
    }

    #[test]
    fn a_choice_has_the_name_that_it_is_found_by() {
        for scope in SecretsScope::ALL {
            assert_eq!(SecretsScope::from_name(scope.name()), Some(*scope));
        }
        assert_eq!(SecretsScope::from_name("Plan"), None);
    }
}
