//! Cache keys, as BuildKit makes them: an operation, what lies below it, what it takes from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

/// Stands for a key: the same number is the same key, in both Dockerfiles.
type Id = usize;

/// What an instruction does, with everything of it that BuildKit looks at
/// (`CacheMap` in `solver/llbsolver/ops/exec.go`, `file.go` and `merge.go`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// The files of an image, by its reference.
    Image(String),
    /// A directory that is made.
    Directory(String),
    /// A copy. Of the source's path only the last part counts.
    Copy { name: String, destination: String, exclude: Vec<String> },
    /// A file that stands in the Dockerfile.
    File { delimiter: String, mode: Option<u32>, destination: String, content: String },
    /// A command.
    Run(Box<Run>),
    /// A layer laid on others, as `COPY --link` does it.
    Merge,
}

/// A command with what it sees. The id and the sharing of a cache mount are no part of it since
/// BuildKit 0.13, the values of secrets never were.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) command: String,
    pub(super) in_shell: bool,
    pub(super) environment: Vec<(String, String)>,
    pub(super) directory: String,
    /// Whether USER and SHELL are no longer the image's own.
    pub(super) resets: (bool, bool),
    pub(super) mounts: Vec<String>,
    pub(super) secret_variables: Vec<String>,
}

/// Files that an operation takes from elsewhere. BuildKit looks at what they hold: where that can
/// be known to be the same, the key is, and else it may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// Files of which it is known what they hold.
    Known(String),
    /// Files of a stage.
    Stage { files: Option<Id>, path: String },
    /// Files of an image.
    Image { reference: String, path: String },
    /// Files of the build context, and the patterns of an ignore file that may leave some out.
    Context { path: String, ignored: Vec<String> },
    /// A layer.
    Layer(Key),
}

/// The key of a layer, or of all files of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Differs where the files that go into it may.
    exact: Id,
    /// The same however they turn out.
    loose: Id,
}

impl Source {
    /// Files of a stage.
    pub(super) fn of_stage(files: Option<Key>, path: String) -> Self {
        Self::Stage { files: files.map(|files| files.exact), path }
    }

    fn loose(&self) -> Loose {
        match self {
            Self::Known(what) => Loose::Known(what.clone()),
            Self::Layer(key) => Loose::Layer(key.loose),
            Self::Stage { .. } | Self::Image { .. } | Self::Context { .. } => Loose::Any,
        }
    }
}

/// A source whose files may hold anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loose {
    Known(String),
    Layer(Id),
    Any,
}

/// Hands out keys, the same for the same operation on the same things.
#[derive(Debug, Default)]
pub(super) struct Keys {
    operations: BTreeMap<Operation, Id>,
    exact: BTreeMap<(Id, Option<Id>, Option<Source>), Id>,
    loose: BTreeMap<(Id, Option<Id>, Option<Loose>), Id>,
}

impl Keys {
    /// The key of an operation on what lies below it.
    pub(super) fn of(&mut self, operation: Operation, below: Option<Key>, source: Option<Source>) -> Key {
        let operation = number(&mut self.operations, operation);
        let loose = source.as_ref().map(Source::loose);
        Key {
            exact: number(&mut self.exact, (operation, below.map(|key| key.exact), source)),
            loose: number(&mut self.loose, (operation, below.map(|key| key.loose), loose)),
        }
    }
}

fn number<T: Ord>(known: &mut BTreeMap<T, Id>, what: T) -> Id {
    let next = known.len();
    *known.entry(what).or_insert(next)
}

/// The keys of all layers of a Dockerfile.
#[derive(Debug, Default)]
pub(super) struct Known {
    exact: BTreeSet<Id>,
    loose: BTreeSet<Id>,
}

impl Known {
    /// Takes in a layer.
    pub(super) fn insert(&mut self, key: Key) {
        self.exact.insert(key.exact);
        self.loose.insert(key.loose);
    }

    /// Whether a layer of this key is there.
    pub(super) fn holds(&self, key: Key) -> bool {
        self.exact.contains(&key.exact)
    }

    /// Whether a layer is there that has this key if the files that go into it are the same.
    pub(super) fn may_hold(&self, key: Key) -> bool {
        self.loose.contains(&key.loose)
    }
}
