//! The table of builders: the constructs of each version that changed some of them.

use super::constructs::{CacheIds, Constructs, Exclude, Heredoc, Secrets, StageMount};
use super::{Program, Version};

/// The constructs of a builder since a version of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The builder.
    pub program: Program,
    /// The first version with these constructs.
    pub since: Version,
    /// The version of the part that reads Dockerfiles.
    pub reader: &'static str,
    /// The constructs.
    pub constructs: Constructs,
}

const DOCKERFILE_1_4: Constructs = Constructs {
    syntax_line: true,
    link: true,
    exclude: Exclude::Missing,
    parents: false,
    empty_matches: true,
    heredoc: Heredoc::Exact,
    secrets: Secrets::Mounts,
    secret_variables: false,
    required_secrets: true,
    only_secrets: true,
    stage_mount: StageMount::InKey,
    ssh_mounts: true,
    cache_ids: CacheIds::Any,
    docker_settings: true,
    several_platforms: true,
    checks: false,
    rewritten_times: true,
};

const DOCKERFILE_1_10: Constructs = Constructs { secret_variables: true, checks: true, ..DOCKERFILE_1_4 };

const DOCKERFILE_1_19: Constructs = Constructs { exclude: Exclude::Directory, ..DOCKERFILE_1_10 };

const DOCKERFILE_1_20: Constructs = Constructs { parents: true, ..DOCKERFILE_1_19 };

const BUILDAH_1_33: Constructs = Constructs {
    syntax_line: false,
    link: false,
    exclude: Exclude::Missing,
    parents: false,
    empty_matches: false,
    heredoc: Heredoc::LineFeeds,
    secrets: Secrets::Mounts,
    secret_variables: false,
    required_secrets: true,
    // `mounts.conf` of containers-common mounts the subscriptions of a RHEL host there
    only_secrets: false,
    // buildah issue 6609
    stage_mount: StageMount::NotInKey,
    ssh_mounts: true,
    cache_ids: CacheIds::Any,
    docker_settings: false,
    several_platforms: true,
    checks: false,
    rewritten_times: false,
};

// buildah pull request 5733, and CHANGELOG.md in buildah for this version and those below
const BUILDAH_1_38: Constructs = Constructs { exclude: Exclude::Root, ..BUILDAH_1_33 };

const BUILDAH_1_41: Constructs = Constructs { link: true, ..BUILDAH_1_38 };

// Since pull request 6729, the patterns are relative to the root and to the source, but to the source only if that is
// relative. Pull request 6845 adds the mounted files to the cache key, but the form for the versions without it is right
// with it, too.
const BUILDAH_1_44: Constructs = Constructs { secret_variables: true, ..BUILDAH_1_41 };

// `runCommandWithFlags` in `pkg/commands/run.go` of osscontainertools/kaniko: it mounts secrets by default since 1.27,
// skips `from=STAGE` with a warning, and has no SSH. `pkg/commands/copy.go` ignores flags such as `--exclude`, and
// `IsSrcsValid` in `pkg/util/command_util.go` accepts a wildcard without a match.
const KANIKO_1_27: Constructs = Constructs {
    syntax_line: false,
    link: false,
    exclude: Exclude::Missing,
    parents: false,
    empty_matches: true,
    heredoc: Heredoc::Exact,
    secrets: Secrets::Mounts,
    secret_variables: true,
    required_secrets: true,
    // Kubernetes mounts the token of the service account below `/var/run/secrets`
    only_secrets: false,
    stage_mount: StageMount::Missing,
    ssh_mounts: false,
    cache_ids: CacheIds::Any,
    docker_settings: true,
    several_platforms: false,
    checks: false,
    rewritten_times: false,
};

// `content/docs/builds/dockerfiles.md` and `content/guides/build-time-vs-runtime-secrets.md` in railwayapp/docs
const RAILWAY: Constructs = Constructs {
    secrets: Secrets::BuildArgs,
    secret_variables: false,
    required_secrets: false,
    ssh_mounts: false,
    cache_ids: CacheIds::OfService,
    several_platforms: false,
    rewritten_times: false,
    ..DOCKERFILE_1_19
};

const fn row(program: Program, since: (u32, u32), reader: &'static str, constructs: Constructs) -> Row {
    Row { program, since: Version { major: since.0, minor: since.1 }, reader, constructs }
}

/// All rows, those of a builder together, oldest first. Docker contains `BuildKit` (`vendor.mod` in moby), which contains
/// a frontend; Podman contains Buildah (`go.mod` in podman). The pull requests update these, or announce it.
pub const ROWS: &[Row] = &[
    // BuildKit 0.10: moby pull request 44456
    row(Program::Docker, (23, 0), "Dockerfile 1.4", DOCKERFILE_1_4),
    // BuildKit 0.16: moby 48469
    row(Program::Docker, (27, 3), "Dockerfile 1.10", DOCKERFILE_1_10),
    // BuildKit 0.25: moby 51074
    row(Program::Docker, (28, 5), "Dockerfile 1.19", DOCKERFILE_1_19),
    // BuildKit 0.26: moby 51821
    row(Program::Docker, (29, 2), "Dockerfile 1.20", DOCKERFILE_1_20),
    row(Program::BuildKit, (0, 10), "Dockerfile 1.4", DOCKERFILE_1_4),
    row(Program::BuildKit, (0, 16), "Dockerfile 1.10", DOCKERFILE_1_10),
    row(Program::BuildKit, (0, 25), "Dockerfile 1.19", DOCKERFILE_1_19),
    row(Program::BuildKit, (0, 26), "Dockerfile 1.20", DOCKERFILE_1_20),
    row(Program::Buildah, (1, 33), "Buildah 1.33", BUILDAH_1_33),
    row(Program::Buildah, (1, 38), "Buildah 1.38", BUILDAH_1_38),
    row(Program::Buildah, (1, 41), "Buildah 1.41", BUILDAH_1_41),
    row(Program::Buildah, (1, 44), "Buildah 1.44", BUILDAH_1_44),
    // buildah.io pull request 113
    row(Program::Podman, (4, 8), "Buildah 1.33", BUILDAH_1_33),
    // podman pull request 25069
    row(Program::Podman, (5, 3), "Buildah 1.38", BUILDAH_1_38),
    // podman 26828
    row(Program::Podman, (5, 6), "Buildah 1.41", BUILDAH_1_41),
    row(Program::Kaniko, (1, 27), "kaniko 1.27", KANIKO_1_27),
    row(Program::Railway, (0, 0), "Railway", RAILWAY),
];

/// The newest version of Podman whose Buildah is known, 1.43 (podman pull request 28039). The next one has a row of its
/// own: Podman 6.0 contains Buildah 1.44 (`RELEASE_NOTES.md` in podman).
pub(super) const NEWEST_PODMAN: Version = Version { major: 5, minor: 8 };

/// The constructs of Docker without a version: those that every supported frontend has.
pub(super) const DOCKER: Constructs = DOCKERFILE_1_19;

/// The constructs of the newest frontend.
pub(super) const NEWEST_FRONTEND: Constructs = DOCKERFILE_1_20;

/// The constructs of a frontend with this version.
pub(super) fn frontend(version: Version) -> Constructs {
    let rows: [((u32, u32), Constructs); 4] =
        [((1, 20), DOCKERFILE_1_20), ((1, 19), DOCKERFILE_1_19), ((1, 10), DOCKERFILE_1_10), ((1, 0), DOCKERFILE_1_4)];
    let known = rows.into_iter().find(|((major, minor), _)| Version { major: *major, minor: *minor } <= version);
    known.map_or(DOCKERFILE_1_4, |(_, constructs)| constructs)
}
