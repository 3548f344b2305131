//! The `--mount` flags of RUN.

use std::fmt;
use std::sync::Arc;

use super::spelling::{Inexpressible, escape, flag_text, fold};
use super::{Assignment, PlatformArg, SecretFile, StageName};

/// A `key=value` field of a `--mount`. Cheap to clone: every command mounts the same secrets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MountField(Arc<str>);

impl MountField {
    /// Spells a field with a literal value: escaped first for the lexer that expands variables, then as a
    /// CSV field, then as a word of a flag.
    ///
    /// # Errors
    /// Control characters and non-ASCII characters: flags are read byte by byte. A value that exceeds
    /// the line limit and can't be folded.
    pub(crate) fn new(key: &str, value: &str) -> Result<Self, Inexpressible> {
        Self::with_suffix(key, value, "")
    }

    /// Spells a field with a literal value, followed by a dash and the values of build args of this stage. Without
    /// args, the value is all.
    ///
    /// # Errors
    /// Those of [`MountField::new`].
    pub(crate) fn for_platform(key: &str, value: &str, args: &[PlatformArg]) -> Result<Self, Inexpressible> {
        let dash = if args.is_empty() { "" } else { "-" };
        let args = args.iter().map(|arg| format!("${arg}"));
        Self::with_suffix(key, value, &[dash.to_owned()].into_iter().chain(args).collect::<String>())
    }

    /// Spells a field with a literal value and a suffix in which variables are expanded.
    fn with_suffix(key: &str, value: &str, suffix: &str) -> Result<Self, Inexpressible> {
        flag_text(value, "a mount")?;
        let literal = escape(value, &['\\', '$', '\'', '"']);
        // quotes are easier to read than a backslash, if nothing else needs one
        let spelled = if literal == value && value.contains(' ') && !value.contains(',') {
            format!("{key}=\"{value}{suffix}\"")
        } else {
            flag_word(&csv_field(&format!("{key}={literal}{suffix}")))
        };
        Ok(Self(fold(spelled)?.into()))
    }

    /// A field that refers to a build arg of this stage.
    #[must_use]
    pub(crate) fn from_arg(key: &str, arg: &Assignment) -> Self {
        Self(format!("{key}=${}", arg.name()).into())
    }
}

impl fmt::Display for MountField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Spells a field of the comma-separated values of mounts and of `docker build --secret`.
#[must_use]
pub(crate) fn csv_field(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) || field.starts_with([' ', '\t']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn flag_word(word: &str) -> String {
    escape(word, &[' ', '\'', '"', '\\'])
}

/// The sharing mode of a cache mount that several builds use at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sharing {
    /// The builds all write to the cache at the same time.
    Shared,
    /// The builds wait for each other.
    Locked,
}

impl fmt::Display for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shared => "shared",
            Self::Locked => "locked",
        })
    }
}

/// The place where a command finds a mounted secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SecretTarget {
    /// `env=…`
    Variable(MountField),
    /// A file.
    File(SecretFile),
}

impl SecretTarget {
    /// The field of the mount, unless it is BuildKit's default.
    pub(crate) fn field(&self) -> Option<&MountField> {
        match self {
            Self::Variable(field) => Some(field),
            Self::File(file) => file.target(),
        }
    }
}

/// A `--mount` of a RUN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mount {
    /// A directory that persists across builds.
    Cache {
        /// `id=…`
        id: MountField,
        /// `target=…`
        target: MountField,
        /// `sharing=…`
        sharing: Sharing,
    },
    /// A secret.
    Secret {
        /// `id=…`
        id: MountField,
        /// The place where the command finds it.
        target: SecretTarget,
        /// Whether the build fails if the secret is missing. BuildKit's default is `false`.
        required: bool,
    },
    /// The SSH agent that `docker build --ssh` exposes.
    Ssh {
        /// `id=…`, if it is not the default.
        id: Option<MountField>,
    },
    /// The file of a hash stage, mounted so that its content is part of the cache key.
    SecretsHash {
        /// The stage that contains `/secrets-hash`.
        from: StageName,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (value, spelled) in [
            ("npm-install", "id=npm-install"),
            ("x:y", "id=x:y"),
            ("/my cache", r#"id="/my cache""#),
            ("/my $cache", r"id=/my\ \\$cache"),
            ("weird,comma", r#"\"id=weird,comma\""#),
            ("$x", r"id=\\$x"),
            (r#"a"b"#, r#"\"id=a\\\"\"b\""#),
        ] {
            assert_eq!(MountField::new("id", value).unwrap().to_string(), spelled);
        }
        assert!(MountField::new("target", "/é").is_err());
        assert!(MountField::new("target", "/a\nb").is_err());
    }

    #[test]
    fn fields_for_platforms() {
        use PlatformArg::{Architecture, Variant};
        for (value, args, spelled) in [
            ("npm", &[][..], "id=npm"),
            ("npm", &[Architecture], "id=npm-$TARGETARCH"),
            ("npm", &[Architecture, Variant], "id=npm-$TARGETARCH$TARGETVARIANT"),
            ("/my cache", &[Architecture], r#"id="/my cache-$TARGETARCH""#),
            ("x,y", &[Architecture], r#"\"id=x,y-$TARGETARCH\""#),
            ("$x", &[Architecture], r"id=\\$x-$TARGETARCH"),
        ] {
            assert_eq!(MountField::for_platform("id", value, args).unwrap().to_string(), spelled);
        }
        assert!(MountField::for_platform("id", "é", &[Architecture]).is_err());
    }
}
