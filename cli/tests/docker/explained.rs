//! The steps that re-run after a file changed are those that `explain` predicts.

use std::collections::{BTreeMap, BTreeSet};

use fs_err as fs;
use railpack2docker::Options;
use railpack2docker::explain::{Cause, ChangeSet, explain};
use serde_json::{Value, json};

use testkit::engine::{Build, Built, engine};
use testkit::options;

const IMAGE: &str = "railpack2docker-test/explained:1";

/// The files of the build context.
const FILES: [&str; 12] = [
    "package.json",
    "src/main.c",
    "src/gen/a.c",
    "lib1/x",
    "docs/a.md",
    "README.md",
    "packages/web/package.json",
    "packages/web/index.js",
    "[x]/y",
    "build.log",
    "keep.log",
    "a b",
];

/// A command that writes a random number, which differs if the command re-ran.
fn ran(name: &str) -> Value {
    json!({ "cmd": format!("sh -c 'cat /proc/sys/kernel/random/uuid > /ran-{name}'") })
}

/// A step with these inputs, and with these copy commands between two commands that write random numbers.
fn step(run: &str, name: &str, inputs: &[Value], copies: &[Value]) -> Value {
    let mut commands = vec![ran(&format!("{name}-before"))];
    commands.extend(copies.iter().cloned());
    commands.push(ran(&format!("{name}-behind")));
    json!({ "name": name, "inputs": inputs, "variables": { "RUN": run }, "commands": commands })
}

const STEPS: [&str; 11] =
    ["all", "but", "folder", "pattern", "commands", "nested", "lib", "odd", "spaced", "on-folder", "from-commands"];

fn plan(run: &str) -> String {
    let image = || json!({ "image": IMAGE });
    let local = |include: &[&str], exclude: &[&str]| json!({ "local": true, "include": include, "exclude": exclude });
    let copy = |src: &str, dest: &str| json!({ "src": src, "dest": dest });
    let mut steps = vec![
        step(run, "all", &[image(), local(&["."], &[])], &[]),
        step(run, "but", &[image(), local(&["."], &["docs", "*.md", "packages/*/package.json"])], &[]),
        step(run, "folder", &[image(), local(&["src", "docs/a.md"], &["gen", "*.md"])], &[]),
        step(run, "pattern", &[image(), local(&["*.json", "packages/*"], &["*.js"])], &[]),
        step(run, "commands", &[image()], &[copy("package.json", "package.json"), copy("src", ".")]),
        step(run, "nested", &[image()], &[copy("packages/*/package.json", "/n/")]),
        step(run, "lib", &[image()], &[copy("lib*", ".")]),
        step(run, "odd", &[image()], &[copy("[[]x]", "/odd")]),
        step(run, "spaced", &[image()], &[copy("a b", "/spaced")]),
        step(run, "on-folder", &[json!({ "step": "folder" })], &[]),
    ];
    let taken = json!({ "step": "commands", "include": ["/ran-commands-behind"] });
    steps.push(step(run, "from-commands", &[image(), taken], &[]));
    let include = |name: &str| [format!("/ran-{name}-before"), format!("/ran-{name}-behind")];
    let inputs: Vec<Value> = STEPS.iter().map(|name| json!({ "step": name, "include": include(name) })).collect();
    json!({ "steps": steps, "exclude": ["*.log", "!keep.log"], "deploy": { "base": { "image": IMAGE }, "inputs": inputs } })
        .to_string()
}

/// The random numbers of each step: of its first command and of its last.
fn numbers(built: &Built) -> BTreeMap<&'static str, (String, String)> {
    let number = |name: &str, when: &str| built.read(&format!("/ran-{name}-{when}"));
    STEPS.iter().map(|name| (*name, (number(name, "before"), number(name, "behind")))).collect()
}

#[test]
fn a_changed_file_re_runs_what_was_predicted() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    for file in FILES {
        let path = context.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "before").unwrap();
    }
    // another run of this test shares no layer with this one
    let plan = plan(context.path().to_str().unwrap());
    let explanation = explain(&plan, &options! { syntax: None }).unwrap();
    let build = || numbers(&engine.build(&Build::new(&plan, context.path(), &[])));
    let mut before = build();
    let mut some_were_spared = 0;
    for file in FILES {
        fs::write(context.path().join(file), format!("changed {file}")).unwrap();
        let after = build();
        let ran_again: BTreeSet<&str> = STEPS.into_iter().filter(|name| before[name].1 != after[name].1).collect();
        let from_the_first: BTreeSet<&str> = STEPS.into_iter().filter(|name| before[name].0 != after[name].0).collect();

        let change = ChangeSet { secrets: Vec::new(), files: vec![file.to_owned()] };
        let said = explanation.consequences(&change).unwrap();
        let name = |index: &usize| explanation.steps[*index].name.as_str();
        let said_again: BTreeSet<&str> = said.steps.keys().map(name).collect();
        assert_eq!(said_again, ran_again, "{file}");
        // a copy after the first command does not re-run that
        let copies = |first: &str| first.starts_with("COPY") && !first.contains("/app ") && !first.contains("--link");
        let by_a_command = |index: &usize| ["commands", "nested", "lib", "odd", "spaced"].contains(&name(index));
        let said_first: BTreeSet<&str> = said
            .steps
            .iter()
            .filter(|(index, again)| !(by_a_command(index) && copies(&again.first.text)))
            .map(|(index, _)| name(index))
            .collect();
        assert_eq!(said_first, from_the_first, "{file}");
        assert_eq!(said.image.is_some(), !ran_again.is_empty(), "{file}");
        some_were_spared += usize::from(!ran_again.is_empty() && ran_again.len() < STEPS.len());
        before = after;
    }
    assert!(some_were_spared > 5, "the files tell something: {some_were_spared}");
}

#[test]
fn an_unchanged_copy_from_a_re_run_step_stays_cached() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    fs::write(context.path().join("file"), "1").unwrap();
    let run = context.path().to_str().unwrap();
    let steps = [
        step(run, "a", &[json!({ "image": IMAGE }), json!({ "local": true, "include": ["file"] })], &[]),
        step(run, "b", &[json!({ "image": IMAGE }), json!({ "step": "a", "include": ["/etc"] })], &[]),
    ];
    let include = ["a", "b"].map(|name| json!({ "step": name, "include": [format!("/ran-{name}-behind")] }));
    let plan = json!({ "steps": steps, "deploy": { "base": { "image": IMAGE }, "inputs": include } }).to_string();
    let explanation = explain(&plan, &Options::default()).unwrap();
    let change = ChangeSet { secrets: Vec::new(), files: vec!["file".to_owned()] };
    let said = explanation.consequences(&change).unwrap();
    assert_eq!(said.steps[&1].causes, [Cause::CopiesFrom(0)], "only if the files differ");
    let read = |built: &Built| ["a", "b"].map(|name| built.read(&format!("/ran-{name}-behind")));
    let before = read(&engine.build(&Build::new(&plan, context.path(), &[])));
    fs::write(context.path().join("file"), "2").unwrap();
    let after = read(&engine.build(&Build::new(&plan, context.path(), &[])));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
}
