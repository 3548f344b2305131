//! The description of a whole file, and the names of images and caches in it.

use std::collections::BTreeSet;

use railpack2docker::header::{HashArg, ImageName};
use railpack2docker::{Code, Diagnostic};

use super::EmitArgs;
use super::kind::Kind;
use super::target::{Hash, Target, is_variable, unsupported};
use crate::options::secret_sources::is_set;

/// The platform of Fly.io.
const FLY_PLATFORM: &str = "linux/amd64";

/// What a file is generated from.
pub(super) struct Emission<'a> {
    pub(super) kind: Kind,
    pub(super) args: &'a EmitArgs,
    pub(super) targets: Vec<Target>,
    /// The path of the file, relative to the directory of its paths.
    pub(super) file: String,
}

/// The content of a file, without its header.
pub(super) struct Content {
    /// Comment lines: how to use the file.
    pub(super) usage: Vec<String>,
    pub(super) body: String,
}

impl Emission<'_> {
    /// The name of the image of a target, without its tag.
    pub(super) fn repository(&self, target: &Target) -> String {
        match (&self.args.image, self.targets.len()) {
            (Some(image), 1) => image.clone(),
            (Some(image), _) => format!("{image}/{}", target.name),
            (None, _) => target.name.clone(),
        }
    }

    /// The name of the image of a target, with its tag.
    pub(super) fn image(&self, target: &Target) -> String {
        let repository = self.repository(target);
        self.args.tag.as_ref().map_or_else(|| repository.clone(), |tag| format!("{repository}:{tag}"))
    }

    /// The image in a registry that has the cache of a target.
    pub(super) fn cache(&self, target: &Target) -> Option<String> {
        self.args.cache_registry.as_ref().map(|cache| format!("{cache}:{}", target.name))
    }

    /// The commands of a script that build the image of a target, and push it. A hash of secrets and a bundle are in
    /// variables: a shell ignores the failure of a command that is part of another.
    pub(super) fn shell_lines(&self, target: &Target, image: ImageName) -> Vec<String> {
        let mut command = target.command.clone();
        command.image = Some(image);
        command.bundle = None;
        if let Some(Hash::Secrets(_)) = &target.hash {
            command.secrets_hash = Some(HashArg::Variable(self.hash_variable(target)));
        }
        // Buildah and kaniko store each layer with a tag of its own
        let is_tagged = command.program.is_buildkit();
        command.cache = if is_tagged { self.cache(target) } else { self.args.cache_registry.clone() };
        command.shell_lines().into_iter().chain(command.push_command()).collect()
    }

    /// The variable with the value of `SECRETS_HASH` of a target. A hash of secrets is different for each plan.
    pub(super) fn hash_variable(&self, target: &Target) -> String {
        let is_secrets = |target: &&Target| matches!(target.hash, Some(Hash::Secrets(_)));
        if is_secrets(&target) && self.targets.iter().filter(is_secrets).count() > 1 {
            return format!("SECRETS_HASH_{}", target.name.to_uppercase().replace('-', "_"));
        }
        "SECRETS_HASH".to_owned()
    }

    /// The variables that a shell has to set before it uses the file, as commands: bundles and hashes of secrets.
    pub(super) fn exports(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for target in &self.targets {
            let bundle = target.command.bundle.as_ref();
            lines.extend(bundle.map(|bundle| format!("export {}=\"$({})\"", bundle.name, bundle.command)));
            if let Some(Hash::Secrets(command)) = &target.hash {
                lines.push(format!("export {}=\"$({command})\"", self.hash_variable(target)));
            }
        }
        lines
    }

    /// The secrets of all targets, each once: its ID, and the variable with its value. Sorted by ID.
    pub(super) fn secrets(&self) -> Vec<(&str, &str)> {
        let secrets: BTreeSet<(&str, &str)> = self.targets.iter().flat_map(Target::secrets).collect();
        secrets.into_iter().collect()
    }

    /// The variables with secrets, sorted.
    pub(super) fn variables(&self) -> BTreeSet<&str> {
        self.targets.iter().flat_map(Target::secrets).map(|(_, variable)| variable).collect()
    }

    /// Checks that each secret is in a variable that a shell or a CI system can have, and that no variable would have
    /// to contain the bundles of two plans.
    pub(super) fn check_variables(&self) -> Result<(), Diagnostic> {
        let mut bundles = BTreeSet::new();
        for bundle in self.targets.iter().filter_map(|target| target.command.bundle.as_ref()) {
            if !bundles.insert(&bundle.name) {
                let what = format!("can't have the bundles of two plans in one variable: `{}`", bundle.name);
                return Err(unsupported(self.kind, &what, "give each plan its own ID: `--secret-mount bundle=ID`"));
            }
        }
        for variable in self.variables() {
            if !is_variable(variable) {
                let what = format!("can't have a variable with the name of the secret `{variable}`");
                return Err(unsupported(self.kind, &what, "pass all secrets as one, with `--secret-mount bundle=ID`"));
            }
        }
        for name in self.targets.iter().flat_map(|target| &target.command.build_args) {
            if !is_variable(name) {
                let what = format!("can't have a variable with the name of the build arg `{name}`");
                return Err(unsupported(self.kind, &what, "pass another name to `--label-arg`"));
            }
        }
        Ok(())
    }

    /// The warning about secrets whose variables are not set here, for a tool that would pass empty ones. Their values
    /// are not looked at any further.
    pub(super) fn empty_secrets(&self) -> Option<Diagnostic> {
        let tool = match self.kind {
            Kind::Bake => "docker buildx bake",
            Kind::Compose => "docker compose build",
            _ => return None,
        };
        let variables: BTreeSet<&str> = self.targets.iter().flat_map(Target::required).collect();
        let unset: Vec<String> = variables
            .into_iter()
            .filter(|variable| !is_set(variable))
            .map(|variable| format!("`{variable}`"))
            .collect();
        let list = unset.join(", ");
        let message = format!("`{tool}` would pass empty secrets: these variables are not set: {list}");
        let help = format!("set them in the environment of `{tool}`; a script of `emit sh` fails without them");
        (!unset.is_empty()).then(|| Diagnostic::new(Code::EmptySecret, message).with_help(help))
    }

    /// The command that checks the Dockerfiles and the file itself, for CI.
    pub(super) fn check_lines(&self) -> Vec<String> {
        use railpack2docker::shell::word;
        let plans: Vec<String> = self.targets.iter().map(|target| word(&not_an_option(&target.plan))).collect();
        let mut lines = vec![format!("railpack2docker --check {}", plans.join(" "))];
        if self.args.output_file().is_some() {
            lines.push(format!("railpack2docker emit {} --check -o {}", self.kind.name(), word(&self.file)));
        }
        lines
    }
}

/// A path that is not an option.
pub(super) fn not_an_option(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// Checks the names that options give to images, tags and caches.
pub(super) fn check_names(args: &EmitArgs, kind: Kind) -> Result<(), Diagnostic> {
    let invalid = |option: &str, value: &str, example: &str| {
        let found = Diagnostic::new(Code::InvalidOption, format!("`--{option} {value}` is not a valid name"));
        found.with_help(format!("write it as in `--{option} {example}`"))
    };
    for (option, value) in [("image", &args.image), ("cache-registry", &args.cache_registry)] {
        if let Some(value) = value.as_deref().filter(|value| !is_repository(value)) {
            return Err(invalid(option, value, "registry.example.com/shop/web"));
        }
    }
    if let Some(tag) = args.tag.as_deref().filter(|tag| !is_tag(tag)) {
        return Err(invalid("tag", tag, "1.2"));
    }
    if args.cache_registry.is_some() && !kind.has_cache() {
        return Err(unsupported(kind, "can't use a cache in a registry", "remove `--cache-registry`"));
    }
    if kind == Kind::Fly {
        check_for_fly(args, kind)?;
    }
    let has_own_image = matches!(kind, Kind::Github | Kind::Gitlab);
    if args.push && args.image.is_none() && !has_own_image {
        let found = Diagnostic::new(Code::InvalidOption, "`--push` requires the name of the image");
        return Err(found.with_help("pass `--image REGISTRY/NAME`"));
    }
    if args.repository.is_some() && kind != Kind::Kubernetes {
        return Err(unsupported(kind, "does not clone a repository", "remove `--repository`"));
    }
    let url = args.repository.as_deref().map(|repository| repository.split('#').next().unwrap_or_default());
    if url.is_some_and(|url| url.trim().is_empty()) {
        let found = Diagnostic::new(Code::InvalidOption, "`--repository` has no URL");
        return Err(found.with_help("pass `--repository https://github.com/OWNER/NAME.git#BRANCH`"));
    }
    if args.json && kind != Kind::Bake {
        return Err(unsupported(kind, "has no form in JSON", "remove `--json`"));
    }
    Ok(())
}

/// Refuses what Fly.io decides itself.
fn check_for_fly(args: &EmitArgs, kind: Kind) -> Result<(), Diagnostic> {
    if args.push {
        return Err(unsupported(kind, "always pushes to the registry of Fly.io", "remove `--push`"));
    }
    if args.image.is_some() {
        return Err(unsupported(kind, "can't name the image, which Fly.io does", "remove `--image`"));
    }
    if args.tag.is_some() {
        return Err(unsupported(kind, "can't tag the image, which Fly.io does", "remove `--tag`"));
    }
    // flyctl has no other one (https://github.com/superfly/flyctl/pull/2597)
    if args.platform.iter().any(|platform| platform != FLY_PLATFORM) {
        return Err(unsupported(kind, "builds for `linux/amd64` only", "remove `--platform`, or pass that one"));
    }
    Ok(())
}

/// Whether a text is the name of an image without a tag: `registry.example.com:5000/a/b`.
fn is_repository(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_name = |part: &str| {
        part.starts_with(is_plain) && part.ends_with(is_plain) && part.chars().all(|c| is_plain(c) || "._-".contains(c))
    };
    let is_host = |part: &str| {
        let (host, port) = part.split_once(':').unwrap_or((part, "1"));
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        !host.is_empty() && host.chars().all(is_host) && !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit())
    };
    match text.split_once('/') {
        Some((host, rest)) => (is_host(host) || is_name(host)) && rest.split('/').all(is_name),
        None => is_name(text),
    }
}

fn is_tag(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128 && text.starts_with(is_plain) && text.chars().all(|c| is_plain(c) || ".-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images() {
        for name in ["web", "shop/web", "registry.example.com:5000/shop/web-1", "localhost/a_b.c"] {
            assert!(is_repository(name), "{name}");
        }
        for name in ["", "Web", "a:1", "a/b:1", "a//b", "/a", "a/", "-a", "x:y/a", "$X/a", "a b", "a/b@sha256:0"] {
            assert!(!is_repository(name), "{name}");
        }
        assert!(is_tag("v1.2_3-A") && !is_tag("") && !is_tag("-1") && !is_tag("a b") && !is_tag(&"a".repeat(129)));
    }
}
