//! A Compose file: a service with a build section for each plan.

use railpack2docker::Diagnostic;
use railpack2docker::shell::word;

use super::file::{Content, Emission};
use super::target::{Hash, Target, unsupported};
use super::yaml::{Map, Yaml};

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    emission.check_variables()?;
    let mut services = Map::new();
    for target in &emission.targets {
        check_paths(emission, target)?;
        services = services.with(&target.name, service(emission, target));
    }
    let mut secrets = Map::new();
    let all = emission.secrets();
    for (id, variable) in all.iter().copied() {
        if let Some((_, other)) = all.iter().find(|(other_id, other)| *other_id == id && *other != variable) {
            let what = format!("can't take the secret `{id}` from two variables: `{variable}` and `{other}`");
            return Err(unsupported(emission.kind, &what, "pass another ID with `--secret-id`"));
        }
        if !is_key(id) {
            let what = format!("can't have a secret with the ID `{id}`");
            return Err(unsupported(emission.kind, &what, "pass another ID with `--secret-id`"));
        }
        secrets = secrets.with(id, Map::new().with("environment", text(variable)));
    }
    let document = Map::new().with("services", services).with_some("secrets", secrets);
    Ok(Content { usage: usage(emission), body: document.document() })
}

fn usage(emission: &Emission<'_>) -> Vec<String> {
    let has_hash = emission.targets.iter().any(|target| target.hash == Some(Hash::Fresh));
    let push = if emission.args.push { " --push" } else { "" };
    let hash = if has_hash { "SECRETS_HASH=\"$(date +%s)\" " } else { "" };
    let mut lines = vec!["Build all images, or those of the services that you name:".to_owned()];
    lines.extend(emission.exports().into_iter().map(|line| format!("  {line}")));
    lines.push(format!("  {hash}docker compose -f {} build{push}", word(&emission.file)));
    if emission.targets.iter().any(|target| target.secrets().next().is_some()) {
        lines.push(
            "If the variable of a secret is not set, the build gets an empty secret, and does not fail.".to_owned(),
        );
    }
    lines
}

fn service(emission: &Emission<'_>, target: &Target) -> Map {
    let command = &target.command;
    let mut args = Map::new();
    if target.hash.is_some() {
        args = args.with("SECRETS_HASH", format!("${{{}:-}}", emission.hash_variable(target)));
    }
    for name in &command.build_args {
        args = args.with(name, Yaml::Null);
    }
    let cache = emission.cache(target).map(|cache| format!("type=registry,ref={cache}"));
    let texts = |texts: Vec<String>| -> Yaml { texts.iter().map(|it| text(it)).collect::<Vec<_>>().into() };
    let build = Map::new()
        .with("context", text(&target.context))
        .with("dockerfile", text(&target.dockerfile_in_context))
        .with_some("platforms", texts(command.platforms.clone()))
        .with_some("secrets", texts(target.secrets().map(|(id, _)| id.to_owned()).collect()))
        .with_some("ssh", texts(command.ssh.iter().cloned().collect()))
        .with_some("args", args)
        .with_some("cache_from", texts(cache.iter().cloned().collect()))
        .with_some("cache_to", texts(cache.iter().map(|cache| format!("{cache},mode=max")).collect()));
    Map::new().with("image", text(&emission.image(target))).with("build", build)
}

/// Refuses paths that Compose builds with something else: it passes them to bake, as a template of HCL without any
/// escape (tried with 2.40).
fn check_paths(emission: &Emission<'_>, target: &Target) -> Result<(), Diagnostic> {
    let is_template = |path: &&String| path.contains("${") || path.contains("%{");
    let Some(path) = [&target.context, &target.dockerfile_in_context].into_iter().find(is_template) else {
        return Ok(());
    };
    let what = format!("can't build `{path}`: Compose would evaluate a part of this path");
    Err(unsupported(emission.kind, &what, "rename the directory, or emit `bake` or `sh`"))
}

/// A text in which Compose interpolates nothing.
fn text(text: &str) -> String {
    text.replace('$', "$$")
}

/// Whether a text is a legal name of a secret (`compose-spec.json`).
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}
