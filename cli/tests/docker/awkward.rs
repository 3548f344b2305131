//! Secret values of every kind reach a command's environment byte for byte, however they are mounted.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use fs_err as fs;
use railpack2docker::SecretMount;
use serde_json::{Value, json};

use testkit::engine::{Build, engine};
use testkit::options;

const IMAGE: &str = "railpack2docker-test/awkward:1";

fn values() -> Vec<(&'static str, String)> {
    vec![
        ("EMPTY", String::new()),
        ("SPACES", "  two words  ".to_owned()),
        ("QUOTES", "it's \"quoted\" `so`".to_owned()),
        ("DOLLARS", "$HOME ${A:-b} $(id) $$".to_owned()),
        ("BACKSLASHES", r"\ \n \\ \".to_owned()),
        ("LINES", "\n one\ntwo\n\n\n".to_owned()),
        ("PEM", "-----BEGIN PRIVATE KEY-----\nMIIEvQ+/=\n-----END PRIVATE KEY-----\n".to_owned()),
        ("TEXT", "é ✓ 日本 \u{1f512} \t\r\u{1}".to_owned()),
        ("LARGE", "x'\n".repeat(34_134)),
    ]
}

/// A plan with commands of each form, which record the environment that they were started with.
fn plan() -> String {
    let secrets: Vec<&str> = values().into_iter().map(|(name, _)| name).collect();
    json!({
        "secrets": secrets,
        "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "secrets": ["*"], "commands": [
            { "cmd": "show-environment /seen-program" },
            { "cmd": "sh -c 'show-environment /seen-script'" },
            { "cmd": "sh -c 'show-environment \\\n /seen-lines'" },
        ] }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [
            { "step": "a", "include": ["/seen-program", "/seen-script", "/seen-lines"] },
        ] },
    })
    .to_string()
}

/// A bundle as the documentation of Fly.io has it: base64 of a script of exports.
fn bundle() -> String {
    let export = |script: String, (name, value): &(&str, String)| {
        format!("{script}export {name}='{}'\n", value.replace('\'', r"'\''"))
    };
    let exports = values().iter().fold(String::new(), export);
    BASE64.encode(exports.as_bytes())
}

#[test]
fn values_arrive_unchanged() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let (plan, values, bundle) = (plan(), values(), bundle());
    let each: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let all = [("ALL_SECRETS", bundle.as_str())];
    for (mount, secrets) in [
        (SecretMount::Env, &each[..]),
        (SecretMount::File, &each[..]),
        (SecretMount::Bundle("ALL_SECRETS".to_owned()), &all[..]),
    ] {
        let options = options! { secret_mount: mount.clone() };
        let built = engine.build(&Build { options, ..Build::new(&plan, context.path(), secrets) });
        for seen in ["/seen-program", "/seen-script", "/seen-lines"] {
            let environment = fs::read(built.path(seen)).unwrap();
            let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
            for (name, value) in &values {
                let expected = format!("{name}={value}");
                let shown = expected.chars().take(60).collect::<String>();
                assert!(variables.contains(&expected.as_bytes()), "{mount:?} {seen}: no {shown:?}");
            }
        }
    }
}

#[test]
fn all_secret_mounts_give_the_same_image() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = json!({
        "secrets": ["A", "B"],
        "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "secrets": ["A"], "commands": [
            { "path": "/usr/local/bin/export", "name": "script", "mode": 493 },
            { "cmd": "export it is \"a program\" $HOME" },
            { "cmd": "sh -c 'echo $A > /out/sh & wait; echo \"$0\" >> /out/sh'" },
            { "cmd": "sh -c 'cat >> /out/sh <<X\n$B\nX'" },
        ], "assets": { "script": "#!/bin/sh\nmkdir -p /out\nprintf \"<%s>\" \"$@\" \"$A$B\" > /out/program\n" } }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "a", "include": ["/out"] }] },
    })
    .to_string();
    let bundle = BASE64.encode(b"export A='1 2'\nexport B='3'\n");
    let each = [("A", "1 2"), ("B", "3")];
    let seen: Vec<Value> = [
        (SecretMount::Env, &each[..]),
        (SecretMount::File, &each[..]),
        (SecretMount::Bundle("ALL_SECRETS".to_owned()), &[("ALL_SECRETS", bundle.as_str())][..]),
    ]
    .into_iter()
    .map(|(secret_mount, secrets)| {
        let options = options! { secret_mount };
        let built = engine.build(&Build { options, ..Build::new(&plan, context.path(), secrets) });
        json!([built.config, built.read("/out/program"), built.read("/out/sh")])
    })
    .collect();
    assert_eq!(seen[0][1], "<it><is><a program><$HOME><1 23>");
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}
