//! Secret values of every kind reach a command's environment byte for byte, however they are mounted, and a damaged
//! bundle of secrets stops a build.

use std::collections::BTreeMap;

use fs_err as fs;
use railpack2docker::secrets::bundle_in_base64;
use railpack2docker::{SecretMount, SecretsHash};
use serde_json::{Value, json};

use testkit::engine::{Build, engine};
use testkit::options;
use testkit::secrets::{CANARY, bundle_of, damaged_bundles, odd_values, plain_values};

const IMAGE: &str = "railpack2docker-test/awkward:1";

/// A plan with commands of each form, which record the environment that they were started with.
fn plan() -> String {
    let secrets: Vec<&str> = odd_values().into_iter().map(|(name, _)| name).collect();
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

fn text(bundle: Vec<u8>) -> String {
    String::from_utf8(bundle).unwrap()
}

fn bundle_mount() -> SecretMount {
    SecretMount::Bundle("ALL_SECRETS".to_owned())
}

#[test]
fn values_arrive_unchanged() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let (plan, values) = (plan(), odd_values());
    let each: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let bundle = bundle_of(&values);
    let (in_base64, bundle) = (text(bundle_in_base64(&bundle).unwrap()), text(bundle));
    for (mount, secrets) in [
        (SecretMount::Env, &each[..]),
        (SecretMount::File, &each[..]),
        (bundle_mount(), &[("ALL_SECRETS", bundle.as_str())]),
        (bundle_mount(), &[("ALL_SECRETS", in_base64.as_str())]),
    ] {
        // the layers of one bundle would be those of the other
        let hash = if secrets[0].1 == in_base64 { "h2" } else { "h1" };
        let options = options! { secret_mount: mount.clone() };
        let built = engine.build(&Build { options, hash, ..Build::new(&plan, context.path(), secrets) });
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

/// A plan of one step that lists some of the secrets of [`plain_values`], with a command of each form.
fn plan_of_one(run: &str, secrets: &[&str]) -> String {
    json!({
        "secrets": ["A", "B", "C", "D"],
        "steps": [{ "name": "a", "inputs": [{ "image": IMAGE }], "secrets": secrets, "variables": { "RUN": run }, "commands": [
            { "cmd": "sh -c 'echo ran >> /ran'" },
            { "cmd": "show-environment /seen" },
        ] }],
        "deploy": { "base": { "image": IMAGE }, "inputs": [{ "step": "a", "include": ["/ran"] }] },
    })
    .to_string()
}

#[test]
fn a_damaged_bundle_stops_the_build_and_shows_no_value() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let file = tempfile::tempdir().unwrap();
    let file = file.path().join("bundle");
    let run = context.path().to_str().unwrap();
    // commands read the bundle; the stages that hash all or some of the secrets do so in the same way
    for (hash, secrets, every) in
        [(SecretsHash::Off, &[][..], 1), (SecretsHash::Layer, &["*"], 6), (SecretsHash::Layer, &["B"], 6)]
    {
        let plan = plan_of_one(&format!("{run} {secrets:?}"), secrets);
        let options = options! { secret_mount: bundle_mount(), secrets_hash: hash };
        let build = || Build {
            options: options.clone(),
            files: vec![("ALL_SECRETS", &file)],
            ..Build::new(&plan, context.path(), &[])
        };
        for (damage, bundle) in damaged_bundles().into_iter().step_by(every) {
            fs::write(&file, bundle).unwrap();
            let said = engine.fails(&build());
            assert!(said.contains("did not complete successfully: exit code"), "{damage} {hash:?}: {said}");
            assert!(!said.contains(CANARY), "{damage} {hash:?}: {said}");
        }
        fs::write(&file, bundle_of(&plain_values())).unwrap();
        assert_eq!(engine.build(&build()).read("/ran"), "ran\n", "the same plan, with an intact bundle");
    }
}

#[test]
fn a_bundle_of_other_secrets_stops_the_build() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan_of_one(context.path().to_str().unwrap(), &["*"]);
    for count in [3, 5] {
        let mut values = plain_values();
        values.push(("E", "canary".to_owned()));
        let bundle = text(bundle_of(&values[..count]));
        let secrets = [("ALL_SECRETS", bundle.as_str())];
        let options = options! { secret_mount: bundle_mount() };
        let said = engine.fails(&Build { options, ..Build::new(&plan, context.path(), &secrets) });
        assert!(
            said.contains("but the Dockerfile needs other secrets: generate it again with railpack2docker bundle"),
            "{said}"
        );
        assert!(!said.contains(CANARY), "{said}");
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
    let each = [("A", "1 2"), ("B", "3")];
    let bundle = text(bundle_of(&each.map(|(name, value)| (name, value.to_owned()))));
    let seen: Vec<Value> = [
        (SecretMount::Env, &each[..]),
        (SecretMount::File, &each[..]),
        (bundle_mount(), &[("ALL_SECRETS", bundle.as_str())][..]),
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
