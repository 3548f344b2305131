//! The steps that re-run after a change.

use std::collections::BTreeSet;

use railpack2docker::explain::{Cause, Outcome};
use railpack2docker::{Code, Options, SecretsHash};
use serde_json::{Value, json};

use testkit::{example, options};

use super::{explained, explained_with, files, run_again, secrets};

/// A plan whose steps copy from the build context in every possible way.
fn plan() -> String {
    let image = || json!({ "image": "debian" });
    let local = |include: &[&str], exclude: &[&str]| json!({ "local": true, "include": include, "exclude": exclude });
    let step =
        |name: &str, inputs: Value, commands: Value| json!({ "name": name, "inputs": inputs, "commands": commands });
    let steps = [
        step("all", json!([image(), local(&["."], &["docs", "*.md"])]), json!([{ "cmd": "make" }])),
        step("some", json!([image(), local(&["src", "lib*", "a/b.txt"], &["gen"])]), json!([{ "cmd": "make" }])),
        step(
            "command",
            json!([image()]),
            json!([
                { "cmd": "before" },
                { "src": "package.json", "dest": "package.json" },
                { "cmd": "between" },
                { "src": "packages/*/package.json", "dest": "/x/" },
                { "src": "gen*", "dest": "." },
                { "cmd": "behind" },
            ]),
        ),
        step("on", json!([{ "step": "command" }]), json!([{ "cmd": "make" }])),
        step("from", json!([image(), { "step": "some", "include": ["/out"] }]), json!([{ "cmd": "make" }])),
        step("whole", json!([{ "local": true }]), json!([])),
        step(
            "else",
            json!([image(), { "image": "alpine", "include": ["/package.json"] }]),
            json!([{ "src": "package.json", "dest": "/y", "image": "alpine" }]),
        ),
        step("unused", json!([image(), local(&["only-here"], &[])]), json!([{ "cmd": "make" }])),
    ];
    let taken = ["all", "some", "command", "on", "from", "whole", "else"];
    let inputs: Vec<Value> = taken.iter().map(|name| json!({ "step": name, "include": ["/x"] })).collect();
    json!({
        "steps": steps,
        "exclude": ["*.log", "secret", "!keep.log", "/rooted"],
        "deploy": { "base": { "image": "debian" }, "inputs": inputs },
    })
    .to_string()
}

#[test]
fn a_changed_file_re_runs_the_steps_that_copy_it_and_their_dependents() {
    let explanation = explained(&plan());
    for (file, expected) in [
        ("README.md", &["whole"][..]),
        ("x/README.md", &["all", "whole"]),
        ("docs/a/b", &["whole"]),
        ("other", &["all", "whole"]),
        ("./other", &["all", "whole"]),
        ("x/../other", &["all", "whole"]),
        ("src/main.c", &["all", "some", "whole", "from"]),
        ("src/gen/a.c", &["all", "whole"]),
        ("gen/a.c", &["all", "command", "on", "whole"]),
        ("generator", &["all", "command", "on", "whole"]),
        ("lib", &["all", "some", "whole", "from"]),
        ("library/x", &["all", "some", "whole", "from"]),
        ("a/b.txt", &["all", "some", "whole", "from"]),
        ("a/c.txt", &["all", "whole"]),
        ("package.json", &["all", "command", "on", "whole"]),
        ("packages/web/package.json", &["all", "command", "on", "whole"]),
        ("packages/web/src/package.json", &["all", "whole"]),
        ("build.log", &[]),
        ("x/build.log", &["all", "whole"]),
        ("keep.log", &["all", "whole"]),
        ("secret/key", &[]),
        ("rooted", &["all", "whole"]),
    ] {
        let consequences = explanation.consequences(&files(&[file])).unwrap();
        let again: BTreeSet<String> = run_again(&explanation, &consequences).into_iter().collect();
        assert_eq!(again, expected.iter().map(|&name| name.to_owned()).collect(), "{file}");
        assert_eq!(consequences.image.is_some(), !expected.is_empty(), "{file}");
        let outcome = if expected.is_empty() { Outcome::Excluded } else { Outcome::Copied };
        assert_eq!(consequences.files[0].outcome, outcome, "{file}");
    }
}

#[test]
fn files_of_unused_steps_re_run_nothing() {
    let plan = json!({
        "steps": [
            { "name": "a", "inputs": [{ "image": "x" }, { "local": true, "include": ["src"] }] },
            { "name": "docs", "inputs": [{ "image": "x" }, { "local": true, "include": ["docs"] }] },
        ],
        "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "a", "include": ["."] }] },
    });
    let explanation = explained(&plan.to_string());
    let consequences = explanation.consequences(&files(&["docs/a.md", "src"])).unwrap();
    assert_eq!(run_again(&explanation, &consequences), ["a"]);
    assert_eq!(consequences.files[0].outcome, Outcome::NotCopied);
    assert_eq!(consequences.files[1].outcome, Outcome::Copied);
}

#[test]
fn a_step_re_runs_from_the_first_copy_of_the_file() {
    let explanation = explained(&plan());
    let first = |file: &str, step: &str| {
        let consequences = explanation.consequences(&files(&[file])).unwrap();
        let index = explanation.steps.iter().position(|found| found.name == step).unwrap();
        let first = consequences.steps[&index].first.clone();
        (first.text, first.position.path)
    };
    let expect = |text: &str, path: &str| (text.to_owned(), path.to_owned());
    assert_eq!(first("package.json", "command"), expect("COPY package.json package.json", "steps[2].commands[1].src"));
    assert_eq!(
        first("packages/a/package.json", "command"),
        expect("COPY packages/*/package.json /x/package.json", "steps[2].commands[3].src")
    );
    assert_eq!(first("package.json", "on"), expect("FROM command AS on", "steps[3].inputs[0]"));
    assert_eq!(first("src/a", "some"), expect("COPY --exclude=gen src /app/src", "steps[1].inputs[1].include[0]"));
    assert_eq!(first("src/a", "from"), expect("COPY --link --from=some /out /out", "steps[4].inputs[1].include[0]"));
    assert_eq!(first("x", "whole"), expect("COPY . /", "steps[5].inputs[0]"));
}

#[test]
fn a_long_instruction_is_shown_on_one_line() {
    let excluded: Vec<String> = (0..12).map(|at| format!("directory-{at}")).collect();
    let install = "apt-get update && apt-get install -y a b c d e f g h";
    let plan = json!({
        "steps": [
            { "name": "a", "inputs": [{ "image": "x" }, { "local": true, "include": ["src"], "exclude": excluded }] },
            { "name": "b", "inputs": [{ "image": "x" }], "secrets": ["A"], "commands": [{ "cmd": format!("sh -c '{install}'") }] },
        ],
        "secrets": ["A"],
        "deploy": { "base": { "image": "x" }, "inputs": [
            { "step": "a", "include": ["."] }, { "step": "b", "include": ["/b"] },
        ] },
    });
    let explanation = explained(&plan.to_string());
    let first = |changed, step: usize| explanation.consequences(&changed).unwrap().steps[&step].first.text.clone();
    let excludes: Vec<String> = excluded.iter().map(|name| format!("--exclude={name} ")).collect();
    assert_eq!(first(files(&["src/x"]), 0), format!("COPY {}src /app/src", excludes.concat()));
    assert_eq!(first(secrets(&["A"]), 1), format!("RUN {install}"));
}

#[test]
fn the_first_re_run_line_is_in_the_dockerfile() {
    let plan = example("node-private-registry");
    let made = railpack2docker::transpile(&plan, &Options::default()).unwrap();
    let explanation = railpack2docker::explain::explain(&plan, &Options::default()).unwrap();
    let consequences = explanation.consequences(&files(&["package.json"])).unwrap();
    assert_eq!(consequences.steps.len(), 3);
    for again in consequences.steps.values().chain(&consequences.image) {
        assert_eq!(made.dockerfile.lines().nth(again.first.line - 1), Some(again.first.text.as_str()));
    }
}

#[test]
fn a_changed_secret_re_runs_from_the_first_command() {
    let explanation = explained(&example("secrets"));
    let consequences = explanation.consequences(&secrets(&["API_KEY"])).unwrap();
    assert_eq!(run_again(&explanation, &consequences), ["catalog", "build"]);
    let catalog = &consequences.steps[consequences.steps.keys().next().unwrap()];
    assert_eq!(catalog.causes, [Cause::Lists("API_KEY".to_owned())]);
    assert_eq!(catalog.first.text, "RUN node scripts/catalog.mjs");
    let last = explanation.consequences(&secrets(&["STRIPE_LIVE_KEY"])).unwrap();
    assert_eq!(run_again(&explanation, &last), ["build"]);
}

#[test]
fn the_secrets_hash_decides_what_a_secret_re_runs() {
    let plan = example("secrets");
    let with = |secrets_hash| explained_with(&plan, options! { secrets_hash });
    let off = with(SecretsHash::Off);
    assert!(off.consequences(&secrets(&["API_KEY"])).unwrap().steps.is_empty());
    let arg = with(SecretsHash::Arg);
    let consequences = arg.consequences(&secrets(&["STRIPE_LIVE_KEY"])).unwrap();
    assert_eq!(run_again(&arg, &consequences), ["catalog", "build"]);
    assert_eq!(consequences.steps.values().next().unwrap().causes, [Cause::MountsHash]);
}

#[test]
fn unknown_names_are_errors_with_suggestions() {
    let explanation = explained(&example("secrets"));
    let found = explanation.consequences(&secrets(&["API_KEYS", "API_KEY", "x"])).unwrap_err().0;
    assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::NoSuchSecret; 2]);
    assert_eq!(found[0].help.as_deref(), Some("did you mean `API_KEY`?"));
    assert_eq!(found[1].help.as_deref(), Some("the plan's secrets: `DATABASE_URL`, `API_KEY` and `STRIPE_LIVE_KEY`"));
    let found = explanation.step_lines("catalogue").unwrap_err().0;
    assert_eq!((found[0].code, found[0].help.as_deref()), (Code::NoSuchStep, Some("did you mean `catalog`?")));
    for outside in ["/etc/passwd", "../x", "a/../../x", "..", ".", "", "./"] {
        let found = explanation.consequences(&files(&[outside])).unwrap_err().0;
        assert_eq!(found[0].code, Code::OutsideContext, "{outside}");
    }
    assert!(explanation.consequences(&files(&["..x", ".../y"])).is_ok());
}

/// The steps that list a secret, and their dependents, determined from the plan itself.
fn touched(plan: &Value, secret: &str) -> BTreeSet<String> {
    let mut touched: BTreeSet<String> = BTreeSet::new();
    for step in plan["steps"].as_array().unwrap() {
        let listed = step["secrets"].as_array().unwrap();
        let lists = listed.iter().any(|name| *name == secret || *name == "*");
        let mut inputs = step["inputs"].as_array().unwrap().iter();
        let takes = inputs.any(|input| input["step"].as_str().is_some_and(|name| touched.contains(name)));
        if lists || takes {
            touched.insert(step["name"].as_str().unwrap().to_owned());
        }
    }
    touched
}

#[test]
fn a_secret_re_runs_its_steps_and_their_dependents_in_random_graphs() {
    let mut state = 7_u64;
    let mut below = |limit: u64| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % limit
    };
    for round in 0..100 {
        let lists: [&[&str]; 6] = [&[], &[], &["A"], &["B"], &["A", "B"], &["*"]];
        let steps: Vec<Value> = (0..12_u64)
            .map(|at| {
                let base = below(at + 1);
                let base = if base == at { json!({ "image": "x" }) } else { json!({ "step": format!("s{base}") }) };
                let takes = below(2 * at + 1);
                let takes = (takes < at).then(|| json!({ "step": format!("s{takes}"), "include": ["/x"] }));
                json!({
                    "name": format!("s{at}"),
                    "inputs": std::iter::once(base).chain(takes).collect::<Vec<_>>(),
                    "secrets": lists[usize::try_from(below(6)).unwrap()],
                    "commands": [{ "cmd": "make" }],
                })
            })
            .collect();
        let inputs: Vec<Value> = (0..12).map(|at| json!({ "step": format!("s{at}"), "include": ["/x"] })).collect();
        let plan = json!({
            "secrets": ["A", "B"], "steps": steps, "deploy": { "base": { "image": "x" }, "inputs": inputs },
        });
        let explanation = explained(&plan.to_string());
        for secret in ["A", "B"] {
            let consequences = explanation.consequences(&secrets(&[secret])).unwrap();
            let again: BTreeSet<String> = run_again(&explanation, &consequences).into_iter().collect();
            assert_eq!(again, touched(&plan, secret), "round {round}: {plan}");
        }
    }
}
