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
    /// Whether its layers are archives of files. Those of an attestation or another artifact are documents.
    pub(crate) has_files: bool,
}

impl Manifest {
    /// A manifest of the OCI or of Docker's registry.
    pub(crate) fn of_oci(json: &Value) -> Option<Self> {
        let name = |descriptor: &Value| descriptor.get("digest").and_then(Value::as_str).map(blob_name);
        let listed = json.get("layers")?.as_array()?;
        let layers = listed.iter().map(name).collect::<Option<_>>()?;
        Some(Self { config: name(json.get("config")?)?, layers, has_files: listed.iter().all(is_archive) })
    }

    /// An element of `manifest.json`.
    pub(crate) fn of_docker(json: &Value) -> Option<Self> {
        let name = |path: &Value| path.as_str().map(str::to_owned);
        let layers = json.get("Layers")?.as_array()?.iter().map(name).collect::<Option<_>>()?;
        Some(Self { config: name(json.get("Config")?)?, layers, has_files: true })
    }
}

/// Whether a layer is an archive of files, by its media type: `application/vnd.oci.image.layer.v1.tar+gzip`, or
/// `application/vnd.docker.image.rootfs.diff.tar.gzip`.
fn is_archive(descriptor: &Value) -> bool {
    descriptor.get("mediaType").and_then(Value::as_str).is_none_or(|kind| kind.contains(".tar"))
}

/// The name of a blob in an OCI layout.
pub(crate) fn blob_name(digest: &str) -> String {
    format!("blobs/{}", digest.replacen(':', "/", 1))
}

/// The digest of a blob, from its name in an OCI layout.
pub(crate) fn digest(blob: &str) -> Option<String> {
    Some(blob.strip_prefix("blobs/")?.replacen('/', ":", 1))
}
