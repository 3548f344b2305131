//! Rejects options that don't fit the plan or each other.

use std::collections::{BTreeMap, BTreeSet};

use super::images::Images;
use crate::builder::{CacheIds, Secrets, StageMount};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::{ImageRef, MountField, Platform};
use crate::graph::Graph;
use crate::options::{Options, SecretMount, SecretsHash, SecretsScope};
use crate::secret_usage::SecretUsage;

/// Checks the options, and reports those that can't be used.
pub(super) fn check(graph: &Graph, usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    check_allowed(options, findings);
    check_combinations(options, findings);
    check_hash_key(usage, options, findings);
    check_secret_ids(usage, options, findings);
    check_variables(usage, options, findings);
    check_ssh(graph, options, findings);
    check_platforms(options, findings);
    check_builder(usage, options, findings);
    check_secrets_of_builder(options, findings);
    check_service_id(graph, options, findings);
}

/// Rejects options that the builder has no constructs for.
fn check_builder(usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    let (builder, constructs) = (options.builder, options.constructs());
    if options.syntax.is_some() && !constructs.syntax_line {
        let message = format!("`--syntax` can't be used with `--builder {builder}`, which has no frontends");
        reject(findings, "syntax", message, "pass `--syntax none`");
    }
    if options.platforms.len() > 1 && !constructs.several_platforms {
        let message = format!("`{builder}` can't build for several platforms");
        reject(findings, "platforms", message, "pass one platform, or none");
    }
    if options.ssh.is_some() && !constructs.ssh_mounts {
        let message = format!("`{builder}` has no access to an SSH agent");
        reject(findings, "ssh", message, "remove `--ssh`");
    }
    let with_variables = || builder.first_with(|constructs| constructs.secret_variables);
    let use_newer = || with_variables().map(|first| format!(", or build with `{first}` or newer")).unwrap_or_default();
    let has_mounts = constructs.secrets == Secrets::Mounts && usage.mounted().next().is_some();
    if options.secret_mount == SecretMount::Env && has_mounts && !constructs.secret_variables {
        let message = format!("`{builder}` can't mount secrets as variables");
        reject(findings, "secret-mount", message, &format!("pass `--secret-mount file`{}", use_newer()));
    }
    if options.github_token && !constructs.secret_variables {
        let message = format!("`{builder}` can't mount `GITHUB_TOKEN` as a variable");
        reject(findings, "github-token", message, &format!("remove `--github-token`{}", use_newer()));
    }
    if options.reproducible && !constructs.rewritten_times {
        let message = format!("`--reproducible` can't be used with `--builder {builder}`");
        reject(findings, "reproducible", message, "use `docker` or `buildkit`");
    }
}

/// Rejects ways to secrets that the builder does not have.
fn check_secrets_of_builder(options: &Options, findings: &mut Findings) {
    let (builder, constructs) = (options.builder, options.constructs());
    let is_arg = options.secret_mount == SecretMount::Arg;
    match constructs.secrets {
        Secrets::Mounts if is_arg => {
            let message = format!(
                "`--secret-mount arg` would write secrets into the history of the build, but `{builder}` can mount them"
            );
            reject(findings, "secret-mount", message, "remove `--secret-mount`");
        }
        Secrets::BuildArgs if !is_arg => {
            let message = format!("`{builder}` can't mount secrets");
            reject(findings, "secret-mount", message, "remove `--secret-mount`: the secrets are build args");
        }
        Secrets::Mounts | Secrets::BuildArgs => {}
    }
    if constructs.secrets == Secrets::BuildArgs && options.secrets_scope == SecretsScope::Plan {
        let message = format!(
            "`--secrets-scope plan` can't be used with `{builder}`: a build arg re-runs every command that sees it, and gets into the history of the image"
        );
        reject(findings, "secrets-scope", message, "remove `--secrets-scope`");
    }
    if constructs.secrets == Secrets::BuildArgs && options.secrets_hash != SecretsHash::Off {
        let message = format!("`--secrets-hash {}` can't be used with `{builder}`", options.secrets_hash.name());
        reject(
            findings,
            "secrets-hash",
            message,
            "remove `--secrets-hash`: a changed build arg re-runs the commands that see it",
        );
    }
    if constructs.stage_mount == StageMount::Missing && options.secrets_hash == SecretsHash::Layer {
        let message = format!("`--secrets-hash layer` can't be used with `{builder}`, which ignores a mounted stage");
        reject(findings, "secrets-hash", message, "pass `--secrets-hash arg`");
    }
}

/// Checks the ID of the Railway service.
fn check_service_id(graph: &Graph, options: &Options, findings: &mut Findings) {
    let builder = options.builder;
    if options.constructs().cache_ids == CacheIds::Any {
        if options.service_id.is_some() {
            let message = format!("`--service-id` can't be used with `--builder {builder}`");
            reject(findings, "service-id", message, "pass `--builder railway`, or remove `--service-id`");
        }
        return;
    }
    if !options.cache_prefix.is_empty() {
        let message = format!("`--cache-prefix` can't be used with `{builder}`, which prescribes the IDs of caches");
        reject(findings, "cache-prefix", message, "remove `--cache-prefix`");
    }
    let has_caches = graph.running().any(|(_, step)| !step.caches.is_empty());
    match &options.service_id {
        None if has_caches => {
            let message = format!(
                "`--builder {builder}` requires `--service-id`: the plan has caches, and their IDs begin with it"
            );
            let help = "pass the ID of the service, which `railway status --json` prints";
            reject(findings, "service-id", message, help);
        }
        Some(id) if !is_service_id(id) => {
            let message = format!("invalid service ID `{id}`");
            reject(
                findings,
                "service-id",
                message,
                "pass the UUID of the service, which `railway status --json` prints",
            );
        }
        _ => {}
    }
}

/// Whether a text can be the ID of a service: letters, digits and dashes, as in a UUID.
fn is_service_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The image of the `# syntax=` line.
pub(super) fn syntax(options: &Options, images: &mut Images<'_>, findings: &mut Findings) -> Option<ImageRef> {
    let image = options.syntax.as_deref()?;
    let Ok(name) = ImageRef::new(image) else {
        reject(findings, "syntax", format!("invalid syntax image `{image}`"), "pass an image reference or `none`");
        return None;
    };
    images.resolve(&name, None, findings)
}

fn reject(findings: &mut Findings, option: &'static str, message: String, help: &str) {
    findings.push(Diagnostic::new(Code::InvalidOption, message).about_option(option).with_help(help));
}

fn check_allowed(options: &Options, findings: &mut Findings) {
    let warnings = || Code::warnings().map(Code::name);
    for code in options.allow.iter().filter(|code| warnings().all(|known| known != code.as_str())) {
        let message = format!("no warning has the code `{code}`");
        let found = Diagnostic::new(Code::InvalidOption, message).about_option("allow");
        findings.push(found.with_suggestion(code, warnings()));
    }
}

/// Railpack's `--env` sets secrets. Here, it would write them into the image, and into the header of the file.
fn check_variables(usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    for name in usage.names_of_plan().filter(|name| options.image.env.contains_key(*name)) {
        reject(
            findings,
            "env",
            format!("`--env {name}=…` would write the secret `{name}` into the image"),
            &format!(
                "pass it to the build with `--secret {name}`, and to the container with `docker run --env {name}`"
            ),
        );
    }
}

fn check_combinations(options: &Options, findings: &mut Findings) {
    if options.reproducible && options.platforms.len() > 1 {
        reject(
            findings,
            "reproducible",
            "`--reproducible` can't be used with several platforms: an archive for `docker load` has one image"
                .to_owned(),
            "build one platform at a time",
        );
    }
    if options.require_secrets_hash && options.secrets_hash != SecretsHash::Layer {
        reject(
            findings,
            "require-secrets-hash",
            "`--require-secrets-hash` requires `--secrets-hash layer`".to_owned(),
            "remove one of the two options",
        );
    }
    if let SecretMount::Bundle(id) = &options.secret_mount {
        if id.is_empty() || MountField::new("id", id).is_err() {
            reject(
                findings,
                "secret-mount",
                format!("invalid ID `{id}` for the bundle"),
                "use only printable ASCII characters",
            );
        }
        if options.secrets_scope == SecretsScope::Step {
            let message = "`--secrets-scope step` can't be used with a bundle, which contains every secret";
            reject(
                findings,
                "secrets-scope",
                message.to_owned(),
                "pass `--secrets-scope plan`, or `--secret-mount env` or `file`",
            );
        }
        if options.optional_secrets {
            let message = "`--optional-secrets` can't be used with a bundle, which must contain every secret";
            reject(
                findings,
                "optional-secrets",
                message.to_owned(),
                "remove `--optional-secrets`: a bundle may contain empty secrets",
            );
        }
    }
}

fn check_hash_key(usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    let Some(key) = &options.secrets_hash_key else { return };
    if options.secrets_hash != SecretsHash::Layer {
        reject(
            findings,
            "secrets-hash-key",
            "`--secrets-hash-key` requires `--secrets-hash layer`".to_owned(),
            "remove one of the two options",
        );
    }
    if key.is_empty() || MountField::new("id", key).is_err() {
        reject(
            findings,
            "secrets-hash-key",
            format!("invalid ID `{key}` for the key of the hash layer"),
            "use only printable ASCII characters",
        );
    }
    let is_bundle = matches!(&options.secret_mount, SecretMount::Bundle(id) if id == key);
    if let Some(secret) = usage.names_of_plan().find(|name| usage.id(name) == key || name == key) {
        let message = format!("the key of the hash layer has the ID or the name of secret `{secret}`: `{key}`");
        reject(findings, "secrets-hash-key", message, "use a secret of its own for the key");
    } else if is_bundle {
        let message = format!("the key of the hash layer has the same ID as the bundle: `{key}`");
        reject(findings, "secrets-hash-key", message, "use a secret of its own for the key");
    }
}

fn check_secret_ids(usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    let names: BTreeSet<&str> = usage.names_of_plan().collect();
    for (name, id) in &options.secret_ids {
        let is_token = options.github_token && name == "GITHUB_TOKEN";
        if !is_token && !names.contains(name.as_str()) {
            let message = format!("can't set ID `{id}`: the plan has no secret `{name}`");
            let found = Diagnostic::new(Code::InvalidOption, message).about_option("secret-id");
            findings.push(found.with_suggestion(name, names.clone()));
        }
        if id.is_empty() || MountField::new("id", id).is_err() {
            reject(
                findings,
                "secret-id",
                format!("invalid ID `{id}` for secret `{name}`"),
                "use only printable ASCII characters",
            );
        }
    }
    let mut taken = BTreeMap::new();
    for name in names {
        let id = usage.id(name);
        if let Some(other) = taken.insert(id, name) {
            reject(
                findings,
                "secret-id",
                format!("secrets `{other}` and `{name}` have the same ID `{id}`"),
                "give one of them a different ID",
            );
        }
    }
}

fn check_ssh(graph: &Graph, options: &Options, findings: &mut Findings) {
    let Some(ssh) = &options.ssh else { return };
    if ssh.id.is_empty() || MountField::new("id", &ssh.id).is_err() {
        reject(findings, "ssh", format!("invalid SSH agent ID `{}`", ssh.id), "use only printable ASCII characters");
    }
    let steps: BTreeSet<&str> = graph.steps().map(|(_, step)| step.name.value.as_str()).collect();
    for step in ssh.steps.iter().filter(|step| !steps.contains(step.as_str())) {
        let message = format!("unknown step `{step}` for the SSH agent");
        let found = Diagnostic::new(Code::InvalidOption, message).about_option("ssh-step");
        findings.push(found.with_suggestion(step, steps.iter().copied()));
    }
}

fn check_platforms(options: &Options, findings: &mut Findings) {
    let mut taken = BTreeMap::new();
    for text in &options.platforms {
        match Platform::new(text) {
            Ok(platform) => match taken.insert(platform, text) {
                Some(other) if other == text => {
                    reject(findings, "platforms", format!("platform `{text}` is given twice"), "remove one of them");
                }
                Some(other) => {
                    reject(
                        findings,
                        "platforms",
                        format!("`{other}` and `{text}` are the same platform"),
                        "remove one of them",
                    );
                }
                None => {}
            },
            Err(_) => findings.push(invalid_platform(text)),
        }
    }
}

fn invalid_platform(text: &str) -> Diagnostic {
    let found = Diagnostic::new(Code::InvalidOption, format!("invalid platform `{text}`")).about_option("platforms");
    if let Some(platform) = Platform::guess(text) {
        return found.with_help(format!("did you mean `{platform}`?"));
    }
    let known: Vec<String> = Platform::all().map(|platform| platform.to_string()).collect();
    let found = found.with_suggestion(text, known.iter().map(String::as_str));
    if found.help.is_some() {
        return found;
    }
    found
        .with_help("pass `linux/ARCHITECTURE` or `linux/ARCHITECTURE/VARIANT`, such as `linux/arm64` or `linux/arm/v7`")
}

#[cfg(test)]
mod tests {
    use crate::{Options, transpile};

    fn errors(secret: &str, options: &Options) -> Vec<(&'static str, bool)> {
        let json = format!(
            r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "commands": [{{ "cmd": "make" }}] }}],
              "secrets": ["{secret}"],
              "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{{ "step": "a", "include": ["."] }}] }} }}"#
        );
        let errors = transpile(&json, options).unwrap_err();
        errors.0.into_iter().map(|found| (found.code.name(), found.location.is_some())).collect()
    }

    #[test]
    fn invalid_secret_names_are_errors_in_the_plan_not_in_options() {
        for name in ["", "é", "a\\nb"] {
            let found = errors(name, &Options::default());
            assert!(
                found.iter().all(|(code, has_location)| *code != "invalid-option" && *has_location),
                "{name}: {found:?}"
            );
        }
    }

    #[test]
    fn only_warnings_can_be_allowed() {
        for (code, is_rejected) in
            [("unlisted-secret", false), ("dangerous-secret-name", false), ("unknown-step", true), ("nonsense", true)]
        {
            // an invalid name guarantees an error
            let found = errors("", &Options { allow: [code.to_owned()].into(), ..Options::default() });
            assert_eq!(found.contains(&("invalid-option", false)), is_rejected, "{code}");
        }
    }

    #[test]
    fn ids_are_for_secrets_and_the_token_only() {
        for (name, github_token, is_rejected) in
            [("A", false, false), ("B", true, true), ("GITHUB_TOKEN", true, false), ("GITHUB_TOKEN", false, true)]
        {
            let options =
                Options { secret_ids: [(name.to_owned(), "x".to_owned())].into(), github_token, ..Options::default() };
            // an invalid name guarantees an error
            let found = errors("A\", \"=", &options);
            assert_eq!(found.contains(&("invalid-option", false)), is_rejected, "{name} {github_token}");
        }
    }

    #[test]
    fn inexpressible_ids_are_rejected_for_the_token_too() {
        for name in ["A", "GITHUB_TOKEN"] {
            let secret_ids = [(name.to_owned(), "a\nb".to_owned())].into();
            let found = errors("A", &Options { secret_ids, github_token: true, ..Options::default() });
            assert!(found.contains(&("invalid-option", false)), "{name}: {found:?}");
        }
    }
}
