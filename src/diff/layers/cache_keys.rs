//! BuildKit's cache keys, which combine an operation, the layer below it, and the files it reads.

use std::collections::{BTreeMap, BTreeSet};

/// A number that identifies a key or an operation. Equal ones have equal numbers, even in different Dockerfiles.
type Id = usize;

/// An operation, with everything that contributes to its cache key
/// (`CacheMap` in `solver/llbsolver/ops/exec.go`, `file.go` and `merge.go`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// An image, by its reference.
    Image(String),
    /// The creation of a directory.
    Directory(String),
    /// A copy. Only the last component of the source path matters.
    Copy { name: String, destination: String, owner: Option<String>, exclude: Vec<String>, mode: Option<u32> },
    /// A file with its content in the Dockerfile.
    File { delimiter: String, mode: Option<u32>, destination: String, content: String },
    /// A command.
    Run(Box<RunOperation>),
    /// A layer put on top of others by `COPY --link`.
    Merge,
}

/// A command and its environment. Since BuildKit 0.13, the id and the sharing mode of a cache mount are part of the
/// key only if both are the defaults. The values of secrets never are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RunOperation {
    pub(super) command: String,
    pub(super) in_shell: bool,
    pub(super) environment: Vec<(String, String)>,
    pub(super) directory: String,
    /// Whether `USER` and `SHELL` are overridden.
    pub(super) resets: (bool, bool),
    pub(super) mounts: Vec<String>,
    pub(super) secret_variables: Vec<String>,
}

/// Files that an operation reads. BuildKit's key depends on their content. Where the content is unknown here, the
/// key may or may not be the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileSource {
    /// Files with known content.
    Known(String),
    /// Files of a stage.
    Stage { files: Option<Id>, path: String },
    /// Files of an image.
    Image { reference: String, path: String },
    /// Files of the build context, and the ignore patterns that may exclude some of them.
    Context { path: String, ignored: Vec<String> },
    /// A layer.
    Layer(CacheKey),
}

/// The key of a layer, or of all files of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CacheKey {
    /// The number that also covers the source of the files, so that two keys differ if the files may differ.
    exact: Id,
    /// The number that ignores unknown content, so that it is the same whatever the files contain.
    loose: Id,
}

impl FileSource {
    /// Creates a source for files of a stage.
    pub(super) fn from_stage(files: Option<CacheKey>, path: String) -> Self {
        Self::Stage { files: files.map(|files| files.exact), path }
    }

    fn loose(&self) -> LooseSource {
        match self {
            Self::Known(content) => LooseSource::Known(content.clone()),
            Self::Layer(key) => LooseSource::Layer(key.loose),
            Self::Stage { .. } | Self::Image { .. } | Self::Context { .. } => LooseSource::Any,
        }
    }
}

/// A source, reduced to its known content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LooseSource {
    Known(String),
    Layer(Id),
    Any,
}

/// Assigns keys: the same operation on the same layers and files has the same key.
#[derive(Debug, Default)]
pub(super) struct CacheKeys {
    operations: BTreeMap<Operation, Id>,
    exact: BTreeMap<(Id, Option<Id>, Option<FileSource>), Id>,
    loose: BTreeMap<(Id, Option<Id>, Option<LooseSource>), Id>,
}

impl CacheKeys {
    /// The key of an operation on a layer.
    pub(super) fn key(
        &mut self,
        operation: Operation,
        below: Option<CacheKey>,
        source: Option<FileSource>,
    ) -> CacheKey {
        let operation = number(&mut self.operations, operation);
        let loose = source.as_ref().map(FileSource::loose);
        CacheKey {
            exact: number(&mut self.exact, (operation, below.map(|key| key.exact), source)),
            loose: number(&mut self.loose, (operation, below.map(|key| key.loose), loose)),
        }
    }
}

fn number<T: Ord>(known: &mut BTreeMap<T, Id>, value: T) -> Id {
    let next = known.len();
    *known.entry(value).or_insert(next)
}

/// The keys of all layers of a Dockerfile.
#[derive(Debug, Default)]
pub(super) struct KnownKeys {
    exact: BTreeSet<Id>,
    loose: BTreeSet<Id>,
}

impl KnownKeys {
    /// Adds the key of a layer.
    pub(super) fn insert(&mut self, key: CacheKey) {
        self.exact.insert(key.exact);
        self.loose.insert(key.loose);
    }

    /// Whether a layer has this key.
    pub(super) fn contains(&self, key: CacheKey) -> bool {
        self.exact.contains(&key.exact)
    }

    /// Whether a layer has this key if its files are the same.
    pub(super) fn may_contain(&self, key: CacheKey) -> bool {
        self.loose.contains(&key.loose)
    }
}
