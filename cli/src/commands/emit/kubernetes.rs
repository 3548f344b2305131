//! Jobs of Kubernetes that clone the repository, and build and push each image with rootless `BuildKit`.

use railpack2docker::header::Destination;
use railpack2docker::shell::word;
use railpack2docker::{Code, Diagnostic};

use super::file::{Content, Emission};
use super::target::{Hash, Target, unsupported};
use super::yaml::{Map, Yaml};

/// The image of both containers. It contains git.
const IMAGE: &str = "moby/buildkit:rootless";

/// The user of the image.
const USER: u32 = 1000;

/// The directory of the source in the containers.
const SOURCE: &str = "/source";

/// The Secret with the login to the registry, of the type `kubernetes.io/dockerconfigjson`.
const REGISTRY: &str = "registry";

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    let Some(repository) = emission.args.repository.as_deref() else {
        let found = Diagnostic::new(Code::InvalidOption, "`emit kubernetes` requires the URL of the repository");
        return Err(found.with_help("pass `--repository https://github.com/OWNER/NAME.git#BRANCH`"));
    };
    if emission.args.image.is_none() {
        let found = Diagnostic::new(Code::InvalidOption, "`emit kubernetes` requires the name of the image");
        return Err(found.with_help("pass `--image REGISTRY/NAME`: the jobs push the images"));
    }
    for target in &emission.targets {
        check(emission, target)?;
    }
    let jobs = emission.targets.iter().map(|target| job(emission, target, repository).document());
    Ok(Content { usage: usage(emission), body: jobs.collect::<Vec<_>>().join("---\n") })
}

fn usage(emission: &Emission<'_>) -> Vec<String> {
    let mut lines = vec!["Build and push all images:".to_owned()];
    lines.push(format!("  kubectl create -f {}", word(&emission.file)));
    lines.push("Create the Secrets first, from files that are not in the repository:".to_owned());
    lines.push(format!(
        "  kubectl create secret generic {REGISTRY} --type=kubernetes.io/dockerconfigjson \
         --from-file=.dockerconfigjson=\"$HOME/.docker/config.json\""
    ));
    for target in emission.targets.iter().filter(|target| !keys(target).is_empty()) {
        let mut command = format!("kubectl create secret generic {}", secret_of(target));
        if let Some(bundle) = &target.command.bundle {
            command = format!("{} | {command} --from-file={}=/dev/stdin", bundle.command, bundle.name);
        } else {
            command.push_str(" --from-env-file=.env.build");
        }
        if let Some(Hash::Secrets(hash)) = &target.hash {
            command.push_str(&format!(" --from-literal=SECRETS_HASH=\"$({hash})\""));
        }
        lines.push(format!("  {command}"));
    }
    for target in emission.targets.iter().filter(|target| !target.command.build_args.is_empty()) {
        let args = target.command.build_args.iter().map(|name| format!(" --from-literal={name}=\"${name}\""));
        lines.push(format!("  kubectl create configmap {}{}", args_of(target), args.collect::<String>()));
    }
    lines
}

/// The name of the Secret with the secrets of a build.
fn secret_of(target: &Target) -> String {
    format!("{}-build", target.name)
}

/// The name of the `ConfigMap` with the build args.
fn args_of(target: &Target) -> String {
    format!("{}-build-args", target.name)
}

/// The keys of the Secret.
fn keys(target: &Target) -> Vec<&str> {
    let hash = matches!(target.hash, Some(Hash::Secrets(_))).then_some("SECRETS_HASH");
    target.secrets().map(|(_, variable)| variable).chain(hash).collect()
}

/// Refuses a name that Kubernetes does not accept for a variable or a key (`IsEnvVarName` and `IsConfigMapKey` in
/// apimachinery).
fn check(emission: &Emission<'_>, target: &Target) -> Result<(), Diagnostic> {
    let names = target.secrets().map(|(_, variable)| variable);
    for name in names.chain(target.command.build_args.iter().map(String::as_str)) {
        let is_legal = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !is_legal || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name.starts_with("..") {
            let what = format!("can't have a variable with the name `{name}`");
            return Err(unsupported(emission.kind, &what, "pass all secrets as one, with `--secret-mount bundle=ID`"));
        }
    }
    Ok(())
}

/// A text in which Kubernetes expands no variable.
fn text(text: &str) -> String {
    text.replace("$(", "$$(")
}

fn job(emission: &Emission<'_>, target: &Target, repository: &str) -> Map {
    let (url, reference) = repository.split_once('#').unwrap_or((repository, ""));
    let mut clone = ["git", "clone", "--depth=1"].map(str::to_owned).to_vec();
    if !reference.is_empty() {
        clone.push(format!("--branch={}", text(reference)));
    }
    clone.extend(["--".to_owned(), text(url), SOURCE.to_owned()]);
    let mount = |name: &str, path: &str| Map::new().with("name", name).with("mountPath", path);
    let source = Map::new()
        .with("name", "source")
        .with("image", IMAGE)
        .with("command", clone)
        .with("volumeMounts", vec![mount("source", SOURCE)]);
    let unconfined = || Map::new().with("type", "Unconfined");
    let security = Map::new().with("seccompProfile", unconfined()).with("appArmorProfile", unconfined());
    let build = Map::new()
        .with("name", "build")
        .with("image", IMAGE)
        .with("command", vec!["buildctl-daemonless.sh"])
        .with("args", arguments(emission, target))
        .with("env", environment(target))
        .with_comment("rootless BuildKit creates user namespaces and mounts", "securityContext", security)
        .with(
            "volumeMounts",
            vec![
                mount("source", SOURCE).with("readOnly", true),
                mount(REGISTRY, "/home/user/.docker").with("readOnly", true),
                mount("state", "/home/user/.local/share/buildkit"),
            ],
        );
    let login = Map::new()
        .with("secretName", REGISTRY)
        .with("optional", true)
        .with("items", vec![Map::new().with("key", ".dockerconfigjson").with("path", "config.json")]);
    let empty = |name: &str| Map::new().with("name", name).with("emptyDir", Map::new());
    let user = Map::new().with("runAsUser", USER).with("runAsGroup", USER).with("fsGroup", USER);
    let pod = Map::new()
        .with("restartPolicy", "Never")
        .with("automountServiceAccountToken", false)
        .with("securityContext", user)
        .with("initContainers", vec![source])
        .with("containers", vec![build])
        .with(
            "volumes",
            vec![empty("source"), empty("state"), Map::new().with("name", REGISTRY).with("secret", login)],
        );
    Map::new()
        .with("apiVersion", "batch/v1")
        .with("kind", "Job")
        .with("metadata", Map::new().with("generateName", format!("build-{}-", target.name)))
        .with("spec", Map::new().with("backoffLimit", 0).with("template", Map::new().with("spec", pod)))
}

/// The arguments of `buildctl`.
fn arguments(emission: &Emission<'_>, target: &Target) -> Vec<Yaml> {
    let command = &target.command;
    let (directory, file) = target.dockerfile.rsplit_once('/').unwrap_or((".", &target.dockerfile));
    let mut arguments = vec!["build".to_owned(), "--frontend=dockerfile.v0".to_owned()];
    arguments.push(format!("--local=context={}", text(&in_source(&target.context))));
    arguments.push(format!("--local=dockerfile={}", text(&in_source(directory))));
    arguments.push(format!("--opt=filename={}", text(file)));
    if !command.platforms.is_empty() {
        arguments.push(format!("--opt=platform={}", command.platforms.join(",")));
    }
    arguments.extend(command.secrets.iter().map(|secret| format!("--secret={}", text(&secret.field()))));
    if target.hash.is_some() {
        arguments.push("--opt=build-arg:SECRETS_HASH=$(SECRETS_HASH)".to_owned());
    }
    arguments.extend(command.build_args.iter().map(|name| format!("--opt=build-arg:{name}=$({name})")));
    if target.is_reproducible() {
        arguments.push("--opt=build-arg:SOURCE_DATE_EPOCH=0".to_owned());
    }
    if let Some(cache) = emission.cache(target) {
        arguments.push(format!("--import-cache=type=registry,ref={cache}"));
        arguments.push(format!("--export-cache=type=registry,ref={cache},mode=max"));
    }
    let times = match command.destination {
        Destination::Load | Destination::PushRewritten => ",rewrite-timestamp=true",
        Destination::Default | Destination::Push => "",
    };
    arguments.push(format!("--output=type=image,name={},push=true{times}", emission.image(target)));
    arguments.into_iter().map(Yaml::Text).collect()
}

/// A path in the source. One that leads out of the repository is not in the containers.
fn in_source(path: &str) -> String {
    if path == "." { SOURCE.to_owned() } else { format!("{SOURCE}/{path}") }
}

fn environment(target: &Target) -> Vec<Map> {
    let variable =
        |name: &str, key: &str, from: Map| Map::new().with("name", name).with("valueFrom", Map::new().with(key, from));
    let flags = Map::new().with("name", "BUILDKITD_FLAGS").with("value", "--oci-worker-no-process-sandbox");
    let mut environment = vec![flags];
    environment.extend(keys(target).into_iter().map(|name| {
        let from = Map::new().with("name", secret_of(target)).with("key", name);
        let is_optional = !target.is_required(name) && name != "SECRETS_HASH";
        variable(name, "secretKeyRef", if is_optional { from.with("optional", true) } else { from })
    }));
    if target.hash == Some(Hash::Fresh) {
        // each pod has another one
        environment.push(variable("SECRETS_HASH", "fieldRef", Map::new().with("fieldPath", "metadata.uid")));
    }
    environment.extend(target.command.build_args.iter().map(|name| {
        let from = Map::new().with("name", args_of(target)).with("key", name.as_str());
        variable(name, "configMapKeyRef", from)
    }));
    environment
}
