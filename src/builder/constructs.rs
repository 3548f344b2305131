//! The constructs of Dockerfiles that a builder may lack, or interpret differently from others.

use std::fmt;

/// The constructs of a builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties")]
#[non_exhaustive]
pub struct Constructs {
    /// The `# syntax=` line, which names a frontend that replaces the builder's own.
    pub syntax_line: bool,
    /// `COPY --link`, with or without an effect.
    pub link: bool,
    /// `COPY --exclude`.
    pub exclude: Exclude,
    /// `COPY --parents`.
    pub parents: bool,
    /// A wildcard of COPY that matches nothing. Without this, it fails the build.
    pub empty_matches: bool,
    /// `COPY <<EOF`.
    pub heredoc: Heredoc,
    /// The way that commands get secrets.
    pub secrets: Secrets,
    /// `RUN --mount=type=secret,env=…`.
    pub secret_variables: bool,
    /// `RUN --mount=type=secret,required=true`.
    pub required_secrets: bool,
    /// Nothing but mounted secrets in `/run/secrets`.
    pub only_secrets: bool,
    /// `RUN --mount=type=bind,from=STAGE`.
    pub stage_mount: StageMount,
    /// `RUN --mount=type=ssh`.
    pub ssh_mounts: bool,
    /// The IDs of `RUN --mount=type=cache`.
    pub cache_ids: CacheIds,
    /// `HEALTHCHECK` and `SHELL`, in the default format of images.
    pub docker_settings: bool,
    /// An image for several platforms, in one build.
    pub several_platforms: bool,
    /// `# check=` lines.
    pub checks: bool,
    /// A reproducible image: the times of its files are rewritten.
    pub rewritten_times: bool,
}

/// The meaning of the patterns of `COPY --exclude`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exclude {
    /// The flag is unknown.
    Missing,
    /// They are relative to the directory that is copied.
    Directory,
    /// They are relative to the root of the stage or of the build context.
    Root,
}

/// The way that the content of a heredoc becomes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heredoc {
    /// Every byte is kept.
    Exact,
    /// Carriage returns at the ends of lines are lost.
    LineFeeds,
}

/// The way that a command gets its secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Secrets {
    /// `RUN --mount=type=secret`.
    Mounts,
    /// `ARG`. The values are part of the cache keys of the commands after it, and of the history of the stage.
    BuildArgs,
}

/// The IDs that cache mounts can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheIds {
    /// Any, with the values of build args.
    Any,
    /// `s/SERVICE-TARGET`, without build args.
    OfService,
}

/// The effect of a mounted stage on the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageMount {
    /// The mounted files are part of the cache key of a RUN.
    InKey,
    /// They are not: a RUN is cached even if they have changed.
    NotInKey,
    /// The mount is ignored.
    Missing,
}

impl fmt::Display for Exclude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no",
            Self::Directory => "relative to the copied directory",
            Self::Root => "relative to the root",
        })
    }
}

impl fmt::Display for Heredoc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::LineFeeds => "without carriage returns",
        })
    }
}

impl fmt::Display for StageMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InKey => "in the cache key",
            Self::NotInKey => "not in the cache key",
            Self::Missing => "no",
        })
    }
}

impl fmt::Display for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mounts => "mounts",
            Self::BuildArgs => "build args",
        })
    }
}

impl fmt::Display for CacheIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::OfService => "`s/SERVICE-TARGET`",
        })
    }
}

impl Constructs {
    /// The constructs as a table has them: a name, and whether or how the builder has it.
    #[must_use]
    pub fn cells(&self) -> Vec<(&'static str, String)> {
        let yes = |has: bool| if has { "yes" } else { "no" }.to_owned();
        vec![
            ("`# syntax=`", yes(self.syntax_line)),
            ("`COPY --link`", yes(self.link)),
            ("`COPY --exclude`", self.exclude.to_string()),
            ("`COPY --parents`", yes(self.parents)),
            ("wildcard without a match", yes(self.empty_matches)),
            ("`COPY <<EOF`", self.heredoc.to_string()),
            ("secrets", self.secrets.to_string()),
            ("secret mount as a variable", yes(self.secret_variables)),
            ("required secret", yes(self.required_secrets)),
            ("only secrets in `/run/secrets`", yes(self.only_secrets)),
            ("bind mount from a stage", self.stage_mount.to_string()),
            ("SSH mount", yes(self.ssh_mounts)),
            ("ID of a cache mount", self.cache_ids.to_string()),
            ("`HEALTHCHECK` and `SHELL` by default", yes(self.docker_settings)),
            ("several platforms", yes(self.several_platforms)),
            ("`# check=`", yes(self.checks)),
            ("`--reproducible`", yes(self.rewritten_times)),
        ]
    }
}
