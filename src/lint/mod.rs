//! Everything that can be known to be wrong with a plan before it is built.

mod braces;
mod cached;
mod caches;
mod excluded;
mod images;
mod overlapping;
mod programs;
mod shell;
mod start;

use std::collections::BTreeSet;

use crate::codes;
use crate::diagnostic::{Diagnostic, Findings};
use crate::graph::{self, Graph};
use crate::options::Options;
use crate::plan;

/// The findings of transpiling a plan, errors among them, and those of checks that a build has no
/// need of. `optional` has codes of [`codes::OPTIONAL`], checks that are made only where they are
/// asked for. The findings stand in the order of the plan's text, those without a place at the
/// end, each once. Warnings of the codes in `options.allow` are left out.
///
/// It does not fail: a plan that can't be read gives the errors that say why, and options that
/// can't be followed give errors of the code `invalid-option`.
#[must_use]
pub fn lint(json: &str, options: &Options, optional: &BTreeSet<String>) -> Vec<Diagnostic> {
    let mut findings = Findings::default();
    let found = match crate::transpile(json, options) {
        Ok(made) => made.findings,
        Err(diagnostics) => diagnostics.0,
    };
    for diagnostic in found {
        findings.push(diagnostic);
    }
    for code in optional.iter().filter(|code| codes::warnings().all(|known| known != code.as_str())) {
        let message = format!("no warning has the code `{code}`, so it can't be turned on");
        findings.push(Diagnostic::error("invalid-option", message).with_suggestion(code, codes::OPTIONAL));
    }
    // what they find has been found
    let mut known = Findings::default();
    if let Ok(plan) = plan::read(json, options.strict, &mut known)
        && let Ok(graph) = graph::resolve(&plan, &mut known)
    {
        check(&graph, optional, &mut findings);
    }
    findings.leave_out(&options.allow);
    in_order(findings.into_vec())
}

/// The checks that a build has no need of.
fn check(graph: &Graph<'_>, optional: &BTreeSet<String>, findings: &mut Findings) {
    excluded::check(graph, findings);
    overlapping::check(graph, findings);
    cached::check(graph, findings);
    images::check_tags(graph, findings);
    if optional.contains(images::UNDIGESTED) {
        images::check_digests(graph, findings);
    }
    caches::check_locks(graph, findings);
    caches::check_directories(graph, findings);
    caches::check_images(graph, findings);
    shell::check(graph, findings);
    braces::check(graph, findings);
    start::check(graph, findings);
}

/// Whether an absolute path is a folder or in it.
fn is_in(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn in_order(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let start = |found: &Diagnostic| found.place.as_ref().map_or(usize::MAX, |place| place.span().start);
    found.sort_by(|a, b| (start(a), a.code, &a.message).cmp(&(start(b), b.code, &b.message)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_in_itself_and_in_its_folders() {
        for folder in ["/var/lib/apt", "/var/lib", "/"] {
            assert!(is_in("/var/lib/apt", folder), "{folder}");
        }
        assert!(!is_in("/var/lib/apt2", "/var/lib/apt"));
    }
}
