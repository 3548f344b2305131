//! Secrets that the application needs at run time, not at build time.

use super::Subject;
use super::unlisted_secret::{RUN_TIME_HELP, listed_names, secrets_named};
use crate::diagnostic::{Code, Diagnostic, Findings, Located};

/// Warns about secrets that no step lists by name and that no command names. One finding names all of them.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let listed = listed_names(subject);
    if !listed.contains("*") {
        return;
    }
    let secrets = subject.graph.plan().secrets.iter();
    let is_named = |name: &str| subject.graph.command_lines().any(|(_, cmd)| cmd.value.contains(name));
    let for_run_time = secrets.filter(|secret| {
        let name = secret.value.as_str();
        !listed.contains(name) && is_for_run_time(name) && !is_named(name)
    });
    let found: Vec<&Located<String>> = for_run_time.collect();
    let Some((first, others)) = found.split_first() else { return };
    let (look, one) = if others.is_empty() { ("looks", "one") } else { ("look", "ones") };
    let message = format!("{} {look} like {one} that the application needs at run time", secrets_named(&found));
    let help = format!("{RUN_TIME_HELP}; if a step needs it, list it in the step's `secrets`{}", subject.in_config());
    findings.push(Diagnostic::new(Code::RuntimeSecret, message).at(&first.location).with_help(help));
}

/// Services that applications use.
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

/// The parts of the address and the credentials of a service.
const CREDENTIALS: [&str; 14] = [
    "URL", "URI", "DSN", "HOST", "PORT", "DATABASE", "NAME", "USER", "USERNAME", "PASSWORD", "PASS", "SECRET", "KEY",
    "TOKEN",
];

/// Names that hosts set for their databases, without an underscore.
const JOINED: [(&str, &[&str]); 4] = [
    ("PG", &["HOST", "PORT", "USER", "PASSWORD", "DATABASE"]),
    ("MYSQL", &["HOST", "PORT", "USER", "PASSWORD", "DATABASE"]),
    ("REDIS", &["HOST", "PORT", "USER", "PASSWORD"]),
    ("MONGO", &["HOST", "PORT", "USER", "PASSWORD"]),
];

/// Parts of the names of keys and tokens that a build needs: registries, sources, reports of errors, and what a
/// frontend embeds.
const BUILD_TIME: [&str; 57] = [
    "ARTIFACTORY",
    "AUTH",
    "BITBUCKET",
    "BUGSNAG",
    "BUILD",
    "BUNDLE",
    "CARGO",
    "CI",
    "CODECOV",
    "COMPOSER",
    "CONTENTFUL",
    "DEPLOY",
    "EXPO",
    "FONTAWESOME",
    "GATSBY",
    "GEM",
    "GEMFURY",
    "GH",
    "GIT",
    "GITEA",
    "GITHUB",
    "GITLAB",
    "GOPROXY",
    "GRADLE",
    "HASH",
    "HEX",
    "JFROG",
    "LICENSE",
    "MAVEN",
    "MISE",
    "NETLIFY",
    "NEXT",
    "NEXUS",
    "NODE",
    "NPM",
    "NUGET",
    "NUXT",
    "NX",
    "PACKAGIST",
    "PIP",
    "PNPM",
    "POETRY",
    "PRISMA",
    "PUBLIC",
    "PYPI",
    "REACT",
    "REGISTRY",
    "ROLLBAR",
    "SANITY",
    "SENTRY",
    "SONAR",
    "SSH",
    "TURBO",
    "UV",
    "VERCEL",
    "VITE",
    "YARN",
];

/// Whether a name is that of a credential for a service that applications use, or of another key or token that no
/// build is known to need.
fn is_for_run_time(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(part));
    let is_joined = JOINED.iter().any(|(service, rest)| {
        let parts = name.strip_prefix(service);
        parts.is_some_and(|part| rest.contains(&part))
    });
    let is_of_service = parts.len() > 1 && has(&SERVICES) && has(&CREDENTIALS);
    let is_key = parts.len() > 1 && name.ends_with("_KEY") || name.ends_with("_TOKEN");
    is_of_service || is_joined || name == "SECRET_KEY_BASE" || is_key && !has(&BUILD_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_run_time_credentials() {
        for name in [
            "DATABASE_URL",
            "STRIPE_SECRET_KEY",
            "STRIPE_API_KEY",
            "DB_HOST",
            "DB_PORT",
            "DB_DATABASE",
            "DB_USERNAME",
            "DB_PASSWORD",
            "REDIS_URL",
            "REDIS_HOST",
            "REDIS_PORT",
            "REDIS_PASSWORD",
            "MONGO_URL",
            "MONGO_HOST",
            "MONGO_PORT",
            "MONGO_USERNAME",
            "MONGO_PASSWORD",
            "PGPASSWORD",
            "REDISHOST",
            "JWT_SECRET",
            "OPENAI_API_KEY",
            "SLACK_BOT_TOKEN",
            "APP_KEY",
        ] {
            assert!(is_for_run_time(name), "{name}");
        }
        for name in [
            "NPM_TOKEN",
            "SENTRY_AUTH_TOKEN",
            "GITHUB_TOKEN",
            "GH_TOKEN",
            "PUBLIC_URL",
            "NEXT_PUBLIC_MAPS_KEY",
            "BUNDLE_TOKEN",
            "TURBO_TOKEN",
            "SSH_KEY",
            "VITE_API_KEY",
            "DATABASE",
            "KEY",
            "TOKEN",
            "MONKEY",
            "PORT",
        ] {
            assert!(!is_for_run_time(name), "{name}");
        }
    }
}
