//! The manifests of images: the names of their blobs.
//!
//! Formats: the OCI image specification (`manifest.md`, `image-layout.md`), and the `manifest.json` of `docker save` (moby
//! `image/tarexport`).

use serde_json::Value;

/// An image: the names of its blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) config: String,
    pub(crate) layers: Vec<String>,
}

impl Manifest {
    /// A manifest of the OCI or of Docker's registry.
    pub(crate) fn of_oci(json: &Value) -> Option<Self> {
        let name = |descriptor: &Value| descriptor.get("digest").and_then(Value::as_str).map(blob_name);
        let layers = json.get("layers")?.as_array()?.iter().map(name).collect::<Option<_>>()?;
        Some(Self { config: name(json.get("config")?)?, layers })
    }

    /// An element of `manifest.json`.
    pub(crate) fn of_docker(json: &Value) -> Option<Self> {
        let name = |path: &Value| path.as_str().map(str::to_owned);
        let layers = json.get("Layers")?.as_array()?.iter().map(name).collect::<Option<_>>()?;
        Some(Self { config: name(json.get("Config")?)?, layers })
    }
}

/// The name of a blob in an OCI layout.
pub(crate) fn blob_name(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// The digest of a blob, from its name in an OCI layout.
pub(crate) fn digest(blob: &str) -> Option<String> {
    Some(blob.strip_prefix("blobs/")?.replacen('/', ":", 1))
}
