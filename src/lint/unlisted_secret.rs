//! Secrets that no step lists.

use std::collections::BTreeSet;

use super::Subject;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::Graph;

/// The help for a secret that the build does not need.
pub(super) const RUN_TIME_HELP: &str =
    "if only the running application needs it, remove it from the plan and pass it with `docker run --env-file`";

/// Warns about secrets that invalidate no layer when they change.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let listed = listed_names(subject.graph);
    if listed.contains("*") {
        return;
    }
    for secret in subject.graph.plan().secrets.iter().filter(|secret| !listed.contains(secret.value.as_str())) {
        let message = format!("no step lists secret `{}`: changing it invalidates no layer", secret.value);
        findings.push(
            Diagnostic::new(Code::UnlistedSecret, message)
                .at(&secret.location)
                .with_help(format!("list it in the `secrets` of the steps that need it; {RUN_TIME_HELP}")),
        );
    }
}

/// The names, including `*`, in the `secrets` of the steps that the image depends on.
pub(super) fn listed_names(graph: &Graph) -> BTreeSet<&str> {
    graph.needed().flat_map(|(_, step)| &step.secrets).map(|name| name.value.as_str()).collect()
}
