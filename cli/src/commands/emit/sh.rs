//! A shell script that builds all images, one after the other.

use std::fmt::Write;

use railpack2docker::header::ImageName;
use railpack2docker::shell::word;

use super::file::{Content, Emission};
use super::target::{Hash, Target};

pub(super) fn content(emission: &Emission<'_>) -> Content {
    let mut body = "set -eu\ncd -P -- \"$(dirname -- \"$0\")\"\n".to_owned();
    for target in &emission.targets {
        let lines = emission.shell_lines(target, ImageName::Name(emission.image(target)));
        body.push_str(&format!("\n# {}\n", target.name));
        for line in target.checks().iter().chain(&assignments(emission, target)).chain(&lines) {
            // writing to a string can't fail
            let _ = writeln!(body, "{line}");
        }
    }
    let usage = vec!["Build all images:".to_owned(), format!("  sh {}", word(&emission.file))];
    Content { usage, body }
}

/// The lines that set the bundle and the hash of the secrets. The script ends if one of their commands fails.
fn assignments(emission: &Emission<'_>, target: &Target) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(bundle) = &target.command.bundle {
        lines.push(format!("{}=\"$({})\"", bundle.name, bundle.command));
        lines.push(format!("export {}", bundle.name));
    }
    if let Some(Hash::Secrets(command)) = &target.hash {
        lines.push(format!("{}=\"$({command})\"", emission.hash_variable(target)));
    }
    lines
}
