//! The findings as SARIF 2.1.0, for code hosts and editors.

use std::collections::BTreeSet;

use railpack2docker::escape::escape_invisible;
use railpack2docker::{Code, Diagnostic, Location, Severity};
use serde_json::{Value, json};

use super::subject::Subject;
use crate::NAME;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The repository of this project; empty if unknown.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The log: one run with the findings of all plans.
pub(super) fn print(plans: &[Subject<'_>]) -> String {
    let findings = plans.iter().flat_map(|plan| plan.findings);
    let codes: BTreeSet<&str> = findings.map(|found| found.code.name()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let results: Vec<Value> = plans
        .iter()
        .flat_map(|plan| plan.with_fingerprints().map(move |finding| (plan, finding)))
        .map(|(plan, (found, fingerprint))| result(found, &codes, &fingerprint, plan))
        .collect();
    let mut driver = json!({
        "name": NAME,
        "version": env!("CARGO_PKG_VERSION"),
        "rules": codes.iter().filter_map(|name| Code::from_name(name)).map(rule).collect::<Vec<_>>(),
    });
    if !REPOSITORY.is_empty() {
        set(&mut driver, "informationUri", REPOSITORY.into());
    }
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    format!("{:#}\n", json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))
}

fn rule(code: Code) -> Value {
    let mut rule = json!({
        "id": code.name(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": code.page(), "markdown": code.page() },
        "defaultConfiguration": { "level": level(code.severity()) },
    });
    if !REPOSITORY.is_empty() {
        set(&mut rule, "helpUri", format!("{REPOSITORY}/blob/HEAD/{}", code.path()).into());
    }
    rule
}

fn result(found: &Diagnostic, codes: &[&str], fingerprint: &str, plan: &Subject<'_>) -> Value {
    let help = found.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": found.code.name(),
        "ruleIndex": codes.iter().position(|code| *code == found.code.name()),
        "level": level(found.severity),
        "message": message(&format!("{}{help}", found.message)),
        "partialFingerprints": { "finding/v1": fingerprint },
    });
    if let Some(location) = location_json(found.location.as_ref(), plan) {
        set(&mut result, "locations", json!([location]));
    }
    let related: Vec<Value> =
        found.related.iter().filter_map(|(location, what)| related_json(location, what, plan)).collect();
    if !related.is_empty() {
        set(&mut result, "relatedLocations", related.into());
    }
    result
}

fn related_json(location: &Location, what: &str, plan: &Subject<'_>) -> Option<Value> {
    let mut location = location_json(Some(location), plan)?;
    set(&mut location, "message", message(what));
    Some(location)
}

/// The file, the region and the path of a value. `None` without any of them.
fn location_json(value: Option<&Location>, plan: &Subject<'_>) -> Option<Value> {
    let mut location = json!({});
    if let Some(file) = &plan.path {
        let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
        if let Some(value) = value {
            let region = plan.region(value);
            let region = json!({
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            });
            set(&mut physical, "region", region);
        }
        set(&mut location, "physicalLocation", physical);
    }
    let path = value.map(|value| value.path().to_string()).filter(|path| !path.is_empty());
    if let Some(path) = path {
        set(
            &mut location,
            "logicalLocations",
            json!([{ "fullyQualifiedName": escape_invisible(&path), "kind": "value" }]),
        );
    }
    location.as_object().is_some_and(|it| !it.is_empty()).then_some(location)
}

/// A message without links: SARIF reads `[text](target)` as one.
fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "] (") })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        _ => "note",
    }
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::plan_file::PlanFile;
    use railpack2docker::{Options, lint};

    #[test]
    fn paths_are_percent_encoded() {
        for (path, expected) in [
            ("a/b-c_1.json", "a/b-c_1.json"),
            ("../ä b%:?#.json", "../%C3%A4%20b%25%3A%3F%23.json"),
            ("/a/b.json", "file:///a/b.json"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }

    #[test]
    fn no_message_is_a_link() {
        assert_eq!(message("a `[b](https://c.example)`")["text"], "a `[b] (https://c.example)`");
    }

    #[test]
    fn standard_input_has_no_name() {
        let plan = PlanFile { path: None, text: r#"{ "steps": 1 }"#.to_owned() };
        let mut found = lint(&plan.text, &Options::default());
        found.retain(|found| found.code == Code::WrongType);
        let log: Value = serde_json::from_str(&print(&[Subject::new(&plan, &found)])).unwrap();
        let location = &log["runs"][0]["results"][0]["locations"][0];
        assert!(location.get("physicalLocation").is_none());
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "steps");
    }
}
