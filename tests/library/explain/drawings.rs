//! Drawings of the examples match their snapshots in `snapshots/explain`.

use railpack2docker::Code;
use railpack2docker::explain::{json, mermaid, svg, text};
use serde_json::Value;

use testkit::{example, examples, settings};

use super::{OPTIONS, explained, files, secrets};

#[test]
fn examples_are_drawn_as_text_and_flowchart() {
    for (name, plan) in examples() {
        let explanation = explained(&plan);
        let shown = format!(
            "{}\n──── as a flowchart\n{}",
            text::render(&explanation, None, &OPTIONS),
            mermaid::render(&explanation, None)
        );
        settings("explain").bind(|| insta::assert_snapshot!(name, shown));
    }
}

#[test]
fn changes_are_drawn() {
    for (name, example_name, change) in [
        ("secret-changed", "secrets", secrets(&["API_KEY"])),
        ("files-changed", "monorepo", files(&["apps/web/build.js", "docs/README.md", "LICENSE", "apps/api/README.md"])),
    ] {
        let explanation = explained(&example(example_name));
        let consequences = explanation.consequences(&change).unwrap();
        let shown = format!(
            "{}\n──── as a flowchart\n{}",
            text::render(&explanation, Some(&consequences), &OPTIONS),
            mermaid::render(&explanation, Some(&consequences))
        );
        settings("explain").bind(|| insta::assert_snapshot!(name, shown));
    }
}

#[test]
fn pictures_match_their_snapshots() {
    let plain = explained(&example("static-caddy"));
    let shown = svg::render(&plain, None, "plan.json").unwrap();
    settings("explain").bind(|| insta::assert_snapshot!("static-caddy.svg", shown));

    let explanation = explained(&example("node-private-registry"));
    let consequences = explanation.consequences(&secrets(&["NPM_TOKEN"])).unwrap();
    let shown = svg::render(&explanation, Some(&consequences), "plan.json").unwrap();
    settings("explain").bind(|| insta::assert_snapshot!("secret-changed.svg", shown));
}

#[test]
fn pictures_are_deterministic() {
    for (_, plan) in examples() {
        let explanation = explained(&plan);
        let first = svg::render(&explanation, None, "plan.json");
        assert_eq!(first, svg::render(&explanation, None, "plan.json"));
    }
}

#[test]
fn json_describes_the_plan() {
    let explanation = explained(&example("node-private-registry"));
    let consequences = explanation.consequences(&files(&["./package.json"])).unwrap();
    let shown = json::render(&explanation, Some(&consequences));
    let value: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(value["steps"][1]["name"], "install");
    assert_eq!(value["steps"][1]["secrets"]["lists"], serde_json::json!(["NPM_TOKEN"]));
    assert_eq!(value["steps"][1]["takenBy"], serde_json::json!(["prune", "build"]));
    assert_eq!(value["steps"][1]["runsAgain"]["causes"], serde_json::json!([{ "copies": "package.json" }]));
    assert_eq!(value["steps"][0]["takenBy"], serde_json::json!(["install", null]));
    assert_eq!(value["image"]["base"]["image"], "ghcr.io/railwayapp/railpack-runtime:mise-2026.8.6");
    settings("explain").bind(|| insta::assert_snapshot!("files-changed.json", shown));
}

#[test]
fn unused_steps_are_marked() {
    let plan = r#"{
        "steps": [
            { "name": "a", "inputs": [{ "image": "x" }], "commands": [{ "cmd": "make" }] },
            { "name": "lint", "inputs": [{ "step": "a" }], "commands": [{ "cmd": "lint" }] }
        ],
        "deploy": { "base": { "image": "x" }, "inputs": [{ "step": "a", "include": ["."] }] }
    }"#;
    let explanation = explained(plan);
    let tree = text::render(&explanation, None, &OPTIONS);
    assert!(tree.contains("\nlint  unused: the image does not depend on it\n"), "{tree}");
    assert!(tree.ends_with("└─ a  is the base  (see above)\n"), "{tree}");
    assert!(mermaid::render(&explanation, None).contains("unused\"]:::unused\n"));
    assert!(svg::render(&explanation, None, "x").unwrap().contains(r#"<g class="step unused">"#));
}

#[test]
fn deep_branches_continue_at_the_margin() {
    let step = |at: usize| {
        let input = if at == 0 { r#"{ "image": "x" }"#.to_owned() } else { format!(r#"{{ "step": "s{}" }}"#, at - 1) };
        format!(r#"{{ "name": "s{at}", "inputs": [{input}], "commands": [{{ "cmd": "make" }}] }}"#)
    };
    let steps: Vec<String> = (0..40).map(step).collect();
    let plan = format!(r#"{{ "steps": [{}], "deploy": {{ "base": {{ "step": "s39" }} }} }}"#, steps.join(", "));
    let tree = text::render(&explained(&plan), None, &OPTIONS);
    for at in 0..40 {
        let grown = tree.lines().filter(|line| line.contains(&format!("s{at} ")) && !line.contains("(see "));
        let at_the_margin = tree.lines().filter(|line| **line == format!("s{at}"));
        assert_eq!(grown.count() + at_the_margin.count(), 1, "s{at}\n{tree}");
    }
    assert!(tree.lines().all(|line| line.chars().count() <= 60), "{tree}");
}

#[test]
fn pictures_that_are_too_large_are_refused() {
    let step = |at: usize| format!(r#"{{ "name": "s{at}", "inputs": [{{ "image": "x" }}], "commands": ["make"] }}"#);
    let input = |at: usize| format!(r#"{{ "step": "s{at}", "include": ["."] }}"#);
    let (steps, inputs): (Vec<String>, Vec<String>) = (0..300).map(|at| (step(at), input(at))).unzip();
    let plan = format!(
        r#"{{ "steps": [{}], "deploy": {{ "base": {{ "image": "x" }}, "inputs": [{}] }} }}"#,
        steps.join(", "),
        inputs.join(", ")
    );
    let explanation = explained(&plan);
    assert_eq!(svg::render(&explanation, None, "x").unwrap_err().code, Code::TooLarge);
    assert!(text::render(&explanation, None, &OPTIONS).contains("s299"));
}
