//! Instructions of the user's own at the end of the image's stage.

use super::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::dockerfile::{Appended, AppendedFile, Comment, Fault, Instruction, Need, Place, Stage};
use crate::header::{SecretSource, secret_flags};
use crate::options::AppendFile;

/// Appends the instructions in the options' file to the image's stage. They replace instructions of which only the
/// last has an effect.
pub(super) fn append(context: &mut Context<'_, '_>, stages: &mut [Stage]) -> Option<AppendedFile> {
    let appended = lower(context)?;
    if let Some(stage) = stages.last_mut() {
        stage.instructions.retain_mut(|instruction| keeps_effect(&mut instruction.value, &appended.instructions));
    }
    Some(appended)
}

/// Removes the parts of an instruction that appended ones replace, and returns whether anything is left.
fn keeps_effect(instruction: &mut Instruction, appended: &Appended) -> bool {
    match instruction {
        Instruction::Cmd(_) => !appended.has("CMD"),
        Instruction::Entrypoint(_) => !appended.has("ENTRYPOINT"),
        Instruction::Healthcheck(_) => !appended.has("HEALTHCHECK"),
        Instruction::StopSignal(_) => !appended.has("STOPSIGNAL"),
        Instruction::ResetProcess { healthcheck, stop_signal } => {
            *healthcheck &= !appended.has("HEALTHCHECK");
            *stop_signal &= !appended.has("STOPSIGNAL");
            *healthcheck || *stop_signal
        }
        _ => true,
    }
}

/// Reads the file that the options append. Reports everything that can't be appended.
fn lower(context: &mut Context<'_, '_>) -> Option<AppendedFile> {
    let file = context.options.append.as_ref()?;
    let instructions = match Appended::parse(&file.text) {
        Ok(instructions) => instructions,
        Err(faults) => {
            for fault in faults {
                context.findings.push(diagnostic(file, fault));
            }
            return None;
        }
    };
    for (place, need) in instructions.needs() {
        if let Some((message, help)) = unmet(context, need) {
            context.findings.push(located(file, *place, &message).with_help(help));
        }
    }
    Some(AppendedFile { comment: Comment::new(&format!("From {}", file.path)), instructions })
}

/// The message and the remedy for a need that the command in the header does not meet.
fn unmet(context: &Context<'_, '_>, need: &Need) -> Option<(String, &'static str)> {
    let options = context.options;
    match need {
        Need::Secret(id) => {
            let flags = secret_flags(context.usage, options, |name| SecretSource::Variable(name.to_owned()));
            let is_passed = flags.iter().any(|flag| flag.id == *id);
            let message = || format!("the build has no secret with the ID `{id}`");
            (!is_passed).then(|| (message(), "add the secret to the plan, and let a step use it"))
        }
        Need::Ssh(id) => {
            let is_passed = options.ssh.as_ref().is_some_and(|ssh| ssh.id == *id);
            let message = || format!("the build has no SSH agent with the ID `{id}`");
            (!is_passed).then(|| (message(), "pass `--ssh`"))
        }
    }
}

fn diagnostic(file: &AppendFile, fault: Fault) -> Diagnostic {
    let found = located(file, fault.place, &fault.message);
    let found = match fault.misspelled {
        Some((word, known)) => found.with_suggestion(&word, known.iter().copied()),
        None => found,
    };
    match fault.help {
        Some(help) => found.with_help(help),
        None => found,
    }
}

fn located(file: &AppendFile, place: Place, message: &str) -> Diagnostic {
    let Place { line, column } = place;
    Diagnostic::new(Code::InvalidAppend, format!("`{}`, line {line}, column {column}: {message}", file.name))
}

#[cfg(test)]
mod tests {
    use crate::{AppendFile, Options, SecretMount, Ssh, transpile};

    const PLAN: &str = r#"{
      "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }], "secrets": ["*"] }],
      "secrets": ["A"], "deploy": { "base": { "step": "a" } }
    }"#;

    /// The errors for a RUN with this mount.
    fn errors(mount: &str, options: &Options) -> Vec<String> {
        let text = format!("LABEL a=b\nRUN --mount={mount} x");
        let file = "image.Dockerfile".to_owned();
        let append = Some(AppendFile { path: file.clone(), name: file, text });
        let made = transpile(PLAN, &Options { append, ..options.clone() });
        made.err().into_iter().flat_map(|errors| errors.0).map(|error| error.message).collect()
    }

    #[test]
    fn header_must_pass_what_a_mount_needs() {
        let plain = Options::default();
        let renamed = Options { secret_ids: [("A".to_owned(), "a".to_owned())].into(), ..Options::default() };
        let bundle = Options { secret_mount: SecretMount::Bundle("ALL".to_owned()), ..Options::default() };
        let keyed = Options { secrets_hash_key: Some("KEY".to_owned()), ..Options::default() };
        let ssh = Options { ssh: Some(Ssh { id: "work".to_owned(), steps: Vec::new() }), ..Options::default() };
        for (mount, options, missing) in [
            ("type=secret,id=A", &plain, None),
            ("type=secret,id=B", &plain, Some("secret with the ID `B`")),
            ("type=secret,id=A", &renamed, Some("secret with the ID `A`")),
            ("type=secret,id=a,env=A", &renamed, None),
            ("type=secret,id=ALL", &bundle, None),
            ("type=secret,id=KEY", &keyed, None),
            ("type=secret,id=KEY", &plain, Some("secret with the ID `KEY`")),
            ("type=ssh", &plain, Some("SSH agent with the ID `default`")),
            ("type=ssh", &ssh, Some("SSH agent with the ID `default`")),
            ("type=ssh,id=work", &ssh, None),
            ("type=cache,target=/x", &plain, None),
        ] {
            let missing = missing.map(|what| format!("`image.Dockerfile`, line 2, column 5: the build has no {what}"));
            assert_eq!(errors(mount, options), Vec::from_iter(missing), "{mount}");
        }
    }
}
