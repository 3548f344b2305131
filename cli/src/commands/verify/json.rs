//! A report as a JSON document.

use railpack2docker::escape::escape_invisible_json;
use serde_json::{Value, json};

use super::class::Class;
use super::difference::Subject;
use super::report::{Classified, Report, Side};

/// A document with everything:
///
/// * `same`: whether no difference counts.
/// * `images`: the `label` and the `origin` of each.
/// * `files`, `settings`: the numbers of both that were compared.
/// * `differences`: the `file` or the `setting`; the `aspect`, and its `detail` or null; the values, `first` and
///   `second`, or null; the `status`, which is `different`, `newInEachBuild` or `accepted`; and the `reason`, which is
///   null, a text, or the pattern.
/// * `unusedAccepts`: the patterns for accepted differences that match none.
///
/// The values of secrets are redacted.
pub(super) fn print(report: &Report) -> String {
    let image = |side: &Side| json!({ "label": side.label, "origin": side.origin });
    let document = json!({
        "same": report.is_same(),
        "images": report.sides.iter().map(image).collect::<Vec<_>>(),
        "files": report.files,
        "settings": report.settings,
        "differences": report.all.iter().map(difference).collect::<Vec<_>>(),
        "unusedAccepts": report.unused,
    });
    escape_invisible_json(&format!("{document:#}")) + "\n"
}

fn difference(found: &Classified) -> Value {
    let difference = &found.difference;
    let [first, second] = &difference.values;
    let (kind, name) = match &difference.subject {
        Subject::Setting(name) => ("setting", name),
        Subject::File(path) => ("file", path),
    };
    let (status, reason) = match &found.class {
        Class::Different => ("different", None),
        Class::New(reason) => ("newInEachBuild", Some(*reason)),
        Class::Accepted(pattern) => ("accepted", Some(pattern.as_str())),
    };
    json!({
        kind: name,
        "aspect": difference.aspect.key(),
        "detail": difference.aspect.detail(),
        "first": first,
        "second": second,
        "status": status,
        "reason": reason,
    })
}
