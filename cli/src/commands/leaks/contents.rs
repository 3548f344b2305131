//! The results of reading one source: occurrences of secrets, and the documents that explain where these are.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::encode::Encoding;

/// The maximum number of places that are kept.
const MAX_PLACES: usize = 10_000;

/// A source that was read.
#[derive(Default)]
pub(super) struct Contents {
    /// The occurrences: the index of each secret with its encodings, by place.
    pub(super) places: BTreeMap<Place, BTreeMap<usize, BTreeSet<Encoding>>>,
    /// The documents, by the name of their blob.
    pub(super) documents: BTreeMap<String, Document>,
    /// The reasons why the search is incomplete, each with the first place and the number of places.
    pub(super) gaps: BTreeMap<Gap, (String, usize)>,
    /// What each blob turned out to be.
    pub(super) blobs: BTreeMap<String, Blob>,
}

/// What a blob turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Blob {
    /// An archive of files, or a layer without files.
    Files,
    Empty,
    Other,
    /// A link to the blob with this name.
    Link(String),
}

/// A place that contains a secret. Its texts are redacted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The path of the blob in the archive.
    pub(super) blob: String,
    pub(super) spot: Spot,
}

/// A place within a blob.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// A line of a log.
    Line(u64),
    /// Anywhere in it.
    Blob,
    /// A value of a JSON document.
    Field(String),
    /// A file of a layer.
    File { path: String, aspect: Aspect },
}

/// The part of a file that contains a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    Content,
    Name,
    Link,
    /// The owner, or an extended attribute.
    Attribute,
}

/// A reason why something was not searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// A compressed file expands to more than the limit.
    Expanded,
    /// Compressed files are within each other beyond the limit.
    Nested,
    /// A compressed file in a layer is corrupt.
    Corrupt,
    /// There are too many occurrences.
    Places,
}

impl Contents {
    /// Adds an occurrence.
    pub(super) fn add(&mut self, place: &Place, secret: usize, encoding: Encoding) {
        if self.places.len() >= MAX_PLACES && !self.places.contains_key(place) {
            self.add_gap(Gap::Places, &place.blob);
            return;
        }
        self.places.entry(place.clone()).or_default().entry(secret).or_default().insert(encoding);
    }

    /// Adds a reason why something was not searched.
    pub(super) fn add_gap(&mut self, gap: Gap, place: &str) {
        self.gaps.entry(gap).or_insert_with(|| (place.to_owned(), 0)).1 += 1;
    }
}
