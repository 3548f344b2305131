//! Checks of a RUN: it runs the argv that Railpack would run, the program reads the same value from each variable,
//! and the RUN has the mounts of its step.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::{SecretMount, SecretsHash};

use super::Check;
use super::bundles::{after_bundle, file_of_secret};
use crate::buildkit::{Command as Words, Instruction, Run, Stage};
use crate::model::{DEFAULT_PATH, Environment, Value, needs_env, tells_variants_apart, under_app};
use crate::plans::{Command, Step, Variables};
use crate::shell;

/// The variables that a stage's commands see, and those that its image keeps.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub all: Variables,
    pub env: Variables,
    /// The build args with the platform.
    pub platform: BTreeSet<String>,
}

impl Seen {
    /// Applies the variables of an instruction. Returns whether it sets any.
    pub fn take(&mut self, instruction: &Instruction) -> bool {
        match instruction {
            Instruction::Env(pairs) => {
                self.all.extend(pairs.iter().cloned());
                self.env.extend(pairs.iter().cloned());
            }
            Instruction::Arg(args) => {
                // an ENV would override it
                assert!(args.iter().all(|(name, _)| !self.env.contains_key(name)), "both ENV and ARG: {args:?}");
                for (name, value) in args {
                    match value {
                        Some(value) => drop(self.all.insert(name.clone(), value.clone())),
                        None => {
                            assert!(!self.all.contains_key(name), "the variable {name} loses its value");
                            assert!(self.platform.insert(name.clone()), "{name} is inherited");
                        }
                    }
                }
            }
            _ => return false,
        }
        true
    }
}

/// Whether an instruction sets variables.
pub(super) fn is_variables(instruction: &Instruction) -> bool {
    matches!(instruction, Instruction::Env(_) | Instruction::Arg(_))
}

impl<'c> Check<'c> {
    /// Checks the commands of a step, and the variables that they see.
    pub fn runs(&mut self, at: usize, stage: &Stage, seen: &mut Seen) {
        let step = &self.plan.steps[at];
        let mut environment = self.plan.start(at);
        let mut commands = step.commands.iter();
        let inherited = seen.platform.len();
        for instruction in &stage.instructions {
            if seen.take(instruction) {
                continue;
            }
            let Instruction::Run(run) = instruction else { continue };
            let argv = commands.by_ref().find_map(|command| match command {
                Command::Path(path) => {
                    environment.push(path);
                    None
                }
                Command::Exec { argv, .. } => Some(argv),
                _ => None,
            });
            let argv = argv.unwrap_or_else(|| panic!("a RUN of nowhere: {run:?}"));
            self.run(at, argv, &environment, seen, run);
            let has_cache = run.mounts.iter().any(|mount| mount["type"] == "cache");
            assert!(has_cache || seen.platform.len() == inherited, "nothing needs {:?}", seen.platform);
        }
        let left: Vec<&Command> = commands.filter(|command| matches!(command, Command::Exec { .. })).collect();
        assert!(left.is_empty(), "commands without a RUN: {left:?}");
    }

    fn run(&mut self, at: usize, argv: &[String], environment: &Environment, seen: &Seen, run: &Run) {
        let step = &self.plan.steps[at];
        let is_arg = |name: &str| self.plan.is_arg(at, name);
        assert!(run.heredocs.is_empty(), "a heredoc in {run:?}");
        let given = self.plan.given(step, self.options);
        let for_env = environment.for_env(&given, is_arg);
        let ran = match self.bundle_id() {
            Some(id) if !given.is_empty() => self.ran_with_bundle(id, argv, run),
            _ => match &run.command {
                Words::Exec(words) => words.clone(),
                Words::Shell(script) if is_script(argv, script) => argv.to_vec(),
                Words::Shell(script) => shell::words(script).unwrap_or_else(|| panic!("{script:?} is not {argv:?}")),
            },
        };
        let (assigned, words) = if for_env.is_empty() { (Vec::new(), ran.as_slice()) } else { after_env(&ran) };
        assert_eq!((assigned, words), (for_env.clone().into_iter().collect(), argv));
        let all = &seen.all;
        for (name, value) in environment.without_path().filter(|(name, value)| !needs_env(name, value, is_arg(name))) {
            assert_eq!(all.get(name), Some(value), "the variable {name:?}");
        }
        let path = environment.path().unwrap_or_else(|| DEFAULT_PATH.to_owned());
        assert_eq!(all.get("PATH").map_or(DEFAULT_PATH, String::as_str), path);
        assert_eq!(self.sees(all, run, for_env, &given), environment.seen_with(&given), "what {argv:?} reads");
        self.mounts(&given, step, &run.mounts);
    }

    /// The ID of the bundle that contains the secrets.
    pub(super) fn bundle_id(&self) -> Option<&'c str> {
        if let SecretMount::Bundle(id) = &self.options.secret_mount { Some(id) } else { None }
    }

    /// The words that a RUN runs after it has read the bundle.
    fn ran_with_bundle(&mut self, id: &str, argv: &[String], run: &Run) -> Vec<String> {
        let (digest, words) = match &run.command {
            Words::Exec(words) => {
                assert_eq!((&words[0][..], &words[1][..], &words[3][..]), ("sh", "-c", "sh"), "{words:?}");
                let (digest, rest) = after_bundle(&words[2], id, &run.mounts);
                assert_eq!(rest, "exec \"$@\"");
                (digest, words[4..].to_vec())
            }
            Words::Shell(script) => {
                let (digest, rest) = after_bundle(script, id, &run.mounts);
                let program = || shell::plain_words(rest.strip_prefix("exec ")?);
                let words = if is_script(argv, rest) { Some(argv.to_vec()) } else { program() };
                (digest, words.unwrap_or_else(|| panic!("{script:?} is not {argv:?}")))
            }
        };
        self.digests.insert(digest.to_owned());
        words
    }

    /// The value that a program reads from each variable. Mounted secrets override the variables of the stage, and
    /// `env` overrides both. The args for cache directories are left out, since they are not part of the plan.
    fn sees(&self, all: &Variables, run: &Run, by_env: Variables, given: &[String]) -> BTreeMap<String, Value> {
        let args = self.plan.cache_args();
        let mut sees = BTreeMap::from([("PATH".to_owned(), Value::Text(DEFAULT_PATH.to_owned()))]);
        for (name, value) in all {
            match args.get(name) {
                Some(directory) => assert_eq!(value, directory, "the directory in {name:?}"),
                None => drop(sees.insert(name.clone(), Value::Text(value.clone()))),
            }
        }
        if self.bundle_id().is_some() {
            // the bundle has all secrets that the digest stands for
            sees.extend(given.iter().map(|name| (name.clone(), Value::Secret(name.clone()))));
        } else {
            for mount in run.mounts.iter().filter(|mount| mount["type"] == "secret") {
                sees.insert(mount["env"].clone(), Value::Secret(mount["id"].clone()));
            }
        }
        sees.extend(by_env.into_iter().map(|(name, value)| (name, Value::Text(value))));
        sees
    }

    /// The secrets that a stage hashes.
    pub(super) fn hash_layer(&mut self, stage: &Stage) -> Vec<String> {
        let [.., arg, Instruction::Run(run)] = stage.instructions.as_slice() else {
            panic!("no stage of a hash: {stage:?}")
        };
        assert_eq!(*arg, Instruction::Arg(vec![("SECRETS_HASH".to_owned(), None)]));
        let Words::Shell(script) = &run.command else { panic!("{run:?}") };
        let files: BTreeSet<String> = run.mounts.iter().map(file_of_secret).collect();
        assert_eq!(files.len(), run.mounts.len(), "two secrets in one file: {run:?}");
        assert!(files.iter().all(|file| !file.starts_with('.') && !file.contains('/')), "`*` matches each: {files:?}");
        assert!(run.mounts.iter().all(|mount| mount["type"] == "secret" && mount["required"] == "true"));
        let of_files = "sha256sum /run/secrets/* > /secrets-hash";
        let Some(id) = self.bundle_id() else {
            assert_eq!(script, of_files);
            return run.mounts.iter().map(|mount| mount["id"].clone()).collect();
        };
        assert_eq!(run.mounts.len(), 1);
        let (digest, rest) = after_bundle(script, id, &run.mounts);
        let secrets = if rest == of_files {
            self.plan.secrets()
        } else {
            let values =
                rest.strip_prefix("printf '%s\\0' ").and_then(|rest| rest.strip_suffix(" | sha256sum > /secrets-hash"));
            let value =
                |word: &str| word.strip_prefix("\"$").and_then(|word| word.strip_suffix('"')).map(str::to_owned);
            values.unwrap_or_else(|| panic!("{rest:?}")).split_whitespace().map(|word| value(word).unwrap()).collect()
        };
        self.digests.insert(digest.to_owned());
        secrets
    }

    fn mounts(&mut self, secrets: &[String], step: &Step, mounts: &[BTreeMap<String, String>]) {
        let field = |mount: &BTreeMap<String, String>, key: &str| mount.get(key).cloned().unwrap_or_default();
        let of = |kind: &str| mounts.iter().filter(|mount| field(mount, "type") == kind).collect::<Vec<_>>();
        let mut once = BTreeSet::new();
        let caches: Vec<&String> = step.caches.iter().filter(|key| once.insert((*key).clone())).collect();
        let listed = self.plan.listed(step);
        let hashes = usize::from(!listed.is_empty() && self.options.secrets_hash != SecretsHash::Off);
        assert_eq!(of("cache").len(), caches.len());
        assert_eq!(of("bind").len(), hashes);
        let bundle = self.bundle_id().filter(|_| !secrets.is_empty());
        let count = if bundle.is_some() { 1 } else { secrets.len() };
        assert_eq!(mounts.len(), caches.len() + count + hashes, "{mounts:?}");
        for (key, mount) in caches.into_iter().zip(of("cache")) {
            let (directory, locked) = &self.plan.caches[key];
            assert_eq!(field(mount, "target"), under_app(directory));
            assert_eq!(field(mount, "sharing"), if *locked { "locked" } else { "shared" });
            let id = field(mount, "id");
            let platform = platform_in_ids(&self.options.platforms);
            let id = id.strip_suffix(platform).unwrap_or_else(|| panic!("{id:?} is for no platform")).to_owned();
            let expected = format!("{}{key}", self.options.cache_prefix);
            if expected.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                assert_eq!(id, expected);
            }
            let other = self.cache_ids.insert(id, key.clone());
            assert!(other.as_ref().is_none_or(|other| other == key), "{other:?} and {key:?} share an id");
        }
        for (name, mount) in secrets.iter().zip(of("secret")) {
            let (id, env) = bundle.map_or((name.as_str(), name.as_str()), |id| (id, ""));
            assert_eq!((field(mount, "id").as_str(), field(mount, "env").as_str()), (id, env));
            assert_eq!(field(mount, "required"), "true");
        }
        for mount in of("bind") {
            let hash = self.file.stages.iter().find(|stage| stage.name == Some(field(mount, "from"))).unwrap();
            if self.options.secrets_hash == SecretsHash::Layer {
                assert_eq!(self.hash_layer(hash), listed);
            }
            assert_eq!(field(mount, "source"), "/secrets-hash");
        }
    }
}

/// The end of the ID of each cache in a build for linux/arm/v7.
fn platform_in_ids(platforms: &[String]) -> &'static str {
    match platforms.len() {
        0 | 1 => "",
        _ if tells_variants_apart(platforms) => "-armv7",
        _ => "-arm",
    }
}

/// Checks a stage that stores the build arg instead of a hash. It is not specific to any secrets, so none are
/// returned.
pub(super) fn kept_hash(stage: &Stage) -> Vec<String> {
    let [Instruction::Arg(_), Instruction::Copy(copy)] = stage.instructions.as_slice() else { panic!("{stage:?}") };
    assert_eq!((copy.heredocs[0].expand, copy.heredocs[0].content.as_str()), (true, "\n"));
    Vec::new()
}

/// Whether a RUN has the script of `sh -c`, with more blanks where its lines are joined.
fn is_script(argv: &[String], script: &str) -> bool {
    matches!(argv, [sh, c, own] if sh == "sh" && c == "-c" && shell::differ_in_blanks_at_most(own, script))
}

/// The variables that `env` sets, and the program that it then runs.
fn after_env(words: &[String]) -> (Vec<(String, String)>, &[String]) {
    assert_eq!(words[0], "env");
    assert!(!words[1].starts_with('-'), "an option of env: {words:?}");
    let program = words.iter().skip(1).position(|word| !word.contains('=')).map_or(words.len(), |at| at + 1);
    let set = words[1..program].iter().map(|word| word.split_once('=').unwrap());
    (set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), &words[program..])
}
