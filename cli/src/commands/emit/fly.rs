//! The build section of `fly.toml`, with the command that deploys the application in a comment.

use railpack2docker::Diagnostic;
use railpack2docker::header::HashArg;
use railpack2docker::shell::word;

use super::file::{Content, Emission, not_an_option};
use super::target::{Target, unsupported};
use super::text::Quoted;

pub(super) fn content(emission: &Emission<'_>) -> Result<Content, Diagnostic> {
    let [target] = emission.targets.as_slice() else {
        let help = "emit a file for each application, in its directory";
        return Err(unsupported(emission.kind, "has one application in a file", help));
    };
    emission.check_variables()?;
    let mut body = format!("[build]\n  dockerfile = {}\n", Quoted(&target.dockerfile));
    if target.has_ignore_file {
        body.push_str(&format!("  ignorefile = {}\n", Quoted(&format!("{}.dockerignore", target.dockerfile))));
    }
    let usage = vec!["Deploy it, in this directory:".to_owned(), format!("  {}", deploy(emission, target))];
    Ok(Content { usage, body })
}

/// The command that deploys the application. Each value is an argument: Fly.io has no other way.
fn deploy(emission: &Emission<'_>, target: &Target) -> String {
    let mut words = vec!["fly deploy".to_owned()];
    if target.context != "." {
        words.push(word(&not_an_option(&target.context)));
    }
    if target.context != "." || emission.file != emission.kind.file() {
        words.push(format!("--config {}", word(&emission.file)));
    }
    words.extend(target.secrets().map(|(id, variable)| {
        let bundle = target.command.bundle.as_ref().filter(|bundle| bundle.name == variable);
        let value = bundle.map_or_else(|| format!("${variable}"), |bundle| format!("$({} --base64)", bundle.command));
        format!("--build-secret {}=\"{value}\"", word(id))
    }));
    if let Some(HashArg::Output(command)) = &target.command.secrets_hash {
        words.push(format!("--build-arg SECRETS_HASH=\"$({command})\""));
    }
    words.extend(target.command.build_args.iter().map(|name| format!("--build-arg {name}=\"${name}\"")));
    words.join(" ")
}
