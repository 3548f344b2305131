//! The schema of plans and the reader agree: a plan is valid if, and only if, reading it has no finding about its shape.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use railpack2docker::{Options, lint, plan_schema};
use serde_json::{Map, Value, json};

use testkit::plans::Plan;
use testkit::schema::is_valid;
use testkit::wild::plan;
use testkit::{examples, root, runner, skip};

/// The codes of findings about the shape of a plan.
const SHAPE: [&str; 14] = [
    "ambiguous-input",
    "config-key",
    "duplicate-key",
    "empty-name",
    "invalid-string-command",
    "key-capitalization",
    "missing-key",
    "spread-in-plan",
    "unexpected-key",
    "unknown-cache-type",
    "unknown-command",
    "unknown-input",
    "unknown-key",
    "wrong-type",
];

/// The codes for files that are not plans, or not only a plan. The schema does not recognize other files.
const OTHER_FILES: [&str; 4] = ["config-file", "info-file", "not-a-plan", "old-plan"];

/// The findings about the shape of a plan. `None` for another file.
fn shape_findings(plan: &str) -> Option<Vec<String>> {
    let findings = lint(plan, &Options::default());
    if findings.iter().any(|found| OTHER_FILES.contains(&found.code.name())) {
        return None;
    }
    let about_shape = findings.iter().filter(|found| SHAPE.contains(&found.code.name()));
    Some(about_shape.map(|found| format!("{}: {}", found.code, found.message)).collect())
}

/// Checks a plan, and returns whether it is valid. `None` for another file.
fn agree(schema: &Value, plan: &Value) -> Option<bool> {
    let findings = shape_findings(&plan.to_string())?;
    let is_valid = is_valid(schema, plan);
    assert_eq!(is_valid, findings.is_empty(), "{findings:?}\n{plan:#}");
    Some(is_valid)
}

#[test]
fn every_example_is_valid() {
    for (name, plan) in examples() {
        let plan: Value = serde_json::from_str(&plan).unwrap();
        assert_eq!(agree(&plan_schema(), &plan), Some(true), "{name}");
    }
}

#[test]
fn every_plan_of_the_oracle_agrees() {
    let corpus = root().join("../shared/oracle/corpus/plans");
    let Ok(entries) = fs_err::read_dir(&corpus) else {
        skip(&format!("there is no {}", corpus.display()), "REQUIRE_SHARED");
        return;
    };
    let schema = plan_schema();
    let (mut valid, mut all) = (0, 0);
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs_err::read_to_string(&path).unwrap();
        let plan = serde_json::from_str(&text).unwrap();
        all += 1;
        valid += usize::from(agree(&schema, &plan) == Some(true));
    }
    assert!(all > 200 && valid == all, "{valid} of {all}");
}

#[test]
fn plans_with_findings_agree() {
    let schema = plan_schema();
    for entry in fs_err::read_dir(root().join("tests/lint")).unwrap() {
        let text = fs_err::read_to_string(entry.unwrap().path()).unwrap();
        // some are not JSON, or contain a key twice
        let Ok(plan) = serde_json::from_str::<Value>(&text) else { continue };
        agree(&schema, &plan);
    }
}

/// A plan with one step, whose input and command are these.
fn with(input: &Value, command: &Value) -> Value {
    json!({ "steps": [{ "name": "a", "inputs": [input], "commands": [command] }], "deploy": { "base": { "step": "a" } } })
}

#[test]
fn each_rule_of_the_reader_is_in_the_schema() {
    let schema = plan_schema();
    let (input, command) = (json!({ "image": "x" }), json!({ "cmd": "make" }));
    let valid = [
        with(&json!("."), &json!("make")),
        with(&json!("$b"), &json!({ "path": "/bin", "cmd": null })),
        with(
            &json!({ "image": "x", "step": "", "local": false, "include": null }),
            &json!({ "src": "a", "dest": "b" }),
        ),
        with(&input, &json!({ "path": "/a", "name": "b", "mode": 493, "customName": "c" })),
        with(&input, &json!("COPY#name: a b ")),
        json!({ "deploy": { "inputs": ["$a"] }, "steps": [] }),
        json!({ "deploy": { "base": { "image": "x" }, "user": null }, "packages": null, "caches": null }),
        json!({ "deploy": { "base": "$a" }, "steps": { "a": { "name": 1, "commands": ["make"] } } }),
        json!({ "deploy": { "base": { "image": "x" } }, "caches": { "a": { "directory": "/a", "type": "" } } }),
    ];
    for plan in valid {
        assert_eq!(agree(&schema, &plan), Some(true), "{plan}");
    }
    let invalid = [
        with(&json!("$"), &command),
        with(&json!("..."), &command),
        with(&json!({ "image": "x", "local": true }), &command),
        with(&json!({ "image": "x", "spread": true }), &command),
        with(&json!({ "local": false }), &command),
        with(&input, &json!("...")),
        with(&input, &json!("FILE: a")),
        with(&input, &json!({})),
        with(&input, &json!({ "cmd": "make", "path": "/a" })),
        with(&input, &json!({ "path": "/a", "name": "b", "mode": "0755" })),
        with(&input, &json!({ "path": "/a", "name": "b", "mode": -1 })),
        with(&input, &json!({ "src": "a" })),
        with(&input, &json!({ "Cmd": "make" })),
        json!({ "deploy": { "base": { "image": "x" } }, "env": {}, "variables": {} }),
        json!({ "deploy": { "base": { "image": "x" } }, "steps": [{ "name": "" }] }),
        json!({ "deploy": { "base": { "image": "x" }, "user": "app" } }),
        json!({ "deploy": { "base": { "image": "x" } }, "provider": "node" , "steps": []}),
        json!({ "deploy": { "inputs": ["."] }, "steps": [] }),
        json!({ "deploy": { "base": { "image": "x" } }, "caches": { "a": { "directory": "/a", "type": "x" } } }),
        json!({ "deploy": { "base": { "image": "x" }, "variables": { "A": 1 } } }),
        json!({ "steps": [], "exclude": ["a"] }),
        json!(["deploy"]),
    ];
    for plan in invalid {
        assert_eq!(agree(&schema, &plan), Some(false), "{plan}");
    }
}

/// Values that a mutation puts into a plan.
fn values() -> Vec<Value> {
    let list = r#"[null, true, false, 1, -1, 1.5, "", "a", ".", "...", "$a", "$", "RUN:x", "COPY:a b", "FILE#n:/a b c",
        "shared", [], ["a"], [1], [null], {}, {"image": "x"}, {"local": true}, {"local": false, "step": "a"},
        {"image": "x", "include": ["a"]}, {"cmd": "x"}, {"cmd": "x", "src": "y"}, {"path": "/a"}, {"path": "/a", "name": "b"},
        {"src": "a", "dest": "b"}, {"name": "a"}, {"directory": "/c"}, {"a": null}, {"a": "b"}, {"a": {"commands": []}}]"#;
    serde_json::from_str(list).unwrap()
}

/// Keys that a mutation adds or renames to.
const KEYS: [&str; 26] = [
    "steps",
    "deploy",
    "base",
    "inputs",
    "image",
    "step",
    "local",
    "spread",
    "include",
    "exclude",
    "name",
    "cmd",
    "path",
    "src",
    "dest",
    "mode",
    "env",
    "variables",
    "secrets",
    "caches",
    "type",
    "startCommand",
    "user",
    "provider",
    "Name",
    "nme",
];

/// Collects the JSON pointer of each value in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                pointers(member, &format!("{at}/{}", escaped(key)), found);
            }
        }
        _ => {}
    }
}

/// The kind of a mutation, where it is, a new key, an old member, and a new value.
type Mutation = (u8, Index, &'static str, Index, Value);

/// Replaces a value, or changes a key of an object.
fn mutate(plan: &mut Value, (kind, at, key, member, new): Mutation) {
    let mut all = Vec::new();
    pointers(plan, "", &mut all);
    let place = plan.pointer_mut(at.get::<String>(&all)).unwrap();
    let (Value::Object(members), 1..) = (&mut *place, kind) else {
        *place = new;
        return;
    };
    let old = (!members.is_empty()).then(|| members.keys().nth(member.index(members.len())).unwrap().clone());
    let taken = old.filter(|_| kind > 1).and_then(|old| members.remove(&old));
    if kind < 3 {
        members.insert(key.to_owned(), taken.unwrap_or(new));
    }
}

#[test]
fn every_mutated_plan_agrees() {
    let schema = plan_schema();
    let mutation = (0..4_u8, any::<Index>(), select(&KEYS[..]), any::<Index>(), select(values()));
    let property = |(plan, mutations): (Plan, Vec<Mutation>)| {
        let mut plan = plan.json();
        for mutation in mutations {
            mutate(&mut plan, mutation);
        }
        agree(&schema, &plan);
        Ok(())
    };
    runner().run(&(plan(), vec(mutation, 0..4)), property).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn the_schema_describes_every_key() {
    let schema = plan_schema();
    let described = |properties: &Map<String, Value>| {
        let text = |value: &Value| value.get("description").is_some() || value.get("$ref").is_some();
        properties
            .iter()
            .filter(|(_, value)| value["type"] != "null")
            .all(|(key, value)| key == "$schema" || text(value))
    };
    let objects =
        [&schema, &schema["definitions"]["step"], &schema["definitions"]["cache"], &schema["definitions"]["deploy"]];
    assert!(objects.iter().all(|object| described(object["properties"].as_object().unwrap())), "{schema:#}");
}
