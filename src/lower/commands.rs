//! The commands of a step.

use super::builder::StageBuilder;
use super::environment::Environment;
use super::secrets::HashStages;
use super::{Context, OrReport, caches, copy, file, secret_args, secrets};
use crate::compat::shlex::{self, script_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{
    self, Comment, ExecForm, Inexpressible, Instruction, Run, ShellForm, ShellSetup, StageName, check_script,
};
use crate::graph::Origin;
use crate::plan::{Command, Located, Step, StepId};
use crate::shell::Literal;

/// Lowers the commands of a step.
pub(super) struct CommandLowering<'a, 'p> {
    pub(super) id: StepId,
    pub(super) step: &'p Step,
    pub(super) stage: &'a StageName,
    /// The comment above the stage.
    pub(super) purpose: &'a Comment,
    pub(super) hashes: &'a HashStages,
    /// Whether the image is based on the stage, directly or indirectly.
    pub(super) is_under_image: bool,
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
                self.hashes.add_to(context, self.id, environment, builder);
                secret_args::declare(context, self.id, self.is_under_image, environment, builder);
                let run = self.exec(context, cmd, custom_name.as_deref(), environment, builder);
                builder.instructions.extend(run.map(|run| Located::at(&cmd.location, Instruction::Run(run))));
                builder.created_directories.clear();
            }
            Command::Copy { src, dest, image } => {
                let copy = copy::lower(context, src, dest, image.as_ref());
                builder.instructions.extend(copy.map(|copy| Located::at(&src.location, Instruction::Copy(copy))));
            }
            Command::File { path, name, mode, custom_name } => {
                let Some(content) = self.step.assets.get(&name.value) else { return };
                let comment = self.comment(custom_name.as_deref(), &[&path.value, &name.value]);
                let file = file::File { path, content, mode: *mode, comment };
                file.lower(context, self.id, self.stage, builder);
            }
        }
    }

    /// The comment above a command with these texts: its custom name, unless that adds nothing.
    fn comment(&self, custom_name: Option<&str>, texts: &[&str]) -> Option<Comment> {
        let purpose = self.purpose.to_string();
        let texts: Vec<&str> = texts.iter().copied().chain([purpose.as_str()]).collect();
        custom_name.filter(|name| tells_more(name, &texts)).map(Comment::new)
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
        let mut mounts = caches::mounts(context, self.step, environment, builder);
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
        let comment = self.comment(custom_name, &[&cmd.value]);
        let variables = variables_for_env(&secrets, environment, builder);
        context.count(mounts.len() * MIN_MOUNT_LENGTH + variables.iter().map(|(_, value)| value.len()).sum::<usize>());
        let has_image = context.graph.root_image(Origin::Step(self.id)).is_some();
        let shell = shell_for(has_image, environment, &secrets);
        let line = Line { text: &cmd.value, words: &words };
        let (setup, command) = command(line, &variables, access.setup, shell).or_report(context, "the command", cmd)?;
        Some(Run { comment, note: note(line, &command), mounts, setup, command })
    }
}

/// The minimum length of a mount's line, in bytes.
const MIN_MOUNT_LENGTH: usize = 50;

/// Splits a command line into words. Reports an error if there are none.
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

/// The effect of a shell between Docker and a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    /// The shell passes on the whole environment.
    Transparent,
    /// The shell drops variables whose names are not valid in a shell, as dash does.
    Drops,
    /// There is no shell: the stage has no image to provide one.
    Missing,
}

fn shell_for(has_image: bool, environment: &Environment<'_>, secrets: &[&Located<String>]) -> Shell {
    if !has_image {
        return Shell::Missing;
    }
    let are_for_shells = secrets.iter().all(|secret| dockerfile::is_bare_name(&secret.value));
    if are_for_shells && environment.is_for_shells() { Shell::Transparent } else { Shell::Drops }
}

/// A command line and its words.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    words: &'a [String],
}

/// The setup of a RUN's shell, and the command that it runs.
type Prepared = (Vec<ShellSetup>, dockerfile::Command);

/// A command in shell form if that gives the same argv, otherwise in exec form.
fn command(
    line: Line<'_>,
    variables: &[(&str, &str)],
    setup: Vec<ShellSetup>,
    shell: Shell,
) -> Result<Prepared, Inexpressible> {
    let words = line.words;
    if !setup.is_empty() {
        return after_setup(line, variables, setup);
    }
    if !variables.is_empty() {
        return ExecForm::with_variables(variables, words).map(|form| (setup, dockerfile::Command::Exec(form)));
    }
    let form = match (script_of(words), shell) {
        (_, Shell::Missing) | (None, Shell::Drops) => Err(Inexpressible::Malformed("a command for a shell")),
        (Some(script), _) => ShellForm::script(script),
        (None, Shell::Transparent) => ShellForm::argv(line.text, words),
    };
    let command = match form {
        Ok(form) if !uses_own_name(words) => dockerfile::Command::Shell(form),
        _ => dockerfile::Command::Exec(ExecForm::new(words)?),
    };
    Ok((setup, command))
}

/// A command whose shell first reads secrets into variables. `exec` then runs the program itself, even if
/// a builtin has the same name.
fn after_setup(line: Line<'_>, variables: &[(&str, &str)], setup: Vec<ShellSetup>) -> Result<Prepared, Inexpressible> {
    let words = line.words;
    let shell = match (script_of(words), variables) {
        (Some(script), []) => ShellForm::script(script),
        (None, []) => ShellForm::exec(line.text, words),
        (_, _) => Err(Inexpressible::Malformed("a script")),
    };
    if let (Ok(form), false) = (shell, uses_own_name(words)) {
        check_script(&setup, form.length())?;
        return Ok((setup, dockerfile::Command::Shell(form)));
    }
    let setup: Vec<String> = setup.iter().map(ShellSetup::to_string).collect();
    let form = ExecForm::in_shell(&setup.join(" "), variables, words)?;
    Ok((Vec::new(), dockerfile::Command::Exec(form)))
}

/// The reason for quotes that the plan does not have: a shell would change the words without them.
fn note(line: Line<'_>, command: &dockerfile::Command) -> Option<Comment> {
    const LONGEST: usize = 70;
    let is_quoted = matches!(command, dockerfile::Command::Shell(_)) && script_of(line.words).is_none();
    let literal = Literal::first(line.text).filter(|_| is_quoted)?;
    let fact = match &literal {
        Literal::Pattern(name) if name.contains('*') => "the star is part of the name".to_owned(),
        Literal::Pattern(_) => "the question mark is part of the name".to_owned(),
        _ => literal.to_string(),
    };
    // the fact has a word in backquotes
    let is_readable = fact.len() <= LONGEST && fact.matches('`').count() <= 2;
    let fact = if is_readable { &fact } else { "the arguments are passed literally" };
    Some(Comment::new(&format!("No shell in Railpack: {fact}")))
}

/// Whether a script uses its own name, `$0`, which is `sh` in the plan but `/bin/sh` in the shell form.
fn uses_own_name(words: &[String]) -> bool {
    script_of(words).is_some_and(|script| script.contains("$0") || script.contains("${0"))
}

/// The variables that no instruction of the stage can set. Excludes those with the same name as a secret,
/// which takes precedence.
fn variables_for_env<'p>(
    secrets: &[&Located<String>],
    environment: &Environment<'p>,
    stage: &StageBuilder<'p>,
) -> Vec<(&'p str, &'p str)> {
    let is_secret = |name: &str| secrets.iter().any(|secret| secret.value == name);
    let variables = environment.undeclarable(&stage.declared_by).into_iter().filter(|(name, _)| !is_secret(name));
    variables.map(|(name, value)| (name, value.value.as_str())).collect()
}

/// Whether a command's custom name has words that its texts don't contain.
pub(crate) fn tells_more(name: &str, texts: &[&str]) -> bool {
    // words that say nothing about a single command
    const FILLERS: [&str; 21] = [
        "a", "all", "an", "and", "copy", "create", "file", "files", "for", "from", "in", "of", "on", "package",
        "packages", "run", "script", "the", "to", "with", "write",
    ];
    let texts = texts.join(" ").to_lowercase();
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !FILLERS.contains(word)).any(|word| !texts.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(cmd: &str) -> String {
        let words = shlex::split(cmd).words;
        match command(Line { text: cmd, words: &words }, &[], Vec::new(), Shell::Transparent).unwrap().1 {
            dockerfile::Command::Shell(form) => form.to_string(),
            dockerfile::Command::Exec(form) => form.to_string(),
        }
    }

    #[test]
    fn shell_form_is_used_if_it_gives_the_same_argv() {
        for (cmd, run) in [
            ("npm ci", "npm ci"),
            (r#" go build -ldflags="-w -s"  -o out "#, r#"go build -ldflags="-w -s"  -o out"#),
            (r#"go build "-o=$x" -ldflags="-w -s""#, "go build '-o=$x' '-ldflags=-w -s'"),
            ("sh -c 'npm ci && npm run build'", "npm ci && npm run build"),
            ("rm -rf src target/x*", "rm -rf src 'target/x*'"),
            ("npm run $HOME", "npm run '$HOME'"),
            ("COMPOSER_ALLOW_SUPERUSER=1 composer x", "'COMPOSER_ALLOW_SUPERUSER=1' composer x"),
            ("sh -c 'a' b", "sh -c 'a' b"),
            ("sh -e 'a b'", "sh -e 'a b'"),
            ("bash -c 'a b'", "bash -c 'a b'"),
        ] {
            assert_eq!(form(cmd), run);
        }
    }

    #[test]
    fn quotes_that_the_plan_does_not_have_are_explained() {
        let note = |cmd: &str| {
            let words = shlex::split(cmd).words;
            let line = Line { text: cmd, words: &words };
            let (_, command) = command(line, &[], Vec::new(), Shell::Transparent).unwrap();
            note(line, &command).map(|comment| comment.to_string())
        };
        for (cmd, fact) in [
            ("rm -rf src dist/*.map", "the star is part of the name"),
            ("rm -rf src/?", "the question mark is part of the name"),
            ("npm ci && npm run build", "`&&` is passed as an argument"),
            ("npm run $TARGET", "`$TARGET` is not expanded"),
            ("NODE_ENV=production npm ci", "`NODE_ENV=production` is run as a program"),
            ("pip install x>=1.2", "`x>=1.2` is passed literally"),
        ] {
            assert_eq!(note(cmd), Some(format!("No shell in Railpack: {fact}")), "{cmd}");
        }
        for cmd in [format!("find . -name {}*", "x".repeat(100)), "find . -name `x`".to_owned()] {
            assert_eq!(note(&cmd).unwrap(), "No shell in Railpack: the arguments are passed literally");
        }
        for cmd in ["npm ci", "rm -rf 'dist/*.map'", "sh -c 'rm *'", "echo *", "pip install uvicorn[standard]"] {
            assert_eq!(note(cmd), None, "{cmd}");
        }
    }

    #[test]
    fn exec_form_is_used_otherwise() {
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
    fn shell_that_drops_variables_or_is_missing_is_not_used() {
        let exec = |words: &[&str], shell| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let line = Line { text: "", words: &words };
            matches!(command(line, &[], Vec::new(), shell).unwrap().1, dockerfile::Command::Exec(_))
        };
        assert!(exec(&["npm", "ci"], Shell::Drops));
        assert!(exec(&["npm", "ci"], Shell::Missing));
        // the script's own shell drops them, as in Railpack
        assert!(!exec(&["sh", "-c", "npm ci"], Shell::Drops));
        assert!(exec(&["sh", "-c", "npm ci"], Shell::Missing));
    }

    #[test]
    fn multi_line_variable_is_set_by_env() {
        let line = Line { text: "npm", words: &["npm".to_owned()] };
        let (_, run) = command(line, &[("A", "1\n2")], Vec::new(), Shell::Transparent).unwrap();
        assert_eq!(run, dockerfile::Command::Exec(ExecForm::new(&["env", "A=1\n2", "npm"]).unwrap()));
    }

    #[test]
    fn custom_name_is_a_comment_unless_it_repeats_the_command() {
        for (name, texts, more) in [
            ("npm ci", &["sh -c 'npm ci'"][..], false),
            ("install apt packages: curl", &["sh -c 'apt-get update && apt-get install -y curl'"], false),
            ("install mise packages: node", &["mise install"], true),
            ("install mise packages: node", &["mise install", "Tools: node 22.1.0"], false),
            ("create mise config", &["/etc/mise/config.toml"], false),
            ("compile dependencies", &["src/main.rs"], true),
            ("check the payment key", &["test -n \"$KEY\""], true),
            (" ", &["x"], false),
        ] {
            assert_eq!(tells_more(name, texts), more, "{name}");
        }
    }
}
