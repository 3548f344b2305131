//! Images and caches as archives, in the forms that the Docker Engine and `BuildKit` write.

use std::collections::BTreeMap;
use std::io::Write;

use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use testkit::command::Folder;

/// The files of an archive.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// An image.
pub(crate) struct Image {
    /// The tar archives of the layers, each with the instruction that created it.
    pub(crate) layers: Vec<(&'static str, Vec<u8>)>,
    /// What the config contains besides.
    pub(crate) config: Value,
    /// Entries of the history without a layer, which come first.
    pub(crate) history: Vec<String>,
    /// The predicate of the provenance.
    pub(crate) provenance: Option<Value>,
    pub(crate) annotation: Option<String>,
    pub(crate) compress: fn(&[u8]) -> Vec<u8>,
}

impl Default for Image {
    fn default() -> Self {
        Self {
            layers: Vec::new(),
            config: json!({}),
            history: Vec::new(),
            provenance: None,
            annotation: None,
            compress: gzip,
        }
    }
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, CompressionLevel::Fastest)
}

/// A tar archive of these files.
pub(crate) fn tar<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn digest(content: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(content)))
}

/// Adds a blob. The result is its descriptor.
fn add(files: &mut Files, content: Vec<u8>) -> Value {
    let (digest, size) = (digest(&content), content.len());
    files.insert(format!("blobs/{}", digest.replace(':', "/")), content);
    json!({ "digest": digest, "size": size })
}

impl Image {
    fn config(&self) -> Value {
        let diff_ids: Vec<String> = self.layers.iter().map(|(_, layer)| digest(layer)).collect();
        let empty = self.history.iter().map(|command| json!({ "created_by": command, "empty_layer": true }));
        let layers = self.layers.iter().map(|(command, _)| json!({ "created_by": command }));
        let history: Vec<Value> = empty.chain(layers).collect();
        json!({ "config": self.config, "history": history, "rootfs": { "type": "layers", "diff_ids": diff_ids } })
    }

    /// An OCI layout.
    pub(crate) fn oci(&self) -> Files {
        let mut files = Files::new();
        let layers: Vec<Value> = self.layers.iter().map(|(_, layer)| add(&mut files, (self.compress)(layer))).collect();
        let config = add(&mut files, self.config().to_string().into_bytes());
        let manifest = json!({ "config": config, "layers": layers, "annotations": { "note": self.annotation } });
        let mut manifests = vec![add(&mut files, manifest.to_string().into_bytes())];
        if let Some(predicate) = &self.provenance {
            let statement = json!({ "predicateType": "https://slsa.dev/provenance/v0.2", "predicate": predicate });
            let mut statement = add(&mut files, statement.to_string().into_bytes());
            statement["mediaType"] = "application/vnd.in-toto+json".into();
            let config = add(&mut files, b"{\"rootfs\":{}}".to_vec());
            let manifest = json!({ "config": config, "layers": [statement] });
            let mut descriptor = add(&mut files, manifest.to_string().into_bytes());
            descriptor["platform"] = json!({ "architecture": "unknown", "os": "unknown" });
            manifests.push(descriptor);
        }
        files.insert("index.json".to_owned(), json!({ "manifests": manifests }).to_string().into_bytes());
        files.insert("oci-layout".to_owned(), b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec());
        files
    }

    /// What `docker save` wrote before Docker 25: each layer has a copy of the config without the history.
    pub(crate) fn classic(&self) -> Files {
        let mut files = Files::new();
        let mut names = Vec::new();
        for (number, (_, layer)) in self.layers.iter().enumerate() {
            files.insert(format!("layer{number}/layer.tar"), layer.clone());
            names.push(format!("layer{number}/layer.tar"));
            let config = json!({ "id": "1a2b", "config": self.config, "container_config": { "Cmd": null } });
            files.insert(format!("layer{number}/json"), config.to_string().into_bytes());
        }
        files.insert("0a1b.json".to_owned(), self.config().to_string().into_bytes());
        let manifest = json!([{ "Config": "0a1b.json", "RepoTags": ["app:latest"], "Layers": names }]);
        files.insert("manifest.json".to_owned(), manifest.to_string().into_bytes());
        files
    }
}

/// A cache of these blobs, as `--cache-to type=local` writes it: an index of layers, which no manifest of an image lists.
pub(crate) fn cache(layers: &[Vec<u8>]) -> Files {
    let mut files = Files::new();
    let mut blobs: Vec<Value> = layers.iter().map(|layer| add(&mut files, layer.clone())).collect();
    let records = json!({ "layers": [{ "blob": blobs[0]["digest"] }], "records": [{ "digest": "sha256:1" }] });
    blobs.push(add(&mut files, records.to_string().into_bytes()));
    let index = add(&mut files, json!({ "manifests": blobs }).to_string().into_bytes());
    files.insert("index.json".to_owned(), json!({ "manifests": [index] }).to_string().into_bytes());
    files.insert("ingest/.keep".to_owned(), Vec::new());
    files
}

/// Writes files as a tar archive.
pub(crate) fn write_tar(folder: &Folder, name: &str, files: &Files) {
    folder.write(name, tar(files.iter().map(|(path, content)| (path.as_str(), content.as_slice()))));
}

/// Writes files as a directory.
pub(crate) fn write_directory(folder: &Folder, name: &str, files: &Files) {
    for (path, content) in files {
        folder.write(&format!("{name}/{path}"), content);
    }
}
