//! Leaks: the occurrences of secrets in a source, with the layer, the command and the path of each.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::contents::{Aspect, Contents, Place, Spot};
use super::document::{Config, Document, Predicate};
use super::encode::Encoding;
use super::patterns::Patterns;
use crate::image::manifest::digest;

/// A secret that was found. It contains no value, and its texts are redacted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Leak {
    /// The name of the secret.
    pub(super) secret: String,
    /// The source, such as an image or a file.
    pub(super) source: String,
    pub(super) part: Part,
    /// The number of the layer, and the number of layers.
    pub(super) layer: Option<usize>,
    pub(super) layers: Option<usize>,
    /// The digest of the blob.
    pub(super) digest: Option<String>,
    /// The path of the file.
    pub(super) path: Option<String>,
    /// The part of the file.
    pub(super) aspect: Option<FilePart>,
    /// The path of the value in a JSON document.
    pub(super) field: Option<String>,
    /// The line of a log.
    pub(super) line: Option<u64>,
    /// The instruction that created the layer or the entry.
    pub(super) command: Option<String>,
    pub(super) encodings: BTreeSet<Encoding>,
}

/// The part of a source that contains a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    Config,
    Manifest,
    Provenance,
    Sbom,
    Attestation,
    Layer,
    CacheLayer,
    CacheConfig,
    /// A file of the archive that nothing describes.
    Other,
    Log,
}

/// The part of a file that contains a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FilePart {
    Content,
    Name,
    LinkTarget,
    Attribute,
}

/// The place of a layer in an image.
#[derive(Clone, Debug)]
struct LayerPlace<'c> {
    number: usize,
    count: usize,
    digest: Option<&'c str>,
    command: Option<&'c str>,
}

impl Leak {
    fn new(secret: &str, source: &str, part: Part, encodings: &BTreeSet<Encoding>) -> Self {
        Self {
            secret: secret.to_owned(),
            source: source.to_owned(),
            part,
            layer: None,
            layers: None,
            digest: None,
            path: None,
            aspect: None,
            field: None,
            line: None,
            command: None,
            encodings: encodings.clone(),
        }
    }
}

/// The leaks of a source, sorted by part, layer, path and secret.
pub(super) fn leaks(source: &str, contents: &Contents, patterns: &Patterns) -> Vec<Leak> {
    let layers = layer_places(contents);
    let is_cache = contents.documents.values().any(|document| matches!(document, Document::Cache(_)));
    let mut leaks = Vec::new();
    for (place, secrets) in &contents.places {
        for (secret, encodings) in secrets {
            let part = part(place, contents, layers.contains_key(place.blob.as_str()), is_cache);
            let mut leak = Leak::new(patterns.name(*secret), source, part, encodings);
            leak.digest = digest(&place.blob);
            leak.locate(place, contents);
            if let Some(layer) = layers.get(place.blob.as_str()).filter(|_| part == Part::Layer) {
                (leak.layer, leak.layers) = (Some(layer.number), Some(layer.count));
                leak.digest = leak.digest.or_else(|| layer.digest.map(str::to_owned));
                leak.command = layer.command.map(str::to_owned);
            }
            leaks.push(leak);
        }
    }
    leaks.sort_by_cached_key(|leak| {
        let field = leak.field.as_deref().map(with_padded_numbers);
        (leak.part, leak.layer, leak.line, leak.path.clone(), field, leak.clone())
    });
    leaks
}

impl Leak {
    /// Sets the location within the blob.
    fn locate(&mut self, place: &Place, contents: &Contents) {
        match &place.spot {
            Spot::Blob => {
                let has_name = self.part == Part::Other && self.digest.is_none() && !place.blob.is_empty();
                self.path = has_name.then(|| place.blob.clone());
            }
            Spot::Line(line) => self.line = Some(*line),
            Spot::Field(field) => {
                self.field = Some(field.clone());
                self.command = history_command(field, contents.documents.get(&place.blob));
            }
            Spot::File { path, aspect } => {
                self.path = Some(path.clone());
                self.aspect = Some(match aspect {
                    Aspect::Content => FilePart::Content,
                    Aspect::Name => FilePart::Name,
                    Aspect::Link => FilePart::LinkTarget,
                    Aspect::Attribute => FilePart::Attribute,
                });
            }
        }
    }
}

/// A text whose order is that of the numbers in it.
fn with_padded_numbers(text: &str) -> String {
    let parts = text.split_inclusive(|c: char| !c.is_ascii_digit());
    parts.fold(String::new(), |padded, part| {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let rest = part.get(digits.len()..).unwrap_or_default();
        if digits.is_empty() { padded + rest } else { format!("{padded}{digits:0>20}{rest}") }
    })
}

/// The part of the source that a place belongs to.
fn part(place: &Place, contents: &Contents, is_layer: bool, is_cache: bool) -> Part {
    match (&place.spot, contents.documents.get(&place.blob)) {
        (Spot::Line(_), _) => Part::Log,
        (_, Some(Document::Config(_))) => Part::Config,
        (_, Some(Document::Manifests(_) | Document::Index(_))) => Part::Manifest,
        (_, Some(Document::Attestation(Predicate::Provenance))) => Part::Provenance,
        (_, Some(Document::Attestation(Predicate::Sbom))) => Part::Sbom,
        (_, Some(Document::Attestation(Predicate::Other))) => Part::Attestation,
        (_, Some(Document::Cache(_))) => Part::CacheConfig,
        (Spot::File { .. }, _) if place.blob.is_empty() => Part::Other,
        (Spot::File { .. }, _) | (Spot::Blob, None) if is_layer => Part::Layer,
        (Spot::File { .. }, _) if is_cache => Part::CacheLayer,
        (Spot::File { .. }, _) => Part::Layer,
        _ => Part::Other,
    }
}

/// The places of the layers that images list, by the name of their blob. The first image that knows the command of a
/// layer wins.
fn layer_places(contents: &Contents) -> BTreeMap<&str, LayerPlace<'_>> {
    let mut places: BTreeMap<&str, LayerPlace<'_>> = BTreeMap::new();
    let manifests = contents.documents.values().filter_map(|document| match document {
        Document::Manifests(manifests) => Some(manifests),
        _ => None,
    });
    for manifest in manifests.flatten() {
        let Some(Document::Config(config)) = contents.documents.get(&manifest.config) else { continue };
        let count = manifest.layers.len();
        let commands = config.commands(count);
        for (index, layer) in manifest.layers.iter().enumerate() {
            let command = commands.as_ref().and_then(|commands| commands.get(index).copied());
            let command = command.filter(|command| !command.is_empty());
            let digest = config.diff_ids.get(index).map(String::as_str);
            let place = LayerPlace { number: index + 1, count, digest, command };
            let known = places.entry(layer).or_insert_with(|| place.clone());
            if known.command.is_none() && command.is_some() {
                *known = place;
            }
        }
    }
    places
}

/// The instruction of the entry of the history that a field belongs to.
fn history_command(field: &str, document: Option<&Document>) -> Option<String> {
    let Some(Document::Config(Config { history, .. })) = document else { return None };
    let (index, _) = field.strip_prefix("history[")?.split_once(']')?;
    let step = history.get(index.parse::<usize>().ok()?)?;
    Some(step.command.clone()).filter(|command| !command.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_order() {
        let mut fields = ["a[10].b", "a[9].b", "a", "a[9]", "b2", "b10"];
        fields.sort_by_key(|field| with_padded_numbers(field));
        assert_eq!(fields, ["a", "a[9]", "a[9].b", "a[10].b", "b2", "b10"]);
    }
}
