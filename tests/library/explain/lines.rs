//! The lines of the Dockerfile that are generated for a step.

use std::collections::{BTreeMap, BTreeSet};

use railpack2docker::explain::{StageKind, StepLines, json, text};
use railpack2docker::transpile;
use serde_json::{Value, json};

use testkit::{examples, options};

use super::{OPTIONS, explained};

fn lines(lines: &StepLines) -> BTreeMap<usize, &str> {
    let groups = lines.stages.iter().flat_map(|stage| &stage.groups);
    groups.flat_map(|group| (group.first..).zip(group.lines.iter().map(String::as_str))).collect()
}

/// A plan with a file that no heredoc can write, a cache directory outside ASCII, and two sets of secrets.
fn awkward() -> String {
    json!({
        "secrets": ["A", "B"],
        "caches": { "c": { "directory": "/é" } },
        "steps": [
            {
                "name": "one", "inputs": [{ "image": "x" }], "secrets": ["A"], "caches": ["c"],
                "assets": { "f": "# no comment\nRUN x\n", "g": "1\n2\n" },
                "commands": [
                    { "path": "/my dir/f", "name": "f" }, { "path": "/p/g", "name": "g", "mode": 384 },
                    { "cmd": "make", "customName": "# make" },
                ],
            },
            { "name": "two", "inputs": [{ "step": "one" }], "secrets": ["*"], "commands": [{ "cmd": "make" }] },
            { "name": "three", "inputs": [{ "step": "one" }], "secrets": ["A"], "commands": [{ "cmd": "make" }] },
            { "name": "unused", "inputs": [{ "step": "one" }], "commands": [{ "cmd": "make" }] },
        ],
        "deploy": { "base": { "step": "two" }, "inputs": [{ "step": "three", "include": ["."] }] },
    })
    .to_string()
}

#[test]
fn steps_and_image_cover_the_dockerfile() {
    for (name, plan) in examples().into_iter().chain([("awkward".to_owned(), awkward())]) {
        let files = testkit::plan_file();
        let made = transpile(&plan, &options! { files }).unwrap();
        let whole: Vec<&str> = made.dockerfile.lines().collect();
        let explanation = explained(&plan);
        let mut seen = BTreeSet::new();
        for step in &explanation.steps {
            let lines_of = explanation.step_lines(&step.name).unwrap();
            for (number, line) in lines(&lines_of) {
                assert_eq!(whole[number - 1], line, "{name}: line {number}");
                seen.insert(number);
            }
            assert_eq!(lines_of.stages.is_empty(), !step.reaches_image);
        }
        let image = whole.iter().rposition(|line| *line == "# Runtime image").unwrap() + 1;
        let header = whole.iter().position(|line| line.is_empty()).unwrap() + 1;
        let between: Vec<usize> = (header..image).filter(|number| !seen.contains(number)).collect();
        assert!(between.iter().all(|number| whole[number - 1].is_empty()), "{name}: {between:?}");
        assert!(seen.iter().all(|number| (header..image).contains(number)), "{name}: {seen:?}");
    }
}

#[test]
fn a_step_includes_its_helper_stages() {
    let explanation = explained(&awkward());
    let parts = |step: &str| -> Vec<(StageKind, String)> {
        let lines = explanation.step_lines(step).unwrap();
        lines.stages.into_iter().map(|stage| (stage.kind, stage.name)).collect()
    };
    let expect = |kind, stage: &str| (kind, stage.to_owned());
    assert_eq!(
        parts("one"),
        [
            expect(StageKind::SecretsHash, "secrets-hash-a"),
            expect(StageKind::File, "one-file"),
            expect(StageKind::Step, "one")
        ]
    );
    assert_eq!(parts("two"), [expect(StageKind::SecretsHash, "secrets-hash"), expect(StageKind::Step, "two")]);
    assert_eq!(parts("three"), [expect(StageKind::SecretsHash, "secrets-hash-a"), expect(StageKind::Step, "three")]);
    assert!(parts("unused").is_empty());
}

#[test]
fn lines_are_grouped_by_their_location() {
    let plan = awkward();
    let explanation = explained(&plan);
    let lines = explanation.step_lines("one").unwrap();
    let step = lines.stages.iter().find(|stage| stage.kind == StageKind::Step).unwrap();
    let paths: Vec<String> =
        step.groups.iter().map(|group| group.position.as_ref().map(|it| it.path.clone()).unwrap_or_default()).collect();
    assert!(paths.contains(&"steps[0].commands[2].cmd".to_owned()), "{paths:?}");
    assert!(paths.contains(&"steps[0].assets.g".to_owned()), "{paths:?}");
    assert!(paths.iter().all(|path| !path.is_empty()), "{paths:?}");
    for group in &step.groups {
        let position = group.position.as_ref().unwrap();
        let line = plan.lines().nth(position.line - 1).unwrap();
        assert!(line.chars().count() >= position.column, "{position:?}");
    }
    let shown = text::render_step(&explanation, &lines, &OPTIONS);
    assert!(shown.contains("\nsteps[0].commands[2].cmd (plan.json:1:"), "{shown}");
    let value: Value = serde_json::from_str(&json::render_step(&explanation, &lines)).unwrap();
    assert_eq!(value["stages"][1]["kind"], "file");
}
