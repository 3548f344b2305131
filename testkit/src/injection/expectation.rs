//! Checks the result of an attack.

use std::collections::BTreeMap;

use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostics, Transpiled};

use super::attacks::Expect;
use super::slots::Slot;
use crate::buildkit::{Command, Dockerfile, Instruction, parse};

/// Checks that the expectation is met, and panics if it is not.
pub fn check(slot: Slot, text: &str, expected: Expect, became: Result<Transpiled, Diagnostics>) {
    let made = match (became, expected) {
        (Err(why), Expect::Refused(reason)) => {
            let said =
                why.0.iter().map(|found| format!("{} {}\n", found.message, found.help.clone().unwrap_or_default()));
            let said: String = said.collect();
            assert!(said.contains(reason), "refused for another reason: {said}");
            return;
        }
        (Err(why), _) => panic!("refused: {why}"),
        (Ok(made), Expect::Refused(_)) => panic!("not refused:\n{}", made.dockerfile),
        (Ok(made), _) => made,
    };
    let file = parse(&made.dockerfile).unwrap_or_else(|why| panic!("{why}:\n{}", made.dockerfile));
    assert!(
        is_met(slot, text, expected, &made, &file),
        "{expected:?} is not met:\n{}\n{:#?}",
        made.dockerfile,
        made.findings
    );
    let warned = made.findings.iter().any(|found| found.code == Code::InvisibleText);
    assert_eq!(warned, matches!(expected, Expect::Raw(_)), "{:#?}", made.findings);
}

fn is_met(slot: Slot, text: &str, expected: Expect, made: &Transpiled, file: &Dockerfile) -> bool {
    let instructions = || file.stages.iter().flat_map(|stage| &stage.instructions);
    let mut runs = instructions().filter_map(|one| if let Instruction::Run(run) = one { Some(run) } else { None });
    let mut copies = instructions().filter_map(|one| if let Instruction::Copy(copy) = one { Some(copy) } else { None });
    match expected {
        Expect::Refused(_) => false,
        Expect::Comment(comment) => file.comments.iter().any(|line| line.strip_prefix(' ') == Some(comment)),
        Expect::StageName(name) => file.stages.iter().any(|stage| stage.name.as_deref() == Some(name)),
        Expect::Shell(script) => runs.any(|run| run.command == Command::Shell(script.to_owned())),
        Expect::Argv(words) => runs.any(|run| match &run.command {
            Command::Exec(argv) => argv == words,
            Command::Shell(script) => matches!(words, ["sh", "-c", expected] if expected == script),
        }),
        Expect::Cmd(command) => {
            instructions().any(|one| *one == Instruction::Cmd(Command::Exec(vec![command.to_owned()])))
        }
        Expect::Entry(word) => {
            instructions().any(|one| *one == Instruction::Entrypoint(Command::Exec(vec![word.to_owned()])))
        }
        Expect::Health(script) => instructions().any(|one| match one {
            Instruction::Healthcheck(check) => {
                check.command == Some(Command::Exec(["/bin/sh", "-c", script].map(str::to_owned).to_vec()))
            }
            _ => false,
        }),
        Expect::LabelIs(key, value) => instructions().any(|one| match one {
            Instruction::Label(pairs) => *pairs == [(key.to_owned(), value.to_owned())],
            _ => false,
        }),
        Expect::Env(name, value) => instructions().any(|one| match one {
            Instruction::Env(pairs) => pairs.contains(&(name.to_owned(), value.to_owned())),
            _ => false,
        }),
        Expect::Mount(field, value) => {
            let has = |mount: &BTreeMap<String, String>| mount.get(field).is_some_and(|it| it == value);
            runs.any(|run| run.mounts.iter().any(has))
        }
        Expect::Copy(source, dest) => copies.any(|copy| copy.sources == [source] && copy.dest == dest),
        Expect::CopyExclude(pattern) => copies.any(|copy| copy.excludes == [pattern]),
        Expect::File(path, content) => {
            let holds = copies.any(|copy| copy.heredocs.iter().any(|it| it.content == content && !it.expand));
            holds && instructions().any(|one| matches!(one, Instruction::Copy(copy) if copy.dest == path))
        }
        Expect::Beside(path, content) => {
            let is_file = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            let [asset] = made.assets.as_slice() else { return false };
            let name = asset.path.strip_prefix("files/").unwrap_or_default();
            let is_copied = copies.any(|copy| copy.sources == [asset.path.as_str()] && copy.heredocs.is_empty());
            let goes_there = instructions().any(|one| matches!(one, Instruction::Copy(copy) if copy.dest == path));
            asset.text == content && is_file(name) && !name.starts_with(['.', '-']) && is_copied && goes_there
        }
        Expect::Ignore(line) => made.dockerignore.as_ref().is_some_and(|file| file.lines().any(|it| it == line)),
        Expect::Header(arguments) => Header::parse(&made.dockerfile).is_some_and(|it| it.arguments == arguments),
        Expect::Raw(characters) => {
            let is_of_it = |found: &railpack2docker::Diagnostic| {
                let path = found.location.as_ref().map(|location| location.path().to_string()).unwrap_or_default();
                found.code == Code::InvisibleText && path.starts_with(slot.path()) && found.message.contains(characters)
            };
            let stays = text.lines().all(|line| {
                [Some(&made.dockerfile), made.dockerignore.as_ref()]
                    .into_iter()
                    .flatten()
                    .chain(made.assets.iter().map(|asset| &asset.text))
                    .any(|it| it.contains(&line.replace('"', "\\\"")))
            });
            stays && made.findings.iter().any(is_of_it)
        }
        Expect::NoTrace => !made.dockerfile.contains(text),
    }
}
