//! Heuristics for names and values that look like secrets.

/// Whether `docker build --check` and hadolint regard a variable of this name as a secret
/// (`validateNoSecretKey` in `frontend/dockerfile/dockerfile2llb/convert.go`).
pub(crate) fn looks_secret(name: &str) -> bool {
    const SECRET: [&str; 10] =
        ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];
    const PUBLIC: [&str; 3] = ["public", "file", "version"];
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| name.split('_').any(|part| words.contains(&part));
    has(&SECRET) && !has(&PUBLIC)
}

/// Whether the value of a variable is masked in what is printed, because it looks like a credential. Empty values never
/// are.
#[must_use]
pub fn is_masked(name: &str, value: &str) -> bool {
    !value.is_empty() && (looks_secret(name) || is_credential(value))
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

/// Whether a URL contains a literal password: `scheme://user:password@host`, without a variable.
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
    fn values_that_look_like_credentials() {
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

    #[test]
    fn names_that_look_like_secrets() {
        for name in ["NPM_TOKEN", "KEY", "api_key", "DB_PASSWORD", "AUTH"] {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["NODE_ENV", "MONKEY", "PUBLIC_KEY", "KEY_FILE", "TOKEN_VERSION", "SECRETS_HASH", "KEYS"] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
