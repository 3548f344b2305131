//! The instructions of a stage.

use std::fmt;

use super::{
    AssetPath, AssetText, Assignment, BuildArg, Comment, CopyPaths, Directory, Exclude, ExecForm, From, Healthcheck,
    Heredoc, HeredocPath, Label, Layout, Mount, OwnedPath, Owner, PlatformArg, Port, SecretFile, ShellForm, ShellSetup,
    ShellVariables, Signal, StageName, UserSetup, layout,
};
use crate::compat::gopath::clean;
use crate::compat::patternmatcher::{self, Ignored};
use crate::diagnostic::Located;
use crate::escape::escape_invisible;

/// The command of a RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run with `/bin/sh -c`.
    Shell(ShellForm),
    /// Run without a shell.
    Exec(ExecForm),
}

/// One instruction of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instruction {
    /// `USER ""` and, if the stage has commands, `SHELL`: resets what the image sets.
    ResetUser {
        /// Whether the shell is reset, too.
        shell: bool,
    },
    /// `HEALTHCHECK NONE` and `STOPSIGNAL`: resets what the image sets. At least one of them.
    ResetProcess {
        /// Whether the health check is reset.
        healthcheck: bool,
        /// Whether the signal is reset.
        stop_signal: bool,
    },
    /// `WORKDIR`
    Workdir(Directory),
    /// `ENV`
    Env(Vec<Located<Assignment>>),
    /// `ARG`, one per line: variables for the commands but not for the image.
    Arg(Vec<Located<Assignment>>),
    /// `ARG` with a value that a mount can't contain, but can refer to.
    MountArg(Assignment),
    /// `ARG`, one per line, without values: parts of the platform that mounts refer to.
    PlatformArgs(&'static [PlatformArg]),
    /// `WORKDIR` to a directory and `WORKDIR` back: creates the directory with the default mode, for a
    /// file with another mode.
    MakeDirectory {
        /// The directory to create.
        directory: Directory,
        /// The directory to return to.
        back: Directory,
    },
    /// `COPY`
    Copy(Copy),
    /// `COPY <<…`
    CopyFile(CopyFile),
    /// `COPY` of a file that is written next to the Dockerfile
    CopyAsset(CopyAsset),
    /// `RUN`
    Run(Run),
    /// The `ARG` and `RUN` of a stage that hashes secrets.
    HashSecrets(HashSecrets),
    /// The `ARG` and `COPY` of a stage that contains the value of `SECRETS_HASH` itself.
    KeepSecretsHash,
    /// `COPY` of the file of a hash stage, so that its content is part of the cache key of the commands after it.
    CopySecretsHash(StageName),
    /// An `ARG` for each secret, for a builder without secret mounts. Never empty.
    SecretArgs(Vec<Located<BuildArg>>),
    /// `ARG` with the value of `SECRETS_HASH`, which is part of the cache key of the commands after it.
    SecretsHashArg,
    /// The `RUN` that creates the user and gives directories to it. Never empty.
    CreateUser(Vec<UserSetup>),
    /// `LABEL`, with the `ARG` of each value that is a build arg.
    Labels(Labels),
    /// `EXPOSE`
    Expose(Vec<Port>),
    /// `VOLUME`
    Volume(Vec<OwnedPath>),
    /// `USER`
    User(Owner),
    /// `STOPSIGNAL`
    StopSignal(Signal),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `ENTRYPOINT`
    Entrypoint(ExecForm),
    /// `CMD`
    Cmd(ExecForm),
}

impl Instruction {
    /// The mounts of the instruction. Only a RUN has any.
    pub(crate) fn mounts(&self) -> &[Located<Mount>] {
        match self {
            Self::Run(run) => &run.mounts,
            Self::HashSecrets(hash) => &hash.mounts,
            _ => &[],
        }
    }

    /// Whether the last line of the instruction ends a heredoc.
    pub(crate) fn ends_heredoc(&self) -> bool {
        matches!(self, Self::CopyFile(_) | Self::KeepSecretsHash)
    }

    /// The layers that the instruction creates, each as an instruction on one line without mounts.
    /// Invisible characters are escaped.
    pub(crate) fn layers(&self) -> Vec<String> {
        let texts = match self {
            Self::Workdir(directory) => vec![format!("WORKDIR {directory}")],
            Self::MakeDirectory { directory, back } => {
                vec![format!("WORKDIR {directory}"), format!("WORKDIR {back}")]
            }
            Self::Copy(copy) => vec![copy.summary()],
            Self::CopyFile(file) => vec![file.summary()],
            Self::CopyAsset(asset) => vec![asset.summary()],
            Self::Run(run) => vec![run.summary()],
            Self::HashSecrets(hash) => vec![hash.summary()],
            Self::KeepSecretsHash => vec!["COPY <<EOF /secrets-hash".to_owned()],
            Self::CopySecretsHash(from) => vec![format!("COPY --from={from} /secrets-hash /run/secrets-hash")],
            Self::CreateUser(setup) => {
                let statements: Vec<String> = setup.iter().map(ToString::to_string).collect();
                vec![format!("RUN {}", statements.join(" && "))]
            }
            Self::ResetUser { .. }
            | Self::ResetProcess { .. }
            | Self::Env(_)
            | Self::Arg(_)
            | Self::MountArg(_)
            | Self::SecretsHashArg
            | Self::SecretArgs(_)
            | Self::Labels(_)
            | Self::Expose(_)
            | Self::Volume(_)
            | Self::User(_)
            | Self::StopSignal(_)
            | Self::Healthcheck(_)
            | Self::PlatformArgs(_)
            | Self::Entrypoint(_)
            | Self::Cmd(_) => Vec::new(),
        };
        texts.into_iter().map(|text| escape_invisible(&unfolded(&text)).into_owned()).collect()
    }
}

/// A text without the line breaks of folds.
fn unfolded(text: &str) -> String {
    text.replace("\\\n", "")
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell(form) => form.fmt(f),
            Self::Exec(form) => form.fmt(f),
        }
    }
}

/// A COPY of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    /// A comment line above the instruction.
    pub(crate) comment: Option<Comment>,
    /// The source, if it is not the build context.
    pub(crate) from: Option<From>,
    /// Whether the layer is independent of the layers below it (`--link`).
    pub(crate) link: bool,
    /// Whether the copies keep the directories that the source names (`--parents`).
    pub(crate) parents: bool,
    /// The owner of the copies, if it is not root.
    pub(crate) owner: Option<Owner>,
    /// Patterns of files that are not copied.
    pub(crate) exclude: Vec<Exclude>,
    /// Whether the patterns are relative to the root of the source's stage or context, not to the copied directory.
    pub(crate) excludes_from_root: bool,
    /// The source and the destination.
    pub(crate) paths: CopyPaths,
}

impl Copy {
    /// A copy of everything in the source, without any flag.
    pub(crate) fn new(from: Option<From>, paths: CopyPaths) -> Self {
        Self {
            comment: None,
            from,
            link: false,
            parents: false,
            owner: None,
            exclude: Vec::new(),
            excludes_from_root: false,
            paths,
        }
    }

    /// Whether its flags and paths are on several lines.
    pub(crate) fn is_long(&self) -> bool {
        !layout::fits(&self.summary(), 0)
    }

    /// The lines of its patterns, if it is long.
    pub(crate) fn exclude_lines(&self) -> Vec<&[Exclude]> {
        layout::groups(&self.exclude, |pattern| format!("--exclude={pattern}"))
    }

    /// Its text on one line.
    pub(crate) fn summary(&self) -> String {
        let mut words = vec!["COPY".to_owned()];
        words.extend(self.link.then(|| "--link".to_owned()));
        words.extend(self.parents.then(|| "--parents".to_owned()));
        words.extend(self.owner.map(|owner| format!("--chown={owner}")));
        words.extend(self.from.as_ref().map(|from| format!("--from={from}")));
        words.extend(self.exclude.iter().map(|pattern| format!("--exclude={pattern}")));
        words.push(self.paths.to_string());
        unfolded(&words.join(" "))
    }

    /// Whether this COPY copies a file from the build context. The path must be clean and relative to the
    /// context. The source is a pattern of Go's `filepath.Match`; a directory is copied with all of its
    /// contents.
    pub(crate) fn takes(&self, file: &str) -> bool {
        if self.from.is_some() {
            return false;
        }
        let source = clean(&format!("/{}", self.paths.source()));
        let source = source.trim_start_matches('/');
        let Some(below) = below(source, file) else { return false };
        // exclude patterns apply to the contents of a directory, never to a single file
        let path = if self.excludes_from_root { file } else { below };
        below.is_empty() || !Ignored::by(self.exclude.iter().map(Exclude::pattern)).holds(path)
    }

    /// Leaves a directory of the build context out of what this COPY copies. The result is `false` if that can't be
    /// expressed: the source is in the directory, or a pattern matches it or a directory that contains it.
    #[must_use]
    pub(crate) fn leave_out(&mut self, directory: &AssetPath) -> bool {
        if self.from.is_some() {
            return true;
        }
        let source = clean(&format!("/{}", self.paths.source()));
        let is_wild = is_wild(&source);
        let source: Vec<&str> = source.split('/').filter(|part| !part.is_empty()).collect();
        let mut rest = directory.as_str().split('/');
        let is_match = |(pattern, part): (&&str, &str)| {
            if is_wild { patternmatcher::matches_name(pattern, part) } else { *pattern == part }
        };
        if !source.iter().zip(rest.by_ref().take(source.len())).all(is_match) {
            return true;
        }
        let rest = rest.collect::<Vec<_>>().join("/");
        if rest.is_empty() || is_wild {
            return false;
        }
        if !self.excludes_all_of(&rest) {
            self.exclude.extend(Exclude::new(&rest));
        }
        true
    }

    /// Whether the patterns exclude a directory with all of its contents. False if a pattern with `!` may include
    /// some of them again.
    fn excludes_all_of(&self, directory: &str) -> bool {
        let patterns = || self.exclude.iter().map(Exclude::pattern);
        let is_shallow = |pattern: &str| !pattern.contains('/') && !pattern.contains("**");
        Ignored::by(patterns()).holds(directory)
            && patterns().filter_map(|pattern| pattern.trim().strip_prefix('!')).all(is_shallow)
    }
}

/// The path of a file relative to a source. Empty if the source is the file itself; `None` if the source
/// does not include the file.
fn below<'f>(source: &str, file: &'f str) -> Option<&'f str> {
    if source.is_empty() {
        return Some(file);
    }
    let depth = source.split('/').count();
    let end = file.match_indices('/').nth(depth - 1).map(|(slash, _)| slash);
    let (head, rest) = match end {
        Some(slash) => (file.get(..slash)?, file.get(slash + 1..)?),
        None => (file, ""),
    };
    let is_match = if is_wild(source) { patternmatcher::matches_name(source, head) } else { source == head };
    is_match.then_some(rest)
}

/// Whether BuildKit expands wildcards in a source. If all of them are escaped, it uses the path
/// literally, including the backslashes.
fn is_wild(source: &str) -> bool {
    let mut is_escaped = false;
    source.chars().any(|c| {
        let is_wild = !is_escaped && "*?[".contains(c);
        is_escaped = !is_escaped && c == '\\';
        is_wild
    })
}

/// A COPY of a file whose content is in the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CopyFile {
    /// A comment line above the instruction.
    pub(crate) comment: Option<Comment>,
    /// The mode, if it is not 0644.
    pub(crate) mode: Option<Mode>,
    /// The destination.
    pub(crate) path: HeredocPath,
    /// The content.
    pub(crate) content: Located<Heredoc>,
}

impl CopyFile {
    fn summary(&self) -> String {
        let mode = self.mode.map(|mode| format!("--chmod={mode} ")).unwrap_or_default();
        format!("COPY {mode}<<{} {}", self.content.value.delimiter(), self.path)
    }
}

/// A COPY of a file that is written next to the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CopyAsset {
    /// A comment line above the instruction.
    pub(crate) comment: Option<Comment>,
    /// The mode, always given, because the mode of a file in a checkout depends on the umask.
    pub(crate) mode: Mode,
    /// The file in the build context, and the destination.
    pub(crate) paths: CopyPaths,
    /// The content.
    pub(crate) text: AssetText,
}

impl CopyAsset {
    fn summary(&self) -> String {
        format!("COPY --chmod={} {}", self.mode, self.paths)
    }
}

/// The permission bits of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mode(pub(crate) u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

/// A RUN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// A comment line above the instruction.
    pub(crate) comment: Option<Comment>,
    /// Another one, about the spelling of the command.
    pub(crate) note: Option<Comment>,
    /// The mounts, one per line.
    pub(crate) mounts: Vec<Located<Mount>>,
    /// Statements that the shell runs before the command, one per line. Empty for the exec form.
    pub(crate) setup: Vec<ShellSetup>,
    /// The command.
    pub(crate) command: Command,
}

/// The `ARG` and `RUN` that write a hash of secret values to `/secrets-hash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HashSecrets {
    /// The mounts of the secrets.
    pub(crate) mounts: Vec<Located<Mount>>,
    /// Statements that the shell runs first.
    pub(crate) setup: Vec<ShellSetup>,
    /// Whether an empty `SECRETS_HASH` fails the build.
    pub(crate) required: bool,
    /// The way to hash them.
    pub(crate) hasher: SecretsHasher,
}

/// The way to hash secrets. Different sets of values have different hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretsHasher {
    /// Lists the digest of each mounted file with its name.
    Files {
        /// Whether any of the files may be missing.
        optional: bool,
        /// Whether one of the files is a key. The digest of the list then depends on it, and so reveals nothing
        /// about the values to anyone without the key.
        keyed: bool,
    },
    /// Hashes variables, each followed by a NUL.
    Variables {
        /// The values of the secrets.
        values: ShellVariables,
        /// The file of a key. The hash then depends on it, too.
        key: Option<SecretFile>,
    },
}

impl Run {
    /// The command in lines.
    pub(crate) fn layout(&self) -> Layout {
        let nested = !self.mounts.is_empty() || !self.setup.is_empty();
        match &self.command {
            Command::Shell(form) => form.layout(nested),
            Command::Exec(form) => form.layout(nested),
        }
    }

    /// The instruction on one line, without mounts and setup.
    pub(crate) fn summary(&self) -> String {
        format!("RUN {}", self.command)
    }
}

impl HashSecrets {
    fn summary(&self) -> String {
        match &self.hasher {
            SecretsHasher::Files { .. } => "RUN sha256sum /run/secrets/* > /secrets-hash".to_owned(),
            SecretsHasher::Variables { values, key: _ } => {
                format!("RUN printf '%s\\0' {} | sha256sum > /secrets-hash", values.words())
            }
        }
    }
}

/// Labels, and the build args for their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    /// The build args, which are empty by default.
    pub(crate) args: Vec<Assignment>,
    /// The labels.
    pub(crate) labels: Vec<Label>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{CopyPaths, Exclude};

    fn copies(source: &str, exclude: &[&str], file: &str) -> bool {
        let exclude = exclude.iter().map(|pattern| Exclude::new(pattern).unwrap()).collect();
        let paths = CopyPaths::new(source, "/app").unwrap();
        Copy { exclude, ..Copy::new(None, paths) }.takes(file)
    }

    #[test]
    fn source_includes_itself_and_its_contents() {
        for (source, copied, others) in [
            (".", &["a", "a/b", ".env"][..], &[][..]),
            ("", &["a/b"], &[]),
            ("/", &["a/b"], &[]),
            ("package.json", &["package.json"], &["package-lock.json", "web/package.json", "package.json5"]),
            ("src", &["src", "src/a", "src/a/b"], &["srcs/a", "lib/src/a"]),
            ("./src/", &["src/a"], &["src2/a"]),
            ("a/../src", &["src/a"], &["a/src/b"]),
            ("../src", &["src/a"], &["a"]),
            ("*.json", &["a.json", "b.json/c"], &["x/a.json", "a.json5"]),
            (
                "packages/*/package.json",
                &["packages/a/package.json"],
                &["packages/package.json", "packages/a/b/package.json"],
            ),
            ("p*", &["package.json", "packages/a/b"], &["src/p"]),
            ("**/x", &["a/x", "a/x/y"], &["x", "a/b/x"]),
            ("[ab].js", &["a.js"], &["c.js", "[ab].js"]),
            ("a\\*", &["a\\*"], &["a*", "ab"]),
            ("a\\**", &["a*", "a*b"], &["a\\*", "ab"]),
            ("[[]x]", &["[x]", "[x]/y"], &["x"]),
            ("!a", &["!a"], &["a", "b"]),
            ("a ", &["a "], &["a"]),
            ("git@x:y", &["git@x:y"], &["y"]),
        ] {
            for file in copied {
                assert!(copies(source, &[], file), "{source} {file}");
            }
            for file in others {
                assert!(!copies(source, &[], file), "{source} {file}");
            }
        }
    }

    #[test]
    fn directory_is_left_out() {
        let left_out = |source: &str, exclude: &[&str], directory: &str| {
            let exclude = exclude.iter().map(|pattern| Exclude::new(pattern).unwrap()).collect();
            let paths = CopyPaths::new(source, "/app").unwrap();
            let mut copy = Copy { exclude, ..Copy::new(None, paths) };
            let can_be = copy.leave_out(&AssetPath::new(directory).unwrap());
            can_be.then(|| copy.exclude.iter().map(|pattern| pattern.pattern().to_owned()).collect::<Vec<_>>())
        };
        for (source, exclude, directory, expected) in [
            (".", &[][..], "docker", Some(&["docker"][..])),
            (".", &["*.md"], "a/docker", Some(&["*.md", "a/docker"])),
            ("a", &[], "a/docker", Some(&["docker"])),
            ("./a/", &[], "a/docker/x", Some(&["docker/x"])),
            (".", &["docker"], "docker", Some(&["docker"])),
            (".", &["docker"], "docker/x", Some(&["docker"])),
            (".", &["docker", "!docker/b"], "docker", Some(&["docker", "!docker/b", "docker"])),
            (".", &["*", "!lib*"], "docker", Some(&["*", "!lib*"])),
            (".", &["*", "!d*"], "docker", Some(&["*", "!d*", "docker"])),
            ("src", &[], "docker", Some(&[])),
            ("*.json", &[], "docker", Some(&[])),
            ("docker2", &[], "docker", Some(&[])),
            ("docker", &[], "docker", None),
            ("docker/x", &[], "docker", None),
            ("d*", &[], "docker", None),
            ("docker/*.conf", &[], "docker", None),
            ("[a]", &[], "a/docker", None),
        ] {
            let expected = expected.map(|patterns| patterns.iter().map(|it| (*it).to_owned()).collect());
            assert_eq!(left_out(source, exclude, directory), expected, "{source} {exclude:?} {directory}");
        }
    }

    #[test]
    fn exclude_patterns_are_relative_to_the_source() {
        for (source, exclude, file, expected) in [
            (".", &["node_modules"][..], "node_modules/a", false),
            (".", &["node_modules"], "web/node_modules/a", true),
            ("web", &["node_modules"], "web/node_modules/a", false),
            ("web", &["web"], "web/a", true),
            ("web", &["*.md", "!README.md"], "web/README.md", true),
            ("web", &["*.md", "!README.md"], "web/NEWS.md", false),
            ("README.md", &["*.md"], "README.md", true),
            (".", &["*", "!lib*"], "lib1/a", true),
            (".", &["*", "!lib*"], "src/a", false),
        ] {
            assert_eq!(copies(source, exclude, file), expected, "{source} {exclude:?} {file}");
        }
    }
}
