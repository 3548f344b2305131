//! Which steps run again when a secret or only its hash changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::engine::{Built, engine};

const IMAGE: &str = "railpack2docker-test/rebuilds:1";
const STEPS: [&str; 6] = ["a", "b", "both", "all", "none", "on-a"];

/// Steps that list A, B, both, all of three, and nothing, and one that builds on the step with A.
/// Each writes a random number, so that a step that ran again has another one.
fn plan(run: &str) -> String {
    let step = |name: &str, input: Value, secrets: Value| {
        json!({
            "name": name,
            "inputs": [input],
            "secrets": secrets,
            "variables": { "RUN": run },
            "commands": [{ "cmd": format!("sh -c 'cat /proc/sys/kernel/random/uuid > /ran-{name}; echo \"$A$B$C\" > /saw-{name}'") }],
        })
    };
    let image = || json!({ "image": IMAGE });
    let steps = [
        step("a", image(), json!(["A"])),
        step("b", image(), json!(["B"])),
        step("both", image(), json!(["B", "A"])),
        step("all", image(), json!(["*"])),
        step("none", image(), json!([])),
        step("on-a", json!({ "step": "a" }), Value::Null),
    ];
    let inputs: Vec<Value> = STEPS
        .iter()
        .map(|name| json!({ "step": name, "include": [format!("/ran-{name}"), format!("/saw-{name}")] }))
        .collect();
    json!({
        "secrets": ["A", "B", "C"],
        "steps": steps,
        "deploy": { "base": { "image": IMAGE }, "inputs": inputs },
    })
    .to_string()
}

fn ran(built: &Built) -> BTreeMap<&'static str, String> {
    STEPS.iter().map(|name| (*name, built.read(&format!("/ran-{name}")))).collect()
}

/// The steps whose random number differs.
fn ran_again(before: &Built, after: &Built) -> Vec<&'static str> {
    let (before, after) = (ran(before), ran(after));
    STEPS.into_iter().filter(|name| before[name] != after[name]).collect()
}

#[test]
fn a_changed_secret_runs_again_exactly_the_steps_that_list_it() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    // another run of this test shares no layer with this one
    let plan = plan(context.path().to_str().unwrap());
    let build = |a: &str, b: &str, c: &str, hash: &str| {
        engine.build(&plan, context.path(), &[("A", a), ("B", b), ("C", c)], hash)
    };

    let first = build("a1", "b1", "c1", "h1");
    assert_eq!(first.read("/saw-none"), "a1b1c1\n", "a command sees every secret of the plan");

    let hash_only = build("a1", "b1", "c1", "h2");
    assert_eq!(ran_again(&first, &hash_only), [""; 0], "only the hash changed");

    let changed_a = build("a2", "b1", "c1", "h3");
    assert_eq!(ran_again(&hash_only, &changed_a), ["a", "both", "all", "on-a"]);
    assert_eq!(changed_a.read("/saw-a"), "a2b1c1\n");
    assert_eq!(changed_a.read("/saw-b"), "a1b1c1\n", "what does not list A keeps what it was built with");

    let changed_b = build("a2", "b2", "c1", "h4");
    assert_eq!(ran_again(&changed_a, &changed_b), ["b", "both", "all"]);

    let changed_c = build("a2", "b2", "c2", "h5");
    assert_eq!(ran_again(&changed_b, &changed_c), ["all"]);

    // the boundary between two values counts, too
    let moved = build("a2b", "2", "c2", "h6");
    assert_eq!(ran_again(&changed_c, &moved), ["a", "b", "both", "all", "on-a"]);

    let back = build("a1", "b1", "c1", "h7");
    assert_eq!(ran_again(&first, &back), [""; 0], "the first values' layers are still there");
}

#[test]
fn a_missing_secret_fails_the_build() {
    let Some(engine) = engine() else { return };
    engine.stand_in(IMAGE, &BTreeMap::new());
    let context = tempfile::tempdir().unwrap();
    let plan = plan(context.path().to_str().unwrap());
    let said = engine.fails(&plan, context.path(), &[("A", "a"), ("B", "b")]);
    assert!(said.contains("secret C: not found"), "{said}");
}
