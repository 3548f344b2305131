//! Facts that several parts of the library report, such as the secrets of a build, agree with each other.

use std::collections::BTreeSet;

use proptest::prelude::*;
use railpack2docker::header::{BuildCommand, SecretSource};
use railpack2docker::{Compilation, LineIndex, Options, SecretMount, SecretsScope, transpile};
use serde_json::json;
use testkit::buildkit::{self, Instruction};
use testkit::plans::Plan;
use testkit::wild::{all_options, plan};
use testkit::{options, runner};

/// The ids of the secrets that a Dockerfile mounts.
fn mounted(dockerfile: &str) -> BTreeSet<String> {
    let file = buildkit::parse(dockerfile).unwrap();
    let instructions = file.stages.iter().flat_map(|stage| &stage.instructions);
    let mounts = instructions.flat_map(|one| if let Instruction::Run(run) = one { run.mounts.as_slice() } else { &[] });
    mounts.filter(|mount| mount["type"] == "secret").map(|mount| mount["id"].clone()).collect()
}

/// The ids of the secrets in the build command of a header, and the names of the secrets that a build needs.
fn asked_for(plan: &str, options: &Options) -> (BTreeSet<String>, BTreeSet<String>) {
    let compilation = Compilation::parse(plan, options.strict).unwrap();
    let usage = compilation.secrets(options);
    let command = BuildCommand::for_header(&usage, options);
    let ids = command.secrets.iter().map(|secret| secret.id.clone()).collect();
    let names = usage.mounted().map(str::to_owned).collect();
    (ids, names)
}

#[test]
fn builds_need_exactly_the_mounted_secrets() {
    let mounts = prop_oneof![Just(SecretMount::Env), Just(SecretMount::File)];
    let property = |(plan, mut options, mount): (Plan, Options, SecretMount)| {
        options.secret_mount = mount;
        let json = plan.json().to_string();
        let Ok(made) = transpile(&json, &options) else { return Ok(()) };
        let (ids, names) = asked_for(&json, &options);
        prop_assert_eq!(&ids, &mounted(&made.dockerfile), "{}", made.dockerfile);
        prop_assert_eq!(&ids, &names);
        for name in names {
            prop_assert!(made.dockerfile.contains("#     --secret "), "{name} is not in {}", made.dockerfile);
        }
        Ok(())
    };
    runner().run(&(plan(), all_options(), mounts), property).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn step_scope_needs_only_listed_secrets() {
    let plan = json!({
        "secrets": ["A", "B", "UNUSED"],
        "steps": [
            { "name": "a", "inputs": [{ "image": "x" }], "secrets": ["A"], "commands": [{ "cmd": "make a" }] },
            { "name": "b", "inputs": [{ "image": "x" }], "secrets": ["B"], "commands": [{ "cmd": "make b" }] },
        ],
        "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "a", "include": ["."] }] },
    })
    .to_string();
    let ids = |scope| {
        let options = options! { secrets_scope: scope };
        let (ids, names) = asked_for(&plan, &options);
        assert_eq!(ids, names);
        assert_eq!(ids, mounted(&transpile(&plan, &options).unwrap().dockerfile));
        ids.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(ids(SecretsScope::Plan), ["A", "B", "UNUSED"]);
    assert_eq!(ids(SecretsScope::Step), ["A"], "`b` is not built, and nothing lists the third");
}

#[test]
fn a_bundle_is_asked_for_once() {
    let plan = json!({
        "secrets": ["A", "B"],
        "steps": [{ "name": "a", "inputs": [{ "image": "x" }], "secrets": ["A"], "commands": [{ "cmd": "make" }] }],
        "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "a", "include": ["."] }] },
    })
    .to_string();
    let options = options! { secret_mount: SecretMount::Bundle("ALL".to_owned()) };
    let usage = Compilation::parse(&plan, false).unwrap().secrets(&options);
    let secrets = BuildCommand::for_header(&usage, &options).secrets;
    assert_eq!(secrets.len(), 1);
    assert_eq!(secrets[0].source, SecretSource::Variable("ALL".to_owned()));
    assert_eq!(mounted(&transpile(&plan, &options).unwrap().dockerfile), BTreeSet::from(["ALL".to_owned()]));
}

#[test]
fn a_copied_folder_includes_its_content() {
    let taking = |input: serde_json::Value| {
        let plan = json!({
            "steps": [{ "name": "a", "inputs": [{ "image": "x" }, input] }],
            "deploy": { "base": { "step": "a" } },
        });
        transpile(&plan.to_string(), &Options::default()).unwrap()
    };
    let part = taking(json!({ "local": true, "include": ["src"] }));
    assert!(part.copies("src/.env") && part.copies("src/a/.env") && part.copies("src"));
    assert!(!part.copies(".env") && !part.copies("src2/.env"));
    let filtered = taking(json!({ "local": true, "include": ["src"], "exclude": [".env"] }));
    assert!(!filtered.copies("src/.env") && filtered.copies("src/main.rs"));
    assert!(taking(json!({ "local": true, "include": ["."] })).copies("src/.env"));
}

#[test]
fn a_byte_order_mark_does_not_shift_columns() {
    let plan =
        r#"{ "steps": [{ "name": "a", "inputs": [{ "image": "debian" }] }], "deploy": { "base": { "step": "b" } } }"#;
    let position = |text: &str| {
        let found = transpile(text, &Options::default()).unwrap_err().0;
        LineIndex::new(text).position(found[0].location.as_ref().unwrap())
    };
    let without = position(plan);
    assert_eq!((without.line, without.column), (1, plan.find("\"b\"").unwrap() + 1));
    assert_eq!(position(&format!("\u{feff}{plan}")), without);
}
