//! What an instruction may not do, and what it needs.

use super::flags::{Flag, flags};
use super::heredocs;
use super::lines::Statement;
use super::{Fault, Need};
use crate::dockerfile::{Copy, CopyPaths, Exclude};

/// The instructions of Docker that can be in a stage, except ONBUILD.
const INSTRUCTIONS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Adds what an instruction needs, and what is wrong with it.
pub(super) fn check(statement: &Statement, needs: &mut Vec<(super::Place, Need)>, faults: &mut Vec<Fault>) {
    let keyword = statement.keyword();
    let fault = |message: String| Fault::new(statement.start(), message);
    match keyword.as_str() {
        "FROM" => faults.push(
            fault("`FROM` would start another stage, which would then be the image".to_owned())
                .with_help("copy from an image with `COPY --from=IMAGE`"),
        ),
        "ONBUILD" => faults.push(fault("`ONBUILD` changes builds of other images, not this image".to_owned())),
        name if !INSTRUCTIONS.contains(&name) => {
            let word = statement.text().trim_start();
            let word = word.get(..word.find([' ', '\t']).unwrap_or(word.len())).unwrap_or(word);
            let mut fault = fault(format!("unknown instruction `{word}`"));
            fault.misspelled = Some((word.to_owned(), INSTRUCTIONS));
            faults.push(fault);
        }
        name if statement.operands() >= statement.text().len() => {
            faults.push(fault(format!("`{name}` has no operands")));
        }
        "ARG" => check_args(statement, faults),
        "RUN" => check_run(statement, needs, faults),
        _ => {}
    }
}

/// Checks the names of build args.
fn check_args(statement: &Statement, faults: &mut Vec<Fault>) {
    for (at, word) in words(statement.text(), statement.operands()) {
        let name = word.split('=').next().unwrap_or_default();
        if name.trim_matches(['"', '\'']) == "SECRETS_HASH" {
            let fault = Fault::new(statement.place(at), "`SECRETS_HASH` would be part of the image's history");
            faults.push(fault.with_help("remove it: the Dockerfile uses this build arg where it hashes secrets"));
        } else if name.contains('$') {
            faults.push(Fault::new(statement.place(at), "the name of a build arg can't contain `$`"));
        }
    }
}

/// Checks the flags of a RUN.
fn check_run(statement: &Statement, needs: &mut Vec<(super::Place, Need)>, faults: &mut Vec<Fault>) {
    let flags = match flags(statement.text(), statement.operands()) {
        Ok((flags, _)) => flags,
        Err(at) => {
            faults.push(Fault::new(statement.place(at), "only ASCII is allowed in flags"));
            return;
        }
    };
    for flag in &flags {
        let place = statement.place(flag.at);
        if let Some(mount) = flag.value("mount") {
            match Flag::fields(mount) {
                Some(fields) => needs.extend(need(&fields).map(|need| (place, need))),
                None => faults.push(Fault::new(place, "malformed `--mount`")),
            }
        } else if matches!(flag.text.as_str(), "network=host" | "security=insecure") || flag.text.starts_with("device")
        {
            faults.push(
                Fault::new(place, format!("`--{}` requires an entitlement", flag.text))
                    .with_help("remove it: the command in the header does not pass `--allow` to `docker build`"),
            );
        }
    }
}

/// What a mount needs.
fn need(fields: &[(String, String)]) -> Option<Need> {
    let get = |name: &[&str]| {
        fields.iter().rev().find(|(key, _)| name.contains(&key.as_str())).map(|(_, value)| value.as_str())
    };
    match get(&["type"])? {
        "secret" => {
            let target = || get(&["target", "dst", "destination"])?.rsplit('/').find(|part| !part.is_empty());
            let id = get(&["source", "src"]).or_else(|| get(&["id"])).or_else(target);
            Some(Need::Secret(id.unwrap_or_default().to_owned()))
        }
        "ssh" => Some(Need::Ssh(get(&["id"]).unwrap_or("default").to_owned())),
        _ => None,
    }
}

/// The copies of a COPY or an ADD from the build context, one for each source that is a plain word.
pub(super) fn copies(statement: &Statement) -> Vec<Copy> {
    let text = statement.text();
    if !["COPY", "ADD"].contains(&statement.keyword().as_str()) {
        return Vec::new();
    }
    let Ok((flags, operands)) = flags(text, statement.operands()) else { return Vec::new() };
    if flags.iter().any(|flag| flag.value("from").is_some()) {
        return Vec::new();
    }
    let exclude: Vec<Exclude> = flags.iter().filter_map(|flag| Exclude::new(flag.value("exclude")?).ok()).collect();
    let rest = text.get(operands..).unwrap_or_default();
    let mut words: Vec<String> = match serde_json::from_str(rest) {
        Ok(words) => words,
        Err(_) => words(rest, 0).map(|(_, word)| word.to_owned()).collect(),
    };
    let destination = words.pop().unwrap_or_default();
    let is_heredoc = |word: &String| heredocs::find(word).is_ok_and(|found| !found.is_empty());
    let sources = words.iter().filter(|word| !is_heredoc(word));
    let paths = sources.filter_map(|source| CopyPaths::new(source, &destination).ok());
    paths.map(|paths| Copy { exclude: exclude.clone(), ..Copy::new(None, paths) }).collect()
}

/// The words of a text from a position on, with their positions.
fn words(text: &str, start: usize) -> impl Iterator<Item = (usize, &str)> {
    let rest = text.get(start..).unwrap_or_default();
    let offset = move |word: &str| start + word.as_ptr() as usize - rest.as_ptr() as usize;
    rest.split_whitespace().map(move |word| (offset(word), word))
}
