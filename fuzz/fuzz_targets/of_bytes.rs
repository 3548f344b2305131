//! Plans made of bytes: of pieces that some reader on the way to a running command takes for its own, and of any
//! other character.

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Result, Unstructured};
use railpack2docker::{Options, SecretsHash, SecretsScope};

use crate::plans::{Command, Input, Plan, Source, Step, Variables};

const IMAGES: [&str; 5] = ["alpine", "ghcr.io/railwayapp/railpack-builder:mise-1", "build", "0", "localhost:5000/a/b__c:V1_.-"];

const PIECES: [&str; 80] = [
    "a", "B", "run", "x1", "-", "_", ".", "/", ":", "/app", "..", "é", " ", "  ", "\t", "\"", "'", "\\", "\\\\", "$", "$x", "${",
    "${x}", "$$", "`", "#", "<<", "<<EOF", "<", "[", "]", "{", "}", ",", "=", "*", "?", "!", "~", "@", ";", "&&", "|", "%",
    "--", "\u{85}", "\u{a0}", "\u{3000}", "\u{202e}", "\u{feff}", "\r", "\u{1b}[2J", "\u{7f}", "\n", "EOF", "EOF2", "\\n", "\\\n",
    "\r\n", "RUN x", "# syntax=x", "check=", "hadolint ", "Made by railpack2docker from x (sha256 1, of this text 2)",
    "\u{200b}", "\u{9b}", "sh", "-c", "echo", "if", "env", "A", "PATH", "node_modules", "*.json", "lib*", "github.com/", "https://",
    "\u{2028}", "CACHE_DIRECTORY_1",
];

type Bytes<'b> = Unstructured<'b>;

fn text(bytes: &mut Bytes<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..bytes.int_in_range(0..=7_u8)? {
        match bytes.arbitrary::<u8>()? {
            piece @ 0..=159 => text.push_str(PIECES[usize::from(piece) % PIECES.len()]),
            160..=230 => text.push(char::from(bytes.int_in_range(b' '..=b'~')?)),
            _ => text.push(bytes.arbitrary()?),
        }
    }
    // rarely, a text that no line of a Dockerfile holds
    if bytes.arbitrary::<u16>()? == 0 { Ok(text.repeat(70_000 / text.len().max(1))) } else { Ok(text) }
}

/// Mostly, a text that a flag and the name of a variable can hold: of any other, most plans would be refused.
fn plain(bytes: &mut Bytes<'_>) -> Result<String> {
    let mut text = text(bytes)?;
    if text.len() % 8 != 7 {
        text.retain(|c| matches!(c, ' '..='~') && c != '=');
        if text.is_empty() {
            text.push('a');
        }
    }
    Ok(text)
}

fn some<T>(bytes: &mut Bytes<'_>, most: u8, mut one: impl FnMut(&mut Bytes<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..bytes.int_in_range(0..=most)?).map(|_| one(bytes)).collect()
}

fn variables(bytes: &mut Bytes<'_>) -> Result<Variables> {
    let name = |bytes: &mut Bytes<'_>| match bytes.int_in_range(0..=3_u8)? {
        0 => plain(bytes),
        _ => Ok((*bytes.choose(&["A", "B_c", "PATH", "NPM_TOKEN", "my-var", "-u", "é", "CACHE_DIRECTORY_1"])?).to_owned()),
    };
    Ok(some(bytes, 3, |bytes| Ok((name(bytes)?, text(bytes)?)))?.into_iter().collect())
}

fn argv(bytes: &mut Bytes<'_>) -> Result<Vec<String>> {
    if bytes.arbitrary()? {
        return Ok(vec!["sh".to_owned(), "-c".to_owned(), text(bytes)?]);
    }
    let mut words = vec![text(bytes)?];
    words.extend(some(bytes, 3, text)?);
    Ok(words)
}

fn source(bytes: &mut Bytes<'_>, steps: usize) -> Result<Source> {
    Ok(match bytes.int_in_range(0..=4_u8)? {
        0 => Source::Local,
        1 | 2 if steps > 0 => Source::Step(bytes.int_in_range(0..=steps - 1)?),
        _ => Source::Image((*bytes.choose(&IMAGES)?).to_owned()),
    })
}

fn inputs(bytes: &mut Bytes<'_>, steps: usize) -> Result<Vec<Input>> {
    some(bytes, 2, |bytes| {
        Ok(Input { source: source(bytes, steps)?, include: some(bytes, 2, text)?, exclude: some(bytes, 2, plain)? })
    })
}

fn command(bytes: &mut Bytes<'_>) -> Result<Command> {
    Ok(match bytes.int_in_range(0..=5_u8)? {
        0 => Command::Path(text(bytes)?),
        1 => {
            let image = if bytes.ratio(1, 4)? { Some((*bytes.choose(&IMAGES)?).to_owned()) } else { None };
            Command::Copy { src: text(bytes)?, dest: text(bytes)?, image }
        }
        2 => {
            let mode = if bytes.arbitrary()? { Some(bytes.int_in_range(0..=0o7777)?) } else { None };
            Command::File { path: text(bytes)?, content: text(bytes)?, mode }
        }
        _ => {
            let name = if bytes.ratio(1, 3)? { Some(text(bytes)?) } else { None };
            Command::Exec { argv: argv(bytes)?, name }
        }
    })
}

fn step(bytes: &mut Bytes<'_>, at: usize, secrets: &[String], caches: &[String]) -> Result<Step> {
    let base = if bytes.ratio(9, 10)? { Some(source(bytes, at)?) } else { None };
    let mut listed = vec!["*".to_owned()];
    listed.extend(secrets.iter().cloned());
    let caches = if caches.is_empty() { Vec::new() } else { some(bytes, 2, |bytes| bytes.choose(caches).cloned())? };
    Ok(Step {
        name: text(bytes)?,
        // the first input is the base: without one there are no others
        inputs: if base.is_some() { inputs(bytes, at)? } else { Vec::new() },
        base,
        commands: some(bytes, 4, command)?,
        secrets: some(bytes, 2, |bytes| bytes.choose(&listed).cloned())?,
        variables: variables(bytes)?,
        caches,
    })
}

/// A plan of one to four steps, each of which takes from steps in front of it, and options for it.
pub fn plan(bytes: &mut Bytes<'_>) -> Result<(Plan, Options)> {
    let secrets = some(bytes, 2, |bytes| match bytes.int_in_range(0..=3_u8)? {
        0 => plain(bytes),
        _ => Ok((*bytes.choose(&["NPM_TOKEN", "A", "PATH", "a b", "my-var", "x,y", "q\"", "$x", "1"])?).to_owned()),
    })?;
    let caches: BTreeMap<String, (String, bool)> =
        some(bytes, 2, |bytes| Ok((text(bytes)?, (plain(bytes)?, bytes.arbitrary()?))))?.into_iter().collect();
    let keys: Vec<String> = caches.keys().cloned().collect();
    let count = bytes.int_in_range(1..=4_usize)?;
    let mut steps = Vec::with_capacity(count);
    let mut names = BTreeSet::new();
    for at in 0..count {
        let mut step = step(bytes, at, &secrets, &keys)?;
        while step.name.is_empty() || !names.insert(step.name.clone()) {
            step.name.push_str(&at.to_string());
        }
        steps.push(step);
    }
    let options = Options {
        secrets_scope: *bytes.choose(&[SecretsScope::Plan, SecretsScope::Step])?,
        secrets_hash: *bytes.choose(&[SecretsHash::Layer, SecretsHash::Arg, SecretsHash::Off])?,
        cache_prefix: if bytes.ratio(1, 4)? { text(bytes)? } else { String::new() },
        ..Options::default()
    };
    let base = source(bytes, count)?;
    let start = if bytes.arbitrary()? { Some(text(bytes)?) } else { None };
    let plan = Plan {
        inputs: inputs(bytes, count)?,
        variables: variables(bytes)?,
        paths: some(bytes, 2, text)?,
        steps,
        caches,
        secrets,
        base,
        start,
    };
    Ok((plan, options))
}
