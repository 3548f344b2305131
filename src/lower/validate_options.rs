//! Options that do not fit the plan or each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::{ImageRef, MountField};
use crate::graph::Graph;
use crate::options::{Options, SecretMount, SecretsHash, SecretsScope};
use crate::secret_usage::SecretUsage;

/// Checks the options. Each that can't be followed is a finding.
pub(super) fn check(graph: &Graph, usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    check_allowed(options, findings);
    check_combinations(options, findings);
    check_secret_ids(usage, options, findings);
    check_ssh(graph, options, findings);
}

/// The image of the `# syntax=` line.
pub(super) fn syntax(options: &Options, findings: &mut Findings) -> Option<ImageRef> {
    let image = options.syntax.as_deref()?;
    let reference = ImageRef::new(image);
    if reference.is_err() {
        refuse(findings, format!("invalid syntax image `{image}`"), "pass an image reference or `none`");
    }
    reference.ok()
}

fn refuse(findings: &mut Findings, message: String, help: &str) {
    findings.push(Diagnostic::new(Code::InvalidOption, message).with_help(help));
}

fn check_allowed(options: &Options, findings: &mut Findings) {
    let warnings = || Code::warnings().map(Code::name);
    for code in options.allow.iter().filter(|code| warnings().all(|known| known != code.as_str())) {
        let message = format!("no warning has the code `{code}`");
        findings.push(Diagnostic::new(Code::InvalidOption, message).with_suggestion(code, warnings()));
    }
}

fn check_combinations(options: &Options, findings: &mut Findings) {
    if options.require_secrets_hash && options.secrets_hash != SecretsHash::Layer {
        refuse(
            findings,
            "`--require-secrets-hash` needs `--secrets-hash layer`".to_owned(),
            "remove one of the two options",
        );
    }
    if matches!(options.secret_mount, SecretMount::Bundle(_)) {
        if options.secrets_scope == SecretsScope::Step {
            let message = "a bundle holds every secret, so `--secrets-scope step` can't be used with it";
            refuse(findings, message.to_owned(), "pass `--secrets-scope plan`, or `--secret-mount env` or `file`");
        }
        if options.optional_secrets {
            let message = "a missing bundle sets no variables, so `--optional-secrets` can't be used with it";
            refuse(findings, message.to_owned(), "remove `--optional-secrets`: a bundle may hold empty secrets");
        }
    }
}

fn check_secret_ids(usage: &SecretUsage, options: &Options, findings: &mut Findings) {
    let names: BTreeSet<&str> = usage.names_of_plan().collect();
    for (name, id) in &options.secret_ids {
        let is_token = options.github_token && name == "GITHUB_TOKEN";
        if !is_token && !names.contains(name.as_str()) {
            let message = format!("the plan has no secret `{name}`, so it can't have the id `{id}`");
            findings.push(Diagnostic::new(Code::InvalidOption, message).with_suggestion(name, names.clone()));
        }
        if id.is_empty() || MountField::new("id", id).is_err() {
            refuse(findings, format!("invalid id `{id}` for secret `{name}`"), "an id is printable ASCII");
        }
    }
    let mut taken = BTreeMap::new();
    for name in names {
        let id = usage.id(name);
        if let Some(other) = taken.insert(id, name) {
            refuse(findings, format!("secrets `{other}` and `{name}` have the same id `{id}`"), "rename one of them");
        }
    }
}

fn check_ssh(graph: &Graph, options: &Options, findings: &mut Findings) {
    let Some(ssh) = &options.ssh else { return };
    if ssh.id.is_empty() || MountField::new("id", &ssh.id).is_err() {
        refuse(findings, format!("invalid id `{}` of an SSH agent", ssh.id), "an id is printable ASCII");
    }
    let steps: BTreeSet<&str> = graph.steps().map(|(_, step)| step.name.value.as_str()).collect();
    for step in ssh.steps.iter().filter(|step| !steps.contains(step.as_str())) {
        let message = format!("no step is called `{step}`, so it can't use the SSH agent");
        findings.push(Diagnostic::new(Code::InvalidOption, message).with_suggestion(step, steps.iter().copied()));
    }
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
    fn a_name_that_is_no_secret_is_a_mistake_of_the_plan_and_not_of_an_option() {
        for name in ["", "é", "a\\nb"] {
            let found = errors(name, &Options::default());
            assert!(
                found.iter().all(|(code, has_location)| *code != "invalid-option" && *has_location),
                "{name}: {found:?}"
            );
        }
    }

    #[test]
    fn only_a_warning_can_be_allowed() {
        for (code, is_refused) in
            [("unlisted-secret", false), ("dangerous-secret-name", false), ("unknown-step", true), ("nonsense", true)]
        {
            // a name that can be none makes sure of an error
            let found = errors("", &Options { allow: [code.to_owned()].into(), ..Options::default() });
            assert_eq!(found.contains(&("invalid-option", false)), is_refused, "{code}");
        }
    }

    #[test]
    fn an_id_is_that_of_a_secret_or_of_the_token() {
        for (name, github_token, is_refused) in
            [("A", false, false), ("B", true, true), ("GITHUB_TOKEN", true, false), ("GITHUB_TOKEN", false, true)]
        {
            let options =
                Options { secret_ids: [(name.to_owned(), "x".to_owned())].into(), github_token, ..Options::default() };
            // a name that can be none makes sure of an error
            let found = errors("A\", \"=", &options);
            assert_eq!(found.contains(&("invalid-option", false)), is_refused, "{name} {github_token}");
        }
    }

    #[test]
    fn an_id_that_no_mount_can_hold_is_refused_for_the_token_too() {
        for name in ["A", "GITHUB_TOKEN"] {
            let secret_ids = [(name.to_owned(), "a\nb".to_owned())].into();
            let found = errors("A", &Options { secret_ids, github_token: true, ..Options::default() });
            assert!(found.contains(&("invalid-option", false)), "{name}: {found:?}");
        }
    }
}
