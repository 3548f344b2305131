//! Checks that appended instructions change nothing but the end of the image's stage.

use std::mem::discriminant;

use railpack2docker::{AppendFile, Options, transpile};

use crate::buildkit::{Dockerfile, Instruction, parse};
use crate::options;

const PLAN: &str = r#"{
  "steps": [{ "name": "build", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }], "secrets": ["*"] }],
  "secrets": ["TOKEN"],
  "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "build", "include": ["."] }] }
}"#;

/// The fate of appended instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They are rejected.
    Rejected,
    /// They are appended, but Docker rejects them.
    Malformed,
    /// They are appended to the image's stage.
    Appended,
}

/// The options with a file of these instructions.
pub fn options_with(text: &str) -> Options {
    let append =
        AppendFile { path: "image.Dockerfile".to_owned(), name: "image.Dockerfile".to_owned(), text: text.to_owned() };
    options! { syntax: None, append: Some(append) }
}

fn dockerfile(options: &Options) -> Option<String> {
    transpile(PLAN, options).ok().map(|made| made.dockerfile)
}

/// Appends instructions. Panics if they change anything before them, or end the stage.
pub fn check(text: &str) -> Fate {
    let Some(with) = dockerfile(&options_with(text)) else { return Fate::Rejected };
    let Ok(mut file) = parse(&with) else { return Fate::Malformed };
    let without: Dockerfile = parse(&dockerfile(&options! { syntax: None }).unwrap()).unwrap();
    assert_eq!(file.stages.len(), without.stages.len(), "{with}");
    assert_eq!(file.directives, without.directives, "{with}");
    let (last, before) = (file.stages.pop().unwrap(), without.stages.last().unwrap());
    assert_eq!(file.stages, without.stages[..without.stages.len() - 1], "{with}");
    assert!(is_completed(&before.instructions, &last.instructions), "{with}");
    Fate::Appended
}

/// Whether a stage has the instructions of another one and at least one more at the end, which replace those that are
/// allowed only once.
fn is_completed(before: &[Instruction], after: &[Instruction]) -> bool {
    let is_single = |one: &Instruction| {
        matches!(
            one,
            Instruction::Cmd(_) | Instruction::Entrypoint(_) | Instruction::Healthcheck(_) | Instruction::StopSignal(_)
        )
    };
    (0..after.len()).any(|end| {
        let (start, appended) = after.split_at(end);
        let kinds: Vec<_> = appended.iter().filter(|one| is_single(one)).map(discriminant).collect();
        before.iter().filter(|one| !kinds.contains(&discriminant(*one))).eq(start)
    })
}
