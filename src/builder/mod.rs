//! Builders: the programs that build a Dockerfile, and the constructs that each of their versions has.

mod constructs;
mod rows;

use std::fmt;

pub use constructs::{CacheIds, Constructs, Exclude, Heredoc, Secrets, StageMount};
pub use rows::{ROWS, Row};

use crate::diagnostic::{Code, Diagnostic};

/// The option for messages.
const OPTION: &str = "builder";

/// A program that builds Dockerfiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Program {
    /// Docker, with `BuildKit`.
    #[default]
    Docker,
    /// `BuildKit`, with a buildx builder or `buildctl`.
    BuildKit,
    /// Buildah.
    Buildah,
    /// Podman, which contains Buildah.
    Podman,
    /// The maintained fork of kaniko, osscontainertools/kaniko.
    Kaniko,
    /// Railway, a platform that builds Dockerfiles with `BuildKit`.
    Railway,
}

impl Program {
    /// All programs.
    pub const ALL: [Self; 6] = [Self::Docker, Self::BuildKit, Self::Buildah, Self::Podman, Self::Kaniko, Self::Railway];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::BuildKit => "buildkit",
            Self::Buildah => "buildah",
            Self::Podman => "podman",
            Self::Kaniko => "kaniko",
            Self::Railway => "railway",
        }
    }

    /// Whether `BuildKit` builds the image.
    #[must_use]
    pub const fn is_buildkit(self) -> bool {
        matches!(self, Self::Docker | Self::BuildKit | Self::Railway)
    }
}

/// A version without its patch level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl Version {
    /// Parses `1.43`, `v1.43.2` or `28`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > 3 || !parts.iter().all(|part| is_number(part)) {
            return None;
        }
        let number = |at: usize| parts.get(at).map_or(Some(0), |part| part.parse().ok());
        Some(Self { major: number(0)?, minor: number(1)? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A builder and, if it is known, its version. The default is Docker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Builder {
    program: Program,
    version: Option<Version>,
}

impl Builder {
    /// Parses `NAME` or `NAME@VERSION`.
    ///
    /// # Errors
    /// An unknown name, a malformed version, a version that is too old or, for Podman, too new, and a missing version
    /// of a builder whose versions interpret the same text differently.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
        let Some(program) = Program::ALL.into_iter().find(|program| program.name() == name) else {
            let names = || Program::ALL.into_iter().map(Program::name);
            return Err(invalid(format!("unknown builder `{name}`")).with_choice(name, names(), "the builders"));
        };
        let version = version.map(|version| parse_version(program, version)).transpose()?;
        if version.is_none() && matches!(program, Program::Buildah | Program::Podman) {
            let message = format!("`--builder {name}` requires a version: excluded files differ between versions");
            let example = example(program);
            let help = format!("pass the version that `{name} --version` prints, such as `--builder {name}@{example}`");
            return Err(invalid(message).with_help(help));
        }
        Ok(Self { program, version })
    }

    /// The program.
    #[must_use]
    pub fn program(self) -> Program {
        self.program
    }

    /// Whether Docker builds the image, alone or with a builder of buildx.
    #[must_use]
    pub fn is_docker(self) -> bool {
        matches!(self.program, Program::Docker | Program::BuildKit)
    }

    /// The image of the `# syntax=` line by default. With a version, the builder's own frontend reads the text.
    #[must_use]
    pub fn default_syntax(self) -> Option<&'static str> {
        (self.program.is_buildkit() && self.version.is_none()).then_some("docker/dockerfile:1")
    }

    /// The constructs of a text with this image in its `# syntax=` line.
    #[must_use]
    pub fn constructs(self, syntax: Option<&str>) -> Constructs {
        match (self.program, self.version, syntax) {
            (Program::Docker, None, _) => rows::DOCKER,
            (Program::Docker | Program::BuildKit, _, Some(image)) => frontend_of(image),
            (_, version, _) => self.row_of(version).map_or(rows::DOCKER, |row| row.constructs),
        }
    }

    /// The newest row that is not newer than a version, or the newest one of all.
    fn row_of(self, version: Option<Version>) -> Option<&'static Row> {
        self.rows().filter(|row| version.is_none_or(|version| row.since <= version)).last()
    }

    fn rows(self) -> impl Iterator<Item = &'static Row> {
        ROWS.iter().filter(move |row| row.program == self.program)
    }

    /// The oldest version of this builder with a construct, such as `buildah@1.44`.
    #[must_use]
    pub fn first_with(self, has: impl Fn(&Constructs) -> bool) -> Option<String> {
        self.rows().find(|row| has(&row.constructs)).map(|row| format!("{}@{}", self.program.name(), row.since))
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program.name())?;
        self.version.map_or(Ok(()), |version| write!(f, "@{version}"))
    }
}

fn invalid(message: String) -> Diagnostic {
    Diagnostic::new(Code::InvalidOption, message).about_option(OPTION)
}

/// Parses a version, and checks that it is supported.
fn parse_version(program: Program, text: &str) -> Result<Version, Diagnostic> {
    let name = program.name();
    if program == Program::Railway {
        return Err(invalid("`railway` has no versions".to_owned()).with_help("pass `--builder railway`"));
    }
    let Some(version) = Version::parse(text) else {
        let message = format!("invalid version `{text}` of `{name}`");
        return Err(invalid(message).with_help(format!("write it as in `--builder {name}@{}`", example(program))));
    };
    let oldest = ROWS.iter().find(|row| row.program == program).map(|row| row.since);
    if let Some(oldest) = oldest.filter(|oldest| version < *oldest) {
        let lacks = if program == Program::Kaniko { "secret mounts" } else { "heredocs" };
        let message = format!("`{name}@{version}` is too old: its Dockerfiles lack {lacks}");
        return Err(invalid(message).with_help(format!("use `{name}` {oldest} or newer")));
    }
    if program == Program::Podman && version > rows::NEWEST_PODMAN {
        let message = format!("`podman@{version}` is too new: its version of Buildah is unknown");
        let help = "pass the version that `podman info --format '{{.Host.BuildahVersion}}'` prints, as `--builder buildah@VERSION`";
        return Err(invalid(message).with_help(help));
    }
    Ok(version)
}

/// A version for messages.
const fn example(program: Program) -> &'static str {
    match program {
        Program::Docker => "28.5",
        Program::BuildKit => "0.26",
        Program::Buildah => "1.43",
        Program::Podman => "5.8",
        Program::Kaniko => "1.27",
        // it has no versions
        Program::Railway => "1",
    }
}

/// The constructs of a frontend by the tag of its image. A tag that is not a version with two numbers is the newest of
/// its kind.
fn frontend_of(image: &str) -> Constructs {
    let tag = image.split('@').next().and_then(|name| name.rsplit('/').next()?.split_once(':')).map(|(_, tag)| tag);
    let version = tag.filter(|tag| tag.contains('.')).and_then(|tag| Version::parse(tag.split('-').next()?));
    version.map_or(rows::NEWEST_FRONTEND, rows::frontend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let found = Builder::parse(text).unwrap_err();
        assert_eq!(found.code, Code::InvalidOption);
        format!("{}; {}", found.message, found.help.unwrap_or_default())
    }

    #[test]
    fn versions() {
        for (text, version) in [
            ("1.43", Some((1, 43))),
            ("v0.26.3", Some((0, 26))),
            ("28", Some((28, 0))),
            ("", None),
            ("1.", None),
            ("1.x", None),
            ("1.2.3.4", None),
            ("+1", None),
            ("99999999999", None),
        ] {
            assert_eq!(Version::parse(text).map(|it| (it.major, it.minor)), version, "{text}");
        }
    }

    #[test]
    fn a_version_without_a_row_uses_the_newest_row_before_it() {
        let constructs = |text: &str| Builder::parse(text).unwrap().constructs(None);
        for (text, exclude, variables) in [
            ("buildah@1.33", Exclude::Missing, false),
            ("buildah@1.37.2", Exclude::Missing, false),
            ("buildah@1.38", Exclude::Root, false),
            ("buildah@1.43", Exclude::Root, false),
            ("buildah@2.0", Exclude::Root, true),
            ("podman@4.9", Exclude::Missing, false),
            ("podman@5.8", Exclude::Root, false),
            ("docker@24", Exclude::Missing, false),
            ("docker@28.0", Exclude::Missing, true),
            ("docker@28.5.2", Exclude::Directory, true),
        ] {
            assert_eq!((constructs(text).exclude, constructs(text).secret_variables), (exclude, variables), "{text}");
        }
        assert_eq!(constructs("kaniko"), constructs("kaniko@1.27"));
        let parents = |text: &str| constructs(text).parents;
        assert!(parents("buildkit") && parents("buildkit@0.26") && parents("docker@29.2"));
        assert!(!parents("docker") && !parents("buildkit@0.25") && !parents("docker@29.1"));
    }

    #[test]
    fn a_syntax_line_replaces_the_frontend() {
        for (text, syntax, parents) in [
            ("docker", "docker/dockerfile:1", false),
            ("docker@28.5", "docker/dockerfile:1", true),
            ("buildkit", "docker/dockerfile:1.19", false),
            ("buildkit", "docker/dockerfile:1.20.0", true),
            ("buildkit@0.10", "localhost:5000/dockerfile:1.7-labs", false),
            ("buildkit@0.10", "localhost:5000/dockerfile", true),
            ("buildkit@0.32", "docker/dockerfile:1.4@sha256:00", false),
        ] {
            assert_eq!(Builder::parse(text).unwrap().constructs(Some(syntax)).parents, parents, "{text} {syntax}");
        }
    }

    #[test]
    fn errors_have_a_remedy() {
        for (text, message) in [
            ("dokcer", "unknown builder `dokcer`; did you mean `docker`?"),
            (
                "foo",
                "unknown builder `foo`; the builders: `docker`, `buildkit`, `buildah`, `podman`, `kaniko`, `railway`",
            ),
            ("docker@", "invalid version `` of `docker`; write it as in `--builder docker@28.5`"),
            ("buildah@1.x", "invalid version `1.x` of `buildah`; write it as in `--builder buildah@1.43`"),
            ("buildah@1.32", "`buildah@1.32` is too old: its Dockerfiles lack heredocs; use `buildah` 1.33 or newer"),
            ("kaniko@1.26", "`kaniko@1.26` is too old: its Dockerfiles lack secret mounts; use `kaniko` 1.27 or newer"),
            ("railway@1", "`railway` has no versions; pass `--builder railway`"),
        ] {
            assert_eq!(error(text), message);
        }
        assert!(error("buildah").contains("such as `--builder buildah@1.43`"));
        assert!(error("podman").contains("such as `--builder podman@5.8`"));
        assert!(error("podman@5.9").ends_with("as `--builder buildah@VERSION`"));
    }

    #[test]
    fn rows_are_in_order_and_each_differs_from_the_one_before() {
        for pair in ROWS.windows(2) {
            let [a, b] = pair else { unreachable!() };
            assert!(a.program != b.program || a.since < b.since && a.constructs != b.constructs, "{a:?} {b:?}");
        }
        let builder = Builder::parse("buildah@1.43").unwrap();
        assert_eq!(builder.first_with(|constructs| constructs.secret_variables).as_deref(), Some("buildah@1.44"));
        assert_eq!(builder.first_with(|constructs| constructs.parents), None);
        assert_eq!(builder.to_string(), "buildah@1.43");
    }
}
