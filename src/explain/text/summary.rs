//! A summary of the consequences of a change.

use super::super::causes::causes;
use super::super::changes::{Cause, Consequences, FirstInstruction, Outcome, Rerun};
use super::super::model::Explanation;
use super::super::text_fit::{fit_line, fit_list};
use super::{TextOptions, TextStyle};
use crate::diagnostic::Position;
use crate::escape::escape_invisible;
use crate::options::SecretsHash;

/// Renders the changes without effect, one per line; then the number of steps that the others re-run, and each of
/// those steps.
pub(super) fn render(explanation: &Explanation, consequences: &Consequences, options: &TextOptions<'_>) -> String {
    let mut text = String::new();
    let mut effective: Vec<&str> = Vec::new();
    let mut has_secret = false;
    for name in &consequences.secrets {
        match reason_without_effect(explanation, name) {
            Some(reason) => {
                text.push_str(&format!("{} re-runs nothing: {reason}\n", escape_invisible(name)));
            }
            None => {
                effective.push(name);
                has_secret = true;
            }
        }
    }
    for file in &consequences.files {
        let reason = match file.outcome {
            Outcome::Copied => {
                effective.push(&file.path);
                continue;
            }
            Outcome::Excluded => "the plan excludes it",
            Outcome::NotCopied => "the image does not depend on it",
        };
        text.push_str(&format!("{} re-runs nothing: {reason}\n", escape_invisible(&file.path)));
    }
    if !effective.is_empty() {
        let names: Vec<String> = effective.into_iter().map(|name| escape_invisible(name).into_owned()).collect();
        let verb = if names.len() == 1 { "re-runs" } else { "re-run" };
        let all = explanation.steps.iter().filter(|step| step.reaches_image).count();
        let steps = consequences.steps.len();
        let names = fit_list(&names, options.width.saturating_sub(40));
        text.push_str(&format!("{names} {verb} {steps} of {all} steps\n"));
    }
    text.push_str(&rows(explanation, consequences, options));
    for name in &consequences.secrets {
        text.push_str(&stale_steps(explanation, consequences, name, options));
    }
    if has_secret && explanation.generated.secrets_hash != SecretsHash::Off {
        text.push_str("  a build detects a changed secret only if SECRETS_HASH changes too\n");
    }
    text
}

/// Each step that re-runs, and the image, with the reasons.
fn rows(explanation: &Explanation, consequences: &Consequences, options: &TextOptions<'_>) -> String {
    let name = |index: &usize| explanation.steps.get(*index).map_or("", |step| step.name.as_str());
    let steps = consequences.steps.iter().map(|(index, rerun)| (fit_line(name(index), options.width / 3), rerun));
    let image = consequences.image.iter().map(|rerun| ("the image".to_owned(), rerun));
    let mut text = String::new();
    for (name, rerun) in steps.chain(image) {
        text.push_str(&format!("  {}  {}\n", options.paint(TextStyle::Rerun, &name), causes(explanation, rerun)));
        // a stage with a changed base re-runs from its first instruction
        if !rerun.causes.iter().any(|cause| matches!(cause, Cause::StartsFrom(_))) {
            let FirstInstruction { line: number, text: instruction, position } = &rerun.first;
            let from = fit_line(&format!("from line {number}: {instruction}"), options.width.saturating_sub(4));
            let location = options.paint(TextStyle::Detail, &location(position, options.plan));
            text.push_str(&format!("    {from}\n    {location}\n"));
        }
    }
    let only_copies = |rerun: &Rerun| rerun.causes.iter().all(|cause| matches!(cause, Cause::CopiesFrom(_)));
    if consequences.steps.values().chain(&consequences.image).any(only_copies) {
        text.push_str("  a stage that only copies from re-run steps re-runs only if the copied files differ\n");
    }
    text
}

/// The reason why a changed secret re-runs nothing, or `None` if it re-runs something.
fn reason_without_effect(explanation: &Explanation, name: &String) -> Option<&'static str> {
    let mut listing = explanation.steps.iter().filter(|step| step.reaches_image);
    let is_arg = explanation.generated.stages.iter().any(|(stage, _)| stage.secret_args().is_some());
    match explanation.generated.secrets_hash {
        SecretsHash::Off if is_arg && listing.any(|step| step.secrets.listed.contains(name)) => None,
        SecretsHash::Off if !is_arg => Some("with `--secrets-hash off`, no step detects changed secrets"),
        SecretsHash::Arg if listing.any(|step| !step.secrets.listed.is_empty()) => None,
        SecretsHash::Layer if listing.any(|step| step.secrets.listed.contains(name)) => None,
        SecretsHash::Layer | SecretsHash::Arg | SecretsHash::Off => {
            Some("it is not listed by any step that the image depends on")
        }
    }
}

/// Names the steps that can read a secret without listing it, and so keep results of its old value.
fn stale_steps(
    explanation: &Explanation,
    consequences: &Consequences,
    secret: &String,
    options: &TextOptions<'_>,
) -> String {
    let steps = explanation.steps.iter().enumerate().filter(|(index, _)| !consequences.steps.contains_key(index));
    let stale = steps.filter(|(_, step)| step.reaches_image && step.secrets.visible.contains(secret));
    let names: Vec<String> = stale.map(|(_, step)| step.name.clone()).collect();
    if names.is_empty() || explanation.generated.secrets_hash == SecretsHash::Off {
        return String::new();
    }
    let (does, keeps) = if names.len() == 1 { ("does", "keeps") } else { ("do", "keep") };
    let secret = escape_invisible(secret);
    let names = fit_list(&names, options.width.saturating_sub(50));
    format!("  {names} can read {secret} but {does} not list it, and {keeps} results from the old value\n")
}

/// A position in the plan, in the format of messages.
pub(super) fn location(position: &Position, plan: &str) -> String {
    format!("{} ({}:{}:{})", escape_invisible(&position.path), escape_invisible(plan), position.line, position.column)
}
