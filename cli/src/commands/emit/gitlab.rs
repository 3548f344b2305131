//! Jobs of GitLab CI: one that checks the Dockerfiles, and one that builds each image, with `BuildKit` in a service, or
//! with Buildah or Podman.

use railpack2docker::Diagnostic;
use railpack2docker::builder::Program;
use railpack2docker::header::ImageName;

use super::file::{Content, Emission};
use super::registry::{Login, Registry};
use super::target::{Hash, Target, unsupported};
use super::text::script;
use super::yaml::Map;

/// The variable with the name of the image.
const IMAGE: &str = "IMAGE";

/// The file with hashes of secrets, from which GitLab sets variables of later jobs.
const HASHES: &str = "hashes.env";

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    emission.check_variables()?;
    let mut document = Map::new().with("check", check(emission));
    for target in &emission.targets {
        document = document.with(&format!("build-{}", target.name), build(emission, target)?);
    }
    Ok(Content { usage: usage(emission), body: document.document() })
}

fn usage(emission: &Emission<'_>) -> Vec<String> {
    let mut lines = vec!["GitLab builds the images in each pipeline.".to_owned()];
    let secrets: Vec<&str> = emission.variables().into_iter().collect();
    if !secrets.is_empty() {
        lines.push("These variables of the project, which should be masked, have the secrets:".to_owned());
        lines.extend(secrets.iter().map(|variable| format!("  {variable}")));
    }
    let bundles: Vec<_> = emission.targets.iter().filter_map(|target| target.command.bundle.as_ref()).collect();
    if !bundles.is_empty() {
        lines.push("Store a bundle with:".to_owned());
    }
    for bundle in bundles {
        lines.push(format!("  {} --base64 | glab variable set {} --masked", bundle.command, bundle.name));
    }
    lines
}

fn check(emission: &Emission<'_>) -> Map {
    let mut script = vec!["cargo install --locked railpack2docker-cli".to_owned()];
    script.extend(emission.check_lines());
    let mut has_hashes = false;
    for target in &emission.targets {
        if let Some(Hash::Secrets(command)) = &target.hash {
            let variable = emission.hash_variable(target);
            script.push(format!("{variable}=\"$({command})\""));
            script.push(format!("echo \"{variable}=${variable}\" >> {HASHES}"));
            has_hashes = true;
        }
    }
    let job = Map::new().with("image", "rust:1").with("script", script);
    if has_hashes {
        return job.with("artifacts", Map::new().with("reports", Map::new().with("dotenv", HASHES)));
    }
    job
}

fn build(emission: &Emission<'_>, target: &Target) -> Result<Map, Diagnostic> {
    let mut variables = Map::new().with(IMAGE, image(emission, target));
    let mut script: Vec<String> = target.checks();
    let job = match target.command.program {
        Program::Docker | Program::BuildKit => {
            script.extend(with_docker(emission, target));
            Map::new().with("image", "docker:28").with("services", vec!["docker:28-dind"])
        }
        Program::Buildah | Program::Podman => {
            let program = target.command.program.name();
            variables.extend(Map::new().with("STORAGE_DRIVER", "vfs").with("BUILDAH_ISOLATION", "chroot"));
            script.extend(logins(emission, program));
            Map::new().with("image", image_of_builder(target))
        }
        _ => {
            let what = format!("has no job for the builder `{}`", target.builder);
            return Err(unsupported(emission.kind, &what, "use Docker, Buildah or Podman"));
        }
    };
    script.extend(ssh(target));
    script.push(command(emission, target));
    Ok(job.with("needs", vec!["check"]).with("variables", variables).with("script", script))
}

/// The build, and the commands after it.
fn command(emission: &Emission<'_>, target: &Target) -> String {
    script(&emission.shell_lines(target, ImageName::Variable(IMAGE.to_owned())))
}

/// The image of Buildah or Podman in a version.
fn image_of_builder(target: &Target) -> String {
    let name = target.command.program.name();
    match target.builder.split_once('@') {
        Some((_, version)) => format!("quay.io/{name}/stable:v{version}.0"),
        None => format!("quay.io/{name}/stable"),
    }
}

/// The commands before a build with Docker: the engine of the service can't build for several platforms, or write to
/// a registry what it has cached.
fn with_docker(emission: &Emission<'_>, target: &Target) -> Vec<String> {
    let has_platforms = target.command.platforms.len() > 1;
    let mut script = logins(emission, "docker");
    if has_platforms {
        script.push("docker run --rm --privileged tonistiigi/binfmt --install all".to_owned());
    }
    if has_platforms || target.is_reproducible() || emission.args.cache_registry.is_some() {
        script.push("docker context create builder".to_owned());
        script.push("docker buildx create --use builder".to_owned());
    }
    script
}

/// The commands that log in to registries. The name of GitLab's own is in a variable.
fn logins(emission: &Emission<'_>, program: &str) -> Vec<String> {
    let command = |login: Login<'_>| {
        let (user, password, registry) = match login.registry {
            Registry::OfCi => ("CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD", "\"$CI_REGISTRY\""),
            Registry::DockerHub => (login.user, login.password, "docker.io"),
            Registry::Host(host) => (login.user, login.password, host),
        };
        format!("echo \"${password}\" | {program} login --username \"${user}\" --password-stdin {registry}")
    };
    emission.logins(None).into_iter().map(command).collect()
}

/// The commands that start an SSH agent, with a key in a variable of the type file.
fn ssh(target: &Target) -> Vec<String> {
    if target.command.ssh.is_none() {
        return Vec::new();
    }
    let install = if target.command.program.is_buildkit() {
        "apk add --no-cache openssh-client"
    } else {
        "dnf install -y openssh-clients"
    };
    let lines = [install, "eval \"$(ssh-agent -s)\"", "chmod 400 \"$SSH_PRIVATE_KEY\"", "ssh-add \"$SSH_PRIVATE_KEY\""];
    lines.map(str::to_owned).to_vec()
}

/// The image, as the value of a variable, in which GitLab expands others.
fn image(emission: &Emission<'_>, target: &Target) -> String {
    let repository = match (&emission.args.image, emission.targets.len()) {
        (Some(_), _) => emission.repository(target),
        (None, 1) => "$CI_REGISTRY_IMAGE".to_owned(),
        (None, _) => format!("$CI_REGISTRY_IMAGE/{}", target.name),
    };
    format!("{repository}:{}", emission.args.tag.as_deref().unwrap_or("$CI_COMMIT_SHA"))
}
