//! A table of what each change re-runs.

use std::collections::BTreeSet;

use railpack2docker::explain::{ChangeSet, Command, Consequences, Explanation, Rerun, Source};
use serde_json::{Value, json};

use super::{Answer, Settings, explained};

/// The maximum number of rows: each takes time, and nobody reads more.
const MAX_ROWS: usize = 100;

/// A table of what re-runs when a secret or a file changes. It has
///
/// * `rows`, for each secret of the plan, each literal path that the build copies from the build context, and each of
///   `files`. There are at most a hundred, and the others make room for `files`. Each has `secret` or `file`; for a
///   file, `outcome`, which is `copied`, `excluded` or `not copied`; `steps`, those that re-run; and `image`, the rebuild
///   of the image or null. A step has `name`, and both have the first instruction that re-runs: `line` in the Dockerfile,
///   and `text`.
/// * `leftOut`, the number of changes that have no row.
///
/// # Errors
/// A plan or options that the command rejects, or a path outside the build context.
pub fn rebuilds(plan: &str, settings: &Settings, files: &[String]) -> Answer {
    explained(plan, settings, |explanation| {
        let (changes, left_out) = changes(explanation, files);
        let row = |change: &Change| {
            let consequences = explanation.consequences(&change.set()).map_err(|errors| errors.0);
            consequences.map(|consequences| change.row(explanation, &consequences))
        };
        let rows: Result<Vec<Value>, _> = changes.iter().map(row).collect();
        Ok(json!({ "rows": rows?, "leftOut": left_out }))
    })
}

/// A change of one secret or one file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Secret(String),
    File(String),
}

impl Change {
    fn set(&self) -> ChangeSet {
        match self {
            Self::Secret(name) => ChangeSet { secrets: vec![name.clone()], files: Vec::new() },
            Self::File(path) => ChangeSet { secrets: Vec::new(), files: vec![path.clone()] },
        }
    }

    fn row(&self, explanation: &Explanation, consequences: &Consequences) -> Value {
        let steps = consequences.steps.iter().filter_map(|(index, rerun)| {
            let step = explanation.steps.get(*index)?;
            Some(json!({ "name": step.name, "line": rerun.first.line, "text": rerun.first.text }))
        });
        let image = |rerun: &Rerun| json!({ "line": rerun.first.line, "text": rerun.first.text });
        let outcome = consequences.files.first().map(|file| file.outcome.name());
        let (secret, file) = match self {
            Self::Secret(name) => (Some(name), None),
            Self::File(path) => (None, Some(path)),
        };
        json!({
            "secret": secret,
            "file": file,
            "outcome": outcome,
            "steps": steps.collect::<Vec<_>>(),
            "image": consequences.image.as_ref().map(image),
        })
    }
}

/// The changes that have a row, and the number of those that have none: the secrets in the plan's order, the given files,
/// and then the paths in the plan, sorted.
fn changes(explanation: &Explanation, files: &[String]) -> (Vec<Change>, usize) {
    let mut seen = BTreeSet::new();
    let mut is_new = |file: &String| seen.insert(file.clone());
    let mut given: Vec<String> = files.iter().filter(|file| is_new(file)).cloned().collect();
    let mut secrets = explanation.secrets.clone();
    let mut paths: Vec<String> = copied_paths(explanation).into_iter().filter(is_new).collect();
    let (mut room, mut left_out) = (MAX_ROWS, 0);
    // somebody asked for the given files, so the others make room for them
    for list in [&mut given, &mut secrets, &mut paths] {
        left_out += list.len().saturating_sub(room);
        list.truncate(room);
        room -= list.len();
    }
    let files = given.into_iter().chain(paths).map(Change::File);
    (secrets.into_iter().map(Change::Secret).chain(files).collect(), left_out)
}

/// The paths that the plan copies from the build context, except patterns and the whole context.
fn copied_paths(explanation: &Explanation) -> BTreeSet<String> {
    let inputs = explanation.steps.iter().map(|step| &step.copies).chain([&explanation.image.copies]).flatten();
    let of_inputs = inputs.filter(|copy| copy.from == Source::Context).flat_map(|copy| copy.paths.iter());
    let commands = explanation.steps.iter().flat_map(|step| &step.commands);
    let of_commands = commands.filter_map(|command| match command {
        Command::Copy { from: Source::Context, source, .. } => Some(source),
        _ => None,
    });
    of_inputs.chain(of_commands).filter_map(|path| literal(path)).collect()
}

/// The path in the build context, if it is the literal path of a file or directory there.
fn literal(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let is_literal = !path.is_empty() && !path.contains(['*', '?', '[', '\\']);
    (is_literal && path.split('/').all(|part| part != ".." && part != ".")).then(|| path.to_owned())
}
