//! Parses lines into instructions. Operands and flags are checked as BuildKit's frontend checks them.

use std::collections::BTreeMap;

use super::lex::{Lex, expand};
use super::lines::{self, Line};
use super::words::{csv, is_blank, json, quoted_words};
use super::{Command, Copy, Dockerfile, Env, Healthcheck, Heredoc, Instruction, Read, Run, Stage};

/// Parses a Dockerfile for a build on linux/arm/v7. Fails if `BuildKit` would fail.
pub fn parse(text: &str) -> Read<Dockerfile> {
    let read = lines::read(text)?;
    let mut file = Dockerfile { directives: read.directives, comments: read.comments, stages: Vec::new() };
    // the variables at the end of each stage, for stages that start from it
    let mut after: Vec<Env> = Vec::new();
    for line in &read.joined {
        if line.keyword == "FROM" {
            let stage = from(line)?;
            let base = file.stages.iter().position(|earlier| earlier.name.as_deref() == Some(&stage.image));
            after.push(base.and_then(|at| after.get(at)).cloned().unwrap_or_default());
            file.stages.push(stage);
            continue;
        }
        let (Some(stage), Some(env)) = (file.stages.last_mut(), after.last_mut()) else {
            return Err(format!("{} in front of the first FROM", line.keyword));
        };
        stage.instructions.push(instruction(line, env)?);
    }
    Ok(file)
}

fn from(line: &Line) -> Read<Stage> {
    Flags::of(line, &["platform"], &[], &[])?;
    let words: Vec<&str> = line.rest.split(is_blank).filter(|word| !word.is_empty()).collect();
    let (image, name) = match words.as_slice() {
        [image] => (image, None),
        [image, between, name] if between.eq_ignore_ascii_case("as") => (image, Some(name.to_lowercase())),
        _ => return Err(format!("FROM with {} words", words.len())),
    };
    let is_legal = |name: &String| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
    };
    if name.as_ref().is_some_and(|name| !is_legal(name)) {
        return Err(format!("no stage can be called {name:?}"));
    }
    if ["scratch", "context"].iter().any(|kept| name.as_deref() == Some(*kept)) {
        return Err(format!("{name:?} is a name that Docker keeps for itself"));
    }
    Ok(Stage { image: expand(image, &Env::new())?, name, instructions: Vec::new() })
}

fn instruction(line: &Line, env: &mut Env) -> Read<Instruction> {
    let no_flags = || Flags::of(line, &[], &[], &[]);
    Ok(match line.keyword.as_str() {
        "ENV" => {
            no_flags()?;
            let pairs = env_pairs(&line.rest)?;
            let pairs = pairs.iter().map(|(key, value)| Ok((expand(key, env)?, expand(value, env)?)));
            let pairs = pairs.collect::<Read<Vec<_>>>()?;
            env.extend(pairs.iter().cloned());
            Instruction::Env(pairs)
        }
        "ARG" => {
            no_flags()?;
            let args = args(&line.rest, env)?;
            env.extend(args.iter().map(|(key, value)| (key.clone(), value.clone().unwrap_or_else(|| given(key)))));
            Instruction::Arg(args)
        }
        "COPY" => Instruction::Copy(copy(line, env)?),
        "RUN" => Instruction::Run(run(line, env)?),
        "WORKDIR" | "USER" => {
            no_flags()?;
            if line.rest.is_empty() {
                return Err(format!("{} without an operand", line.keyword));
            }
            let operand = expand(&line.rest, env)?;
            if line.keyword == "USER" { Instruction::User(operand) } else { Instruction::Workdir(operand) }
        }
        "SHELL" => {
            no_flags()?;
            let words = line.json.clone().filter(|words| !words.is_empty());
            Instruction::Shell(words.ok_or("SHELL takes a JSON array of words")?)
        }
        "ENTRYPOINT" | "CMD" => {
            no_flags()?;
            let command = command(line);
            if line.keyword == "CMD" { Instruction::Cmd(command) } else { Instruction::Entrypoint(command) }
        }
        "LABEL" => {
            no_flags()?;
            let pairs = env_pairs(&line.rest)?;
            let pairs = pairs.iter().map(|(key, value)| Ok((expand(key, env)?, expand(value, env)?)));
            Instruction::Label(pairs.collect::<Read<_>>()?)
        }
        "EXPOSE" | "VOLUME" => {
            no_flags()?;
            let split = || line.rest.split(is_blank).filter(|word| !word.is_empty()).map(str::to_owned).collect();
            let words: Vec<String> = line.json.clone().unwrap_or_else(split);
            let words = words.iter().map(|word| expand(word, env)).collect::<Read<Vec<_>>>()?;
            if words.is_empty() {
                return Err(format!("{} without an operand", line.keyword));
            }
            if line.keyword == "EXPOSE" { Instruction::Expose(words) } else { Instruction::Volume(words) }
        }
        "STOPSIGNAL" => {
            no_flags()?;
            if line.rest.is_empty() || line.rest.contains(is_blank) {
                return Err("STOPSIGNAL takes one operand".to_owned());
            }
            Instruction::StopSignal(expand(&line.rest, env)?)
        }
        "HEALTHCHECK" => Instruction::Healthcheck(healthcheck(line)?),
        "ADD" | "MAINTAINER" | "ONBUILD" => Instruction::Other(line.keyword.clone()),
        other => return Err(format!("unknown instruction: {other}")),
    })
}

/// Splits `NAME=value …`, or the old form `NAME value`. Quotes and escapes are kept.
fn env_pairs(rest: &str) -> Read<Vec<(String, String)>> {
    let words = quoted_words(rest);
    let first = words.first().ok_or("ENV without an operand")?;
    let pairs: Vec<(String, String)> = if first.contains('=') {
        let pairs = words.iter().map(|word| {
            let (key, value) = word.split_once('=').ok_or_else(|| format!("no `=` in `{word}`"))?;
            Ok((key.to_owned(), value.to_owned()))
        });
        pairs.collect::<Read<_>>()?
    } else {
        let (key, value) = rest.split_once(is_blank).ok_or("ENV with one operand")?;
        vec![(key.to_owned(), value.trim_start_matches(is_blank).to_owned())]
    };
    if pairs.iter().any(|(key, _)| key.is_empty()) {
        return Err("ENV with a blank name".to_owned());
    }
    Ok(pairs)
}

/// The value of a build arg without a value in the Dockerfile, in a build for linux/arm/v7.
fn given(arg: &str) -> String {
    match arg {
        "TARGETARCH" => "arm".to_owned(),
        "TARGETVARIANT" => "v7".to_owned(),
        _ => String::new(),
    }
}

fn args(rest: &str, env: &Env) -> Read<Vec<(String, Option<String>)>> {
    let words = quoted_words(rest);
    if words.is_empty() {
        return Err("ARG without an operand".to_owned());
    }
    let read = words.iter().map(|word| match word.split_once('=') {
        Some(("", _)) => Err("ARG with a blank name".to_owned()),
        // unlike in ENV, the name is literal, including its quotes
        Some((key, value)) => Ok((key.to_owned(), Some(expand(value, env)?))),
        None => Ok((word.clone(), None)),
    });
    read.collect()
}

fn copy(line: &Line, env: &Env) -> Read<Copy> {
    let flags = Flags::of(line, &["from", "chmod", "chown"], &["link", "parents"], &["exclude"])?;
    let split = || line.rest.split(is_blank).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let mut operands: Vec<String> = line.json.clone().unwrap_or_else(split);
    let dest = operands.pop().filter(|_| !operands.is_empty()).ok_or("COPY with less than two operands")?;
    // a word that is not a valid heredoc is a path
    let as_heredoc = |word: &str| lines::heredoc(word).ok().flatten();
    if as_heredoc(&dest).is_some() {
        return Err("COPY to a heredoc".to_owned());
    }
    let mut copy = Copy {
        from: flags.one("from"),
        link: flags.is_set("link"),
        chmod: flags.one("chmod"),
        chown: flags.one("chown"),
        excludes: flags.all("exclude"),
        dest: expand(&dest, env)?,
        ..Copy::default()
    };
    for operand in &operands {
        match as_heredoc(operand) {
            Some(announced) => copy.heredocs.push(file(&announced, &line.heredocs, env)?),
            None => copy.sources.push(expand(operand, env)?),
        }
    }
    Ok(copy)
}

/// A heredoc of COPY with its content: that of the last heredoc of the line with the same name.
fn file(announced: &Heredoc, bodies: &[Heredoc], env: &Env) -> Read<Heredoc> {
    let body = bodies.iter().rfind(|body| body.name == announced.name);
    let mut content = body.map(|body| body.content.clone()).unwrap_or_default();
    if announced.chomp {
        content = content.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect();
    }
    if announced.expand {
        content = Lex { ignore_quotes: true, ..Lex::default() }.read(&content, env)?.text;
    }
    Ok(Heredoc { content, ..announced.clone() })
}

fn run(line: &Line, env: &Env) -> Read<Run> {
    let flags = Flags::of(line, &["network", "security"], &[], &["mount", "device"])?;
    let mounts = flags.all("mount").iter().map(|mount| self::mount(mount, env)).collect::<Read<_>>()?;
    Ok(Run { mounts, command: command(line), heredocs: line.heredocs.clone() })
}

/// `NONE`, or `CMD` and a command: a JSON array or a line for the shell. Nothing in it is expanded.
fn healthcheck(line: &Line) -> Read<Healthcheck> {
    let names = ["interval", "timeout", "start-period", "start-interval", "retries"];
    let flags = Flags::of(line, &names, &[], &[])?;
    let (kind, rest) = line.rest.split_once(is_blank).unwrap_or((&line.rest, ""));
    let command = match kind.to_uppercase().as_str() {
        "NONE" if rest.is_empty() => None,
        "CMD" if !rest.trim().is_empty() => {
            let rest = rest.trim_start_matches(is_blank);
            Some(match json(rest)? {
                Some(words) => Command::Exec(words),
                None => Command::Shell(rest.to_owned()),
            })
        }
        _ => return Err(format!("HEALTHCHECK {}", line.rest)),
    };
    let flags = names.iter().filter_map(|name| Some(((*name).to_owned(), flags.one(name)?))).collect();
    Ok(Healthcheck { flags, command })
}

fn command(line: &Line) -> Command {
    match &line.json {
        Some(words) => Command::Exec(words.clone()),
        None => Command::Shell(line.rest.clone()),
    }
}

/// The fields of a `--mount`, with their values expanded.
fn mount(text: &str, env: &Env) -> Read<BTreeMap<String, String>> {
    let mut fields = BTreeMap::from([("type".to_owned(), "bind".to_owned())]);
    for field in csv(text)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.to_lowercase(), value),
            None if ["ro", "rw", "readonly", "readwrite", "required"].contains(&field.as_str()) => (field, "true"),
            None => return Err(format!("`{field}` is no field of a mount")),
        };
        if key == "from" && value.find('$').is_some_and(|at| at + 1 < value.len()) {
            return Err("a mount's `from` is not expanded".to_owned());
        }
        let key = match key.as_str() {
            "src" => "source",
            "dst" | "destination" => "target",
            known @ ("type" | "from" | "source" | "target" | "readonly" | "ro" | "readwrite" | "rw" | "id"
            | "sharing" | "required" | "mode" | "uid" | "gid" | "env" | "size") => known,
            other => return Err(format!("unexpected key `{other}` in a mount")),
        };
        let value = expand(value, env)?;
        check_mount_field(&fields, key, &value)?;
        fields.insert(key.to_owned(), value);
    }
    check_mount(&fields)?;
    Ok(fields)
}

fn check_mount_field(fields: &BTreeMap<String, String>, key: &str, value: &str) -> Read<()> {
    let is_secret = fields.get("type").is_some_and(|kind| kind == "secret" || kind == "ssh");
    let is_legal = match key {
        "type" => ["bind", "cache", "tmpfs", "secret", "ssh"].contains(&value),
        "sharing" => ["shared", "private", "locked"].contains(&value),
        "required" => is_secret && ["true", "false", "1", "0"].contains(&value),
        _ => true,
    };
    if is_legal { Ok(()) } else { Err(format!("`{key}={value}` in a mount")) }
}

fn check_mount(fields: &BTreeMap<String, String>) -> Read<()> {
    let has = |key: &str| fields.get(key).is_some_and(|value| !value.is_empty());
    match fields.get("type").map(String::as_str) {
        Some("cache") if !has("target") => Err("a cache mount without a target".to_owned()),
        Some("secret") if has("from") || has("sharing") || !(has("source") || has("target") || has("id")) => {
            Err("a secret mount with the wrong fields".to_owned())
        }
        Some(kind) if kind != "cache" && has("sharing") => Err(format!("sharing on a {kind} mount")),
        _ => Ok(()),
    }
}

/// The flags of an instruction by name.
struct Flags(BTreeMap<String, Vec<String>>);

impl Flags {
    fn of(line: &Line, texts: &[&str], switches: &[&str], lists: &[&str]) -> Read<Self> {
        let mut flags: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for flag in &line.flags {
            let flag = flag.strip_prefix("--").ok_or_else(|| format!("`{flag}` is no flag"))?;
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (flag, None),
            };
            let is_switch = switches.contains(&name);
            if !is_switch && !texts.contains(&name) && !lists.contains(&name) {
                return Err(format!("unknown flag --{name} of {}", line.keyword));
            }
            let value = value.or(is_switch.then_some("true")).ok_or_else(|| format!("--{name} without a value"))?;
            if is_switch && !["true", "false"].contains(&value.to_lowercase().as_str()) {
                return Err(format!("--{name}={value} is neither true nor false"));
            }
            let values = flags.entry(name.to_owned()).or_default();
            if !values.is_empty() && !lists.contains(&name) {
                return Err(format!("--{name} stands there twice"));
            }
            values.push(value.to_owned());
        }
        Ok(Self(flags))
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn one(&self, name: &str) -> Option<String> {
        self.all(name).pop()
    }

    fn is_set(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}
