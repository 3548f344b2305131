//! Files in `/app` that the user of the image can't change.

use super::Subject;
use crate::compat::gopath::{clean, is_in, under_app};
use crate::compat::shlex;
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::graph::{Edge, Graph, Origin};
use crate::lower::destination;
use crate::plan::{Command, StepId};

/// Warns about files of the base, and of a copied root, that belong to root.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(user) = &subject.options.image.user else { return };
    let graph = subject.graph;
    let destinations = || {
        graph.deploy_inputs().flat_map(|edge| {
            edge.includes().iter().map(move |include| (clean(&destination(edge, &include.value)), include))
        })
    };
    let help = "start the image from an image, and copy `/app` from the step with `deploy.inputs`";
    let report = |message: String| Diagnostic::new(Code::UnwritableApp, message).with_help(help);
    if let Some((_, root)) = destinations().find(|(path, _)| path == "/") {
        let message =
            format!("user `{user}` can't change the files that the image copies to `/app`: they belong to root");
        findings.push(report(message).at(&root.location));
    }
    let is_covered = destinations().any(|(path, _)| path == "/app");
    let base = graph.base();
    let mut steps = graph.lineage(base.origin).filter_map(|origin| match origin {
        Origin::Step(id) => Some(id),
        Origin::Image(_) | Origin::Local => None,
    });
    if let Some(id) = steps.find(|id| writes_app(graph, *id)).filter(|_| !is_covered) {
        let step = &graph.step(id).name.value;
        let message = format!("user `{user}` can't change the files of step `{step}` in `/app`: they belong to root");
        findings.push(report(message).at(&base.input.location));
    }
}

/// Whether a step puts files into `/app`. What a program writes is not known, except for package managers.
fn writes_app(graph: &Graph, id: StepId) -> bool {
    let is_app = |path: &str| is_in(&under_app(path), "/app");
    let copies = |edge: Edge<'_>| {
        edge.includes().iter().any(|include| {
            let path = clean(&destination(edge, &include.value));
            path == "/" || is_app(&path)
        })
    };
    graph.inputs_of(id).any(copies)
        || graph.step(id).commands.iter().any(|command| match command {
            Command::Copy { dest, .. } => is_app(&dest.value),
            Command::File { path, .. } => is_app(&path.value),
            Command::Exec { cmd, .. } => !installs_packages(&cmd.value),
            Command::Path { .. } => false,
        })
}

fn installs_packages(cmd: &str) -> bool {
    let words = shlex::split(cmd).words;
    let script = shlex::script_of(&words).unwrap_or(cmd);
    ["apt-get ", "mise "].iter().any(|program| script.trim_start().starts_with(program))
}
