//! Instructions on one line.

use crate::dockerfile::{Command, Copy, CopyFile, From, Instruction, Run};
use crate::visible::visible;

/// The instruction of each layer that an instruction makes.
pub(super) fn texts(instruction: &Instruction) -> Vec<String> {
    let texts = match instruction {
        Instruction::Workdir(directory) => vec![format!("WORKDIR {directory}")],
        Instruction::MakeDirectory { directory, back } => {
            vec![format!("WORKDIR {directory}"), format!("WORKDIR {back}")]
        }
        Instruction::Copy(copy) => vec![self::copy(copy)],
        Instruction::CopyFile(file) => vec![self::file(file)],
        Instruction::Run(run) => vec![self::run(run)],
        Instruction::HashSecrets(hash) => {
            let values: Vec<String> = hash.values.iter().map(ToString::to_string).collect();
            vec![format!("RUN printf '%s\\0' {} | sha256sum > /secrets-hash", values.join(" "))]
        }
        Instruction::KeepSecretsHash => vec!["COPY <<EOF /secrets-hash".to_owned()],
        Instruction::ResetUser { .. }
        | Instruction::ResetProcess
        | Instruction::Env(_)
        | Instruction::Arg(_)
        | Instruction::MountArg(_)
        | Instruction::Entrypoint(_)
        | Instruction::Cmd(_) => Vec::new(),
    };
    texts.into_iter().map(|text| visible(&text.replace("\\\n", "")).into_owned()).collect()
}

fn run(run: &Run) -> String {
    match &run.command {
        Command::Shell(form) => format!("RUN {form}"),
        Command::Exec(form) => format!("RUN {form}"),
    }
}

fn copy(copy: &Copy) -> String {
    let mut words = vec!["COPY".to_owned()];
    if copy.link {
        words.push("--link".to_owned());
    }
    words.extend(match &copy.from {
        None | Some(From::Scratch) => None,
        Some(From::Image(image)) => Some(format!("--from={image}")),
        Some(From::Stage(name)) => Some(format!("--from={name}")),
    });
    words.extend(copy.exclude.iter().map(|pattern| format!("--exclude={pattern}")));
    words.push(copy.paths.to_string());
    words.join(" ")
}

fn file(file: &CopyFile) -> String {
    let mode = file.mode.map(|mode| format!("--chmod={mode} ")).unwrap_or_default();
    format!("COPY {mode}<<{} {}", file.content.value.delimiter(), file.path)
}
