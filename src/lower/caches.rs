//! The cache mounts of commands, and the build args that their fields refer to.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{StageBuilder, reject_variable};
use super::environment::Environment;
use super::{Context, OrReport};
use crate::builder::CacheIds;
use crate::compat::gopath;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::dockerfile::{
    Assignment, Inexpressible, Instruction, Mount, MountField, Sharing, check_path, percent_encode,
};
use crate::plan::{Cache, Located, Plan, Step};

/// The mounts of a step's caches, for one of its commands.
pub(super) fn mounts(
    context: &mut Context<'_, '_>,
    step: &Step,
    environment: &Environment<'_>,
    builder: &mut StageBuilder<'_>,
) -> Vec<Located<Mount>> {
    let mut mounts = Vec::new();
    for key in &step.caches {
        let Some(cache) = context.graph.plan().caches.get(&key.value) else { continue };
        mounts.extend(mount(context, key, cache, builder).map(|mount| Located::at(&key.location, mount)));
    }
    if let Some(first) = mounts.first() {
        declare_platform(context, &first.location, environment, builder);
    }
    mounts
}

fn mount(
    context: &mut Context<'_, '_>,
    key: &Located<String>,
    cache: &Cache,
    builder: &mut StageBuilder<'_>,
) -> Option<Mount> {
    let directory = gopath::under_app(&cache.directory.value);
    let id = match (context.constructs.cache_ids, &context.options.service_id) {
        (CacheIds::OfService, Some(service)) => percent_encode(&format!("s/{service}-{directory}"), PLAIN),
        _ => cache_id(&context.options.cache_prefix, &key.value),
    };
    let id = Located::at(&key.location, id);
    let id = MountField::for_platform("id", &id.value, context.platform_args).or_report(context, "the cache key", &id);
    if directory == "/" {
        context.findings.push(
            Diagnostic::new(Code::InvalidCache, "a cache can't be mounted over the whole file system")
                .at(&cache.directory.location)
                .with_help("use the directory in which a program stores its cache"),
        );
        return None;
    }
    let target = match check_path(&directory).and_then(|()| MountField::new("target", &directory)) {
        Err(Inexpressible::NotAscii(..)) => {
            let directory = Located::at(&cache.directory.location, directory);
            arg_target(context, &key.value, &directory, builder)
        }
        spelled => spelled,
    };
    let target = target.or_report(context, "the cache directory", &cache.directory);
    let sharing = if cache.locked { Sharing::Locked } else { Sharing::Shared };
    Some(Mount::Cache { id: id?, target: target?, sharing })
}

/// The characters of ids that are not encoded, besides letters and digits.
const PLAIN: &[u8] = b"-_.:/@+";

/// The id of a cache mount. Ids only need to be distinct for distinct keys, so characters that would need
/// quotes in a flag are percent-encoded.
fn cache_id(prefix: &str, key: &str) -> String {
    percent_encode(&format!("{prefix}{key}"), PLAIN)
}

/// Declares the build args that ids refer to, unless the stage inherits them. Rejects variables of the same names:
/// the args would override the variables, or the variables the args.
fn declare_platform(
    context: &mut Context<'_, '_>,
    location: &Location,
    environment: &Environment<'_>,
    builder: &mut StageBuilder<'_>,
) {
    let args = context.platform_args;
    for arg in args {
        if let Some(value) = environment.get(arg.name()) {
            reject_variable(context, arg.name(), value);
        }
    }
    if !args.is_empty() && !builder.env.has_platform {
        builder.env.has_platform = true;
        builder.instructions.push(Located::at(location, Instruction::PlatformArgs(args)));
    }
}

/// Declares a build arg for a directory with non-ASCII characters: a flag can't contain such a path, but
/// can refer to the arg.
fn arg_target(
    context: &Context<'_, '_>,
    key: &str,
    directory: &Located<String>,
    builder: &mut StageBuilder<'_>,
) -> Result<MountField, Inexpressible> {
    let arg = Assignment::arg(&context.cache_args.name(key), &directory.value)?;
    let field = MountField::from_arg("target", &arg);
    if builder.cache_args.insert(key.to_owned()) {
        builder.instructions.push(Located::at(&directory.location, Instruction::MountArg(arg)));
    }
    Ok(field)
}

/// Names of the build args that contain cache directories.
pub(super) struct CacheArgs<'p> {
    /// Numbers by cache, starting from 1, in the order of the cache keys.
    numbers: BTreeMap<&'p str, usize>,
    /// The names of the plan's variables and secrets that have the same prefix.
    used: BTreeSet<&'p str>,
}

impl<'p> CacheArgs<'p> {
    const PREFIX: &'static str = "CACHE_DIRECTORY_";

    pub(super) fn new(plan: &'p Plan) -> Self {
        let step_variables = plan.steps.iter().flat_map(|step| step.variables.keys());
        let variables = plan.variables.keys().chain(step_variables);
        let secrets = plan.secrets.iter().map(|secret| &secret.value);
        let names = variables.chain(secrets).map(String::as_str);
        Self {
            numbers: plan.caches.keys().map(String::as_str).zip(1..).collect(),
            used: names.filter(|name| name.starts_with(Self::PREFIX)).collect(),
        }
    }

    fn name(&self, cache: &str) -> String {
        let number = self.numbers.get(cache).copied().unwrap_or(1);
        let mut name = format!("{}{number}", Self::PREFIX);
        while self.used.contains(name.as_str()) {
            name.push('_');
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_ids_are_plain_and_distinct() {
        for (key, id) in [("npm-install", "npm-install"), ("x:y", "x:y"), ("a b,c", "a%20b%2Cc"), ("a%20b", "a%2520b")]
        {
            assert_eq!(cache_id("", key), id);
        }
        assert_eq!(cache_id("app/", "é"), "app/%C3%A9");
    }
}
