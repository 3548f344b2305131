//! The commands of a step.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::StageBuilder;
use super::environment::Environment;
use super::secrets::HashStages;
use super::{Context, OrReport, copy, file, secrets};
use crate::compat::shlex::script_of;
use crate::compat::{gopath, shlex};
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{
    self, Assignment, Comment, ExecForm, Inexpressible, Instruction, Mount, MountField, Run, Sharing, ShellForm,
    ShellSetup, StageName, check_path, check_script,
};
use crate::plan::{Command, Located, Plan, Step, StepId};

/// A step whose commands are lowered.
pub(super) struct CommandLowering<'a, 'p> {
    pub(super) id: StepId,
    pub(super) step: &'p Step,
    pub(super) stage: &'a StageName,
    pub(super) hashes: &'a HashStages<'p>,
}

impl<'p> CommandLowering<'_, 'p> {
    /// Adds a command's instructions to its stage.
    pub(super) fn lower(
        &self,
        context: &mut Context<'p, '_>,
        command: &'p Command,
        environment: &Environment<'p>,
        builder: &mut StageBuilder<'p>,
    ) {
        match command {
            // PATH entries are in the environment
            Command::Path { .. } => {}
            Command::Exec { cmd, custom_name } => {
                let run = self.exec(context, cmd, custom_name.as_deref(), environment, builder);
                builder.instructions.extend(run.map(|run| Located::at(&cmd.location, Instruction::Run(run))));
                builder.made.clear();
            }
            Command::Copy { src, dest, image } => {
                let copy = copy::lower(context, src, dest, image.as_ref());
                builder.instructions.extend(copy.map(|copy| Located::at(&src.location, Instruction::Copy(copy))));
            }
            Command::File { path, name, mode, custom_name } => {
                let Some(content) = self.step.assets.get(&name.value) else { return };
                let file = file::File { path, content, mode: *mode, comment: custom_name.as_deref().map(Comment::new) };
                file.lower(context, self.id, self.stage, builder);
            }
        }
    }

    fn exec(
        &self,
        context: &mut Context<'p, '_>,
        cmd: &Located<String>,
        custom_name: Option<&str>,
        environment: &Environment<'p>,
        builder: &mut StageBuilder<'p>,
    ) -> Option<Run> {
        let words = words_of(context, cmd)?;
        let mut mounts = cache_mounts(context, self.step, builder);
        let usage = context.usage;
        let seen = usage.seen(self.id);
        let secrets: Vec<&Located<String>> = usage.secrets(seen).collect();
        let access = secrets::access_of_set(context, seen);
        mounts.extend(access.mounts);
        let further = [secrets::github_token_mount(context, &cmd.value), secrets::ssh_mount(context, self.step)]
            .into_iter()
            .flatten();
        mounts.extend(further.map(|mount| Located::at(&cmd.location, mount)));
        mounts.extend(self.hashes.mount(context, self.id));
        let comment = custom_name.filter(|name| tells_more(name, &cmd.value, &words)).map(Comment::new);
        let variables = variables_for_env(&secrets, environment, builder);
        context.count(mounts.len() * SHORTEST_MOUNT + variables.iter().map(|(_, value)| value.len()).sum::<usize>());
        let shell = shell_for(builder, environment, &secrets);
        let (setup, command) =
            command(&words, &variables, access.setup, shell).or_report(context, "the command", cmd)?;
        Some(Run { comment, mounts, setup, command })
    }
}

/// How many bytes the line of a mount has at least.
const SHORTEST_MOUNT: usize = 50;

/// The words of a command line. None at all is an error.
fn words_of(context: &mut Context<'_, '_>, cmd: &Located<String>) -> Option<Vec<String>> {
    let words = shlex::split(&cmd.value).words;
    if words.is_empty() {
        context.findings.push(
            Diagnostic::new(Code::EmptyCommand, "empty command")
                .at(&cmd.location)
                .with_help("name a program to run, or remove the command"),
        );
        return None;
    }
    Some(words)
}

/// What a shell between Docker and a program would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    /// Hand on the whole environment.
    Transparent,
    /// Drop the variables whose names are no shell's, as dash does.
    Drops,
    /// Be missing: the stage has no image that it could come from.
    Missing,
}

fn shell_for(stage: &StageBuilder<'_>, environment: &Environment<'_>, secrets: &[&Located<String>]) -> Shell {
    if !stage.env.image {
        return Shell::Missing;
    }
    let are_for_shells = secrets.iter().all(|secret| dockerfile::is_bare_name(&secret.value));
    if are_for_shells && environment.is_for_shells() { Shell::Transparent } else { Shell::Drops }
}

/// What a RUN runs, and what its shell does before.
type Prepared = (Vec<ShellSetup>, dockerfile::Command);

/// The shell form where it gives the same argv, else the exec form.
fn command(
    words: &[String],
    variables: &[(&str, &str)],
    setup: Vec<ShellSetup>,
    shell: Shell,
) -> Result<Prepared, Inexpressible> {
    if !setup.is_empty() {
        return after_preludes(words, variables, setup);
    }
    if !variables.is_empty() {
        return ExecForm::with_variables(variables, words).map(|form| (setup, dockerfile::Command::Exec(form)));
    }
    let form = match (script_of(words), shell) {
        (_, Shell::Missing) | (None, Shell::Drops) => Err(Inexpressible::Malformed("a command for a shell")),
        (Some(script), _) => ShellForm::script(script),
        (None, Shell::Transparent) => ShellForm::argv(words),
    };
    let command = match form {
        Ok(form) if !names_itself(words) => dockerfile::Command::Shell(form),
        _ => dockerfile::Command::Exec(ExecForm::new(words)?),
    };
    Ok((setup, command))
}

/// A command whose shell first makes variables of its secrets. `exec` then runs the very program,
/// a builtin of the same name or not.
fn after_preludes(
    words: &[String],
    variables: &[(&str, &str)],
    setup: Vec<ShellSetup>,
) -> Result<Prepared, Inexpressible> {
    let shell = match (script_of(words), variables) {
        (Some(script), []) => ShellForm::script(script),
        (None, []) => ShellForm::exec(words),
        (_, _) => Err(Inexpressible::Malformed("a script")),
    };
    if let (Ok(form), false) = (shell, names_itself(words)) {
        check_script(&setup, form.to_string().len())?;
        return Ok((setup, dockerfile::Command::Shell(form)));
    }
    let setup: Vec<String> = setup.iter().map(ShellSetup::to_string).collect();
    let form = ExecForm::in_shell(&setup.join(" "), variables, words)?;
    Ok((Vec::new(), dockerfile::Command::Exec(form)))
}

/// Whether a script sees what it was called as: `sh`, and `/bin/sh` in the shell form.
fn names_itself(words: &[String]) -> bool {
    script_of(words).is_some_and(|script| script.contains("$0") || script.contains("${0"))
}

/// Variables that no instruction of the stage can set. A secret of the same name wins.
fn variables_for_env<'p>(
    secrets: &[&Located<String>],
    environment: &Environment<'p>,
    stage: &StageBuilder<'p>,
) -> Vec<(&'p str, &'p str)> {
    let is_secret = |name: &str| secrets.iter().any(|secret| secret.value == name);
    let variables = environment.undeclarable(stage.uses_args).into_iter().filter(|(name, _)| !is_secret(name));
    variables.map(|(name, value)| (name, value.value.as_str())).collect()
}

/// Whether a command's name says something that the command does not.
pub(crate) fn tells_more(name: &str, cmd: &str, words: &[String]) -> bool {
    let name = name.trim();
    !name.is_empty()
        && name != cmd.trim()
        && words.last().is_none_or(|script| name != script.trim())
        && name != words.join(" ")
}

fn cache_mounts(context: &mut Context<'_, '_>, step: &Step, builder: &mut StageBuilder<'_>) -> Vec<Located<Mount>> {
    let mut mounts = Vec::new();
    for key in &step.caches {
        let Some(cache) = context.graph.plan().caches.get(&key.value) else { continue };
        let id = Located { value: cache_id(&context.options.cache_prefix, &key.value), location: key.location.clone() };
        let id = MountField::new("id", &id.value).or_report(context, "the cache key", &id);
        let directory = gopath::under_app(&cache.directory.value);
        if directory == "/" {
            context.findings.push(
                Diagnostic::new(Code::InvalidCache, "a cache can't be mounted over the whole file system")
                    .at(&cache.directory.location)
                    .with_help("name the directory that a program caches things in"),
            );
            continue;
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
        if let (Some(id), Some(target)) = (id, target) {
            mounts.push(Located::at(&key.location, Mount::Cache { id, target, sharing }));
        }
    }
    mounts
}

/// The id of a cache mount. Any text that differs for different keys will do, so what a flag would
/// have to quote is percent-encoded.
fn cache_id(prefix: &str, key: &str) -> String {
    let mut id = String::with_capacity(prefix.len() + key.len());
    for byte in prefix.bytes().chain(key.bytes()) {
        if byte.is_ascii_alphanumeric() || b"-_.:/@+".contains(&byte) {
            id.push(char::from(byte));
        } else {
            id.push_str(&format!("%{byte:02X}"));
        }
    }
    id
}

/// A flag can't hold text outside ASCII, but can name a build arg that holds it.
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

/// Names for build args that hold the directories of caches.
pub(super) struct CacheArgs<'p> {
    /// By cache, in the plan's order, from 1 on.
    numbers: BTreeMap<&'p str, usize>,
    /// Names of this kind that variables and secrets of the plan have.
    used: BTreeSet<&'p str>,
}

impl<'p> CacheArgs<'p> {
    const PREFIX: &'static str = "CACHE_DIRECTORY_";

    pub(super) fn new(plan: &'p Plan) -> Self {
        let of_steps = plan.steps.iter().flat_map(|step| step.variables.keys());
        let variables = plan.variables.keys().chain(of_steps);
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

    fn form(cmd: &str) -> String {
        match command(&shlex::split(cmd).words, &[], Vec::new(), Shell::Transparent).unwrap().1 {
            dockerfile::Command::Shell(form) => form.to_string(),
            dockerfile::Command::Exec(form) => form.to_string(),
        }
    }

    #[test]
    fn the_shell_form_stands_where_it_gives_the_same_argv() {
        for (cmd, run) in [
            ("npm ci", "npm ci"),
            ("sh -c 'npm ci && npm run build'", "npm ci && npm run build"),
            ("rm -rf src target/x*", "rm -rf src 'target/x*'"),
            ("npm run $HOME", "npm run '$HOME'"),
            ("COMPOSER_ALLOW_SUPERUSER=1 composer x", "'COMPOSER_ALLOW_SUPERUSER=1' composer x"),
            ("sh -c 'a' b", "sh -c a b"),
            ("sh -e 'a b'", "sh -e 'a b'"),
            ("bash -c 'a b'", "bash -c 'a b'"),
        ] {
            assert_eq!(form(cmd), run);
        }
    }

    #[test]
    fn the_exec_form_stands_everywhere_else() {
        for (cmd, run) in [
            ("sh -c 'cat <<X\nhi\nX'", r#"["sh", "-c", "cat <<X\nhi\nX"]"#),
            ("sh -c ''", r#"["sh", "-c", ""]"#),
            ("sh -c 'echo $0'", r#"["sh", "-c", "echo $0"]"#),
            ("echo a", r#"["echo", "a"]"#),
            ("if x", r#"["if", "x"]"#),
            ("npm a<<b", r#"["npm", "a<<b"]"#),
            ("--x y", r#"["--x", "y"]"#),
        ] {
            assert_eq!(form(cmd), run);
        }
    }

    #[test]
    fn cache_ids_are_plain_and_differ_where_the_keys_do() {
        for (key, id) in [("npm-install", "npm-install"), ("x:y", "x:y"), ("a b,c", "a%20b%2Cc"), ("a%20b", "a%2520b")]
        {
            assert_eq!(cache_id("", key), id);
        }
        assert_eq!(cache_id("app/", "é"), "app/%C3%A9");
    }

    #[test]
    fn a_shell_that_loses_variables_or_is_missing_is_not_used() {
        let exec = |words: &[&str], shell| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            matches!(command(&words, &[], Vec::new(), shell).unwrap().1, dockerfile::Command::Exec(_))
        };
        assert!(exec(&["npm", "ci"], Shell::Drops));
        assert!(exec(&["npm", "ci"], Shell::Missing));
        // the script's own shell loses them, in Railpack as well
        assert!(!exec(&["sh", "-c", "npm ci"], Shell::Drops));
        assert!(exec(&["sh", "-c", "npm ci"], Shell::Missing));
    }

    #[test]
    fn a_variable_with_a_line_feed_goes_through_env() {
        let (_, run) = command(&["npm".to_owned()], &[("A", "1\n2")], Vec::new(), Shell::Transparent).unwrap();
        assert_eq!(run, dockerfile::Command::Exec(ExecForm::new(&["env", "A=1\n2", "npm"]).unwrap()));
    }

    #[test]
    fn a_name_is_a_comment_when_it_is_not_the_command() {
        let words = ["sh", "-c", "npm ci"].map(str::to_owned);
        assert!(tells_more("install packages", "sh -c 'npm ci'", &words));
        assert!(!tells_more("npm ci", "sh -c 'npm ci'", &words));
        assert!(!tells_more("sh -c 'npm ci'", "sh -c 'npm ci'", &words));
        assert!(!tells_more(" ", "sh -c 'npm ci'", &words));
    }
}
