//! Images, commands and paths for a single architecture. They fail, or give a broken image, on every other platform.

use std::collections::BTreeSet;

use super::Subject;
use super::images::{at_all, images};
use crate::diagnostic::{Code, Diagnostic, Findings};
use crate::dockerfile::architecture_names;
use crate::graph::{Edge, Graph};
use crate::plan::{Command, Located};

/// Names of architectures that have other meanings, too.
const AMBIGUOUS: [&str; 3] = ["386", "arm", "x86"];

/// Parts of a text that asks for the architecture instead of assuming one.
const QUESTIONS: [&str; 6] = ["uname", "--print-arch", "dpkg-architecture", "$(arch)", "targetarch", "targetplatform"];

/// Help for everything that a command does not do by itself.
const SAME_EVERYWHERE: &str = "use a name that is the same on every platform, and let a command copy or link to it";

/// Warns about texts that name an architecture.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let graph = subject.graph;
    for (image, locations) in &images(graph) {
        if let Some(name) = architecture(image) {
            let help = "use an image that exists for every platform";
            findings.push(at_all(found(&format!("image `{image}`"), name, help), locations));
        }
    }
    for (subject, text, help) in texts(graph) {
        if let Some(name) = architecture(&text.value) {
            findings.push(found(&subject, name, help).at(&text.location));
        }
    }
}

fn found(subject: &str, name: &str, help: &str) -> Diagnostic {
    let message = format!("{subject} looks specific to one architecture: `{name}`");
    Diagnostic::new(Code::FixedArchitecture, message).with_help(help)
}

/// The texts of the build other than images: what each one is, and the help for it.
fn texts(graph: &Graph) -> Vec<(String, &Located<String>, &'static str)> {
    const ASK: &str = "let the command ask for the architecture, for example with `uname -m`";
    let mut texts = Vec::new();
    let mut add = |subject: &str, text, help| texts.push((subject.to_owned(), text, help));
    for (id, command) in graph.commands() {
        match command {
            Command::Exec { cmd, .. } => add("the command", cmd, ASK),
            Command::Copy { src, .. } => add("the source", src, SAME_EVERYWHERE),
            Command::Path { path } => add("the PATH entry", path, SAME_EVERYWHERE),
            Command::File { name, .. } => {
                if let Some(asset) = graph.step(id).assets.get(&name.value) {
                    add("the asset", asset, SAME_EVERYWHERE);
                }
            }
        }
    }
    for include in graph.copied_inputs().flat_map(Edge::includes) {
        add("the source", include, SAME_EVERYWHERE);
    }
    for (name, value) in graph.variables() {
        add(&format!("variable `{name}`"), value, SAME_EVERYWHERE);
    }
    let deploy = &graph.plan().deploy;
    for entry in &deploy.paths {
        add("the PATH entry", entry, SAME_EVERYWHERE);
    }
    if let Some(command) = &deploy.start_command {
        add("the start command", command, SAME_EVERYWHERE);
    }
    texts
}

/// The first name of an architecture in a text. `None` if the text names several architectures, or asks for the one
/// that it runs on: it probably handles all of them.
fn architecture(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let mut found: Vec<(usize, &'static str, &'static str)> = Vec::new();
    for (name, architecture) in architecture_names().filter(|(name, _)| !AMBIGUOUS.contains(name)) {
        found.extend(position(&text, name).map(|at| (at, name, architecture)));
    }
    let architectures: BTreeSet<&str> = found.iter().map(|(.., architecture)| *architecture).collect();
    let is_handled = || QUESTIONS.iter().any(|question| text.contains(question));
    if architectures.len() != 1 || is_handled() {
        return None;
    }
    found.into_iter().min().map(|(_, name, _)| name)
}

/// The position of a name that is not part of a longer word.
fn position(text: &str, name: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).is_some_and(|before| before.ends_with(is_part));
        let after = text.get(at + name.len()..).is_some_and(|after| after.starts_with(is_part));
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, lint, transpile};

    /// The paths of the texts that are reported.
    fn paths(found: &[Diagnostic]) -> Vec<String> {
        let found = found.iter().filter(|found| found.code == Code::FixedArchitecture);
        found.map(|found| found.location.as_ref().unwrap().path().to_string()).collect()
    }

    #[test]
    fn every_text_of_the_build_is_checked() {
        let plan = r#"{
          "variables": { "A": "linux-x64" },
          "steps": [
            { "name": "a", "inputs": [{ "image": "amd64/x" }, { "image": "x", "include": ["/x64"] }],
              "assets": { "used": "x64", "other": "x64" },
              "commands": [{ "cmd": "a x64" }, { "src": "x64", "dest": "x64" }, { "path": "/x64" }, { "path": "/y", "name": "used" }] },
            { "name": "unused", "inputs": [{ "image": "amd64/y" }] }],
          "deploy": { "base": { "image": "amd64/x" }, "inputs": [{ "step": "a", "include": ["."] }], "startCommand": "x64",
                      "paths": ["/x64"], "variables": { "B": "x64" } }
        }"#;
        let mut options = Options { platforms: vec!["linux/amd64".to_owned()], ..Options::default() };
        assert_eq!(paths(&transpile(plan, &options).unwrap().findings), [""; 0]);
        assert_eq!(paths(&lint(plan, &options)), [""; 0]);
        options.platforms.push("linux/arm64".to_owned());
        let expected = [
            "variables.A",
            "steps[0].inputs[0].image",
            "steps[0].inputs[1].include[0]",
            "steps[0].assets.used",
            "steps[0].commands[0].cmd",
            "steps[0].commands[1].src",
            "steps[0].commands[2].path",
            "deploy.startCommand",
            "deploy.paths[0]",
            "deploy.variables.B",
        ];
        assert_eq!(paths(&transpile(plan, &options).unwrap().findings), expected);
        assert_eq!(paths(&lint(plan, &options)), expected);
        let warn = [Code::FixedArchitecture.name().to_owned()].into();
        assert_eq!(paths(&lint(plan, &Options { warn, ..Options::default() })), expected);
    }

    #[test]
    fn finds_architectures() {
        for (text, name) in [
            ("curl -fsSLO https://example.com/tool-linux-x64.tar.gz", "x64"),
            ("wget https://example.com/tool_Linux_x86_64", "x86_64"),
            ("apt-get install -y libc6:amd64", "amd64"),
            ("cargo build --target aarch64-unknown-linux-musl", "aarch64"),
            ("GOARCH=arm64 go build", "arm64"),
            ("amd64/debian:13", "amd64"),
            ("arm64v8/debian", "arm64v8"),
            ("example.com/app:1.0-ARM64", "arm64"),
            ("/usr/lib/x86_64-linux-gnu/libjemalloc.so", "x86_64"),
            ("x86_64-linux-gnu amd64", "x86_64"),
        ] {
            assert_eq!(architecture(text), Some(name), "{text}");
        }
    }

    #[test]
    fn ignores_other_texts() {
        for text in [
            "",
            "debian:13",
            "npm ci",
            "charm64 xamd64 x640",
            "npm run charm && arm",
            "curl https://example.com/tool-$(uname -m) || curl https://example.com/tool-x86_64",
            "apt-get install libc6:$(dpkg --print-architecture) # not amd64",
            "case $TARGETARCH in amd64) make;; esac",
            "case $A in amd64) a=x64;; arm64) a=arm64;; esac",
            "docker build --platform linux/amd64,linux/arm64",
            "x@sha256:0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(architecture(text), None, "{text}");
        }
    }
}
