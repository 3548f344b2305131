//! One JSON document.

use serde_json::{Value, json};

use super::Compared;
use super::summary::Counts;
use crate::cli::report::{Source, location_json};
use crate::diff::{Change, StageLayers, Status, Subject};
use crate::escape::escape_invisible;

/// A document with everything:
///
/// * `same`: whether what is built is the same.
/// * `changes`: for each change its `kind`, such as `command-changed`; `subject`, which is `plan`, `step` or
///   `image`, and `step`, its name or null; `text`, a line in words; `before` and `after`, where there are
///   such, or null; `old` and `new`, its places in the plans or null, each with `file`, `line`, `column` and
///   `path`.
/// * `layers`: how many there are in each status: `cached`, `ifFilesDiffer`, `rebuilds`.
/// * `stages`: for each stage of the new plan its `name`, null for the image, and `layers`, each with
///   `instruction`, `status` and `place`.
/// * `dockerfile`: the unified diff of the Dockerfile and its ignore file, empty where there is no difference.
///
/// Values that look like credentials are masked in it.
pub(super) fn json(compared: &Compared<'_>) -> String {
    let comparison = &compared.comparison;
    let (old, new) = (Source::of(compared.old), Source::of(compared.new));
    let counts = Counts::of(comparison.stages.iter().flat_map(|stage| &stage.layers));
    let changes: Vec<Value> = comparison.changes.iter().map(|change| self::change(change, &old, &new)).collect();
    let stages: Vec<Value> = comparison.stages.iter().map(|stage| self::stage(stage, &new)).collect();
    let document = json!({
        "same": comparison.changes.is_empty(),
        "changes": changes,
        "layers": {
            "cached": counts.cached,
            "ifFilesDiffer": counts.if_files_differ,
            "rebuilds": counts.rebuilds,
        },
        "stages": stages,
        "dockerfile": compared.dockerfile_diff(),
    });
    format!("{document:#}\n")
}

fn change(change: &Change, old: &Source<'_>, new: &Source<'_>) -> Value {
    let (subject, step) = match &change.subject {
        Subject::Plan => ("plan", None),
        Subject::Step(name) => ("step", Some(escape_invisible(name))),
        Subject::Image => ("image", None),
    };
    json!({
        "kind": change.kind.name(),
        "subject": subject,
        "step": step,
        "text": change.to_string(),
        "before": change.before,
        "after": change.after,
        "old": change.old.as_ref().map(|location| location_json(location, Some(old))),
        "new": change.new.as_ref().map(|location| location_json(location, Some(new))),
    })
}

fn stage(stage: &StageLayers, locations: &Source<'_>) -> Value {
    let layers = stage.layers.iter().map(|layer| {
        let status = match layer.status {
            Status::Cached => "cached",
            Status::IfFilesDiffer => "ifFilesDiffer",
            Status::Rebuilds => "rebuilds",
        };
        json!({ "instruction": layer.instruction, "status": status, "place": location_json(&layer.location, Some(locations)) })
    });
    json!({ "name": stage.name, "layers": layers.collect::<Vec<_>>() })
}
