//! What holds for everything that is printed: in a terminal, it does nothing but show itself.

use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;
use railpack2docker::escape::escape_invisible_text;
use serde_json::Value;

use crate::attacks::{ATTACKS, Expect};
use crate::files::each;
use crate::slots::Slot;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_railpack2docker"));
    command.current_dir(folder).args(arguments).env_clear().output().unwrap()
}

/// The text without this tool's own colours; it must then hold nothing that a terminal obeys.
fn is_plain(printed: &[u8]) -> String {
    let printed = String::from_utf8(printed.to_vec()).unwrap();
    let mut plain = String::new();
    for (at, part) in printed.split('\u{1b}').enumerate() {
        let colour = part.strip_prefix('[').and_then(|part| part.split_once('m'));
        plain.push_str(match colour {
            Some((numbers, rest)) if at > 0 && numbers.bytes().all(|b| b.is_ascii_digit() || b == b';') => rest,
            _ if at == 0 => part,
            _ => panic!("an escape in {printed:?}"),
        });
    }
    assert_eq!(escape_invisible_text(&plain), plain);
    plain
}

/// A folder with the attack's plan, and the plan's name.
fn folder(slot: Slot, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let name = if slot == Slot::PlanName { text } else { "plan.json" };
    fs::write(folder.path().join(name), slot.plan(text).to_string()).unwrap();
    // never an option
    (folder, format!("./{name}"))
}

fn options(slot: Slot, text: &str) -> Vec<String> {
    match slot {
        Slot::CachePrefix => vec![format!("--cache-prefix={text}")],
        Slot::Syntax => vec![format!("--syntax={text}")],
        Slot::SecretId => vec![format!("--secret-id=TOKEN={text}")],
        Slot::SshId => vec![format!("--ssh={text}")],
        Slot::BundleId => vec![format!("--secret-mount=bundle={text}")],
        Slot::Argument => vec![text.to_owned()],
        _ => Vec::new(),
    }
}

#[test]
fn messages_and_diffs_show_themselves_and_do_nothing() {
    each(|slot, text, expected| {
        let (folder, plan) = folder(slot, text);
        let file = if slot == Slot::DockerfileName { format!("./{text}") } else { "Dockerfile".to_owned() };
        let mut arguments = vec![plan, "-o".to_owned(), file.clone(), "--color=always".to_owned()];
        arguments.extend(options(slot, text));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.success(), !matches!(expected, Expect::Refused(_)), "{output:?}");
        is_plain(&output.stderr);
        let json = run(folder.path(), &[&arguments[..], &["--message-format=json"]].concat());
        for line in is_plain(&json.stderr).lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
        if !output.status.success() {
            return;
        }
        // every line differs: the diff shows them all
        let path = folder.path().join(&file);
        let made = fs::read_to_string(&path).unwrap();
        fs::write(&path, made.replace('\n', " \n")).unwrap();
        let checked = run(folder.path(), &[&["--check"], &arguments[..]].concat());
        assert_eq!(checked.status.code(), Some(1), "{checked:?}");
        is_plain(&checked.stderr);
        is_plain(&checked.stdout);
    });
}

#[test]
fn the_place_of_a_line_is_printed_as_it_can_be_seen() {
    for (name, slot, text, expected) in ATTACKS {
        if !matches!(slot, Slot::VariableName | Slot::StepName | Slot::AssetName)
            || matches!(expected, Expect::Refused(_))
        {
            continue;
        }
        let (folder, plan) = folder(*slot, text);
        let made = run(folder.path(), &[&plan, "-o", "Dockerfile", "--source-map", "map.json"]);
        assert!(made.status.success(), "{name}: {made:?}");
        is_plain(&fs::read(folder.path().join("map.json")).unwrap());
        let dockerfile = fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
        let lines =
            dockerfile.lines().enumerate().filter(|(_, line)| line.contains("NAME=\"") || line.contains("=\"value\""));
        for (at, _) in lines {
            let location = format!("Dockerfile:{}", at + 1);
            is_plain(&run(folder.path(), &["where", &location, "--color=always"]).stdout);
            let json = is_plain(&run(folder.path(), &["where", &location, "--format=json"]).stdout);
            let path = serde_json::from_str::<Value>(&json).unwrap()["place"]["path"].as_str().unwrap().to_owned();
            let (plain, quoted) = (format!(".{text}"), format!("[{}]", Value::from(*text)));
            let says_the_name = path.ends_with(&plain) || path.ends_with(&quoted);
            assert!(*slot != Slot::VariableName || says_the_name, "{name}: {path:?}");
        }
    }
}

#[test]
fn arguments_are_shown_as_they_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--\u{1b}[2J"][..], &["a", "\u{9b}2J"], &["--color=\u{202e}"], &["where", "\u{1b}]8;;x\u{7}"]] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(is_plain(&output.stderr).starts_with("error: "), "{output:?}");
    }
}

/// `script` gives the command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_sees_what_a_file_holds_as_it_is() {
    const EVIL: &str = "safe\u{1b}[8m\u{9b}evil\u{202e}";
    let (folder, _) = folder(Slot::Variable, EVIL);
    let command = format!("'{}' plan.json", env!("CARGO_BIN_EXE_railpack2docker"));
    let seen =
        Command::new("script").current_dir(folder.path()).args(["-qec", &command, "/dev/null"]).output().unwrap();
    let seen = String::from_utf8(seen.stdout).unwrap().replace("\r\n", "\n");
    let (_, dockerfile) = seen.split_once("# syntax=").unwrap();
    assert!(dockerfile.contains("NAME=\"safe\\u{1b}[8m\\u{9b}evil\\u{202e}\""), "{seen:?}");
    is_plain(dockerfile.as_bytes());
    let piped = run(folder.path(), &["plan.json"]).stdout;
    assert!(String::from_utf8(piped).unwrap().contains(EVIL));
}
