//! Secrets: their mounts, and the stages that hash them.
//!
//! A secret's value is no part of `BuildKit`'s cache key. So for each set of secrets that steps
//! list there is a stage that hashes their values, and those steps mount the file with the hash:
//! `BuildKit` keys a read-only bind mount by its content.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::check_script;
use super::stage::is_railpacks;
use super::{Context, Problem, Stages};
use crate::diagnostic::Diagnostic;
use crate::dockerfile::{
    Comment, From, HashSecrets, ImageRef, Instruction, Mount, MountField, Prelude, ShellVariable, Stage, StageName,
};
use crate::graph::{Origin, StepId};
use crate::options::{SecretMount, SecretsHash, SecretsScope};
use crate::plan::{Located, Step};
use crate::text::list;

/// Checks that each secret can be an environment variable.
pub(super) fn check_names(context: &mut Context<'_, '_>) {
    for secret in &context.graph.plan.secrets {
        if secret.value.is_empty() || secret.value.contains('=') {
            let message = format!("`{}` can't be the name of an environment variable", secret.value);
            context.findings.push(Diagnostic::error("invalid-secret", message).at(&secret.place));
        }
    }
}

/// How a command gets its secrets: what is mounted, and what its shell does first.
#[derive(Clone, Default)]
pub(super) struct Access {
    pub(super) mounts: Vec<Located<Mount>>,
    pub(super) preludes: Vec<Prelude>,
}

impl<'p> Context<'p, '_> {
    /// The secrets that a step's commands see.
    pub(super) fn secrets_of(&self, step: &Step) -> Vec<&'p Located<String>> {
        match self.options.secrets_scope {
            SecretsScope::Plan => self.graph.plan.secrets.iter().collect(),
            SecretsScope::Step => self.graph.plan.listed_by(step),
        }
    }

    /// How the commands of a step get their secrets. What all commands see is worked out once.
    pub(super) fn access_of(&mut self, step: &Step) -> Access {
        let is_shared = self.options.secrets_scope == SecretsScope::Plan;
        if let Some(access) = self.access_of_plan.as_ref().filter(|_| is_shared) {
            return access.clone();
        }
        let access = self.access(&self.secrets_of(step), str::to_owned);
        self.access_of_plan = is_shared.then(|| access.clone());
        access
    }

    /// Makes secrets available as variables: each with its own name, or the one that `variable`
    /// gives it.
    pub(super) fn access(&mut self, secrets: &[&Located<String>], mut variable: impl FnMut(&str) -> String) -> Access {
        let mut access = Access::default();
        if let (SecretMount::Bundle(id), Some(first)) = (&self.options.secret_mount, secrets.first()) {
            let bundle = Located { value: id.clone(), place: first.place.clone() };
            access.mounts.extend(self.secret_mount(&bundle, id, None));
            access.preludes.extend(Prelude::run_bundle(id).problem(self, "the bundle", &bundle));
            return access;
        }
        for secret in secrets {
            let id = self.id_of(&secret.value);
            let variable = variable(&secret.value);
            match self.options.secret_mount {
                SecretMount::File => {
                    access.mounts.extend(self.secret_mount(secret, &id, None));
                    let prelude = Prelude::export_file(&variable, &id, self.options.optional_secrets);
                    access.preludes.extend(prelude.problem(self, "the secret", secret));
                }
                _ if variable == secret.value => access.mounts.extend(self.plain_mount(secret, &id)),
                _ => access.mounts.extend(self.secret_mount(secret, &id, Some(&variable))),
            }
        }
        access
    }

    /// What a secret is called in the build.
    pub(super) fn id_of(&self, secret: &str) -> String {
        self.options.secret_ids.get(secret).map_or(secret, String::as_str).to_owned()
    }

    /// A secret as a variable of its own name. Many commands mount it, and many hash stages.
    fn plain_mount(&mut self, secret: &Located<String>, id: &str) -> Option<Located<Mount>> {
        if let Some(mount) = self.secret_mounts.get(&secret.value) {
            return Some(mount.clone());
        }
        let mount = self.secret_mount(secret, id, Some(&secret.value))?;
        self.secret_mounts.insert(secret.value.clone(), mount.clone());
        Some(mount)
    }

    fn secret_mount(&mut self, secret: &Located<String>, id: &str, variable: Option<&str>) -> Option<Located<Mount>> {
        let id = MountField::new("id", id).problem(self, "the secret", secret)?;
        let env = match variable {
            Some(variable) => Some(MountField::new("env", variable).problem(self, "the secret", secret)?),
            None => None,
        };
        let required = !self.options.optional_secrets;
        Some(Located::at(&secret.place, Mount::Secret { id, env, required }))
    }

    /// The SSH agent, for a command of a step that may use it.
    pub(super) fn ssh_mount(&mut self, step: &Step) -> Option<Mount> {
        let ssh = self.options.ssh.as_ref()?;
        if !ssh.steps.is_empty() && !ssh.steps.contains(&step.name.value) {
            return None;
        }
        // the id is that of an option, and was looked at with the options
        let id = (ssh.id != "default").then(|| MountField::new("id", &ssh.id).ok()).flatten();
        Some(Mount::Ssh { id })
    }

    /// An optional token for `mise install`, which Railpack passes as a plain variable
    /// (`addGitHubTokenToMiseInstall` in `buildkit/build_llb/build_graph.go`).
    pub(super) fn github_token_mount(&self, cmd: &str) -> Option<Mount> {
        const TOKEN: &str = "GITHUB_TOKEN";
        let is_secret = self.graph.plan.secrets.iter().any(|secret| secret.value == TOKEN);
        if !self.options.github_token || is_secret || !cmd.starts_with("mise install") {
            return None;
        }
        let id = MountField::new("id", &self.id_of(TOKEN)).ok()?;
        let env = MountField::new("env", TOKEN).ok()?;
        Some(Mount::Secret { id, env: Some(env), required: false })
    }
}

/// The stages that hash secrets, by the set of secrets.
pub(super) struct HashStages<'p> {
    /// By the secrets' names, in the plan's order.
    by_secrets: BTreeMap<Vec<&'p str>, HashStage<'p>>,
    /// The stage that holds the build arg's value, for all sets.
    arg: Option<StageName>,
}

struct HashStage<'p> {
    name: StageName,
    image: ImageRef,
    secrets: Vec<&'p Located<String>>,
}

impl<'p> HashStages<'p> {
    /// Finds the sets that steps with commands list, and names a stage for each.
    pub(super) fn of(context: &mut Context<'p, '_>) -> Self {
        let mut this = Self { by_secrets: BTreeMap::new(), arg: None };
        let graph = context.graph;
        for (id, _, secrets) in graph.listing_secrets() {
            match context.options.secrets_hash {
                SecretsHash::Off => {}
                SecretsHash::Arg => {
                    if this.arg.is_none() {
                        this.arg = context.names.unique("secrets-hash");
                    }
                }
                SecretsHash::Layer => this.add(context, id, secrets),
            }
        }
        this
    }

    fn add(&mut self, context: &mut Context<'p, '_>, id: StepId, secrets: Vec<&'p Located<String>>) {
        let key = names_of(&secrets);
        if self.by_secrets.contains_key(&key) {
            return;
        }
        let is_all = secrets.len() == context.graph.plan.secrets.len();
        let wanted = if is_all { "secrets-hash".to_owned() } else { format!("secrets-hash-{}", key.join("-")) };
        let Some(image) = hashing_image(context, id) else { return };
        let Some(name) = context.names.unique(&wanted) else { return };
        self.by_secrets.insert(key, HashStage { name, image, secrets });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_secrets.is_empty() && self.arg.is_none()
    }

    /// The mount that makes a step's commands run again.
    pub(super) fn mount(&self, context: &Context<'_, '_>, step: &Step) -> Option<Located<Mount>> {
        let secrets = context.graph.plan.listed_by(step);
        let listed = &step.secrets.first().filter(|_| !secrets.is_empty())?.place;
        let by_set = self.by_secrets.get(&names_of(&secrets)).map(|stage| stage.name.clone());
        by_set.or_else(|| self.arg.clone()).map(|from| Located::at(listed, Mount::SecretsHash { from }))
    }

    /// The stages, which stand in front of the steps.
    pub(super) fn stages(&self, context: &mut Context<'_, '_>) -> Stages {
        if let (Some(name), Some(first)) = (&self.arg, context.graph.plan.secrets.first()) {
            let place = &first.place;
            return vec![Stage {
                comment: Some(Comment::new("Re-runs the steps that list secrets when SECRETS_HASH changes.")),
                from: Located::at(place, From::Scratch),
                name: Some(name.clone()),
                instructions: vec![Located::at(place, Instruction::KeepSecretsHash)],
                place: place.clone(),
            }];
        }
        let mut stages = Vec::with_capacity(self.by_secrets.len());
        for (names, hash) in &self.by_secrets {
            let Some(place) = hash.secrets.first().map(|first| &first.place) else { continue };
            let hashing = hash_secrets(context, &hash.secrets);
            let reset = (!is_railpacks(hash.image.as_str())).then_some(Instruction::ResetUser { shell: true });
            let instructions = reset.into_iter().chain([Instruction::HashSecrets(hashing)]);
            stages.push(Stage {
                comment: Some(Comment::new(&what_re_runs(names, context.graph.plan.secrets.len()))),
                from: Located::at(place, From::Image(hash.image.clone())),
                name: Some(hash.name.clone()),
                instructions: instructions.map(|instruction| Located::at(place, instruction)).collect(),
                place: place.clone(),
            });
        }
        stages
    }
}

fn names_of<'p>(secrets: &[&'p Located<String>]) -> Vec<&'p str> {
    secrets.iter().map(|secret| secret.value.as_str()).collect()
}

fn what_re_runs(secrets: &[&str], of: usize) -> String {
    match secrets {
        [one] => format!("Re-runs the steps that list {one} when its value changes."),
        all if all.len() == of => "Re-runs the steps that list all secrets when a value changes.".to_owned(),
        [] => String::new(),
        some => format!("Re-runs the steps that list {} when a value changes.", list(some)),
    }
}

fn hash_secrets(context: &mut Context<'_, '_>, secrets: &[&Located<String>]) -> HashSecrets {
    let is_bundle = matches!(context.options.secret_mount, SecretMount::Bundle(_));
    let mut taken = BTreeSet::new();
    let mut variables = Vec::new();
    let access = context.access(secrets, |secret| {
        let variable = shell_name(secret, &mut taken);
        variables.push(variable.clone());
        variable
    });
    if is_bundle {
        // its script has set each under its own name
        variables = secrets.iter().map(|secret| secret.value.clone()).collect();
    }
    let values: Vec<ShellVariable> =
        variables.iter().filter_map(|variable| ShellVariable::new(variable).ok()).collect();
    if let Some(last) = secrets.last() {
        // what the template has around them
        const AROUND: usize = 250;
        let rest = AROUND + values.iter().map(|value| value.to_string().len() + 1).sum::<usize>();
        check_script(&access.preludes, rest).problem(context, "the hash of all secrets up to", last);
    }
    let required = context.options.require_secrets_hash;
    HashSecrets { mounts: access.mounts, preludes: access.preludes, required, values }
}

/// A variable that a shell can expand and that linters take for one of the environment. How it is
/// called in the hash stage is of no account, as long as no other one is called so.
fn shell_name(secret: &str, taken: &mut BTreeSet<String>) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let mut name: String = secret.chars().map(upper).collect();
    if is_the_shells(&name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "SECRET_");
    }
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

/// Whether a shell or the loader gives the variable a meaning or a value of its own.
fn is_the_shells(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "PATH", "IFS", "ENV", "PWD", "OLDPWD", "PPID", "OPTIND", "OPTARG", "OPTERR", "UID", "EUID", "GROUPS", "RANDOM",
        "SECONDS", "LINENO", "HOME", "PS4", "HOSTNAME", "SHLVL", "_",
    ];
    NAMES.contains(&name) || ["LD_", "BASH", "POSIX"].iter().any(|prefix| name.starts_with(prefix))
}

/// An image with `sha256sum`: the one that the step goes back to, or else another of the plan.
fn hashing_image(context: &mut Context<'_, '_>, id: StepId) -> Option<ImageRef> {
    let graph = context.graph;
    let image = graph.root_image(Origin::Step(id)).or_else(|| graph.root_image(graph.base.origin));
    match image {
        Some(image) => context.image(image),
        None => {
            let step = graph.nodes.get(id).map(|node| &node.step.name);
            let found =
                Diagnostic::error("no-hashing-image", "steps list secrets, and no image of the plan can hash them")
                    .with_help("pass `--secrets-hash arg`, which needs no image");
            context.findings.push(match step {
                Some(name) => found.at(&name.place),
                None => found,
            });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, transpile};

    #[test]
    fn a_hash_stage_calls_each_secret_by_a_name_that_is_its_own_and_not_the_shell_s() {
        let mut taken = BTreeSet::new();
        for (secret, variable) in [
            ("NPM_TOKEN", "NPM_TOKEN"),
            ("npm-token", "NPM_TOKEN_"),
            ("npm.token", "NPM_TOKEN__"),
            ("1st", "SECRET_1ST"),
            ("PATH", "SECRET_PATH"),
            ("_", "SECRET__"),
            ("LD_PRELOAD", "SECRET_LD_PRELOAD"),
            ("BASHOPTS", "SECRET_BASHOPTS"),
        ] {
            assert_eq!(shell_name(secret, &mut taken), variable);
        }
    }

    #[test]
    fn the_script_of_a_hash_gets_as_long_as_a_shell_takes_it_and_no_longer() {
        const LONGEST: usize = 131_071;
        let options = Options { secret_mount: SecretMount::File, ..Options::default() };
        let script = |secrets: usize| {
            let secrets: Vec<String> = (0..secrets).map(|number| format!("\"S{number:04}\"")).collect();
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "secrets": ["*"], "commands": [{{ "cmd": "b" }}] }}],
                  "secrets": [{}], "deploy": {{ "base": {{ "step": "a" }} }} }}"#,
                secrets.join(",")
            );
            let dockerfile = transpile(&json, &options).ok()?.dockerfile;
            let (_, run) = dockerfile.split_once("S0000=\"$(cat")?;
            let (run, _) = run.split_once(" > /secrets-hash\n")?;
            Some("S0000=\"$(cat > /secrets-hash".len() + run.replace("\\\n", "").len())
        };
        let (mut most, mut too_many) = (1_000_usize, 2_000);
        while most + 1 < too_many {
            let secrets = most.midpoint(too_many);
            if script(secrets).is_some() { most = secrets } else { too_many = secrets }
        }
        let length = script(most).unwrap();
        assert!((LONGEST - 300..=LONGEST).contains(&length), "{most} secrets: {length}");
    }
}
