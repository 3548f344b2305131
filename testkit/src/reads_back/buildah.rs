//! Dockerfiles for Buildah: a check of what differs from those for Docker, and the rest as Docker would get it.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::builder::Exclude;
use railpack2docker::{Options, SecretsHash};

use super::is_helper;
use crate::buildkit::{Command as Words, Copy, Dockerfile, Instruction, Stage};
use crate::model::clean;
use crate::plans::{Command, Plan, Source};

/// The file with a secrets hash in a stage.
const HASH_FILE: &str = "/run/secrets-hash";

/// Checks the hashes of secrets, and removes them. The rest, with the plan and the options that are returned, is for
/// [`super::check`]. Panics for a hash that is missing, late, or in the image.
pub fn as_for_docker(plan: &Plan, options: &Options, file: &mut Dockerfile) -> (Plan, Options) {
    assert!(file.directives.is_empty(), "{:?}", file.directives);
    file.directives.push(("syntax".to_owned(), "docker/dockerfile:1".to_owned()));
    let hashes = take_hash_stages(file);
    check_hashes(plan, options, file, &hashes);
    let mut plan = plan.clone();
    let is_rooted = options.constructs().exclude == Exclude::Root;
    if is_rooted {
        for input in plan.steps.iter_mut().flat_map(|step| &mut step.inputs).chain(&mut plan.inputs) {
            if input.exclude.is_empty() {
                continue;
            }
            input.exclude = input.exclude.iter().filter_map(|pattern| below(pattern)).collect();
            if matches!(input.source, Source::Local) {
                input.include.iter_mut().for_each(|include| *include = absolute(include));
            }
        }
    }
    for instruction in file.stages.iter_mut().flat_map(|stage| &mut stage.instructions) {
        let Instruction::Copy(copy) = instruction else { continue };
        if is_rooted {
            relative_to_source(copy);
        }
        with_wildcard(copy);
    }
    let mut options = options.clone();
    options.secrets_hash = SecretsHash::Off;
    (plan, options)
}

/// Removes the stages that hash secrets. The result is the secrets of each, by its name.
fn take_hash_stages(file: &mut Dockerfile) -> BTreeMap<String, Vec<String>> {
    let script =
        "for file in /run/secrets/*; do test ! -f \"$file\" || sha256sum \"$file\" || exit; done > /secrets-hash";
    let mut hashes = BTreeMap::new();
    file.stages.retain(|stage| {
        let Some(Instruction::Run(run)) = stage.instructions.last() else { return true };
        if run.command != Words::Shell(script.to_owned()) {
            return true;
        }
        let secrets = run.mounts.iter().map(|mount| mount["id"].clone()).collect();
        hashes.insert(stage.name.clone().unwrap(), secrets);
        false
    });
    hashes
}

/// The hash in a stage.
enum Hash {
    /// The file with the hash of these secrets.
    Of(Vec<String>),
    /// The build arg itself.
    Arg,
}

/// Removes the hash from a stage.
fn take_hash(stage: &mut Stage, hashes: &BTreeMap<String, Vec<String>>) -> Option<Hash> {
    let is_hash = |instruction: &Instruction| match instruction {
        Instruction::Copy(copy) => copy.dest == HASH_FILE && copy.sources == ["/secrets-hash"],
        Instruction::Arg(args) => args.iter().any(|(name, value)| name == "SECRETS_HASH" && value.is_none()),
        _ => false,
    };
    let at = stage.instructions.iter().position(is_hash)?;
    assert!(!stage.instructions[..at].iter().any(|one| matches!(one, Instruction::Run(_))), "a late hash: {stage:?}");
    match stage.instructions.remove(at) {
        Instruction::Copy(copy) => Some(Hash::Of(hashes[&copy.from.unwrap()].clone())),
        _ => Some(Hash::Arg),
    }
}

/// Checks the hash of each step, and removes it.
fn check_hashes(plan: &Plan, options: &Options, file: &mut Dockerfile, hashes: &BTreeMap<String, Vec<String>>) {
    let needed = plan.needed().into_iter().filter(|at| plan.replacement(*at).is_none());
    let mut steps: Vec<&mut Stage> = file.stages.iter_mut().filter(|stage| !is_helper(stage)).collect();
    let mut with_file = BTreeSet::new();
    for (at, stage) in needed.zip(&mut steps) {
        let step = &plan.steps[at];
        let runs = step.commands.iter().any(|command| matches!(command, Command::Exec { .. }));
        let listed = plan.listed(step);
        let has_hash = runs && !listed.is_empty() && options.secrets_hash != SecretsHash::Off;
        let hash = take_hash(stage, hashes);
        assert_eq!(hash.is_some(), has_hash, "the hash of {}", step.name);
        if let Some(Hash::Of(hashed)) = hash {
            assert_eq!((hashed, options.secrets_hash), (listed, SecretsHash::Layer));
            with_file.extend(stage.name.clone());
        }
    }
    for stage in &file.stages {
        if with_file.contains(&stage.image) {
            with_file.extend(stage.name.clone());
        }
        for instruction in &stage.instructions {
            let Instruction::Copy(copy) = instruction else { continue };
            let is_copied = copy.from.as_ref().is_some_and(|from| with_file.contains(from));
            let source = clean(copy.sources.first().map_or("", String::as_str));
            let contains_file = source == "/" || format!("{HASH_FILE}/").starts_with(&format!("{source}/"));
            assert!(!is_copied || !contains_file, "{copy:?} copies the hash");
        }
    }
    assert!(!with_file.contains(&file.stages.last().unwrap().image), "the hash is in the image");
}

/// A pattern, cleaned, if it may match something below a directory.
fn below(pattern: &str) -> Option<String> {
    let (not, path) = pattern.trim().strip_prefix('!').map_or(("", pattern.trim()), |path| ("!", path));
    let cleaned = clean(path);
    let is_below = !path.starts_with('/') && cleaned != "." && cleaned != ".." && !cleaned.starts_with("../");
    is_below.then(|| format!("{not}{cleaned}"))
}

/// The source of a COPY with patterns, for an include of the build context.
fn absolute(include: &str) -> String {
    let is_root = clean(&format!("/{include}")) == "/";
    if is_root || include.starts_with('/') {
        include.to_owned()
    } else {
        format!("/{}", include.trim_start_matches("./"))
    }
}

/// Makes the patterns of a COPY relative to its source.
fn relative_to_source(copy: &mut Copy) {
    let source = clean(&format!("/{}", copy.sources.first().map_or("", String::as_str)));
    let source = source.trim_start_matches('/');
    let is_pattern = source.contains(['*', '?', '[', '\\']);
    let source = if is_pattern { source.replace("**", "*") } else { source.to_owned() };
    let escaped = if source.starts_with('!') { format!("\\{source}") } else { source };
    let prefix = if escaped.is_empty() { escaped } else { format!("{escaped}/") };
    for pattern in &mut copy.excludes {
        let (not, path) = pattern.strip_prefix('!').map_or(("", pattern.as_str()), |path| ("!", path));
        let path = path.strip_prefix(&prefix).unwrap_or_else(|| panic!("{path:?} is not below {prefix:?}"));
        *pattern = format!("{not}{path}");
    }
}

/// Gives a COPY that excludes all but a pattern in a directory this directory as its source.
fn with_wildcard(copy: &mut Copy) {
    let [all, but] = copy.excludes.as_slice() else { return };
    let Some((directory, name)) = but.strip_prefix('!').and_then(|but| but.rsplit_once('/')) else { return };
    if copy.from.is_some() || all != "*" || copy.sources != ["."] || directory.is_empty() {
        return;
    }
    copy.sources = vec![directory.to_owned()];
    copy.dest = format!("{}{directory}/", copy.dest.strip_prefix("./").unwrap_or(&copy.dest));
    copy.excludes = if name == "*" { Vec::new() } else { vec!["*".to_owned(), format!("!{name}")] };
}
