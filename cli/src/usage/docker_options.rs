//! The options of `docker buildx build`, which are not options of `build`.

/// An option.
pub(super) struct DockerOption {
    pub(super) name: &'static str,
    /// Whether its value is shown: it is not a secret.
    pub(super) is_public: bool,
}

/// From `docker buildx build --help` of buildx 0.29.
const OPTIONS: &[DockerOption] = &[
    option("--add-host"),
    option("--annotation"),
    option("--attest"),
    option("--build-arg"),
    option("--build-context"),
    option("--builder"),
    option("--cache-from"),
    option("--cache-to"),
    option("--call"),
    option("--cgroup-parent"),
    option("-D"),
    option("--debug"),
    option("--iidfile"),
    option("--load"),
    option("--metadata-file"),
    public("--network"),
    option("--no-cache"),
    option("--no-cache-filter"),
    option("-o"),
    option("--output"),
    public("--platform"),
    public("--progress"),
    option("--provenance"),
    option("--pull"),
    option("--push"),
    option("-q"),
    option("--quiet"),
    option("--sbom"),
    option("--shm-size"),
    public("-t"),
    public("--tag"),
    public("--target"),
    option("--ulimit"),
];

const fn option(name: &'static str) -> DockerOption {
    DockerOption { name, is_public: false }
}

const fn public(name: &'static str) -> DockerOption {
    DockerOption { name, is_public: true }
}

/// The option with this name.
pub(super) fn docker_option(name: &str) -> Option<&'static DockerOption> {
    OPTIONS.iter().find(|option| option.name == name)
}
