//! Secrets: their mounts, and the stages that hash them.
//!
//! BuildKit's cache key does not include the values of secrets. So each set of secrets that steps list
//! has a stage that hashes the values, and those steps mount the file with the hash: the key of a
//! read-only bind mount includes its content.

use std::collections::{BTreeMap, BTreeSet};

use super::base_image::reset_user;
use super::builder::{StageBuilder, reject_variable};
use super::environment::Environment;
use super::{Context, OrReport, hash_file};
use crate::builder::StageMount;
use crate::diagnostic::{Code, Diagnostic, Located, Location};
use crate::dockerfile::{
    BundleDigest, Comment, From, HashSecrets, ImageRef, Instruction, Mount, MountField, Role, SecretFile, SecretTarget,
    SecretsHasher, ShellSetup, ShellVariables, Stage, StageName, check_script, is_exportable,
};
use crate::graph::Origin;
use crate::options::{SecretMount, SecretsHash};
use crate::plan::{Step, StepId};
use crate::secret_usage::{HashGroup, SetId};
use crate::text::list_or;

/// Checks that each secret can be an environment variable, and that a bundle can contain those that it must.
pub(super) fn check_names(context: &mut Context<'_, '_>) {
    if matches!(context.options.secret_mount, SecretMount::Bundle(_)) {
        check_names_in_bundle(context);
    }
    for secret in &context.graph.plan().secrets {
        if !is_name(&secret.value) {
            let message =
                format!("invalid secret name `{}`: it can't be the name of an environment variable", secret.value);
            context.findings.push(Diagnostic::new(Code::InvalidSecret, message).at(&secret.location));
        }
    }
}

fn check_names_in_bundle(context: &mut Context<'_, '_>) {
    let mounted: BTreeSet<&str> = context.usage.mounted().collect();
    let is_refused = |name: &str| mounted.contains(name) && is_name(name) && !is_exportable(name);
    for secret in context.graph.plan().secrets.iter().filter(|secret| is_refused(&secret.value)) {
        let message =
            format!("secret `{}` can't be in a bundle: a shell can't export a variable with this name", secret.value);
        context.findings.push(
            Diagnostic::new(Code::Inexpressible, message)
                .at(&secret.location)
                .with_help("rename the secret, or pass `--secret-mount env`"),
        );
    }
}

/// Whether an environment variable can have this name.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('=')
}

/// A command's access to its secrets: the mounts, and the statements that its shell runs first.
#[derive(Clone, Default)]
pub(super) struct SecretAccess {
    pub(super) mounts: Vec<Located<Mount>>,
    pub(super) setup: Vec<ShellSetup>,
}

/// The access of commands to the secrets of a set.
pub(super) fn access_of_set(context: &mut Context<'_, '_>, set: Option<SetId>) -> SecretAccess {
    let Some(set) = set else { return SecretAccess::default() };
    if let Some(access) = context.access.get(&set) {
        return access.clone();
    }
    let secrets: Vec<&Located<String>> = context.usage.secrets(Some(set)).collect();
    let access = access(context, &secrets);
    context.access.insert(set, access.clone());
    access
}

/// Makes each secret available as a variable of the same name.
fn access(context: &mut Context<'_, '_>, secrets: &[&Located<String>]) -> SecretAccess {
    let mut access = SecretAccess::default();
    let (usage, options) = (context.usage, context.options);
    // the stage declares them
    if options.secret_mount == SecretMount::Arg {
        return access;
    }
    if let (SecretMount::Bundle(id), Some(first)) = (&options.secret_mount, secrets.first()) {
        return bundle(context, id, &first.location);
    }
    for secret in secrets {
        let id = usage.id(&secret.value);
        if options.secret_mount == SecretMount::File {
            access.mounts.extend(file_mount(context, secret, id));
            let setup = ShellSetup::export_file(&secret.value, id, options.optional_secrets);
            access.setup.extend(setup.or_report(context, "the secret", secret));
        } else {
            access.mounts.extend(variable_mount(context, secret, id));
        }
    }
    access
}

/// Makes all secrets of a bundle available as variables.
fn bundle(context: &Context<'_, '_>, id: &str, location: &Location) -> SecretAccess {
    let digest = BundleDigest::new(context.usage.mounted());
    // the ID was validated with the options
    let mounts = required_file(id, location).map(|(mount, _)| mount).into_iter().collect();
    SecretAccess { mounts, setup: ShellSetup::read_bundle(id, &digest).into_iter().collect() }
}

/// Mounts a file without which the build fails, even if secrets are optional.
fn required_file(id: &str, location: &Location) -> Option<(Located<Mount>, SecretFile)> {
    let file = SecretFile::new(id).ok()?;
    let id = MountField::new("id", id).ok()?;
    let mount = Mount::Secret { id, target: SecretTarget::File(file.clone()), required: true };
    Some((Located::at(location, mount), file))
}

/// Mounts a secret as a variable of the same name.
fn variable_mount(context: &mut Context<'_, '_>, secret: &Located<String>, id: &str) -> Option<Located<Mount>> {
    let target = MountField::new("env", &secret.value).or_report(context, "the secret", secret)?;
    secret_mount(context, secret, id, SecretTarget::Variable(target))
}

/// Mounts a secret as a file.
fn file_mount(context: &mut Context<'_, '_>, secret: &Located<String>, id: &str) -> Option<Located<Mount>> {
    let file = SecretFile::new(id).or_report(context, "the ID", &Located::at(&secret.location, id.to_owned()))?;
    secret_mount(context, secret, id, SecretTarget::File(file))
}

fn secret_mount(
    context: &mut Context<'_, '_>,
    secret: &Located<String>,
    id: &str,
    target: SecretTarget,
) -> Option<Located<Mount>> {
    let id = MountField::new("id", id).or_report(context, "the secret", secret)?;
    let required = !context.options.optional_secrets;
    Some(Located::at(&secret.location, Mount::Secret { id, target, required }))
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
    Some(Mount::Secret { id, target: SecretTarget::Variable(env), required: false })
}

/// The build arg whose value changes whenever a secret may have changed.
const BUILD_ARG: &str = "SECRETS_HASH";

/// The stages that hash secrets.
pub(super) struct HashStages {
    by_set: BTreeMap<SetId, HashStage>,
    /// The stage that contains the value of the build arg, for all sets.
    arg: Option<StageName>,
    /// Whether steps mount the file with the hash. Otherwise, it is an instruction of their stages.
    is_mounted: bool,
    /// The steps whose stages can contain the file with the hash.
    keep_file: BTreeSet<StepId>,
}

struct HashStage {
    name: StageName,
    image: ImageRef,
}

impl HashStages {
    /// Names a stage for each set of secrets that steps list.
    pub(super) fn new(context: &mut Context<'_, '_>) -> Self {
        let is_mounted = context.constructs.stage_mount == StageMount::InKey;
        let mut this = Self { by_set: BTreeMap::new(), arg: None, is_mounted, keep_file: BTreeSet::new() };
        let groups = context.usage.hash_groups();
        match context.options.secrets_hash {
            SecretsHash::Off => {}
            SecretsHash::Arg if groups.is_empty() || !is_mounted => {}
            SecretsHash::Arg => this.arg = context.names.unique("secrets-hash"),
            SecretsHash::Layer if is_mounted => groups.iter().for_each(|group| this.add(context, *group)),
            SecretsHash::Layer => {
                this.keep_file = hash_file::steps(context.graph);
                let listing = context.graph.running().map(|(id, _)| id).filter(|id| this.keep_file.contains(id));
                let sets: BTreeSet<SetId> = listing.filter_map(|id| context.usage.listed(id)).collect();
                groups.iter().filter(|group| sets.contains(&group.set)).for_each(|group| this.add(context, *group));
            }
        }
        this
    }

    /// Adds the hash of a step's secrets to its stage, before its first command, unless commands mount it.
    pub(super) fn add_to<'p>(
        &self,
        context: &mut Context<'p, '_>,
        id: StepId,
        environment: &Environment<'p>,
        builder: &mut StageBuilder<'p>,
    ) {
        if self.is_mounted || context.options.secrets_hash == SecretsHash::Off || builder.has_secrets_hash {
            return;
        }
        let Some(set) = context.usage.listed(id) else { return };
        builder.has_secrets_hash = true;
        let location = hash_location(context, id);
        let stage = self.by_set.get(&set).filter(|_| self.keep_file.contains(&id));
        let instruction = match stage {
            Some(stage) => Instruction::CopySecretsHash(stage.name.clone()),
            None => {
                // the variable would override the build arg
                if let Some(value) = environment.value(BUILD_ARG) {
                    reject_variable(context, BUILD_ARG, value);
                }
                if context.options.require_secrets_hash {
                    reject_unchecked_arg(context, id);
                }
                Instruction::SecretsHashArg
            }
        };
        builder.instructions.push(Located::at(location, instruction));
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
        let set = context.usage.listed(id).filter(|_| self.is_mounted)?;
        let location = hash_location(context, id);
        let by_set = self.by_set.get(&set).map(|stage| stage.name.clone());
        by_set.or_else(|| self.arg.clone()).map(|from| Located::at(location, Mount::SecretsHash { from }))
    }

    /// The comment of a hash stage. Not every command that uses a secret has the hash: Railpack re-runs the steps that
    /// list the secret.
    fn purpose(&self, change: &str) -> String {
        let commands = if self.is_mounted { "that mount this hash" } else { "after each copy of this hash" };
        format!("Secrets, hashed: {change} re-runs the commands {commands}")
    }

    /// The stages that contain a hash, sorted by the names of their secrets.
    pub(super) fn stages(&self, context: &mut Context<'_, '_>) -> Vec<Stage> {
        if let (Some(name), Some(first)) = (&self.arg, context.graph.plan().secrets.first()) {
            let location = &first.location;
            return vec![Stage {
                role: Role::SecretsHash,
                location: location.clone(),
                comment: Some(Comment::new(&self.purpose("a new SECRETS_HASH"))),
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
            let hashing = hash_secrets(context, *set, &secrets);
            let reset = reset_user(stage.image.as_str(), true);
            let instructions = reset.into_iter().chain([Instruction::HashSecrets(hashing)]);
            stages.push(Stage {
                role: Role::SecretsHash,
                location: location.clone(),
                comment: Some(Comment::new(&self.purpose(&change(&secrets, usage.is_all(*set))))),
                from: Located::at(location, From::Image(stage.image.clone())),
                name: Some(stage.name.clone()),
                instructions: instructions.map(|instruction| Located::at(location, instruction)).collect(),
            });
        }
        stages
    }
}

/// Rejects a hash that no stage checks: the file with it would get into the image.
fn reject_unchecked_arg(context: &mut Context<'_, '_>, id: StepId) {
    let builder = context.options.builder;
    let message = format!(
        "`--require-secrets-hash` can't be used with `{builder}`: the build arg of step `{}` is not checked",
        context.graph.step(id).name.value
    );
    let found = Diagnostic::new(Code::InvalidOption, message).about_option("require-secrets-hash");
    context.findings.push(found.with_help("remove `--require-secrets-hash`"));
}

/// The location of the secrets that a step lists. A step without a list may mean all secrets.
fn hash_location<'p>(context: &Context<'p, '_>, id: StepId) -> &'p Location {
    let step = context.graph.step(id);
    &step.secrets.first().unwrap_or(&step.name).location
}

/// The change that gives another hash.
fn change(secrets: &[&Located<String>], is_all: bool) -> String {
    match secrets {
        [one] => format!("a new {}", one.value),
        _ if is_all => "any new secret".to_owned(),
        some => {
            let names: Vec<&str> = some.iter().map(|secret| secret.value.as_str()).collect();
            format!("a new {}", list_or(&names))
        }
    }
}

fn hash_secrets(context: &mut Context<'_, '_>, set: SetId, secrets: &[&Located<String>]) -> HashSecrets {
    let (usage, options) = (context.usage, context.options);
    // the ID was validated with the options
    let key = usage.hash_key().zip(secrets.first()).and_then(|(id, first)| required_file(id, &first.location));
    let (key_mount, key) = key.unzip();
    let is_bundle = matches!(options.secret_mount, SecretMount::Bundle(_));
    let SecretAccess { mut mounts, setup } = if is_bundle {
        access(context, secrets)
    } else {
        let files = secrets.iter().filter_map(|secret| file_mount(context, secret, usage.id(&secret.value)));
        SecretAccess { mounts: files.collect(), setup: Vec::new() }
    };
    mounts.extend(key_mount);
    let hasher = if is_bundle && !usage.is_all(set) {
        hash_variables(context, &setup, secrets, key)
    } else {
        // files that are not secrets may be directories
        let optional = options.optional_secrets || !context.constructs.only_secrets;
        SecretsHasher::Files { optional, keyed: key.is_some() }
    };
    HashSecrets { mounts, setup, required: options.require_secrets_hash, hasher }
}

/// Hashes some of the secrets of a bundle, which the setup reads into variables.
fn hash_variables(
    context: &mut Context<'_, '_>,
    setup: &[ShellSetup],
    secrets: &[&Located<String>],
    key: Option<SecretFile>,
) -> SecretsHasher {
    // the names were checked with those of all secrets
    let names = secrets.iter().map(|secret| secret.value.as_str()).filter(|name| is_exportable(name));
    let values = ShellVariables::new(names).unwrap_or_default();
    if let Some(last) = secrets.last() {
        // an upper limit on the text that the template adds, in bytes
        const TEMPLATE_TEXT: usize = 250;
        let key = key.as_ref().map_or(0, |key| key.path().len());
        // the parser removes the line breaks
        let rest = TEMPLATE_TEXT + values.to_string().replace("\\\n", "").len() + key;
        check_script(setup, rest).or_report(context, "the hash of all secrets up to", last);
    }
    SecretsHasher::Variables { values, key }
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
    fn hash_script_is_limited_only_by_the_longest_argument() {
        const LONGEST: usize = 131_071;
        let options = Options { secret_mount: SecretMount::Bundle("ALL".to_owned()), ..Options::default() };
        let script = |secrets: usize| {
            let secrets: Vec<String> = (0..secrets).map(|number| format!("\"S{number:04}\"")).collect();
            let secrets = secrets.join(",");
            let json = format!(
                r#"{{ "steps": [{{ "name": "a", "inputs": [{{ "image": "x" }}], "secrets": [{secrets}], "commands": [{{ "cmd": "b" }}] }}],
                  "secrets": [{secrets}, "UNLISTED"], "deploy": {{ "base": {{ "step": "a" }} }} }}"#
            );
            let dockerfile = transpile(&json, &options).ok()?.dockerfile;
            let (_, run) = dockerfile.split_once("required=true \\\n")?;
            let (run, _) = run.split_once("\n\n")?;
            Some(run.replace("\\\n", "").len())
        };
        let (mut fits, mut too_many) = (1_000_usize, 30_000);
        while fits + 1 < too_many {
            let secrets = fits.midpoint(too_many);
            if script(secrets).is_some() { fits = secrets } else { too_many = secrets }
        }
        let length = script(fits).unwrap();
        assert!((LONGEST - 300..=LONGEST).contains(&length), "{fits} secrets: {length}");
    }
}
