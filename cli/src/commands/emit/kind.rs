//! The kinds of files, and what each can express.

use clap::ValueEnum;

/// A kind of file that builds Dockerfiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// A file for `docker buildx bake`, in HCL or JSON [docker-bake.hcl]
    Bake,
    /// A Compose file [compose.yaml]
    Compose,
    /// A workflow of GitHub Actions [.github/workflows/images.yml]
    Github,
    /// Jobs of GitLab CI [.gitlab-ci.yml]
    Gitlab,
    /// The build section of Fly.io's config file [fly.toml]
    Fly,
    /// A shell script [build.sh]
    Sh,
    /// Jobs of Kubernetes, with rootless BuildKit [build-job.yaml]
    Kubernetes,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bake => "bake",
            Self::Compose => "compose",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Fly => "fly",
            Self::Sh => "sh",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// The usual name of the file, in the directory that its paths are relative to.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Bake => "docker-bake.hcl",
            Self::Compose => "compose.yaml",
            Self::Github => ".github/workflows/images.yml",
            Self::Gitlab => ".gitlab-ci.yml",
            Self::Fly => "fly.toml",
            Self::Sh => "build.sh",
            Self::Kubernetes => "build-job.yaml",
        }
    }

    /// Whether the paths in the file are relative to the root of the repository, not to the file.
    pub(super) fn is_of_repository(self) -> bool {
        matches!(self, Self::Github | Self::Gitlab | Self::Kubernetes)
    }

    /// Whether a shell of the user's choice builds the images, and not `BuildKit` alone.
    pub(super) fn runs_any_builder(self) -> bool {
        matches!(self, Self::Gitlab | Self::Sh)
    }

    /// Whether the file can forward an SSH agent.
    pub(super) fn has_ssh(self) -> bool {
        !matches!(self, Self::Fly | Self::Kubernetes)
    }

    /// Whether the file can set the exporter of the image, which rewrites times.
    pub(super) fn has_exporter(self) -> bool {
        !matches!(self, Self::Fly | Self::Compose)
    }

    /// Whether the file can build for a platform of choice.
    pub(super) fn has_platforms(self) -> bool {
        self != Self::Fly
    }

    /// Whether the file can read and write a cache in a registry.
    pub(super) fn has_cache(self) -> bool {
        self != Self::Fly
    }
}
