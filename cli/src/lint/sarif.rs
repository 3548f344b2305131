//! The findings as SARIF 2.1.0, which code hosts and editors read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::subject::Subject;
use crate::diagnostic::Location;
use crate::diagnostic::code::{self, Code};
use crate::escape::escape_invisible;
use crate::{Diagnostic, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where this project is; empty where nobody said.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The log, and a line feed.
pub(super) fn document(findings: &[Diagnostic], plan: &Subject<'_>) -> String {
    let codes: BTreeSet<&str> = findings.iter().map(|found| found.code).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let fingerprints = plan.fingerprints(findings);
    let results: Vec<Value> = findings
        .iter()
        .zip(fingerprints)
        .map(|(found, fingerprint)| result(found, &codes, &fingerprint, plan))
        .collect();
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "rules": codes.iter().map(|code| rule(code, codes::find(code))).collect::<Vec<_>>(),
    });
    if !REPOSITORY.is_empty() {
        set(&mut driver, "informationUri", REPOSITORY.into());
    }
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    format!("{:#}\n", json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] }))
}

fn rule(id: &str, code: Option<&Code>) -> Value {
    let mut rule = json!({ "id": id });
    let Some(code) = code else { return rule };
    set(&mut rule, "shortDescription", json!({ "text": code.summary }));
    set(&mut rule, "help", json!({ "text": code.page, "markdown": code.page }));
    set(&mut rule, "defaultConfiguration", json!({ "level": level(code.severity) }));
    if !REPOSITORY.is_empty() {
        set(&mut rule, "helpUri", format!("{REPOSITORY}/blob/HEAD/{}", code.path()).into());
    }
    rule
}

fn result(found: &Diagnostic, codes: &[&str], fingerprint: &str, plan: &Subject<'_>) -> Value {
    let help = found.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": found.code,
        "ruleIndex": codes.iter().position(|code| *code == found.code),
        "level": level(found.severity),
        "message": message(&format!("{}{help}", found.message)),
        "partialFingerprints": { "finding/v1": fingerprint },
    });
    if let Some(location) = location(found.location.as_ref(), plan) {
        set(&mut result, "locations", json!([location]));
    }
    let related: Vec<Value> =
        found.related.iter().filter_map(|(location, what)| related(location, what, plan)).collect();
    if !related.is_empty() {
        set(&mut result, "relatedLocations", related.into());
    }
    result
}

fn related(location: &Location, what: &str, plan: &Subject<'_>) -> Option<Value> {
    let mut location = location(Some(location), plan)?;
    set(&mut location, "message", message(what));
    Some(location)
}

/// The file and the part of it, and the keys that lead there. None where neither is known.
fn location(location: Option<&Location>, plan: &Subject<'_>) -> Option<Value> {
    let mut location = json!({});
    if let Some(path) = &plan.path {
        let mut physical = json!({ "artifactLocation": { "uri": uri(path) } });
        if let Some(location) = location {
            let region = plan.region(location);
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
    let keys = location.map(|location| location.path().to_string()).filter(|keys| !keys.is_empty());
    if let Some(keys) = keys {
        set(
            &mut location,
            "logicalLocations",
            json!([{ "fullyQualifiedName": escape_invisible(&keys), "kind": "value" }]),
        );
    }
    location.as_object().is_some_and(|it| !it.is_empty()).then_some(location)
}

/// A message, in which `[text](place)` would be a link.
fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "] (") })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
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
    use super::super::PlanFile;
    use super::*;

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
        let plan = PlanFile { path: None, text: "{}".to_owned() };
        let found = [Diagnostic::new(Code::DependencyCycle, "a")
            .at(&Location::new(crate::diagnostic::Path::default().key("b"), 0..1))];
        let log: Value = serde_json::from_str(&document(&found, &Subject::of(&plan))).unwrap();
        let location = &log["runs"][0]["results"][0]["locations"][0];
        assert!(location.get("physicalLocation").is_none());
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "b");
    }
}
