//! Different output formats give the same positions.

use serde_json::Value;
use testkit::command::anything;

use crate::folder;

const PLAN: &str =
    r#"{ "steps": [{ "name": "é", "inputs": [{ "step": "b" }] }], "deploy": { "base": { "image": "x:1" } } }"#;

/// The line and the column in a JSON object.
fn position(value: &Value) -> (u64, u64) {
    (value["line"].as_u64().unwrap(), value["column"].as_u64().unwrap())
}

#[test]
fn formats_agree_on_columns() {
    let column = PLAN.split("\"b\"").next().unwrap().chars().count() as u64 + 1;
    for mark in ["", "\u{feff}"] {
        let folder = folder().file("plan.json", format!("{mark}{PLAN}"));
        let linted = folder.run(["lint", "plan.json", "--format", "json"]).status(1).stdout(anything()).check().stdout;
        let linted: Value = serde_json::from_str(&linted).unwrap();
        assert_eq!(position(&linted["plans"][0]["findings"][0]["location"]), (1, column), "{linted}");

        let messages =
            folder.run(["plan.json", "--message-format", "json"]).status(2).stderr(anything()).check().stderr;
        let message: Value = serde_json::from_str(messages.lines().next().unwrap()).unwrap();
        assert_eq!(position(&message["location"]), (1, column), "{messages}");

        let drawn = format!(" --> plan.json:1:{column}\n");
        folder.run(["plan.json"]).status(2).stderr([drawn.as_str()]).check();
        folder.run(["lint", "plan.json"]).status(1).stdout([drawn.as_str()]).check();
        let annotation = format!(",line=1,endLine=1,col={column},");
        folder.run(["lint", "plan.json", "--format", "github"]).status(1).stdout([annotation.as_str()]).check();
    }
}
