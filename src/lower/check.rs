//! Options that the plan can't follow, or that do not go together.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::dockerfile::{ImageRef, MountField};
use crate::options::{SecretMount, SecretsHash, SecretsScope};

impl Context<'_, '_> {
    /// Checks the options. Each that can't be followed is a finding.
    pub(super) fn check_options(&mut self) {
        self.check_allowed();
        self.check_combinations();
        self.check_secret_ids();
        self.check_ssh();
    }

    /// The image of the `# syntax=` line.
    pub(super) fn syntax(&mut self) -> Option<ImageRef> {
        let image = self.options.syntax.as_deref()?;
        let reference = ImageRef::new(image);
        if reference.is_err() {
            self.refuse(format!("the syntax image `{image}` is no reference to an image"), "it is an image or `none`");
        }
        reference.ok()
    }

    fn refuse(&mut self, message: String, help: &str) {
        self.findings.push(Diagnostic::error("invalid-option", message).with_help(help));
    }

    fn check_allowed(&mut self) {
        for code in self.options.allow.iter().filter(|code| codes::warnings().all(|known| known != code.as_str())) {
            let message = format!("no warning has the code `{code}`, so it can't be allowed");
            self.findings.push(Diagnostic::error("invalid-option", message).with_suggestion(code, codes::warnings()));
        }
    }

    fn check_combinations(&mut self) {
        let options = self.options;
        if options.require_secrets_hash && options.secrets_hash != SecretsHash::Layer {
            self.refuse(
                "only a layer that hashes secrets can require SECRETS_HASH".to_owned(),
                "pass `--require-secrets-hash` with `--secrets-hash layer`",
            );
        }
        if matches!(options.secret_mount, SecretMount::Bundle(_)) {
            if options.secrets_scope == SecretsScope::Step {
                let message = "a bundle holds every secret, so a command can't see those of its step alone";
                self.refuse(message.to_owned(), "pass `--secrets-scope plan`, or mount secrets as `env` or `file`");
            }
            if options.optional_secrets {
                let message = "a bundle that is not there gives no variables, not even empty ones";
                self.refuse(message.to_owned(), "leave out `--optional-secrets`: a bundle may hold empty secrets");
            }
        }
    }

    fn check_secret_ids(&mut self) {
        let options = self.options;
        let names: BTreeSet<&str> = self.graph.plan.secrets.iter().map(|secret| secret.value.as_str()).collect();
        for (name, id) in &options.secret_ids {
            let is_token = options.github_token && name == "GITHUB_TOKEN";
            if !is_token && !names.contains(name.as_str()) {
                let message = format!("the plan has no secret `{name}` to be called `{id}` in the build");
                self.findings.push(Diagnostic::error("invalid-option", message).with_suggestion(name, names.clone()));
            }
            if id.is_empty() || MountField::new("id", id).is_err() {
                self.refuse(format!("secret `{name}` can't be called `{id}` in the build"), "an id is printable ASCII");
            }
        }
        let mut taken = BTreeMap::new();
        for name in names {
            let id = self.id_of(name);
            if let Some(other) = taken.insert(id.clone(), name) {
                self.refuse(
                    format!("`{other}` and `{name}` are both called `{id}` in the build"),
                    "rename one of them",
                );
            }
        }
    }

    fn check_ssh(&mut self) {
        let Some(ssh) = &self.options.ssh else { return };
        if ssh.id.is_empty() || MountField::new("id", &ssh.id).is_err() {
            self.refuse(format!("`{}` can't be the id of an SSH agent", ssh.id), "an id is printable ASCII");
        }
        let steps: Vec<&str> = self.graph.nodes.iter().map(|node| node.step.name.value.as_str()).collect();
        for step in ssh.steps.iter().filter(|step| !steps.contains(&step.as_str())) {
            let message = format!("no step is called `{step}`, so none of its commands can use the SSH agent");
            self.findings
                .push(Diagnostic::error("invalid-option", message).with_suggestion(step, steps.iter().copied()));
        }
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
        errors.0.into_iter().map(|found| (found.code, found.place.is_some())).collect()
    }

    #[test]
    fn a_name_that_is_no_secret_is_a_mistake_of_the_plan_and_not_of_an_option() {
        for name in ["", "é", "a\\nb"] {
            let found = errors(name, &Options::default());
            assert!(found.iter().all(|(code, has_place)| *code != "invalid-option" && *has_place), "{name}: {found:?}");
        }
    }

    #[test]
    fn only_a_warning_can_be_allowed() {
        for (code, is_refused) in
            [("unlisted-secret", false), ("steering-secret", false), ("unknown-step", true), ("nonsense", true)]
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
