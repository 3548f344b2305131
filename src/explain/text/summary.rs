//! What a change makes run again, in sentences.

use super::super::causes::causes;
use super::super::changes::{Cause, Consequences, First, Outcome, RunsAgain};
use super::super::model::Explanation;
use super::super::text_fit::{line, list};
use super::{Look, Style};
use crate::diagnostic::Position;
use crate::escape::escape_invisible;
use crate::options::SecretsHash;

/// What runs nothing again, each on a line; how many steps the rest runs again, and which.
pub(super) fn of(explanation: &Explanation, consequences: &Consequences, look: &Look<'_>) -> String {
    let mut text = String::new();
    let mut changed: Vec<&str> = Vec::new();
    let mut is_secret = false;
    for name in &consequences.secrets {
        match why_not(explanation, name) {
            Some(why) => {
                text.push_str(&format!("{} changes: nothing runs again, since {why}\n", escape_invisible(name)));
            }
            None => {
                changed.push(name);
                is_secret = true;
            }
        }
    }
    for file in &consequences.files {
        let why = match file.outcome {
            Outcome::Copied => {
                changed.push(&file.path);
                continue;
            }
            Outcome::Excluded => "the plan's `exclude` keeps it out of the build",
            Outcome::NotCopied => "nothing that reaches the image copies it",
        };
        text.push_str(&format!("{} changes: nothing runs again, since {why}\n", escape_invisible(&file.path)));
    }
    if !changed.is_empty() {
        let changed: Vec<String> = changed.into_iter().map(|name| escape_invisible(name).into_owned()).collect();
        let verb = if changed.len() == 1 { "changes" } else { "change" };
        let of = explanation.steps.iter().filter(|step| step.reaches_image).count();
        let steps = consequences.steps.len();
        let changed = list(&changed, look.width.saturating_sub(40));
        text.push_str(&format!(
            "{changed} {verb}: {steps} of {of} steps {} again\n",
            if steps == 1 { "runs" } else { "run" }
        ));
    }
    text.push_str(&rows(explanation, consequences, look));
    for name in &consequences.secrets {
        text.push_str(&keeping(explanation, consequences, name, look));
    }
    if is_secret {
        text.push_str("  a build notices a changed secret only if SECRETS_HASH is another one, too\n");
    }
    text
}

/// Each step that runs again, and the image, with the reasons.
fn rows(explanation: &Explanation, consequences: &Consequences, look: &Look<'_>) -> String {
    let name = |index: &usize| explanation.steps.get(*index).map_or("", |step| step.name.as_str());
    let steps = consequences.steps.iter().map(|(index, again)| (line(name(index), look.width / 3), again));
    let image = consequences.image.iter().map(|again| ("the image".to_owned(), again));
    let mut text = String::new();
    for (name, again) in steps.chain(image) {
        text.push_str(&format!("  {}  {}\n", look.paint(Style::Again, &name), causes(explanation, again)));
        // what starts from something made anew is made anew from its beginning
        if !again.causes.iter().any(|cause| matches!(cause, Cause::StartsFrom(_))) {
            let First { line: number, text: instruction, position } = &again.first;
            let from = line(&format!("from line {number} on: {instruction}"), look.width.saturating_sub(4));
            let location = look.paint(Style::Faint, &location(position, look.plan));
            text.push_str(&format!("    {from}\n    {location}\n"));
        }
    }
    let hangs_on_a_copy = |again: &RunsAgain| again.causes.iter().all(|cause| matches!(cause, Cause::CopiesFrom(_)));
    if consequences.steps.values().chain(&consequences.image).any(hangs_on_a_copy) {
        text.push_str("  what only copies from a step runs again only if these files differ from before\n");
    }
    text
}

/// Why a change of a secret runs nothing again, if so.
fn why_not(explanation: &Explanation, name: &String) -> Option<&'static str> {
    let mut listing = explanation.steps.iter().filter(|step| step.reaches_image);
    match explanation.generated.secrets_hash {
        SecretsHash::Off => Some("`--secrets-hash off` lets no step notice"),
        SecretsHash::Arg if listing.any(|step| !step.secrets.listed.is_empty()) => None,
        SecretsHash::Layer if listing.any(|step| step.secrets.listed.contains(name)) => None,
        SecretsHash::Layer | SecretsHash::Arg => Some("no step that reaches the image lists it"),
    }
}

/// The steps that see a secret, do not list it, and so keep what they made of its old value.
fn keeping(explanation: &Explanation, consequences: &Consequences, secret: &String, look: &Look<'_>) -> String {
    let steps = explanation.steps.iter().enumerate().filter(|(index, _)| !consequences.steps.contains_key(index));
    let keep = steps.filter(|(_, step)| step.reaches_image && step.secrets.seen.contains(secret));
    let names: Vec<String> = keep.map(|(_, step)| step.name.clone()).collect();
    if names.is_empty() || explanation.generated.secrets_hash == SecretsHash::Off {
        return String::new();
    }
    let (see, keep) = if names.len() == 1 { ("sees", "keeps") } else { ("see", "keep") };
    let secret = escape_invisible(secret);
    let names = list(&names, look.width.saturating_sub(50));
    format!("  {names}: {see} {secret} without listing it, and {keep} what came of the old value\n")
}

/// A place of the plan, as messages have it.
pub(super) fn location(position: &Position, plan: &str) -> String {
    format!("{} ({}:{}:{})", escape_invisible(&position.path), escape_invisible(plan), position.line, position.column)
}
