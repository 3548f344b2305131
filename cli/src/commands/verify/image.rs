//! An image: its config and its files, from the blobs of an archive.
//!
//! Formats: the OCI image specification (`image-layout.md`, `image-index.md`, `config.md`), and the `manifest.json` of
//! `docker save`. Attestations are told by the annotation and the platform that `BuildKit` gives them
//! (`docs/attestations/attestation-storage.md`).

use serde_json::Value;

use super::layer::{Blobs, Limits};
use super::tree::Tree;
use crate::image::manifest::{Manifest, blob_name};

/// The maximum depth of indexes within each other.
const MAX_DEPTH: usize = 4;

/// The maximum number of manifests.
const MAX_MANIFESTS: usize = 1_000;

/// An image.
#[derive(Debug)]
pub(super) struct Image {
    /// The whole document, with the platform.
    pub(super) config: Value,
    pub(super) tree: Tree,
}

impl Image {
    /// The only image of an archive. Fails if there is none, if there are several, and if a part of it is missing or
    /// invalid.
    pub(super) fn new(mut blobs: Blobs) -> Result<Self, String> {
        let manifest = only_manifest(&blobs)?;
        let config = blobs.documents.remove(&manifest.config).unwrap_or_default();
        let mut tree = Tree::new(Limits::default().memory);
        for name in &manifest.layers {
            let layer = blobs.layers.get(name).ok_or_else(|| format!("it has no blob `{name}`"))?;
            tree.apply(layer).map_err(|why| format!("{why}, in `{name}`"))?;
        }
        Ok(Self { config, tree })
    }
}

/// The manifest of the only image whose config is there: the engine saves an index of all platforms, but only the
/// blobs that it has.
fn only_manifest(blobs: &Blobs) -> Result<Manifest, String> {
    let mut manifests = Vec::new();
    if let Some(index) = blobs.documents.get("index.json") {
        collect(index, blobs, 0, &mut manifests);
    }
    if manifests.is_empty() {
        let saved = blobs.documents.get("manifest.json").and_then(Value::as_array);
        manifests = saved.into_iter().flatten().filter_map(Manifest::of_docker).collect();
        manifests.dedup();
    }
    if manifests.is_empty() {
        return Err("it has no image: neither `index.json` nor `manifest.json` names one".to_owned());
    }
    let has_config = |manifest: &Manifest| blobs.documents.contains_key(&manifest.config);
    let (mut present, absent): (Vec<_>, Vec<_>) = manifests.into_iter().partition(has_config);
    match (present.pop(), present.len()) {
        (Some(manifest), 0) => Ok(manifest),
        (Some(_), others) => {
            Err(format!("it contains {} images, of different builds or platforms; save one of them", others + 1))
        }
        (None, _) => {
            let config = absent.first().map_or("", |manifest| manifest.config.as_str());
            Err(format!("it has no blob `{config}`"))
        }
    }
}

/// Adds the manifests that an index names, each once, without those of attestations.
fn collect(index: &Value, blobs: &Blobs, depth: usize, manifests: &mut Vec<Manifest>) {
    let descriptors = index.get("manifests").and_then(Value::as_array);
    for descriptor in descriptors.into_iter().flatten().filter(|descriptor| !is_attestation(descriptor)) {
        let digest = descriptor.get("digest").and_then(Value::as_str).unwrap_or_default();
        let Some(document) = blobs.documents.get(&blob_name(digest)) else { continue };
        match Manifest::of_oci(document) {
            Some(manifest) if manifests.len() < MAX_MANIFESTS && !manifests.contains(&manifest) => {
                manifests.push(manifest);
            }
            None if depth < MAX_DEPTH => collect(document, blobs, depth + 1, manifests),
            _ => {}
        }
    }
}

fn is_attestation(descriptor: &Value) -> bool {
    let text = |pointer: &str| descriptor.pointer(pointer).and_then(Value::as_str);
    text("/platform/os") == Some("unknown") || text("/annotations/vnd.docker.reference.type").is_some()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::file;
    use super::*;
    use serde_json::json;

    fn manifest(number: u32) -> Value {
        json!({ "config": { "digest": format!("sha256:c{number}") }, "layers": [{ "digest": "sha256:l" }] })
    }

    fn index(digests: &[&str]) -> Value {
        json!({ "manifests": digests.iter().map(|digest| json!({ "digest": digest })).collect::<Vec<_>>() })
    }

    /// Blobs with two images, `m1` and `m2`, of which the config of the second is missing.
    fn blobs(documents: &[(&str, Value)]) -> Blobs {
        let mut blobs = Blobs::default();
        blobs.layers.insert("blobs/sha256/l".to_owned(), vec![file("a", "1")]);
        let own = [
            ("blobs/sha256/c1", json!({ "os": "linux" })),
            ("blobs/sha256/m1", manifest(1)),
            ("blobs/sha256/m2", manifest(2)),
        ];
        blobs.documents.extend(own.iter().chain(documents).map(|(name, json)| ((*name).to_owned(), json.clone())));
        blobs
    }

    fn error(documents: &[(&str, Value)]) -> String {
        Image::new(blobs(documents)).unwrap_err()
    }

    #[test]
    fn the_only_complete_image_is_read() {
        let nested = ("blobs/sha256/i", index(&["sha256:m1", "sha256:m2", "sha256:absent"]));
        let saved = json!([{ "Config": "blobs/sha256/c1", "Layers": ["blobs/sha256/l"] }]);
        for documents in [
            vec![("index.json", index(&["sha256:m1"]))],
            vec![("index.json", index(&["sha256:m1", "sha256:m1"]))],
            vec![("index.json", index(&["sha256:i"])), nested],
            vec![("manifest.json", saved)],
        ] {
            let image = Image::new(blobs(&documents)).unwrap();
            assert_eq!((image.config, image.tree.paths().count()), (json!({ "os": "linux" }), 2), "{documents:?}");
        }
    }

    #[test]
    fn attestations_are_not_images() {
        let mut index = index(&["sha256:m1", "sha256:m3", "sha256:m4"]);
        index["manifests"][1]["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        index["manifests"][2]["annotations"] = json!({ "vnd.docker.reference.type": "attestation-manifest" });
        let more = [("blobs/sha256/m3", manifest(1)), ("blobs/sha256/m4", manifest(1)), ("index.json", index)];
        assert!(Image::new(blobs(&more)).is_ok());
    }

    #[test]
    fn other_archives_are_refused() {
        assert_eq!(error(&[]), "it has no image: neither `index.json` nor `manifest.json` names one");
        assert_eq!(error(&[("index.json", index(&["sha256:m2"]))]), "it has no blob `blobs/sha256/c2`");
        let second = ("blobs/sha256/c2", json!({}));
        let both = ("index.json", index(&["sha256:m1", "sha256:m2"]));
        assert_eq!(error(&[second, both]), "it contains 2 images, of different builds or platforms; save one of them");
        let layer = json!([{ "Config": "blobs/sha256/c1", "Layers": ["x"] }]);
        assert_eq!(error(&[("manifest.json", layer)]), "it has no blob `x`");
        // an index of itself
        assert!(
            error(&[("index.json", index(&["sha256:i"])), ("blobs/sha256/i", index(&["sha256:i"]))])
                .contains("no image")
        );
    }
}
