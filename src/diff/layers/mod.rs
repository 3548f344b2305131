//! Cache prediction: which layers an engine rebuilds after it has built the old plan.
//!
//! An engine rebuilds a layer if its cache has none with the same key. The keys are BuildKit's, as far as they are
//! known without the files: files copied from another stage may turn out to be the same.

mod cache_keys;
mod context;
mod simulate;

use std::fmt;

use crate::compilation::Lowered;
use crate::diagnostic::Location;
use crate::dockerfile::Role;
use cache_keys::{CacheKeys, KnownKeys};

/// The layers of one stage in the new plan's Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageLayers {
    /// The name of the stage in the Dockerfile, or `None` for the final image.
    pub name: Option<String>,
    /// The layers, in the order of the Dockerfile.
    pub layers: Vec<Layer>,
}

/// One layer, created by a `RUN`, `COPY` or `WORKDIR` instruction. `ENV` and similar instructions create none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// The instruction on one line, without its mounts. Values that look like credentials are masked.
    pub instruction: String,
    /// The location in the new plan that the layer comes from.
    pub location: Location,
    /// The predicted cache status.
    pub status: Status,
}

/// The cache status of a new plan's layer, on an engine that has built the old plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// The layer is cached.
    Cached,
    /// The layer is cached if the files that it or a layer below it copies are unchanged. They come from a
    /// rebuilt stage, another image, or other paths of the build context.
    IfFilesDiffer,
    /// The layer is rebuilt.
    Rebuilds,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cached => "cached",
            Self::IfFilesDiffer => "rebuilds if its files differ",
            Self::Rebuilds => "rebuilds",
        })
    }
}

/// Predicts the status of each layer of the new plan. The texts of instructions come from `redacted`.
pub(super) fn predict(old: &Lowered, new: &Lowered, redacted: &Lowered) -> Vec<StageLayers> {
    let mut keys = CacheKeys::default();
    let mut known = KnownKeys::default();
    let before = simulate::layers(old.dockerfile(), old.dockerignore(), &mut keys);
    for layer in before.iter().flatten() {
        known.insert(layer.key);
    }
    let after = simulate::layers(new.dockerfile(), new.dockerignore(), &mut keys);
    let stages = redacted.dockerfile().stages.iter().zip(after);
    let stages = stages.map(|(stage, layers)| {
        let texts = stage.instructions.iter().flat_map(|instruction| instruction.value.layers());
        let layers = layers.into_iter().zip(texts).map(|(layer, instruction)| {
            let status = if known.contains(layer.key) {
                Status::Cached
            } else if known.may_contain(layer.key) {
                Status::IfFilesDiffer
            } else {
                Status::Rebuilds
            };
            Layer { instruction, location: layer.location, status }
        });
        let name = stage.name().filter(|_| stage.role != Role::Image);
        StageLayers { name: name.map(str::to_owned), layers: layers.collect() }
    });
    stages.collect()
}
