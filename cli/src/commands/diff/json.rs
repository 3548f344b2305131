//! A comparison as a JSON document.

use railpack2docker::diff::{Change, StageLayers, Status, Subject};
use railpack2docker::escape::escape_invisible_json;
use serde_json::{Value, json};

use super::ComparedPlans;
use super::since::{Kind, PlanDiff};
use super::summary::Counts;
use crate::output::location::Source;

/// A document with `plans`. Each has `plan`, its path, and `status`: `changed`, `unchanged`, `new`, `removed` or
/// `failed`. A plan that is changed or unchanged also has the keys of [`print()`].
pub(super) fn print_all(plans: &[PlanDiff]) -> String {
    let plan = |plan: &PlanDiff| {
        let mut document = match &plan.kind {
            Kind::Compared(compared) => document(compared),
            _ => json!({}),
        };
        if let Some(members) = document.as_object_mut() {
            members.insert("plan".to_owned(), plan.path.as_str().into());
            members.insert("status".to_owned(), plan.status().into());
        }
        document
    };
    let document = json!({ "plans": plans.iter().map(plan).collect::<Vec<_>>() });
    escape_invisible_json(&format!("{document:#}")) + "\n"
}

/// A document with everything:
///
/// * `same`: whether the plans are equivalent.
/// * `changes`: the `kind` of each change, such as `command-changed`; its `subject`, which is `plan`, `step` or
///   `image`; `step`, the name of a step or null; `text`, the change in words; `before` and `after`, or null;
///   `old` and `new`, its location in each plan or null.
/// * `layers`: the number of layers in each status, `cached`, `ifFilesDiffer` and `rebuilds`.
/// * `stages`: the `name` of each stage of the new plan, null for the image, and its `layers`, each with
///   `instruction`, `status` and `location`.
/// * `dockerfile`: the unified diff of the Dockerfile and its ignore file.
///
/// A location has `file`, `path`, `line` and `column`. Values that look like credentials are redacted.
pub(super) fn print(compared: &ComparedPlans) -> String {
    escape_invisible_json(&format!("{:#}", document(compared))) + "\n"
}

/// The document that [`print()`] prints.
pub(super) fn document(compared: &ComparedPlans) -> Value {
    let comparison = &compared.comparison;
    let (old, new) = (Source::new(&compared.old), Source::new(&compared.new));
    let counts = Counts::new(comparison.stages.iter().flat_map(|stage| &stage.layers));
    let changes: Vec<Value> = comparison.changes.iter().map(|change| self::change_json(change, &old, &new)).collect();
    let stages: Vec<Value> = comparison.stages.iter().map(|stage| self::stage_json(stage, &new)).collect();
    json!({
        "same": comparison.changes.is_empty(),
        "changes": changes,
        "layers": {
            "cached": counts.cached,
            "ifFilesDiffer": counts.if_files_differ,
            "rebuilds": counts.rebuilds,
        },
        "stages": stages,
        "dockerfile": compared.dockerfile_diff(),
    })
}

fn change_json(change: &Change, old: &Source<'_>, new: &Source<'_>) -> Value {
    let (subject, step) = match &change.subject {
        Subject::Step(name) => ("step", Some(name)),
        Subject::Image => ("image", None),
        _ => ("plan", None),
    };
    json!({
        "kind": change.kind.name(),
        "subject": subject,
        "step": step,
        "text": change.to_string(),
        "before": change.before,
        "after": change.after,
        "old": change.old.as_ref().map(|location| old.location_json(location)),
        "new": change.new.as_ref().map(|location| new.location_json(location)),
    })
}

fn stage_json(stage: &StageLayers, source: &Source<'_>) -> Value {
    let layers = stage.layers.iter().map(|layer| {
        let status = match layer.status {
            Status::Cached => "cached",
            Status::IfFilesDiffer => "ifFilesDiffer",
            _ => "rebuilds",
        };
        json!({ "instruction": layer.instruction, "status": status, "location": source.location_json(&layer.location) })
    });
    json!({ "name": stage.name, "layers": layers.collect::<Vec<_>>() })
}
