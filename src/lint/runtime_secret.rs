//! Secrets that the application needs at run time, not at build time.

use super::Subject;
use super::unlisted_secret::{RUN_TIME_HELP, listed_names};
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about secrets of well-known services that no step lists by name.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let listed = listed_names(subject.graph);
    if !listed.contains("*") {
        return;
    }
    let secrets = subject.graph.plan().secrets.iter();
    for secret in secrets.filter(|secret| !listed.contains(secret.value.as_str()) && is_for_run_time(&secret.value)) {
        let message = format!("secret `{}` looks like one that the application needs at run time", secret.value);
        findings.push(
            Diagnostic::new(Code::RuntimeSecret, message)
                .at(&secret.location)
                .with_help(format!("{RUN_TIME_HELP}; if a step needs it, list it in the step's `secrets`")),
        );
    }
}

/// Whether a name is that of a credential for a service that applications use.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_run_time_credentials() {
        for name in ["DATABASE_URL", "STRIPE_SECRET_KEY", "DB_PASSWORD", "REDIS_URL", "PGPASSWORD", "JWT_SECRET"] {
            assert!(is_for_run_time(name), "{name}");
        }
        for name in ["NPM_TOKEN", "SENTRY_AUTH_TOKEN", "API_KEY", "GITHUB_TOKEN", "PUBLIC_URL"] {
            assert!(!is_for_run_time(name), "{name}");
        }
    }
}
