//! What Railpack writes into plans by itself. The owner of a plan can't change it, so findings about it are notes.

use super::Subject;
use crate::diagnostic::{Diagnostic, Severity};

impl Subject<'_> {
    /// Whether Railpack wrote the plan: its images are in the plan.
    pub(super) fn is_from_railpack(&self) -> bool {
        const IMAGES: [&str; 2] = ["ghcr.io/railwayapp/railpack-", "dunglas/frankenphp:"];
        let plan = self.graph.plan();
        let inputs = plan.steps.iter().flat_map(|step| &step.inputs).chain([&plan.deploy.base]);
        inputs.filter_map(|input| input.image()).any(|image| IMAGES.iter().any(|start| image.value.starts_with(start)))
    }

    /// The file in which the owner of a plan makes a change, as the end of a sentence.
    pub(super) fn in_config(&self) -> &'static str {
        if self.is_from_railpack() { " in `railpack.json`" } else { "" }
    }

    /// The finding as a note if Railpack wrote its cause, and else as it is.
    pub(super) fn unless_from_railpack(&self, found: Diagnostic, is_of_railpack: bool) -> Diagnostic {
        if !is_of_railpack || !self.is_from_railpack() {
            return found;
        }
        let found = Diagnostic { severity: Severity::Note, ..found };
        found.with_help("Railpack writes this into the plan by itself: there is nothing to change")
    }
}

/// Whether a step has the name of one that Railpack adds (`core/providers`).
pub(super) fn is_step(name: &str) -> bool {
    const STEPS: [&str; 7] = ["install", "build", "prune", "setup", "prepare", "extensions", "caddy"];
    let first = name.split(':').next().unwrap_or_default();
    first == "packages" || STEPS.contains(&first)
}

/// Whether a command is one that Railpack adds: those of `core/providers/php/php.go` for Laravel, and of
/// `core/providers/rust/rust.go` for the dependencies.
pub(super) fn is_command(command: &str) -> bool {
    command.contains("mkdir -p storage/framework/{sessions,views,cache,testing}")
        || command.starts_with("rm -rf src target/release/")
}

/// Whether a start command is one that Railpack adds: that of static sites (`core/providers/staticfile`) and of single
/// page applications (`core/providers/node/spa.go`).
pub(super) fn is_start_command(script: &str) -> bool {
    ["/Caddyfile", "Caddyfile"]
        .iter()
        .any(|config| script == format!("caddy run --config {config} --adapter caddyfile 2>&1"))
}

/// Whether Railpack copies from an image: `composer` (`core/providers/php/php.go`).
pub(super) fn is_image(image: &str) -> bool {
    image == "composer:latest"
}
