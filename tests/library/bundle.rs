//! Shells read a bundle as a Dockerfile tells them to: each value arrives byte for byte, and after any damage the
//! command does not run, and no value is printed.
#![cfg(unix)]

use std::path::Path;
use std::process::Output;

use fs_err as fs;
use railpack2docker::secrets::{Values, bundle, bundle_in_base64};
use railpack2docker::{SecretMount, transpile};
use serde_json::json;
use testkit::buildkit::{Command as Words, Instruction, parse};
use testkit::options;
use testkit::secrets::{CANARY, bundle_of, damaged_bundles, odd_values, plain_values};
use testkit::shells::{SHELLS, run_in_shell};

/// Prints the environment, with NULs. Fails in a shell in which a bundle left something behind.
const SCRIPT: &str =
    "command -v has_secrets && exit 3; case \"$(trap)$*\" in *damaged*) exit 4;; esac; false; exec env -0";

/// The commands of a Dockerfile for a plan with these secrets, each as the words that Docker runs. One is a program,
/// one a script, and one has the exec form. They read the bundle from a file in a folder.
fn commands(names: &[&str], folder: &Path) -> Vec<Vec<String>> {
    let plan = json!({
        "secrets": names,
        "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "commands": [
            { "cmd": "env -0" },
            { "cmd": format!("sh -c '{SCRIPT}'") },
            { "cmd": "env -0 -u 'two\nlines'" },
        ] }],
        "deploy": { "base": { "step": "a" } },
    });
    let options = options! { secret_mount: SecretMount::Bundle("ALL_SECRETS".to_owned()) };
    let dockerfile = transpile(&plan.to_string(), &options).unwrap().dockerfile;
    let file = folder.join("bundle");
    let here = |word: &String| word.replace("/run/secrets/ALL_SECRETS", file.to_str().unwrap());
    let stages = parse(&dockerfile).unwrap().stages;
    let runs = stages.iter().flat_map(|stage| &stage.instructions).filter_map(|one| match one {
        Instruction::Run(run) => Some(&run.command),
        _ => None,
    });
    let words = runs.map(|command| match command {
        Words::Shell(script) => vec!["sh".to_owned(), "-c".to_owned(), here(script)],
        Words::Exec(words) => words.iter().map(here).collect(),
    });
    let words: Vec<Vec<String>> = words.collect();
    assert_eq!((words.len(), words[2][0].as_str()), (3, "sh"), "{dockerfile}");
    words
}

/// Runs commands of a Dockerfile in each shell, and calls `test` with a description and the output of each. The values
/// of variables with names of secrets do not count.
fn in_each_shell(commands: &[Vec<String>], test: impl Fn(&str, Output)) {
    for shell in SHELLS {
        for words in commands {
            let Some(output) = run_in_shell(shell, &words[1..], &[("A", "old"), ("Z", "old")]) else { continue };
            test(&format!("{} {}", shell[0], words[2]), output);
        }
    }
}

/// Checks that a shell failed and ran no command. Returns its messages.
fn stopped(shell: &str, output: Output) -> String {
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!output.status.success() && !printed.contains('\0'), "{shell}: {printed}");
    printed
}

/// Checks that commands get these variables and no others, whether or not the bundle is in base64 or has a final line
/// feed.
fn arrive(values: &Values) {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<&str> = values.iter().map(|(name, _)| name).collect();
    let commands = commands(&names, folder.path());
    let plain = bundle(values).unwrap();
    let in_base64 = bundle_in_base64(&plain).unwrap();
    assert!(!in_base64.iter().any(|byte| b"'\n\\".contains(byte)));
    let with_line_feed = [plain.as_slice(), b"\n"].concat();
    for bundle in [plain, in_base64, with_line_feed] {
        fs::write(folder.path().join("bundle"), bundle).unwrap();
        in_each_shell(&commands, |shell, output| {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
            let mut seen: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
            for (name, value) in values.iter() {
                let expected = [name.as_bytes(), b"=", value].concat();
                let at = seen.iter().position(|variable| *variable == expected);
                seen.remove(at.unwrap_or_else(|| panic!("{shell}: {name}")));
            }
            let of_shells = ["PATH=", "A=old", "Z=old", "PWD=", "OLDPWD=", "SHLVL=", "_="];
            seen.retain(|variable| {
                !variable.is_empty() && !of_shells.iter().any(|start| variable.starts_with(start.as_bytes()))
            });
            assert!(seen.is_empty(), "{shell}: {:?}", seen.first().map(|variable| String::from_utf8_lossy(variable)));
        });
    }
}

#[test]
fn values_arrive_byte_for_byte_and_nothing_else_does() {
    let mut values: Values = odd_values().into_iter().collect();
    assert_eq!(values.iter().count(), 30);
    values.insert("BYTES", (1..=255).collect::<Vec<u8>>());
    arrive(&values);
}

#[test]
fn variables_that_a_shell_computes_can_be_secrets() {
    let names = "RANDOM SRANDOM SECONDS LINENO HISTCMD EPOCHSECONDS EPOCHREALTIME BASHPID BASH_SUBSHELL BASH_COMMAND \
                 BASH_ARGV0 FUNCNAME GROUPS DIRSTACK OPTARG OPTERR REPLY ENV BASH_ENV PS1 PS2 PS4 CDPATH MAIL HOME \
                 OLDPWD COLUMNS TMOUT POSIXLY_CORRECT HISTFILE GLOBIGNORE HOSTNAME";
    arrive(&names.split(' ').map(|name| (name, "a b")).collect());
}

#[test]
fn a_damaged_bundle_stops_every_command_and_shows_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle");
    let names: Vec<&str> = plain_values().into_iter().map(|(name, _)| name).collect();
    let commands = commands(&names, folder.path());
    fs::write(&file, bundle_of(&plain_values())).unwrap();
    in_each_shell(&commands, |shell, output| {
        assert!(output.status.success() && output.stdout.contains(&0), "{shell}");
    });
    let stops = |damage: &str| {
        in_each_shell(&commands, |shell, output| {
            let printed = stopped(&format!("{damage}: {shell}"), output);
            assert!(!printed.contains(CANARY), "{damage}: {shell}: {printed}");
        });
    };
    for (damage, bundle) in damaged_bundles() {
        fs::write(&file, bundle).unwrap();
        stops(damage);
    }
    fs::remove_file(&file).unwrap();
    stops("no file");
}

#[test]
fn messages_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let whole = String::from_utf8(bundle_of(&plain_values())).unwrap();
    let says = |names: &[&str], bundle: &str, expected: &str| {
        fs::write(folder.path().join("bundle"), bundle).unwrap();
        in_each_shell(&commands(names, folder.path()), |shell, output| {
            let printed = stopped(shell, output);
            let end = format!("{expected}: generate it again with railpack2docker bundle\n");
            assert!(printed.ends_with(&end), "{shell}: {printed}");
        });
    };
    let others = "the bundle contains A, B, C and D, but the Dockerfile needs other secrets";
    says(&["A", "B", "C", "D", "E"], &whole, others);
    says(&["A", "B", "C"], &whole, others);
    let names = ["A", "B", "C", "D"];
    says(&names, &whole.replace("export B=", "export X="), "B: is not in the bundle");
    says(&names, &whole.replace("$canary", "$Canary"), "a value in the bundle is damaged");
    says(&names, &whole.replace("export B", "export-B"), "the bundle is damaged");
    says(&names, whole.strip_suffix('}').unwrap(), "the bundle is damaged");
}

#[test]
fn a_value_is_not_checked_without_a_program_for_that() {
    let folder = tempfile::tempdir().unwrap();
    let whole = String::from_utf8(bundle_of(&plain_values())).unwrap();
    fs::write(folder.path().join("bundle"), whole.replace("sha256sum", "no-such-program")).unwrap();
    in_each_shell(&commands(&["A", "B", "C", "D"], folder.path()), |shell, output| {
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    });
}
