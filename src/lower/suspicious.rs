//! Secrets that do not belong into a build, and what looks like a secret in the open.

use std::collections::BTreeSet;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::plan::{Located, Variables};

/// Warns of secrets and variables that are probably not what was meant.
pub(super) fn warn(context: &mut Context<'_, '_>) {
    let graph = context.graph;
    let needed = graph.nodes.iter().filter(|node| node.is_needed);
    let listed: BTreeSet<&str> = needed.flat_map(|node| &node.step.secrets).map(|name| name.value.as_str()).collect();
    for secret in &graph.plan.secrets {
        warn_of_name(context, secret);
        warn_of_use(context, secret, &listed);
    }
    let of_steps = graph.nodes.iter().filter(|node| node.is_needed).map(|node| &node.step.variables);
    for variables in of_steps.chain([&graph.plan.variables, &graph.plan.deploy.variables]) {
        warn_of_values(context, variables);
    }
}

fn warn_of_name(context: &mut Context<'_, '_>, secret: &Located<String>) {
    if !steers(&secret.value) {
        return;
    }
    let message = format!("secret `{}` changes how every command of the build runs", secret.value);
    context.findings.push(
        Diagnostic::warning("steering-secret", message)
            .at(&secret.place)
            .with_help("programs and shells read this variable for themselves; give the secret another name"),
    );
}

/// `listed` is what the steps list.
fn warn_of_use(context: &mut Context<'_, '_>, secret: &Located<String>, listed: &BTreeSet<&str>) {
    let by_name = listed.contains(secret.value.as_str());
    let by_star = listed.contains("*");
    let is_runtime = is_for_run_time(&secret.value);
    let run =
        "if only the running application needs it, take it out of the plan and pass it to `docker run --env-file`";
    if by_name || (by_star && !is_runtime) {
        return;
    }
    let found = if by_star {
        let message = format!("secret `{}` looks like one that the application needs when it runs", secret.value);
        let help = format!("{run}; if a step needs it, name it in the step's `secrets`");
        Diagnostic::warning("runtime-secret", message).with_help(help)
    } else {
        let message = format!("no step lists secret `{}`, so a changed value runs nothing again", secret.value);
        let help = format!("name it in the `secrets` of the steps that need it; {run}");
        Diagnostic::warning("unlisted-secret", message).with_help(help)
    };
    context.findings.push(found.at(&secret.place));
}

/// Variables that the loader, the shell, proxies and docker itself read.
fn steers(name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "PATH",
        "IFS",
        "ENV",
        "HOME",
        "SHELL",
        "BASH_ENV",
        "SHELLOPTS",
        "BASHOPTS",
        "PS4",
        "DOCKER_CONFIG",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "NODE_OPTIONS",
        "PYTHONSTARTUP",
    ];
    let upper = name.to_ascii_uppercase();
    NAMES.contains(&name) || name.starts_with("LD_") || upper.ends_with("_PROXY")
}

/// Credentials of the services that an application talks to.
fn is_for_run_time(name: &str) -> bool {
    const SERVICES: [&str; 15] = [
        "DATABASE",
        "DB",
        "POSTGRES",
        "POSTGRESQL",
        "PG",
        "MYSQL",
        "MONGO",
        "MONGODB",
        "REDIS",
        "RABBITMQ",
        "AMQP",
        "SMTP",
        "STRIPE",
        "SESSION",
        "JWT",
    ];
    const CREDENTIALS: [&str; 7] = ["URL", "URI", "DSN", "HOST", "PASSWORD", "PASS", "SECRET"];
    let parts: Vec<&str> = name.split('_').collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    has(&SERVICES) && has(&CREDENTIALS) || name == "PGPASSWORD" || name == "SECRET_KEY_BASE"
}

fn warn_of_values(context: &mut Context<'_, '_>, variables: &Variables) {
    for (name, value) in variables.iter().filter(|(_, value)| is_credential(&value.value)) {
        let message = format!(
            "the value of variable `{name}` looks like a credential, and stands in the Dockerfile and the image"
        );
        context.findings.push(Diagnostic::warning("credential-in-variable", message).at(&value.place).with_help(
            "take it out of the plan, revoke it if the plan was ever shared, and list its name in `secrets`",
        ));
    }
}

/// Whether a value has the form of a well-known kind of credential.
pub(crate) fn is_credential(value: &str) -> bool {
    const PREFIXES: [(&str, usize); 13] = [
        ("ghp_", 40),
        ("gho_", 40),
        ("ghs_", 40),
        ("github_pat_", 40),
        ("glpat-", 26),
        ("npm_", 40),
        ("sk_live_", 24),
        ("rk_live_", 24),
        ("xoxb-", 24),
        ("xoxp-", 24),
        ("AKIA", 20),
        ("SG.", 60),
        ("sntrys_", 40),
    ];
    let is_token = PREFIXES.iter().any(|(prefix, length)| value.starts_with(prefix) && value.len() >= *length);
    is_token || value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----") || has_password(value)
}

/// Whether a URL holds a password: `scheme://user:password@host`, and not that of a variable.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_steer_a_build() {
        for name in ["PATH", "LD_PRELOAD", "BASH_ENV", "DOCKER_CONFIG", "https_proxy", "NO_PROXY"] {
            assert!(steers(name), "{name}");
        }
        for name in ["NPM_TOKEN", "PATH_TOKEN", "LDAP_URL"] {
            assert!(!steers(name), "{name}");
        }
    }

    #[test]
    fn names_of_what_an_application_needs_when_it_runs() {
        for name in ["DATABASE_URL", "STRIPE_SECRET_KEY", "DB_PASSWORD", "REDIS_URL", "PGPASSWORD", "JWT_SECRET"] {
            assert!(is_for_run_time(name), "{name}");
        }
        for name in ["NPM_TOKEN", "SENTRY_AUTH_TOKEN", "API_KEY", "GITHUB_TOKEN", "PUBLIC_URL"] {
            assert!(!is_for_run_time(name), "{name}");
        }
    }

    #[test]
    fn values_of_the_form_of_a_credential() {
        for value in [
            format!("ghp_{}", "x".repeat(36)),
            "-----BEGIN RSA PRIVATE KEY-----\nMII".to_owned(),
            "postgres://user:hunter2@db:5432/x".to_owned(),
        ] {
            assert!(is_credential(&value), "{value}");
        }
        for value in [
            "npm_config",
            "-----BEGIN CERTIFICATE-----",
            "postgres://user@db/x",
            "https://a.example/@b:c",
            "postgres://u:$PASSWORD@db",
            "x",
        ] {
            assert!(!is_credential(value), "{value}");
        }
    }
}
