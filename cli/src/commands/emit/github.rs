//! A workflow of GitHub Actions: a job that checks the Dockerfiles, and one that builds each image.

use railpack2docker::Diagnostic;
use railpack2docker::header::Destination;

use super::file::{Content, Emission, not_an_option};
use super::registry::{Login, Registry};
use super::target::{Hash, Target, unsupported};
use super::text::script;
use super::yaml::{Map, Yaml};
use crate::options::key;

/// The minutes after which a job is stopped.
const CHECK_MINUTES: u32 = 15;
const BUILD_MINUTES: u32 = 30;

/// The registry of GitHub, with the repository as the name of an image.
const REGISTRY: &str = "ghcr.io";
const IMAGE: &str = "ghcr.io/${{ github.repository }}";

/// The ID of the step that hashes the secrets.
const HASH_STEP: &str = "hash";

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    emission.check_variables()?;
    for (id, variable) in emission.secrets() {
        check_secret(emission, id, variable)?;
    }
    let mut jobs = Map::new().with("check", check(emission));
    for target in &emission.targets {
        jobs = jobs.with(&target.name, build(emission, target));
    }
    let mut permissions = Map::new().with("contents", "read");
    if logins(emission).iter().any(|login| login.registry == Registry::OfCi) {
        permissions = permissions.with("packages", "write");
    }
    let document =
        Map::new().with("name", "Images").with("on", "push").with("permissions", permissions).with("jobs", jobs);
    Ok(Content { usage: usage(emission), body: document.document() })
}

fn usage(emission: &Emission<'_>) -> Vec<String> {
    let mut lines = vec!["GitHub builds the images after each push.".to_owned()];
    let secrets: Vec<&str> = emission.variables().into_iter().filter(|variable| *variable != "GITHUB_TOKEN").collect();
    if !secrets.is_empty() {
        lines.push("Store the secrets in the settings of the repository:".to_owned());
    }
    for variable in secrets {
        let bundles = emission.targets.iter().filter_map(|target| target.command.bundle.as_ref());
        let bundle = bundles.into_iter().find(|bundle| bundle.name == variable);
        let from = bundle.map(|bundle| format!("{} | ", bundle.command)).unwrap_or_default();
        lines.push(format!("  {from}gh secret set {variable}"));
    }
    lines
}

/// Refuses a secret that GitHub can't store, or that the action for builds can't pass on.
fn check_secret(emission: &Emission<'_>, id: &str, variable: &str) -> Result<(), Diagnostic> {
    let is_reserved = variable.to_ascii_uppercase().starts_with("GITHUB_") && variable != "GITHUB_TOKEN";
    if is_reserved {
        let what = format!("can't use the secret `{variable}`: GitHub reserves names that begin with `GITHUB_`");
        return Err(unsupported(emission.kind, &what, "pass all secrets as one, with `--secret-mount bundle=ID`"));
    }
    if !id.chars().all(|c| c.is_ascii_alphanumeric() || "._/:@-".contains(c)) {
        let what = format!("can't pass a secret with the ID `{id}`");
        return Err(unsupported(emission.kind, &what, "pass another ID with `--secret-id`"));
    }
    Ok(())
}

/// A text in which GitHub evaluates nothing.
fn text(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}

fn uses(action: &str) -> Map {
    Map::new().with("uses", action)
}

fn checkout() -> Map {
    uses("actions/checkout@v5").with("with", Map::new().with("persist-credentials", false))
}

/// A step that runs lines in a shell.
fn run(name: &str, lines: &[String]) -> Map {
    Map::new().with("name", name).with("run", text(&script(lines)))
}

fn job(minutes: u32) -> Map {
    Map::new().with("runs-on", "ubuntu-latest").with("timeout-minutes", minutes)
}

fn check(emission: &Emission<'_>) -> Map {
    let steps = vec![checkout(), install(), run("Check the Dockerfiles", &emission.check_lines())];
    job(CHECK_MINUTES).with("steps", steps)
}

/// The step that installs this tool.
fn install() -> Map {
    run("Install railpack2docker", &["cargo install --locked railpack2docker-cli".to_owned()])
}

fn build(emission: &Emission<'_>, target: &Target) -> Map {
    let mut steps = vec![checkout()];
    let secrets = environment(target);
    let checks = target.checks();
    if !checks.is_empty() {
        steps.push(run("Check the secrets", &checks).with("env", secrets.clone()));
    }
    if let Some(Hash::Secrets(command)) = &target.hash {
        let lines = [
            format!("{HASH_STEP}=\"$({command})\""),
            format!("echo \"{HASH_STEP}=${HASH_STEP}\" >> \"$GITHUB_OUTPUT\""),
        ];
        // an empty key counts as none
        let environment = secrets.clone().with(key::VARIABLE, format!("${{{{ secrets.{} }}}}", key::VARIABLE));
        steps.push(install());
        steps.push(run("Hash the secrets", &lines).with("id", HASH_STEP).with("env", environment));
    }
    if target.command.platforms.len() > 1 {
        steps.push(uses("docker/setup-qemu-action@v3"));
    }
    steps.push(uses("docker/setup-buildx-action@v3"));
    steps.extend(logins(emission).into_iter().map(login));
    if target.command.ssh.is_some() {
        let with = Map::new().with("ssh-private-key", "${{ secrets.SSH_PRIVATE_KEY }}");
        steps.push(uses("webfactory/ssh-agent@v0.9.1").with("with", with));
    }
    let step = uses("docker/build-push-action@v6").with("with", inputs(emission, target));
    steps.push(step.with_some("env", environment_of_build(target)));
    job(BUILD_MINUTES).with("needs", "check").with("steps", steps)
}

fn logins<'a>(emission: &'a Emission<'_>) -> Vec<Login<'a>> {
    emission.logins(Some(REGISTRY))
}

fn login(login: Login<'_>) -> Map {
    let secret = |name: &str| format!("${{{{ secrets.{name} }}}}");
    let (registry, user, password) = match login.registry {
        Registry::OfCi => (REGISTRY, "${{ github.actor }}".to_owned(), secret("GITHUB_TOKEN")),
        Registry::DockerHub => ("", secret(login.user), secret(login.password)),
        Registry::Host(host) => (host, secret(login.user), secret(login.password)),
    };
    let with = Map::new().with_some("registry", registry).with("username", user).with("password", password);
    uses("docker/login-action@v3").with("with", with)
}

/// The variables with the secrets.
fn environment(target: &Target) -> Map {
    let mut environment = Map::new();
    for (_, variable) in target.secrets() {
        environment = environment.with(variable, format!("${{{{ secrets.{variable} }}}}"));
    }
    environment
}

/// The variables of the build: the secrets, and the values of build args.
fn environment_of_build(target: &Target) -> Map {
    let mut environment = environment(target);
    if has_token(target) {
        environment = environment.with("GITHUB_TOKEN", "${{ github.token }}");
    }
    for name in target.command.build_args.iter().filter(|name| target.secrets().all(|(_, it)| it != name.as_str())) {
        environment = environment.with(name, format!("${{{{ vars.{name} }}}}"));
    }
    environment
}

/// Whether the optional token is passed. The plan may have a secret with this name.
fn has_token(target: &Target) -> bool {
    target.has_github_token && target.secrets().all(|(_, variable)| variable != "GITHUB_TOKEN")
}

fn inputs(emission: &Emission<'_>, target: &Target) -> Map {
    let command = &target.command;
    let mut args: Vec<String> = Vec::new();
    args.extend(target.hash.as_ref().map(|hash| match hash {
        Hash::Fresh => "SECRETS_HASH=${{ github.run_id }}-${{ github.run_attempt }}".to_owned(),
        Hash::Secrets(_) => format!("SECRETS_HASH=${{{{ steps.{HASH_STEP}.outputs.{HASH_STEP} }}}}"),
    }));
    args.extend(command.build_args.iter().map(|name| format!("{name}=${{{{ vars.{name} }}}}")));
    if target.is_reproducible() {
        args.push("SOURCE_DATE_EPOCH=0".to_owned());
    }
    let token = has_token(target).then_some(("GITHUB_TOKEN", "GITHUB_TOKEN"));
    let secrets = target.secrets().chain(token).map(|(id, variable)| format!("{id}={variable}"));
    let (from, to) = cache(emission, target);
    let output = match command.destination {
        Destination::Load => format!("type=oci,dest={}.tar,rewrite-timestamp=true", target.name),
        Destination::PushRewritten => "type=image,push=true,rewrite-timestamp=true".to_owned(),
        Destination::Push | Destination::Default => String::new(),
    };
    let mut inputs = Map::new()
        .with("context", text(&not_an_option(&target.context)))
        .with("file", text(&target.dockerfile))
        .with_some("platforms", command.platforms.join(","));
    if emission.args.push && output.is_empty() {
        inputs = inputs.with("push", true);
    }
    inputs = inputs
        .with("tags", tags(emission, target))
        .with_some("build-args", script(&args))
        .with_some("secret-envs", script(&secrets.collect::<Vec<_>>()))
        .with_some("ssh", command.ssh.clone().map(|id| text(&id)).unwrap_or_default())
        .with("cache-from", from)
        .with("cache-to", to)
        .with_some("outputs", output);
    if target.is_reproducible() { inputs.with("provenance", Yaml::Bool(false)) } else { inputs }
}

fn tags(emission: &Emission<'_>, target: &Target) -> String {
    let repository = match (&emission.args.image, emission.targets.len()) {
        (Some(_), _) => emission.repository(target),
        (None, 1) => IMAGE.to_owned(),
        (None, _) => format!("{IMAGE}/{}", target.name),
    };
    format!("{repository}:{}", emission.args.tag.as_deref().unwrap_or("${{ github.sha }}"))
}

/// Where the cache is read from, and written to: the cache of GitHub, or a registry. Each target has its own.
fn cache(emission: &Emission<'_>, target: &Target) -> (String, String) {
    let from = match emission.cache(target) {
        Some(cache) => format!("type=registry,ref={cache}"),
        None => format!("type=gha,scope={}", target.name),
    };
    let to = format!("{from},mode=max");
    (from, to)
}
