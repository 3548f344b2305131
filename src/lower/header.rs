//! What the file says about itself: where it came from, how to write it anew, how to build it.

use std::collections::BTreeSet;

use super::Context;
use crate::dockerfile::{Comment, Header, csv_field, shell_word};
use crate::header::DIGITS;
use crate::options::{Files, Options, SecretMount, SecretsHash};

pub(super) fn header(context: &Context<'_, '_>, has_hash: bool) -> Header {
    let (plan, digest) = origin(context);
    let files = &context.options.files;
    Header { plan, digest, regenerate: Comment::command(&regenerate(files)), build: build(context, has_hash) }
}

/// The plan that a file was made from, and its digest.
pub(super) fn origin(context: &Context<'_, '_>) -> (Comment, Comment) {
    let plan = context.options.files.plan.as_deref().unwrap_or("standard input");
    let digest = &context.graph.plan.digest;
    (Comment::new(plan), Comment::new(digest.get(..DIGITS).unwrap_or(digest)))
}

/// The command that writes the file, run where the file is.
fn regenerate(files: &Files) -> String {
    let word = |text: &str| shell_word(text, false);
    let mut words = vec!["railpack2docker".to_owned()];
    words.push(files.plan.as_deref().map_or("-".to_owned(), |plan| word(&not_an_option(plan))));
    words.extend(["-o".to_owned(), word(&not_an_option(&files.dockerfile))]);
    words.extend(files.arguments.iter().map(|argument| word(argument)));
    words.join(" ")
}

fn not_an_option(path: &str) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

fn build(context: &Context<'_, '_>, has_hash: bool) -> Vec<Comment> {
    let mut lines = Vec::new();
    let directory = build_context(&context.options.files);
    let dockerfile = &context.options.files.dockerfile;
    lines.push(match (dockerfile.as_str(), directory.as_str()) {
        // where docker looks for it
        ("Dockerfile", ".") => "docker build".to_owned(),
        (other, _) => format!("docker build -f {}", shell_word(&not_an_option(other), false)),
    });
    lines.extend(secrets(context));
    if let Some(ssh) = &context.options.ssh {
        lines.push(format!("  --ssh {}", shell_word(&ssh.id, false)));
    }
    if has_hash {
        lines.push(format!("  --build-arg SECRETS_HASH=\"$({})\"", new_hash(context.options)));
    }
    let last = lines.pop().map(|last| format!("{last} {}", shell_word(&directory, false)));
    let continued = lines.into_iter().map(|line| format!("{line} \\"));
    continued.chain(last).map(|line| Comment::command(&line)).collect()
}

/// The plan's folder, which is what Railpack builds, from where the Dockerfile is.
fn build_context(files: &Files) -> String {
    match files.plan.as_deref().and_then(|plan| plan.rsplit_once('/')) {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => not_an_option(folder),
        None => ".".to_owned(),
    }
}

/// Each secret that a command sees, from the environment variable of its name, or all of them in a bundle.
fn secrets(context: &Context<'_, '_>) -> Vec<String> {
    let flag = |id: &str, variable: &str| {
        let fields = [csv_field(&format!("id={id}")), csv_field(&format!("env={variable}"))].join(",");
        format!("  --secret {}", shell_word(&fields, false))
    };
    let graph = context.graph;
    let mut seen = BTreeSet::new();
    for (_, node) in graph.running() {
        seen.extend(context.secrets_of(node.step).into_iter().map(|secret| secret.value.as_str()));
        if seen.len() == graph.plan.secrets.len() {
            break;
        }
    }
    let secrets: Vec<_> = graph.plan.secrets.iter().filter(|secret| seen.contains(secret.value.as_str())).collect();
    match &context.options.secret_mount {
        SecretMount::Bundle(_) if secrets.is_empty() => Vec::new(),
        SecretMount::Bundle(id) => vec![flag(id, id)],
        _ => secrets.iter().map(|secret| flag(&context.id_of(&secret.value), &secret.value)).collect(),
    }
}

/// A command that gives another value when a secret changed. The hash layer looks at the values
/// itself, so the time will do; the build arg that is mounted itself must be the same for the same
/// values.
fn new_hash(options: &Options) -> String {
    match options.secrets_hash {
        SecretsHash::Arg => {
            let plan = options.files.plan.as_deref().unwrap_or("railpack-plan.json");
            format!("railpack2docker hash {}", shell_word(&not_an_option(plan), false))
        }
        SecretsHash::Layer | SecretsHash::Off => "date +%s".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SecretsScope;
    use crate::transpile;

    /// The `--secret` flags of the command that builds the image.
    fn flags(secrets: &str, of_a: &str, of_b: &str, options: Options) -> Vec<String> {
        let json = format!(
            r#"{{ "secrets": [{secrets}],
              "steps": [
                {{ "name": "a", "inputs": [{{ "image": "x" }}], "secrets": [{of_a}], "commands": [{{ "cmd": "make" }}] }},
                {{ "name": "b", "inputs": [{{ "step": "a" }}], "secrets": [{of_b}], "commands": [{{ "cmd": "make" }}] }}],
              "deploy": {{ "base": {{ "step": "b" }} }} }}"#
        );
        let options = Options { secrets_hash: SecretsHash::Off, ..options };
        let dockerfile = transpile(&json, &options).unwrap().dockerfile;
        let words = dockerfile.lines().take_while(|line| line.starts_with('#')).flat_map(str::split_whitespace);
        words.filter(|word| word.starts_with("id=")).map(str::to_owned).collect()
    }

    #[test]
    fn each_secret_that_some_command_sees_is_passed() {
        let of_step = || Options { secrets_scope: SecretsScope::Step, ..Options::default() };
        let (a, b) = ("id=A,env=A", "id=B,env=B");
        assert_eq!(flags(r#""A", "B""#, r#""A""#, "", Options::default()), [a, b]);
        assert_eq!(flags(r#""A", "B""#, r#""A""#, r#""B""#, of_step()), [a, b]);
        assert_eq!(flags(r#""A", "B""#, "", r#""B""#, of_step()), [b]);
    }

    #[test]
    fn a_bundle_is_passed_where_there_are_secrets() {
        let bundle = || Options { secret_mount: SecretMount::Bundle("ALL".to_owned()), ..Options::default() };
        assert_eq!(flags(r#""A", "B""#, "", "", bundle()), ["id=ALL,env=ALL"]);
        assert_eq!(flags("", "", "", bundle()), [""; 0]);
    }
}
