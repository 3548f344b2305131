//! The JSON documents of an image: manifests, configs, attestations, cache configs.
//!
//! Formats: the OCI image specification (`manifest.md`, `config.md`, `image-layout.md`), the `manifest.json` of
//! `docker save` (moby `image/tarexport`), and `cache/remotecache/v1/spec.go` in `BuildKit`.

use serde_json::Value;

use super::patterns::Patterns;
use crate::image::manifest::Manifest;

/// What a document says about the blobs of its archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// The manifests of images: one for OCI, all of an archive for `docker save`.
    Manifests(Vec<Manifest>),
    Config(Config),
    Attestation(Predicate),
    /// The config of a build cache.
    Cache,
    /// An index of manifests.
    Index,
    Other,
}

/// The config of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Config {
    /// The commands of the history, redacted.
    pub(super) history: Vec<Step>,
    /// The digests of the layers before compression.
    pub(super) diff_ids: Vec<String>,
}

/// An entry of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) command: String,
    pub(super) has_layer: bool,
}

/// The kind of an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Predicate {
    Provenance,
    Sbom,
    Other,
}

impl Document {
    /// The meaning of a document.
    pub(super) fn new(json: &Value, patterns: &Patterns) -> Self {
        if let Some(manifests) = json.as_array().and_then(|all| all.iter().map(Manifest::of_docker).collect()) {
            return Self::Manifests(manifests);
        }
        if let Some(predicate) = json.get("predicateType").and_then(Value::as_str) {
            return Self::Attestation(Predicate::new(predicate));
        }
        if json.get("records").is_some() && json.get("layers").is_some() {
            return Self::Cache;
        }
        if let Some(manifest) = Manifest::of_oci(json) {
            return Self::Manifests(vec![manifest]);
        }
        if json.get("manifests").is_some() {
            return Self::Index;
        }
        // the second is in old archives, for each layer
        if ["rootfs", "container_config"].iter().any(|key| json.get(key).is_some()) {
            return Self::Config(Config::new(json, patterns));
        }
        Self::Other
    }
}

impl Config {
    fn new(json: &Value, patterns: &Patterns) -> Self {
        let array = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let step = |step: &Value| Step {
            command: step
                .get("created_by")
                .and_then(Value::as_str)
                .map(|text| command(text, patterns))
                .unwrap_or_default(),
            has_layer: step.get("empty_layer").and_then(Value::as_bool) != Some(true),
        };
        let diff_ids = array(json.get("rootfs").and_then(|rootfs| rootfs.get("diff_ids")));
        Self {
            history: array(json.get("history")).iter().map(step).collect(),
            diff_ids: diff_ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// The command of each layer. `None` if the history does not match the number of layers.
    pub(super) fn commands(&self, layers: usize) -> Option<Vec<&str>> {
        let steps = self.history.iter().filter(|step| step.has_layer);
        let commands: Vec<&str> = steps.map(|step| step.command.as_str()).collect();
        (commands.len() == layers).then_some(commands)
    }
}

impl Predicate {
    fn new(predicate_type: &str) -> Self {
        let has = |part| predicate_type.contains(part);
        match () {
            () if has("provenance") => Self::Provenance,
            () if has("spdx") || has("cyclonedx") => Self::Sbom,
            () => Self::Other,
        }
    }
}

/// The maximum length of a command in a message.
const MAX_COMMAND: usize = 200;

/// The instruction of an entry of the history on one line, without secrets.
fn command(created_by: &str, patterns: &Patterns) -> String {
    let text = patterns.redact(created_by.as_bytes());
    let text = text.strip_prefix("/bin/sh -c #(nop)").unwrap_or(&text);
    let text = text.strip_suffix("# buildkit").unwrap_or(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    railpack2docker::text::truncate_middle(&line, MAX_COMMAND * 3 / 4, MAX_COMMAND / 4).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(json: &Value) -> Document {
        Document::new(json, &Patterns::new(&[("A", "hunter2-hunter2")].into_iter().collect()).unwrap())
    }

    #[test]
    fn documents_are_recognized_by_their_keys() {
        let manifest = Manifest { config: "blobs/sha256/1".to_owned(), layers: vec!["blobs/sha256/2".to_owned()] };
        let oci = json!({ "config": { "digest": "sha256:1" }, "layers": [{ "digest": "sha256:2" }] });
        assert_eq!(document(&oci), Document::Manifests(vec![manifest]));
        let saved = json!([{ "Config": "1.json", "Layers": ["2/layer.tar"] }]);
        let manifest = Manifest { config: "1.json".to_owned(), layers: vec!["2/layer.tar".to_owned()] };
        assert_eq!(document(&saved), Document::Manifests(vec![manifest]));
        for (json, expected) in [
            (json!({ "manifests": [] }), Document::Index),
            (json!({ "layers": [], "records": [] }), Document::Cache),
            (
                json!({ "predicateType": "https://slsa.dev/provenance/v1" }),
                Document::Attestation(Predicate::Provenance),
            ),
            (json!({ "predicateType": "https://spdx.dev/Document" }), Document::Attestation(Predicate::Sbom)),
            (json!({ "predicateType": "x" }), Document::Attestation(Predicate::Other)),
            (json!({ "imageLayoutVersion": "1.0.0" }), Document::Other),
            (json!([1]), Document::Other),
            (json!({ "config": 1, "layers": 2 }), Document::Other),
        ] {
            assert_eq!(document(&json), expected, "{json}");
        }
    }

    #[test]
    fn commands_are_those_of_the_history_without_secrets() {
        let Document::Config(config) = document(&json!({ "rootfs": { "diff_ids": ["sha256:3"] }, "history": [
            { "created_by": "/bin/sh -c #(nop) ADD file:1 in / " },
            { "created_by": "ARG A=hunter2-hunter2", "empty_layer": true },
            { "created_by": "RUN |1 A=hunter2-hunter2 /bin/sh -c make \\\n  all # buildkit" },
            {},
        ] })) else {
            panic!("not a config")
        };
        let commands = ["ADD file:1 in /", "RUN |1 A=[A] /bin/sh -c make \\ all", ""];
        assert_eq!(config.commands(3), Some(commands.to_vec()));
        assert_eq!(config.commands(2), None);
        assert_eq!(config.history[1].command, "ARG A=[A]");
    }
}
