//! Secrets that no step lists.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings, Located};
use crate::text::list_first;

/// The help for secrets that the build does not need.
pub(super) const RUN_TIME_HELP: &str =
    "if only the running application needs it, remove it from the plan and pass it with `docker run --env-file`";

/// The maximum number of names in a finding.
const MAX_NAMED: usize = 6;

/// Warns about secrets that invalidate no layer when they change. One finding names all of them.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let listed = listed_names(subject);
    if listed.contains("*") {
        return;
    }
    let secrets = subject.graph.plan().secrets.iter();
    let unlisted: Vec<&Located<String>> = secrets.filter(|secret| !listed.contains(secret.value.as_str())).collect();
    let Some((first, others)) = unlisted.split_first() else { return };
    let them = if others.is_empty() { "it" } else { "them" };
    let message = format!("no step lists {}: changing {them} invalidates no layer", secrets_named(&unlisted));
    let help =
        format!("list {them} in the `secrets` of the steps that need {them}{}; {RUN_TIME_HELP}", subject.in_config());
    findings.push(Diagnostic::new(Code::UnlistedSecret, message).at(&first.location).with_help(help));
}

/// The names of secrets, as the object of a sentence.
pub(super) fn secrets_named(secrets: &[&Located<String>]) -> String {
    let names = list_first(secrets.iter().map(|secret| format!("`{}`", secret.value)), MAX_NAMED, |others| {
        format!("{others} more")
    });
    format!("{} {names}", if secrets.len() == 1 { "secret" } else { "secrets" })
}

/// The names, including `*`, in the `secrets` of the steps that the image depends on.
pub(super) fn listed_names<'a>(subject: &Subject<'a>) -> BTreeSet<&'a str> {
    let needed = || subject.graph.needed().map(|(_, step)| step);
    let by_default = needed().any(|step| step.lists_all(subject.options)).then_some("*");
    needed().flat_map(|step| &step.secrets).map(|name| name.value.as_str()).chain(by_default).collect()
}
