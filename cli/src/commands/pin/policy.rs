//! Digests as a source policy of BuildKit, which pins the images of any build.
//!
//! The format is that of `sourcepolicy/pb/policy.proto` in BuildKit. A rule of the action `CONVERT` replaces a source
//! before it is resolved (`sourcepolicy/engine.go`).

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;
use railpack2docker::{Code, Diagnostic};
use serde_json::{Value, json};

use super::lock::Lock;
use crate::files::lock_file::Pins;
use crate::files::read::read_file;

/// The start of an image in a policy.
const SCHEME: &str = "docker-image://";

/// The text of a policy with a rule for each image of the given plans, sorted. BuildKit compares the name that it has
/// completed.
pub(super) fn print(contents: &[(&Lock<'_>, Pins)]) -> String {
    let mut rules = BTreeMap::new();
    for (lock, pins) in contents {
        for (image, _) in lock.images() {
            if let Some(digest) = pins.get(image.name()) {
                let pinned = format!("{}@{digest}", image.full_source());
                rules.insert(image.full_name(), rule(&image.full_name(), &pinned));
            }
        }
    }
    let rules: Vec<Value> = rules.into_values().collect();
    format!("{:#}\n", json!({ "rules": rules }))
}

fn rule(name: &str, pinned: &str) -> Value {
    json!({
        "action": "CONVERT",
        "selector": { "identifier": format!("{SCHEME}{name}") },
        "updates": { "identifier": format!("{SCHEME}{pinned}") },
    })
}

/// Fails if the file exists and was not written by this command.
pub(super) fn check_place(path: &Path) -> Result<(), Diagnostic> {
    let is_other = fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        && !read_file(path).is_ok_and(|text| text.is_empty() || is_policy(&text));
    if !is_other {
        return Ok(());
    }
    let message = format!("refusing to overwrite `{}`, which is not a source policy of `pin`", path.display());
    Err(Diagnostic::new(Code::NotGenerated, message).with_help("delete it, or pass another path to `--policy`"))
}

/// Whether a text is a policy that this command writes. One with other rules was written by someone else.
fn is_policy(text: &[u8]) -> bool {
    let Ok(policy) = serde_json::from_slice::<Value>(text) else { return false };
    let rules = policy.get("rules").and_then(Value::as_array);
    let is_alone = policy.as_object().is_some_and(|policy| policy.len() == 1);
    is_alone && rules.is_some_and(|rules| rules.iter().all(is_own))
}

fn is_own(given: &Value) -> bool {
    let image = |key: &str| given.get(key)?.get("identifier")?.as_str()?.strip_prefix(SCHEME);
    image("selector").zip(image("updates")).is_some_and(|(name, pinned)| *given == rule(name, pinned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_policies_are_overwritten() {
        let own = json!({ "rules": [rule("a:1", "b:1@sha256:x")] });
        assert!(is_policy(own.to_string().as_bytes()) && is_policy(br#"{ "rules": [] }"#));
        let mut denied = own.clone();
        denied["rules"][0]["action"] = json!("DENY");
        let mut other = own.clone();
        other["version"] = json!(1);
        for text in [denied.to_string(), other.to_string(), "{}".to_owned(), "[]".to_owned(), "x".to_owned()] {
            assert!(!is_policy(text.as_bytes()), "{text}");
        }
    }
}
