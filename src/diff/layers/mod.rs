//! Which layers an engine makes anew that has built the old plan.
//!
//! An engine makes a layer anew when it has none with the same key. The keys are BuildKit's, as far
//! as they can be known without the files: what a stage copies from elsewhere may turn out the same.

mod cache_keys;
mod context;
mod simulate;

use std::fmt;

use crate::compilation::Lowered;
use crate::diagnostic::Location;
use cache_keys::{Keys, Known};

/// The layers of a stage of the new plan's Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageLayers {
    /// The stage's name in the Dockerfile; none for the image.
    pub name: Option<String>,
    /// In the order of the Dockerfile.
    pub layers: Vec<Layer>,
}

/// One layer: what a `RUN`, `COPY` or `WORKDIR` makes. `ENV` and the like make none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// The instruction on one line, without what it mounts, values that look like credentials masked.
    pub instruction: String,
    /// Where it comes from in the new plan.
    pub location: Location,
    /// What becomes of it.
    pub status: Status,
}

/// What an engine that has built the old plan does for a layer of the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// It has the layer.
    Cached,
    /// It has the layer if the files that it copies, or that a layer below it copies, have not changed:
    /// those of a stage that is made anew, of another image, or others of the build context.
    IfFilesDiffer,
    /// It makes the layer.
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

/// What becomes of each layer of the new plan. `redacted` is the Dockerfile to show.
pub(super) fn predict(old: &Lowered, new: &Lowered, redacted: &Lowered) -> Vec<StageLayers> {
    let mut keys = Keys::default();
    let mut known = Known::default();
    let before = simulate::layers(old.dockerfile(), old.dockerignore(), &mut keys);
    for layer in before.iter().flatten() {
        known.insert(layer.key);
    }
    let after = simulate::layers(new.dockerfile(), new.dockerignore(), &mut keys);
    let stages = redacted.dockerfile().stages.iter().zip(after);
    let stages = stages.map(|(stage, layers)| {
        let texts = stage.instructions.iter().flat_map(|instruction| instruction.value.layers());
        let layers = layers.into_iter().zip(texts).map(|(layer, instruction)| {
            let status = if known.holds(layer.key) {
                Status::Cached
            } else if known.may_hold(layer.key) {
                Status::IfFilesDiffer
            } else {
                Status::Rebuilds
            };
            Layer { instruction, location: layer.location, status }
        });
        StageLayers { name: stage.name.as_ref().map(|name| name.as_str().to_owned()), layers: layers.collect() }
    });
    stages.collect()
}
