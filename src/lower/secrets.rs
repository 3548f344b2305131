//! Secrets: their mounts, and the stages that hash them.
//!
//! BuildKit's cache key does not include the values of secrets. So each set of secrets that steps list
//! has a stage that hashes the values, and those steps mount the file with the hash: the key of a
//! read-only bind mount includes its content.

use std::collections::{BTreeMap, BTreeSet};

use super::base_image::reset_user;
use super::{Context, OrReport};
use crate::diagnostic::{Code, Diagnostic, Located};
use crate::dockerfile::{
    Comment, From, HashSecrets, ImageRef, Instruction, Mount, MountField, Role, ShellSetup, ShellVariable, Stage,
    StageName, check_script,
};
use crate::graph::Origin;
use crate::options::{SecretMount, SecretsHash};
use crate::plan::{Step, StepId};
use crate::secret_usage::{HashGroup, SetId};
use crate::text::list;

/// Checks that each secret can be an environment variable.
pub(super) fn check_names(context: &mut Context<'_, '_>) {
    for secret in &context.graph.plan().secrets {
        if secret.value.is_empty() || secret.value.contains('=') {
            let message =
                format!("invalid secret name `{}`: it can't be the name of an environment variable", secret.value);
            context.findings.push(Diagnostic::new(Code::InvalidSecret, message).at(&secret.location));
        }
    }
}

/// A command's access to its secrets: the mounts, and the statements that its shell runs first.
#[derive(Clone, Default)]
pub(super) struct SecretAccess {
    pub(super) mounts: Vec<Located<Mount>>,
    pub(super) setup: Vec<ShellSetup>,
}

/// The access of commands to the secrets of a set, each under its own name.
pub(super) fn access_of_set(context: &mut Context<'_, '_>, set: Option<SetId>) -> SecretAccess {
    let Some(set) = set else { return SecretAccess::default() };
    if let Some(access) = context.access.get(&set) {
        return access.clone();
    }
    let secrets: Vec<&Located<String>> = context.usage.secrets(Some(set)).collect();
    let access = access(context, &secrets, str::to_owned);
    context.access.insert(set, access.clone());
    access
}

/// Makes secrets available as variables, under the names that `variable` returns.
fn access(
    context: &mut Context<'_, '_>,
    secrets: &[&Located<String>],
    mut variable: impl FnMut(&str) -> String,
) -> SecretAccess {
    let mut access = SecretAccess::default();
    let (usage, options) = (context.usage, context.options);
    if let (SecretMount::Bundle(id), Some(first)) = (&options.secret_mount, secrets.first()) {
        let bundle = Located::at(&first.location, id.clone());
        access.mounts.extend(secret_mount(context, &bundle, id, None));
        access.setup.extend(ShellSetup::run_bundle(id).or_report(context, "the bundle", &bundle));
        return access;
    }
    for secret in secrets {
        let id = usage.id(&secret.value);
        let variable = variable(&secret.value);
        match options.secret_mount {
            SecretMount::File => {
                access.mounts.extend(secret_mount(context, secret, id, None));
                let setup = ShellSetup::export_file(&variable, id, options.optional_secrets);
                access.setup.extend(setup.or_report(context, "the secret", secret));
            }
            _ if variable == secret.value => access.mounts.extend(own_name_mount(context, secret, id)),
            _ => access.mounts.extend(secret_mount(context, secret, id, Some(&variable))),
        }
    }
    access
}

/// Mounts a secret as a variable of the same name. Many commands and hash stages share this mount.
fn own_name_mount(context: &mut Context<'_, '_>, secret: &Located<String>, id: &str) -> Option<Located<Mount>> {
    if let Some(mount) = context.secret_mounts.get(&secret.value) {
        return Some(mount.clone());
    }
    let mount = secret_mount(context, secret, id, Some(&secret.value))?;
    context.secret_mounts.insert(secret.value.clone(), mount.clone());
    Some(mount)
}

fn secret_mount(
    context: &mut Context<'_, '_>,
    secret: &Located<String>,
    id: &str,
    variable: Option<&str>,
) -> Option<Located<Mount>> {
    let id = MountField::new("id", id).or_report(context, "the secret", secret)?;
    let env = match variable {
        Some(variable) => Some(MountField::new("env", variable).or_report(context, "the secret", secret)?),
        None => None,
    };
    let required = !context.options.optional_secrets;
    Some(Located::at(&secret.location, Mount::Secret { id, env, required }))
}

/// The mount of the SSH agent, for a command of a step that may use it.
pub(super) fn ssh_mount(context: &Context<'_, '_>, step: &Step) -> Option<Mount> {
    let ssh = context.options.ssh.as_ref()?;
    if !ssh.steps.is_empty() && !ssh.steps.contains(&step.name.value) {
        return None;
    }
    // the id was validated with the options
    let id = (ssh.id != "default").then(|| MountField::new("id", &ssh.id).ok()).flatten();
    Some(Mount::Ssh { id })
}

/// The mount of an optional token for `mise install`, which Railpack passes as a plain variable
/// (`addGitHubTokenToMiseInstall` in `buildkit/build_llb/build_graph.go`).
pub(super) fn github_token_mount(context: &Context<'_, '_>, cmd: &str) -> Option<Mount> {
    const TOKEN: &str = "GITHUB_TOKEN";
    let is_secret = context.usage.names_of_plan().any(|secret| secret == TOKEN);
    if !context.options.github_token || is_secret || !cmd.starts_with("mise install") {
        return None;
    }
    let id = MountField::new("id", context.usage.id(TOKEN)).ok()?;
    let env = MountField::new("env", TOKEN).ok()?;
    Some(Mount::Secret { id, env: Some(env), required: false })
}

/// The stages that hash secrets.
pub(super) struct HashStages {
    by_set: BTreeMap<SetId, HashStage>,
    /// The stage that contains the value of the build arg, for all sets.
    arg: Option<StageName>,
}

struct HashStage {
    name: StageName,
    image: ImageRef,
}

impl HashStages {
    /// Names a stage for each set of secrets that steps list.
    pub(super) fn new(context: &mut Context<'_, '_>) -> Self {
        let mut this = Self { by_set: BTreeMap::new(), arg: None };
        let groups = context.usage.hash_groups();
        match context.options.secrets_hash {
            SecretsHash::Off => {}
            SecretsHash::Arg if groups.is_empty() => {}
            SecretsHash::Arg => this.arg = context.names.unique("secrets-hash"),
            SecretsHash::Layer => groups.iter().for_each(|group| this.add(context, *group)),
        }
        this
    }

    fn add(&mut self, context: &mut Context<'_, '_>, HashGroup { set, step }: HashGroup) {
        let usage = context.usage;
        let wanted = if usage.is_all(set) {
            "secrets-hash".to_owned()
        } else {
            format!("secrets-hash-{}", usage.names(set).collect::<Vec<_>>().join("-"))
        };
        let Some(image) = hashing_image(context, step) else { return };
        let Some(name) = context.names.unique(&wanted) else { return };
        self.by_set.insert(set, HashStage { name, image });
    }

    /// The mount that re-runs a step's commands when its secrets change.
    pub(super) fn mount(&self, context: &Context<'_, '_>, id: StepId) -> Option<Located<Mount>> {
        let set = context.usage.listed(id)?;
        let location = &context.graph.step(id).secrets.first()?.location;
        let by_set = self.by_set.get(&set).map(|stage| stage.name.clone());
        by_set.or_else(|| self.arg.clone()).map(|from| Located::at(location, Mount::SecretsHash { from }))
    }

    /// The stages that contain a hash, sorted by the names of their secrets.
    pub(super) fn stages(&self, context: &mut Context<'_, '_>) -> Vec<Stage> {
        if let (Some(name), Some(first)) = (&self.arg, context.graph.plan().secrets.first()) {
            let location = &first.location;
            return vec![Stage {
                role: Role::SecretsHash,
                location: location.clone(),
                comment: Some(Comment::new("re-runs the steps that list secrets when SECRETS_HASH changes")),
                from: Located::at(location, From::Scratch),
                name: Some(name.clone()),
                instructions: vec![Located::at(location, Instruction::KeepSecretsHash)],
            }];
        }
        let usage = context.usage;
        let mut stages = Vec::with_capacity(self.by_set.len());
        for HashGroup { set, .. } in usage.hash_groups() {
            let Some(stage) = self.by_set.get(set) else { continue };
            let secrets: Vec<&Located<String>> = usage.secrets(Some(*set)).collect();
            let Some(location) = secrets.first().map(|first| &first.location) else { continue };
            let hashing = hash_secrets(context, &secrets);
            let reset = reset_user(stage.image.as_str(), true);
            let instructions = reset.into_iter().chain([Instruction::HashSecrets(hashing)]);
            stages.push(Stage {
                role: Role::SecretsHash,
                location: location.clone(),
                comment: Some(Comment::new(&purpose(&secrets, usage.is_all(*set)))),
                from: Located::at(location, From::Image(stage.image.clone())),
                name: Some(stage.name.clone()),
                instructions: instructions.map(|instruction| Located::at(location, instruction)).collect(),
            });
        }
        stages
    }
}

fn purpose(secrets: &[&Located<String>], is_all: bool) -> String {
    match secrets {
        [one] => format!("re-runs the steps that list {} when its value changes", one.value),
        _ if is_all => "re-runs the steps that list all secrets when one of the values changes".to_owned(),
        some => {
            let names: Vec<&str> = some.iter().map(|secret| secret.value.as_str()).collect();
            format!("re-runs the steps that list {} when one of the values changes", list(&names))
        }
    }
}

fn hash_secrets(context: &mut Context<'_, '_>, secrets: &[&Located<String>]) -> HashSecrets {
    let is_bundle = matches!(context.options.secret_mount, SecretMount::Bundle(_));
    let mut taken = BTreeSet::new();
    let mut variables = Vec::new();
    let access = access(context, secrets, |secret| {
        let variable = variable_name(secret, &mut taken);
        variables.push(variable.clone());
        variable
    });
    if is_bundle {
        // the script of the bundle sets each secret under its own name
        variables = secrets.iter().map(|secret| secret.value.clone()).collect();
    }
    let values: Vec<ShellVariable> =
        variables.iter().filter_map(|variable| ShellVariable::new(variable).ok()).collect();
    if let Some(last) = secrets.last() {
        // an upper limit on the text that the template adds, in bytes
        const TEMPLATE_TEXT: usize = 250;
        let rest = TEMPLATE_TEXT + values.iter().map(|value| value.to_string().len() + 1).sum::<usize>();
        check_script(&access.setup, rest).or_report(context, "the hash of all secrets up to", last);
    }
    let required = context.options.require_secrets_hash;
    HashSecrets { mounts: access.mounts, setup: access.setup, required, values }
}

/// The variable for a secret in a hash stage: one that a shell can expand and that linters recognize as
/// an environment variable. Its name doesn't matter there, as long as it is unique.
fn variable_name(secret: &str, taken: &mut BTreeSet<String>) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let mut name: String = secret.chars().map(upper).collect();
    if is_reserved(&name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "SECRET_");
    }
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

/// Whether a shell or the dynamic loader gives a variable a special meaning or a value of its own.
fn is_reserved(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "PATH", "IFS", "ENV", "PWD", "OLDPWD", "PPID", "OPTIND", "OPTARG", "OPTERR", "UID", "EUID", "GROUPS", "RANDOM",
        "SECONDS", "LINENO", "HOME", "PS4", "HOSTNAME", "SHLVL", "_",
    ];
    NAMES.contains(&name) || ["LD_", "BASH", "POSIX"].iter().any(|prefix| name.starts_with(prefix))
}

/// The image for a stage that hashes secrets, which requires `sha256sum`: the one that the step is based
/// on, or else the one that the final image is based on.
fn hashing_image(context: &mut Context<'_, '_>, id: StepId) -> Option<ImageRef> {
    let graph = context.graph;
    let image = graph.root_image(Origin::Step(id)).or_else(|| graph.root_image(graph.base().origin));
    if image.is_none() {
        context.findings.push(
            Diagnostic::new(Code::NoHashingImage, "steps list secrets, but the plan has no image that can hash them")
                .at(&graph.step(id).name.location)
                .with_help("pass `--secrets-hash arg`, which needs no image"),
        );
    }
    context.image(image?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, transpile};

    #[test]
    fn variables_of_a_hash_stage_are_unique_and_not_reserved() {
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
            assert_eq!(variable_name(secret, &mut taken), variable);
        }
    }

    #[test]
    fn hash_script_is_limited_only_by_the_longest_argument() {
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
        let (mut fits, mut too_many) = (1_000_usize, 2_000);
        while fits + 1 < too_many {
            let secrets = fits.midpoint(too_many);
            if script(secrets).is_some() { fits = secrets } else { too_many = secrets }
        }
        let length = script(fits).unwrap();
        assert!((LONGEST - 300..=LONGEST).contains(&length), "{fits} secrets: {length}");
    }
}
