//! Commands: objects, distinguished by their keys, or strings in the form that Railpack's documentation
//! describes.

use super::json::{Fields, Kind, Node, Read, noted};
use super::{Command, Located};
use crate::diagnostic::{Code, Diagnostic, Findings, Location};
use crate::text::list_or;

pub(super) const KEYS: [&str; 8] = ["cmd", "customName", "path", "name", "mode", "src", "dest", "image"];

pub(super) fn read(node: &Node<'_>, findings: &mut Findings) -> Read<Command> {
    match node.kind() {
        Kind::String => from_string(node, findings),
        Kind::Object => from_object(node, findings),
        _ => node.expected("a command (an object or a string)"),
    }
}

fn from_object(node: &Node<'_>, findings: &mut Findings) -> Read<Command> {
    let fields = Fields::read(node, &KEYS, findings)?;
    let has = |key| fields.get(key).is_some();
    let (kind, keys): (_, &[&str]) = if has("cmd") {
        ("an exec", &["cmd", "customName"])
    } else if has("path") && has("name") {
        ("a file", &["path", "name", "mode", "customName"])
    } else if has("path") {
        ("a path", &["path"])
    } else if has("src") {
        ("a copy", &["src", "dest", "image"])
    } else {
        return Err(Diagnostic::new(Code::UnknownCommand, "command has no `cmd`, `path` or `src`")
            .at(&node.location())
            .with_help("write a command as `{\"cmd\": …}`, `{\"path\": …}`, `{\"src\": …, \"dest\": …}` or `{\"path\": …, \"name\": …}`"));
    };
    for member in fields.keys().filter(|member| !keys.contains(&&*member.key)) {
        let message = format!("unexpected key `{}` in {kind} command (expected {})", member.key, list(keys));
        findings.push(Diagnostic::new(Code::UnexpectedKey, message).at(&member.key_location()));
    }
    let mut required = |key| noted(fields.required_string(key), findings);
    Ok(match kind {
        "an exec" => {
            let cmd = required("cmd");
            Command::Exec { custom_name: fields.string("customName")?.map(|text| text.value), cmd: cmd? }
        }
        "a file" => {
            let (path, name) = (required("path"), required("name"));
            let mode = noted(fields.get("mode").map(Node::mode).transpose(), findings);
            let custom_name = fields.string("customName")?.map(|text| text.value);
            Command::File { path: path?, name: name?, mode: mode?, custom_name }
        }
        "a path" => Command::Path { path: required("path")? },
        _ => {
            let (src, dest) = (required("src"), required("dest"));
            Command::Copy { image: fields.string("image")?, src: src?, dest: dest? }
        }
    })
}

/// The mode to set on a file. `None` for 0644, which is the default, and for 0, which selects it.
pub(crate) fn given_mode(mode: Option<u32>) -> Option<u32> {
    mode.filter(|mode| *mode != 0).map(|mode| mode & 0o777).filter(|mode| *mode != 0o644)
}

fn list(keys: &[&str]) -> String {
    list_or(&keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>())
}

/// Reads a string: a script for `sh`. Railpack's documentation also describes the prefixes `RUN:`,
/// `PATH:`, `COPY:` and `FILE:`, but its own parser never gets to see them (`core/plan/command.go`), so a
/// plan that uses them gets a warning.
fn from_string(node: &Node<'_>, findings: &mut Findings) -> Read<Command> {
    let text = node.located_string()?;
    if text.value == "..." {
        return Err(spread_in_plan(&text.location));
    }
    let Some((kind, custom_name, rest)) = documented_prefix(&text.value) else {
        return Ok(Command::Exec { cmd: sh_command(&text, findings), custom_name: None });
    };
    let message = format!(
        "the prefix `{kind}:` is read as Railpack documents it, but Railpack itself runs it as part of a shell command"
    );
    findings.push(
        Diagnostic::new(Code::StringCommand, message).at(&text.location).with_help("write the command as an object"),
    );
    let pair = || match rest.split_whitespace().collect::<Vec<_>>().as_slice() {
        [first, second] => {
            Ok((Located::at(&text.location, (*first).to_owned()), Located::at(&text.location, (*second).to_owned())))
        }
        _ => Err(Diagnostic::new(Code::InvalidStringCommand, format!("`{kind}:` requires exactly two arguments"))
            .at(&text.location)
            .with_help("write the command as an object")),
    };
    Ok(match kind {
        "RUN" => {
            Command::Exec { cmd: sh_command(&Located::at(&text.location, rest.to_owned()), findings), custom_name }
        }
        "PATH" => Command::Path { path: Located::at(&text.location, rest.to_owned()) },
        "COPY" => {
            let (src, dest) = pair()?;
            Command::Copy { src, dest, image: None }
        }
        _ => {
            let (path, name) = pair()?;
            Command::File { path, name, mode: None, custom_name }
        }
    })
}

/// Splits `KIND:rest` or `KIND#name:rest`.
fn documented_prefix(text: &str) -> Option<(&str, Option<String>, &str)> {
    let (head, rest) = text.split_once(':')?;
    let (kind, name) = match head.split_once('#') {
        Some((kind, name)) => (kind, Some(name.to_owned())),
        None => (head, None),
    };
    ["RUN", "PATH", "COPY", "FILE"].contains(&kind).then_some((kind, name, rest.trim()))
}

/// The command line that Railpack builds from a script. It adds quotes but escapes nothing
/// (`core/plan/command.go`), so a quote in the script ends the script early.
fn sh_command(script: &Located<String>, findings: &mut Findings) -> Located<String> {
    if script.value.contains('\'') {
        findings.push(
            Diagnostic::new(
                Code::StringCommand,
                "a single quote ends the script early: Railpack puts the script into `sh -c '…'` unescaped",
            )
            .at(&script.location)
            .with_help("write the command as an object, `{\"cmd\": …}`, or use double quotes"),
        );
    }
    Located::at(&script.location, format!("sh -c '{}'", script.value))
}

/// The error for `...`, which `railpack plan` replaces.
pub(super) fn spread_in_plan(location: &Location) -> Diagnostic {
    Diagnostic::new(Code::SpreadInPlan, "`...` (spread) is only allowed in `railpack.json`")
        .at(location)
        .with_help("generate the plan from `railpack.json` with `railpack plan`")
}
