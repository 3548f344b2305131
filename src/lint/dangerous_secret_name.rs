//! Secrets whose names affect every command.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};

/// Warns about secrets that shells, the dynamic loader, language runtimes, HTTP clients or docker read themselves.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for secret in subject.graph.plan().secrets.iter().filter(|secret| is_dangerous(&secret.value)) {
        let message = format!("secret `{}` affects every command that sees it", secret.value);
        findings.push(
            Diagnostic::new(Code::DangerousSecretName, message)
                .at(&secret.location)
                .with_help("rename the secret: shells and programs read this variable themselves"),
        );
    }
}

/// Whether the dynamic loader, a shell, a language runtime, an HTTP client or docker itself reads this variable.
fn is_dangerous(name: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_variables_that_programs_read() {
        for name in ["PATH", "LD_PRELOAD", "BASH_ENV", "DOCKER_CONFIG", "https_proxy", "NO_PROXY"] {
            assert!(is_dangerous(name), "{name}");
        }
        for name in ["NPM_TOKEN", "PATH_TOKEN", "LDAP_URL"] {
            assert!(!is_dangerous(name), "{name}");
        }
    }
}
