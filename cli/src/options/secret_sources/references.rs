//! References to secrets in a password manager, which are not secrets themselves.

use railpack2docker::{Code, Diagnostic};

use super::FoundSecrets;

/// The first characters of a reference, the program that it belongs to, and the command that resolves it.
const KINDS: [(&str, &str, &str); 5] = [
    ("op://", "1Password", "run this command with `op run -- railpack2docker …`"),
    ("vault:", "Vault", "read the secret with `vault kv get`, and pass its value"),
    ("ref+", "vals", "run this command with `vals exec -- railpack2docker …`"),
    ("arn:aws:secretsmanager:", "AWS Secrets Manager", "read it with `aws secretsmanager get-secret-value`"),
    ("arn:aws:ssm:", "AWS Systems Manager", "read it with `aws ssm get-parameter --with-decryption`"),
];

/// The first characters of what Vault's transit engine encrypts, which an application may decrypt itself.
const VAULT_CIPHERTEXT: &[u8] = b"vault:v";

impl FoundSecrets {
    /// Warnings about values that are references. They never contain a value.
    pub(crate) fn references(&self) -> Vec<Diagnostic> {
        let warning = |(name, value): (&str, &[u8])| {
            let (_, program, remedy) = KINDS.iter().find(|(start, ..)| value.starts_with(start.as_bytes()))?;
            if value.starts_with(VAULT_CIPHERTEXT) {
                return None;
            }
            let origin = self.origins.get(name)?.describe();
            let message = format!(
                "the value of the secret `{name}` (in {origin}) is a reference of {program}, which nothing resolves"
            );
            Some(Diagnostic::new(Code::SecretReference, message).with_help(*remedy))
        };
        self.values.iter().filter_map(warning).collect()
    }
}
