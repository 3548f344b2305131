//! The command that builds the image: one description with two forms, lines for people and arguments for
//! a process.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use super::platforms::platform_names;
use crate::builder::Program;
use crate::dockerfile::{csv_field, is_exportable, shell_word};
use crate::options::{Files, Options, SecretMount, SecretsHash, SecretsScope};
use crate::secret_usage::SecretUsage;

/// `docker build` of a generated Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildCommand {
    /// The program, without its options: `docker` unless another builder is set.
    pub program: Program,
    /// The variable of a bundle of secrets, if the command generates one.
    pub bundle: Option<BundleVariable>,
    /// The Dockerfile, unless Docker finds it by default.
    pub file: Option<OsString>,
    /// The platforms to build for. If there are none, the builder chooses.
    pub platforms: Vec<String>,
    /// The secrets, in order.
    pub secrets: Vec<SecretFlag>,
    /// The id of an SSH agent.
    pub ssh: Option<String>,
    /// The value of the build arg `SECRETS_HASH`.
    pub secrets_hash: Option<HashArg>,
    /// Build args with the values of environment variables of the same names: secrets, if they are build args, and
    /// labels.
    pub build_args: Vec<String>,
    /// The time of a reproducible image.
    pub source_date: Option<SourceDate>,
    /// The destination of the image.
    pub destination: Destination,
    /// The name of the image.
    pub image: Option<ImageName>,
    /// A repository in a registry that the build reads its cache from, and writes it to.
    pub cache: Option<String>,
    /// Additional arguments, before the context.
    pub more: Vec<OsString>,
    /// The build context.
    pub context: OsString,
}

/// A variable that contains a bundle of secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleVariable {
    /// The name, which a shell can assign to.
    pub name: String,
    /// A shell command that prints the bundle.
    pub command: String,
}

/// `--secret`: the id of a secret and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFlag {
    /// The id in the build.
    pub id: String,
    /// The source of the value.
    pub source: SecretSource,
}

/// The source of a secret's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable of this name.
    Variable(String),
    /// A file with this path.
    File(String),
}

/// A value of the build arg `SECRETS_HASH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashArg {
    /// The value itself.
    Value(String),
    /// A shell command that prints the value.
    Output(String),
    /// The environment variable with this name, which a shell can expand.
    Variable(String),
}

/// The name of an image, with its registry and its tag, if it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageName {
    /// The name itself.
    Name(String),
    /// The environment variable with this name, which a shell can expand.
    Variable(String),
}

/// The value of the build arg `SOURCE_DATE_EPOCH`, in seconds since 1970. No file in a reproducible image is newer,
/// and the image itself has this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceDate {
    /// The number itself.
    Seconds(u64),
    /// The environment variable `SOURCE_DATE_EPOCH`, or 0.
    Variable,
}

/// The destination of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// Whatever Docker's default is, or the additional arguments name.
    #[default]
    Default,
    /// The standard input of `docker load`. Only an archive can have rewritten times: Docker's image store unpacks an
    /// image before that (`exporter/containerimage/export.go` in `BuildKit`).
    Load,
    /// The registry in the name of the image.
    Push,
    /// The same, with rewritten times.
    PushRewritten,
}

/// The arguments of `docker build` for an archive whose times are rewritten, on standard output. Provenance contains
/// the time of the build.
const ARCHIVE: [&str; 3] = ["--provenance=false", "--output", "type=docker,dest=-,rewrite-timestamp=true"];

/// The arguments of `docker build` for an image with rewritten times in a registry.
const PUSH_REWRITTEN: [&str; 3] = ["--provenance=false", "--output", "type=image,push=true,rewrite-timestamp=true"];

/// The name of an image for several platforms, if it has no other. Buildah needs one.
const MANIFEST: &str = "app";

/// The command that loads an archive from standard input.
pub const LOAD: [&str; 2] = ["docker", "load"];

impl HashArg {
    /// The build arg. A command or a variable is in it literally.
    fn argument(&self) -> String {
        match self {
            Self::Value(value) | Self::Output(value) => format!("SECRETS_HASH={value}"),
            Self::Variable(name) => format!("SECRETS_HASH=${name}"),
        }
    }

    /// The build arg as a word for a shell.
    fn word(&self) -> String {
        match self {
            Self::Value(_) => shell_word(&self.argument(), false),
            Self::Output(command) => format!("SECRETS_HASH=\"$({command})\""),
            Self::Variable(name) => format!("SECRETS_HASH=\"${name}\""),
        }
    }
}

impl ImageName {
    /// The name, or the expansion of the variable.
    fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Variable(name) => format!("${name}"),
        }
    }

    /// The name after a prefix, as a word for a shell.
    fn word(&self, prefix: &str) -> String {
        match self {
            Self::Name(name) => shell_word(&format!("{prefix}{name}"), false),
            Self::Variable(name) => format!("\"{prefix}${name}\""),
        }
    }
}

impl SourceDate {
    /// The build arg as a word for a shell.
    fn word(&self) -> String {
        match self {
            Self::Seconds(seconds) => format!("SOURCE_DATE_EPOCH={seconds}"),
            Self::Variable => "SOURCE_DATE_EPOCH=\"${SOURCE_DATE_EPOCH:-0}\"".to_owned(),
        }
    }
}

impl BuildCommand {
    /// The command for a Dockerfile, to be run in its directory, with each secret and each label's build arg
    /// in the environment variable of the same name. A bundle is generated from these.
    #[must_use]
    pub fn for_header(usage: &SecretUsage, options: &Options) -> Self {
        let files = &options.files;
        let context = files.build_context();
        let is_args = options.secret_mount == SecretMount::Arg;
        let secret_args = usage.mounted().filter(|_| is_args);
        let label_args = options.image.label_args.values().map(String::as_str).collect::<BTreeSet<_>>();
        // docker looks for `Dockerfile` in the context
        let is_default = files.dockerfile == "Dockerfile" && context == ".";
        // Buildah looks for `Containerfile` first
        let is_default = is_default && options.builder.program().is_buildkit();
        Self {
            program: options.builder.program(),
            bundle: bundle_variable(usage, options),
            file: (!is_default).then(|| files.dockerfile.clone().into()),
            platforms: platform_names(options),
            secrets: secret_flags(usage, options, |name| SecretSource::Variable(name.to_owned())),
            ssh: options.ssh.as_ref().map(|ssh| ssh.id.clone()),
            secrets_hash: usage.has_hash().then(|| HashArg::Output(hash_command(options))),
            build_args: secret_args.chain(label_args).map(str::to_owned).collect(),
            source_date: options.reproducible.then_some(SourceDate::Variable),
            destination: if options.reproducible { Destination::Load } else { Destination::Default },
            image: (!options.builder.is_docker() && options.platforms.len() > 1)
                .then(|| ImageName::Name(MANIFEST.to_owned())),
            cache: None,
            more: Vec::new(),
            context: context.into(),
        }
    }

    /// The arguments of `docker build` or `docker buildx build`. They don't contain the values of
    /// secrets, or the variable of a bundle.
    ///
    /// The command of a [`HashArg::Output`] and the variables of a [`HashArg::Variable`], a [`SourceDate::Variable`] and
    /// an [`ImageName::Variable`] are passed literally: replace them with their values first. With [`Destination::Load`], the result goes to standard output.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if let Some(file) = &self.file {
            arguments.extend(["-f".into(), not_an_option(file)]);
        }
        if !self.platforms.is_empty() {
            arguments.extend(["--platform".into(), self.platforms.join(",").into()]);
        }
        for secret in &self.secrets {
            arguments.extend(["--secret".into(), secret.field().into()]);
        }
        if let Some(id) = &self.ssh {
            arguments.extend(["--ssh".into(), id.into()]);
        }
        arguments.extend(self.secrets_hash.iter().flat_map(|hash| ["--build-arg".into(), hash.argument().into()]));
        for name in &self.build_args {
            arguments.extend(["--build-arg".into(), name.into()]);
        }
        if let Some(date) = &self.source_date {
            arguments.extend(["--build-arg".into(), date.word().into()]);
        }
        if let Some(image) = &self.image {
            arguments.extend([self.image_flag().into(), image.text().into()]);
        }
        arguments.extend(self.result_options().into_iter().flatten().map(OsString::from));
        arguments.extend(self.more.iter().cloned());
        arguments.push(not_an_option(&self.context));
        arguments
    }

    /// The option for the name of the image. Without a manifest, each platform would have an image without a name.
    fn image_flag(&self) -> &'static str {
        match self.program {
            Program::Kaniko => "--destination",
            _ if self.is_manifest() => "--manifest",
            _ => "-t",
        }
    }

    /// The cache and the destination of the image: options of the program, with their values.
    fn result_options(&self) -> Vec<Vec<String>> {
        let option = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut options = Vec::new();
        if let Some(cache) = &self.cache {
            let cache_flags = |from: &str, to: &str| [option(&["--cache-from", from]), option(&["--cache-to", to])];
            let in_registry = format!("type=registry,ref={cache}");
            match self.program {
                Program::Docker | Program::BuildKit | Program::Railway => {
                    options.extend(cache_flags(&in_registry, &format!("{in_registry},mode=max")));
                }
                Program::Buildah | Program::Podman => options.extend(cache_flags(cache, cache)),
                Program::Kaniko => options.push(option(&["--cache=true", "--cache-repo", cache])),
            }
        }
        let [provenance, output, fields] = match self.destination {
            Destination::Load => ARCHIVE,
            Destination::PushRewritten => PUSH_REWRITTEN,
            Destination::Push if self.program.is_buildkit() => return [options, vec![option(&["--push"])]].concat(),
            Destination::Push | Destination::Default => return options,
        };
        options.extend([option(&[provenance]), option(&[output, fields])]);
        options
    }

    /// Whether the image for several platforms is a manifest with a name of its own.
    fn is_manifest(&self) -> bool {
        self.has_push_command() && self.platforms.len() > 1
    }

    /// Whether the program pushes an image with another command.
    fn has_push_command(&self) -> bool {
        matches!(self.program, Program::Buildah | Program::Podman)
    }

    /// The command for a shell that pushes the image after the build. `None` if the build does.
    #[must_use]
    pub fn push_command(&self) -> Option<String> {
        let image = self.image.as_ref().filter(|_| self.destination == Destination::Push && self.has_push_command())?;
        let (program, word) = (self.program.name(), image.word(""));
        Some(if self.is_manifest() {
            format!("{program} manifest push --all {word} {}", image.word("docker://"))
        } else {
            format!("{program} push {word}")
        })
    }

    /// The command for a shell, one option per line. Each line but the last ends with a backslash.
    #[must_use]
    pub fn shell_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.bundle.iter().map(|bundle| format!("{}=\"$({})\"", bundle.name, bundle.command)).collect();
        let build = match self.program {
            // as Railway does, with the variables of the service
            Program::Docker | Program::BuildKit | Program::Railway => "docker build",
            // without it, HEALTHCHECK and SHELL are ignored; without layers, nothing is cached
            Program::Buildah => "buildah build --format docker --layers",
            Program::Podman => "podman build --format docker --layers",
            Program::Kaniko if self.destination == Destination::Push => "/kaniko/executor",
            Program::Kaniko => "/kaniko/executor --no-push",
        };
        lines.push(match &self.file {
            None => build.to_owned(),
            Some(file) => format!("{build} -f {}", path_word(file)),
        });
        let (platform, before_context) =
            if self.program == Program::Kaniko { ("--custom-platform", "--context ") } else { ("--platform", "") };
        if !self.platforms.is_empty() {
            lines.push(format!("  {platform} {}", shell_word(&self.platforms.join(","), false)));
        }
        lines.extend(self.secrets.iter().map(|secret| format!("  --secret {}", shell_word(&secret.field(), false))));
        lines.extend(self.ssh.iter().map(|id| format!("  --ssh {}", shell_word(id, false))));
        lines.extend(self.secrets_hash.iter().map(|hash| format!("  --build-arg {}", hash.word())));
        lines.extend(self.build_args.iter().map(|name| format!("  --build-arg {}", shell_word(name, false))));
        lines.extend(self.source_date.iter().map(|date| format!("  --build-arg {}", date.word())));
        let mut end = format!("{before_context}{}", path_word(&self.context));
        lines.extend(self.image.iter().map(|image| format!("  {} {}", self.image_flag(), image.word(""))));
        for option in self.result_options() {
            let words = option.iter().map(|word| shell_word(word, false)).collect::<Vec<_>>();
            lines.push(format!("  {}", words.join(" ")));
        }
        if self.destination == Destination::Load {
            end = format!("{end} | {}", LOAD.join(" "));
        }
        let last = lines.pop().map(|last| format!("{last} {end}"));
        lines.into_iter().map(|line| format!("{line} \\")).chain(last).collect()
    }
}

impl SecretFlag {
    /// The value of the option: fields with commas between them.
    #[must_use]
    pub fn field(&self) -> String {
        let source = match &self.source {
            SecretSource::Variable(name) => format!("env={name}"),
            SecretSource::File(path) => format!("src={path}"),
        };
        [csv_field(&format!("id={}", self.id)), csv_field(&source)].join(",")
    }
}

/// The flags for the secrets that a build needs: one per secret, or one for the bundle, and one for the key of
/// the hash layer. `source` returns the source of a secret by its name, and that of the bundle or the key by
/// its ID.
pub fn secret_flags(
    usage: &SecretUsage,
    options: &Options,
    mut source: impl FnMut(&str) -> SecretSource,
) -> Vec<SecretFlag> {
    let mut flag = |id: &str, name: &str| SecretFlag { id: id.to_owned(), source: source(name) };
    let mut flags: Vec<SecretFlag> = match &options.secret_mount {
        SecretMount::Bundle(id) => usage.mounted().next().map(|_| flag(id, id)).into_iter().collect(),
        SecretMount::Arg => Vec::new(),
        SecretMount::Env | SecretMount::File => usage.mounted().map(|name| flag(usage.id(name), name)).collect(),
    };
    flags.extend(usage.hash_key().map(|id| flag(id, id)));
    flags
}

/// The command that regenerates a Dockerfile, to be run in its directory.
pub(crate) fn regenerate(files: &Files) -> String {
    let mut words = vec!["railpack2docker".to_owned()];
    // a plan from standard input can't be read again, so this is where `railpack plan` should write it
    words.push(path_word(files.plan.as_deref().unwrap_or("railpack-plan.json")));
    words.extend(["-o".to_owned(), path_word(&files.dockerfile)]);
    words.extend(files.arguments.iter().map(|argument| shell_word(argument, false)));
    words.join(" ")
}

/// A path as a word for a shell, which a program can't mistake for an option.
fn path_word(path: impl AsRef<OsStr>) -> String {
    shell_word(&not_an_option(path.as_ref()).to_string_lossy(), false)
}

/// A path that a program can't mistake for an option.
fn not_an_option(path: &OsStr) -> OsString {
    if path.as_encoded_bytes().starts_with(b"-") {
        // this slash works on Windows, too
        return [OsStr::new("./"), path].into_iter().collect();
    }
    path.to_owned()
}

/// The variable of the bundle that a build needs. `None` if it needs none, or if the ID is not the name of a variable.
fn bundle_variable(usage: &SecretUsage, options: &Options) -> Option<BundleVariable> {
    let SecretMount::Bundle(id) = &options.secret_mount else { return None };
    usage.mounted().next()?;
    let command = format!("railpack2docker bundle {}", plan_word(options));
    is_exportable(id).then(|| BundleVariable { name: id.clone(), command })
}

/// The plan as a word for a shell.
fn plan_word(options: &Options) -> String {
    path_word(options.files.plan.as_deref().unwrap_or("railpack-plan.json"))
}

/// A command whose output changes whenever a secret may have changed. The hash layer reads the values
/// itself, so the time is enough; a mounted build arg must stay the same for the same values.
fn hash_command(options: &Options) -> String {
    match options.secrets_hash {
        SecretsHash::Arg => {
            let plan = plan_word(options);
            let scope = match options.secrets_scope {
                SecretsScope::Plan => "",
                SecretsScope::Step => " --secrets-scope step",
            };
            format!("railpack2docker hash {plan}{scope}")
        }
        SecretsHash::Layer | SecretsHash::Off => "date +%s".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::Builder;
    use crate::{Compilation, transpile};

    fn plan(secrets: &str, of_a: &str, of_b: &str) -> String {
        format!(
            r#"{{ "secrets": [{secrets}],
              "steps": [
                {{ "name": "a", "inputs": [{{ "image": "x" }}], "secrets": [{of_a}], "commands": [{{ "cmd": "make" }}] }},
                {{ "name": "b", "inputs": [{{ "step": "a" }}], "secrets": [{of_b}], "commands": [{{ "cmd": "make" }}] }}],
              "deploy": {{ "base": {{ "step": "b" }} }} }}"#
        )
    }

    /// The `--secret` flags in the header.
    fn flags(secrets: &str, of_a: &str, of_b: &str, options: Options) -> Vec<String> {
        let options = Options { secrets_hash: SecretsHash::Off, ..options };
        let dockerfile = transpile(&plan(secrets, of_a, of_b), &options).unwrap().dockerfile;
        let words = dockerfile.lines().take_while(|line| line.starts_with('#')).flat_map(str::split_whitespace);
        words.filter(|word| word.starts_with("id=")).map(str::to_owned).collect()
    }

    #[test]
    fn each_secret_that_a_command_sees_is_passed() {
        let of_step = || Options { secrets_scope: SecretsScope::Step, ..Options::default() };
        let (a, b) = ("id=A,env=A", "id=B,env=B");
        assert_eq!(flags(r#""A", "B""#, r#""A""#, "", Options::default()), [a, b]);
        assert_eq!(flags(r#""A", "B""#, r#""A""#, r#""B""#, of_step()), [a, b]);
        assert_eq!(flags(r#""A", "B""#, "", r#""B""#, of_step()), [b]);
    }

    #[test]
    fn a_bundle_is_passed_if_there_are_secrets() {
        let bundle = || Options { secret_mount: SecretMount::Bundle("ALL".to_owned()), ..Options::default() };
        assert_eq!(flags(r#""A", "B""#, "", "", bundle()), ["id=ALL,env=ALL"]);
        assert_eq!(flags("", "", "", bundle()), [""; 0]);
    }

    #[test]
    fn the_bundle_is_generated_unless_its_id_is_no_variable() {
        let lines = |id: &str, secrets: &str| {
            let options = Options { secret_mount: SecretMount::Bundle(id.to_owned()), ..Options::default() };
            let usage = Compilation::parse(&plan(secrets, r#""*""#, ""), false).unwrap().secrets(&options);
            BuildCommand::for_header(&usage, &options).shell_lines()
        };
        let bundle = r#"ALL="$(railpack2docker bundle railpack-plan.json)" \"#;
        assert_eq!(lines("ALL", r#""A""#)[..3], [bundle, r"docker build \", r"  --secret id=ALL,env=ALL \"]);
        assert_eq!(lines("all-secrets", r#""A""#)[0], r"docker build \");
        assert_eq!(lines("ALL", "")[0], "docker build .");
    }

    #[test]
    fn both_forms_are_equivalent() {
        let mut options = Options { secrets_hash: SecretsHash::Arg, ..Options::default() };
        options.files.plan = Some("a b/plan.json".to_owned());
        options.platforms = ["linux/amd64", "linux/arm"].map(str::to_owned).to_vec();
        let usage = Compilation::parse(&plan(r#""A""#, r#""*""#, ""), false).unwrap().secrets(&options);
        let mut command = BuildCommand::for_header(&usage, &options);
        command.secrets_hash = Some(HashArg::Value("1 2".to_owned()));
        command.build_args = vec!["REVISION".to_owned()];
        command.image = Some(ImageName::Name("a b".to_owned()));
        command.cache = Some("example.com/cache:a".to_owned());
        let lines: String = command.shell_lines().iter().map(|line| line.trim_end_matches('\\')).collect();
        let words = crate::compat::shlex::split(&lines).words;
        let arguments = command.arguments();
        let arguments = arguments.iter().map(|argument| argument.to_str().unwrap());
        assert_eq!(words, ["docker", "build"].into_iter().chain(arguments).collect::<Vec<_>>());

        command.source_date = Some(SourceDate::Seconds(1));
        command.destination = Destination::Load;
        let lines: String = command.shell_lines().iter().map(|line| line.trim_end_matches('\\')).collect();
        let words = crate::compat::shlex::split(&lines).words;
        let arguments = command.arguments();
        let arguments = arguments.iter().map(|argument| argument.to_str().unwrap());
        let load = ["|", "docker", "load"];
        assert_eq!(words, ["docker", "build"].into_iter().chain(arguments).chain(load).collect::<Vec<_>>());
    }

    #[test]
    fn buildah_names_an_image_for_several_platforms() {
        let lines = |platforms: &[&str], builder: &str, image: Option<&str>| {
            let mut options = Options::for_builder(Builder::parse(builder).unwrap());
            options.platforms = platforms.iter().map(|platform| (*platform).to_owned()).collect();
            let usage = Compilation::parse(&plan("", "", ""), false).unwrap().secrets(&options);
            let mut command = BuildCommand::for_header(&usage, &options);
            command.image = image.map(|name| ImageName::Name(name.to_owned())).or(command.image);
            command.destination = Destination::Push;
            (command.shell_lines().concat(), command.push_command())
        };
        let both = ["linux/amd64", "linux/arm64"];
        let (build, push) = lines(&both, "buildah@1.43", None);
        assert!(build.ends_with(r"  --platform linux/amd64,linux/arm64 \  --manifest app ."), "{build}");
        assert_eq!(push.as_deref(), Some("buildah manifest push --all app docker://app"));
        let (build, push) = lines(&both, "podman@5.8", Some("example.com/a:1"));
        assert!(build.ends_with(r"\  --manifest example.com/a:1 ."), "{build}");
        let expected = "podman manifest push --all example.com/a:1 docker://example.com/a:1";
        assert_eq!(push.as_deref(), Some(expected));
        let (build, push) = lines(&both[..1], "buildah@1.43", Some("a"));
        assert!(build.ends_with(r"\  -t a ."), "{build}");
        assert_eq!(push.as_deref(), Some("buildah push a"));
        let (build, push) = lines(&both, "docker", Some("a"));
        assert!(build.ends_with(r"\  -t a \  --push ."), "{build}");
        assert_eq!(push, None);
    }

    #[test]
    fn each_program_names_and_pushes_an_image_in_its_own_way() {
        for (builder, expected) in [
            (
                "docker",
                r"docker build \  -t a \  --cache-from type=registry,ref=c \  --cache-to type=registry,ref=c,mode=max \  --push .",
            ),
            (
                "railway",
                r"docker build \  -t a \  --cache-from type=registry,ref=c \  --cache-to type=registry,ref=c,mode=max \  --push .",
            ),
            ("kaniko", r"/kaniko/executor -f Dockerfile \  --destination a \  --cache=true --cache-repo c --context ."),
        ] {
            let options = Options::for_builder(Builder::parse(builder).unwrap());
            let usage = Compilation::parse(&plan("", "", ""), false).unwrap().secrets(&options);
            let mut command = BuildCommand::for_header(&usage, &options);
            command.image = Some(ImageName::Name("a".to_owned()));
            command.cache = Some("c".to_owned());
            command.destination = Destination::Push;
            assert_eq!(
                (command.shell_lines().concat().as_str(), command.push_command()),
                (expected, None),
                "{builder}"
            );
            command.destination = Destination::Default;
            let is_pushed = command.shell_lines().concat().contains("--push");
            assert!(!is_pushed && (builder != "kaniko" || command.shell_lines()[0].contains("--no-push")), "{builder}");
        }
    }

    #[test]
    fn times_of_a_reproducible_image_are_rewritten() {
        let options = Options { reproducible: true, secrets_hash: SecretsHash::Off, ..Options::default() };
        let dockerfile = transpile(&plan("", "", ""), &options).unwrap().dockerfile;
        let command = "\
#   docker build \\
#     --build-arg SOURCE_DATE_EPOCH=\"${SOURCE_DATE_EPOCH:-0}\" \\
#     --provenance=false \\
#     --output type=docker,dest=-,rewrite-timestamp=true . | docker load
";
        assert!(dockerfile.contains(command), "{dockerfile}");
    }
}
