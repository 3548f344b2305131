//! Whether everything that an image or a cache lists was read. What was not read was not searched, so a clean result
//! would be wrong.
//!
//! An index may name manifests that are not there: the engine saves an index of all platforms, but only the blobs that
//! it has.

use std::collections::BTreeSet;

use super::contents::{Blob, Contents};
use super::document::Document;
use crate::image::manifest::Manifest;

/// The files that an image or a cache begins with.
const ROOTS: [&str; 2] = ["index.json", "manifest.json"];

/// The maximum depth of indexes within each other, and of links to links.
const MAX_DEPTH: usize = 4;

/// Whether it has a file that an image or a cache begins with.
pub(super) fn is_image(contents: &Contents) -> bool {
    ROOTS.iter().any(|root| contents.blobs.contains_key(*root))
}

/// Checks that there is an image or a cache with all of its layers. The error says what is missing.
pub(super) fn check(contents: &Contents) -> Result<(), String> {
    let mut listed = Listed { contents, seen: BTreeSet::new(), manifests: Vec::new(), caches: Vec::new() };
    for root in ROOTS {
        listed.collect(root, 0);
    }
    let Listed { manifests, caches, .. } = listed;
    if manifests.is_empty() && caches.is_empty() {
        return Err("it has no image: neither `index.json` nor `manifest.json` names one that is there".to_owned());
    }
    let has_config = |manifest: &&&Manifest| contents.documents.contains_key(found(contents, &manifest.config));
    let images = || manifests.iter().filter(|manifest| manifest.has_files);
    if let Some(image) = images().next()
        && caches.is_empty()
        && !images().any(|manifest| has_config(&manifest))
    {
        return Err(format!("it has no blob `{}`", image.config));
    }
    for manifest in manifests.iter().filter(has_config) {
        manifest.layers.iter().try_for_each(|layer| check_layer(contents, layer, manifest.has_files))?;
    }
    caches.into_iter().flatten().try_for_each(|layer| check_layer(contents, layer, true))
}

/// Checks that a layer was read.
fn check_layer(contents: &Contents, name: &str, has_files: bool) -> Result<(), String> {
    match contents.blobs.get(found(contents, name)) {
        None | Some(Blob::Link(_)) => Err(format!("it has no blob `{name}`")),
        Some(Blob::Empty) => Err(format!("it is truncated, in `{name}`")),
        Some(Blob::Other) if has_files => Err(format!("it is not a tar archive, in `{name}`")),
        Some(Blob::Other | Blob::Files) => Ok(()),
    }
}

/// The name of a blob in the archive. `docker save` wrote links for layers that are the same, and `skopeo copy` to a
/// directory has no folders for blobs.
fn found<'c>(contents: &'c Contents, name: &'c str) -> &'c str {
    let base = || name.rsplit('/').next().unwrap_or(name);
    let mut name = if contents.blobs.contains_key(name) { name } else { base() };
    for _ in 0..MAX_DEPTH {
        let Some(Blob::Link(target)) = contents.blobs.get(name) else { break };
        name = target;
    }
    name
}

/// The manifests and caches that the archive names.
struct Listed<'c> {
    contents: &'c Contents,
    /// The documents that were visited: an index can name itself.
    seen: BTreeSet<&'c str>,
    manifests: Vec<&'c Manifest>,
    /// The layers of each cache.
    caches: Vec<&'c [String]>,
}

impl<'c> Listed<'c> {
    /// Adds those that a document is, or names.
    fn collect(&mut self, name: &'c str, depth: usize) {
        let name = found(self.contents, name);
        if depth > MAX_DEPTH || !self.seen.insert(name) {
            return;
        }
        match self.contents.documents.get(name) {
            Some(Document::Manifests(manifests)) => self.manifests.extend(manifests),
            Some(Document::Cache(layers)) => self.caches.push(layers),
            Some(Document::Index(names)) => names.iter().for_each(|name| self.collect(name, depth + 1)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    use crate::commands::leaks::patterns::Patterns;

    /// Contents with these documents, and with the blobs `l` (a layer), `e` (empty) and `o` (something else).
    fn contents(documents: &[(&str, Value)]) -> Contents {
        let patterns = Patterns::new(&[("A", "hunter2-hunter2")].into_iter().collect()).unwrap();
        let mut contents = Contents::default();
        for (name, json) in documents {
            contents.blobs.insert((*name).to_owned(), Blob::Other);
            contents.documents.insert((*name).to_owned(), Document::new(json, &patterns));
        }
        let link = |target: &str| Blob::Link(target.to_owned());
        for (name, blob) in [
            ("blobs/sha256/l", Blob::Files),
            ("blobs/sha256/e", Blob::Empty),
            ("blobs/sha256/o", Blob::Other),
            ("1/layer.tar", Blob::Files),
            ("2/layer.tar", link("1/layer.tar")),
            ("3/layer.tar", link("3/layer.tar")),
        ] {
            contents.blobs.insert(name.to_owned(), blob);
        }
        contents
    }

    fn index(digests: &[&str]) -> Value {
        json!({ "manifests": digests.iter().map(|digest| json!({ "digest": digest })).collect::<Vec<_>>() })
    }

    fn manifest(config: &str, layer: &str, media_type: &str) -> Value {
        let layer = json!({ "digest": format!("sha256:{layer}"), "mediaType": media_type });
        json!({ "config": { "digest": format!("sha256:{config}") }, "layers": [layer] })
    }

    const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
    const CONFIG: (&str, fn() -> Value) = ("blobs/sha256/c", || json!({ "rootfs": {} }));

    /// The result for an OCI layout with these manifests.
    fn checked(manifests: &[(&str, Value)]) -> Result<(), String> {
        let names: Vec<String> = manifests.iter().map(|(name, _)| format!("sha256:{name}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).chain(["sha256:absent"]).collect();
        let paths: Vec<String> = manifests.iter().map(|(name, _)| format!("blobs/sha256/{name}")).collect();
        let mut documents = vec![("index.json", index(&names)), (CONFIG.0, CONFIG.1())];
        documents.extend(paths.iter().map(String::as_str).zip(manifests.iter().map(|(_, json)| json.clone())));
        check(&contents(&documents))
    }

    #[test]
    fn every_layer_of_an_image_that_is_there_was_read() {
        let cache = |layer: &str| json!({ "records": [], "layers": [{ "blob": format!("sha256:{layer}") }] });
        for (manifests, expected) in [
            (vec![("m", manifest("c", "l", TAR))], None),
            (vec![("m", manifest("c", "x", TAR))], Some("it has no blob `blobs/sha256/x`")),
            (vec![("m", manifest("c", "e", TAR))], Some("it is truncated, in `blobs/sha256/e`")),
            (vec![("m", manifest("c", "o", TAR))], Some("it is not a tar archive, in `blobs/sha256/o`")),
            (vec![("m", manifest("x", "l", TAR))], Some("it has no blob `blobs/sha256/x`")),
            // of another platform
            (vec![("m", manifest("c", "l", TAR)), ("n", manifest("x", "y", TAR))], None),
            (vec![("m", manifest("c", "l", TAR)), ("n", manifest("c", "o", "application/vnd.in-toto+json"))], None),
            (vec![("n", manifest("c", "o", "application/vnd.in-toto+json"))], None),
            (
                vec![("n", manifest("c", "e", "application/vnd.in-toto+json"))],
                Some("it is truncated, in `blobs/sha256/e`"),
            ),
            (
                vec![("m", manifest("x", "l", TAR)), ("n", manifest("c", "o", "application/vnd.in-toto+json"))],
                Some("it has no blob `blobs/sha256/x`"),
            ),
            (vec![("k", cache("l"))], None),
            (vec![("k", cache("x"))], Some("it has no blob `blobs/sha256/x`")),
            (vec![("i", index(&["sha256:k"])), ("k", cache("l"))], None),
        ] {
            assert_eq!(checked(&manifests).err().as_deref(), expected, "{manifests:?}");
        }
    }

    #[test]
    fn an_image_or_a_cache_is_named() {
        let no_image = Some("it has no image: neither `index.json` nor `manifest.json` names one that is there");
        let saved = |layer: &str| json!([{ "Config": "blobs/sha256/c", "Layers": [layer] }]);
        for (root, json, expected) in [
            ("index.json", json!({}), no_image),
            ("index.json", index(&[]), no_image),
            ("index.json", index(&["sha256:absent"]), no_image),
            // the manifest is there, but nothing names it
            ("other.json", index(&["sha256:m"]), no_image),
            ("index.json", index(&["sha256:m"]), None),
            ("manifest.json", json!([]), no_image),
            ("manifest.json", saved("1/layer.tar"), None),
            ("manifest.json", saved("2/layer.tar"), None),
            ("manifest.json", saved("3/layer.tar"), Some("it has no blob `3/layer.tar`")),
            // an index of itself
            ("blobs/sha256/i", index(&["sha256:i"]), no_image),
        ] {
            let mut documents = vec![(CONFIG.0, CONFIG.1()), ("blobs/sha256/m", manifest("c", "l", TAR))];
            if root == "blobs/sha256/i" {
                documents.push(("index.json", index(&["sha256:i"])));
            }
            documents.push((root, json));
            assert_eq!(check(&contents(&documents)).err().as_deref(), expected, "{documents:?}");
        }
    }

    #[test]
    fn blobs_of_a_directory_have_no_folders() {
        let mut contents = contents(&[("manifest.json", manifest("c", "f", TAR)), ("c", CONFIG.1())]);
        contents.blobs.insert("f".to_owned(), Blob::Files);
        assert_eq!(check(&contents), Ok(()));
    }
}
