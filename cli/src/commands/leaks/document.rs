//! The JSON documents of an image: manifests, configs, attestations, cache configs.
//!
//! Formats: the OCI image specification (`manifest.md`, `config.md`, `image-layout.md`), the `manifest.json` of
//! `docker save` (moby `image/tarexport`), and `cache/remotecache/v1/spec.go` in `BuildKit`.

use serde_json::Value;

use super::patterns::Patterns;
use crate::image::manifest::{Manifest, blob_name};

/// What a document says about the blobs of its archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// The manifests of images: one for OCI, all of an archive for `docker save`.
    Manifests(Vec<Manifest>),
    Config(Config),
    Attestation(Predicate),
    /// The config of a build cache, with the names of its layers.
    Cache(Vec<String>),
    /// An index, with the names of the manifests or the blobs of a cache.
    Index(Vec<String>),
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
        if let (Some(_), Some(layers)) = (json.get("records"), json.get("layers")) {
            return Self::Cache(blobs(layers, "blob"));
        }
        if let Some(manifest) = Manifest::of_oci(json) {
            return Self::Manifests(vec![manifest]);
        }
        if let Some(manifests) = json.get("manifests") {
            return Self::Index(blobs(manifests, "digest"));
        }
        // the second is in old archives, for each layer
        if ["rootfs", "container_config"].iter().any(|key| json.get(key).is_some()) {
            return Self::Config(Config::new(json, patterns));
        }
        Self::Other
    }

    /// The size of the texts that are kept of a document with this size.
    pub(super) fn kept(&self, size: u64) -> u64 {
        match self {
            Self::Attestation(_) | Self::Other => 0,
            Self::Manifests(_) | Self::Config(_) | Self::Cache(_) | Self::Index(_) => size,
        }
    }
}

/// The names of the blobs whose digests a list has in this key.
fn blobs(list: &Value, key: &str) -> Vec<String> {
    let digest = |entry: &Value| entry.get(key).and_then(Value::as_str).map(blob_name);
    list.as_array().into_iter().flatten().filter_map(digest).collect()
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
        let manifest = |config: &str, layer: &str, has_files| {
            let layers = vec![layer.to_owned()];
            Document::Manifests(vec![Manifest { config: config.to_owned(), layers, has_files }])
        };
        let mut oci = json!({ "config": { "digest": "sha256:1" }, "layers": [{ "digest": "sha256:2" }] });
        assert_eq!(document(&oci), manifest("blobs/sha256/1", "blobs/sha256/2", true));
        for (media_type, has_files) in [
            ("application/vnd.oci.image.layer.v1.tar+zstd", true),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", true),
            ("application/vnd.in-toto+json", false),
        ] {
            oci["layers"][0]["mediaType"] = media_type.into();
            assert_eq!(document(&oci), manifest("blobs/sha256/1", "blobs/sha256/2", has_files));
        }
        let saved = json!([{ "Config": "1.json", "Layers": ["2/layer.tar"] }]);
        assert_eq!(document(&saved), manifest("1.json", "2/layer.tar", true));
        let names = || vec!["blobs/sha256/1".to_owned()];
        for (json, expected) in [
            (json!({ "manifests": [{ "digest": "sha256:1" }, 2] }), Document::Index(names())),
            (json!({ "layers": [{ "blob": "sha256:1" }], "records": [] }), Document::Cache(names())),
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
