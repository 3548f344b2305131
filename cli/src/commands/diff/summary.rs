//! The layers that rebuild, in a few words.

use railpack2docker::diff::{Comparison, Layer, StageLayers, Status};

const IF_FILES_DIFFER: &str = " if files differ";

/// The number of layers in each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) cached: usize,
    pub(super) if_files_differ: usize,
    pub(super) rebuilds: usize,
}

impl Counts {
    pub(super) fn new<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Self {
        let mut counts = Self::default();
        for layer in layers {
            *match layer.status {
                Status::Cached => &mut counts.cached,
                Status::IfFilesDiffer => &mut counts.if_files_differ,
                _ => &mut counts.rebuilds,
            } += 1;
        }
        counts
    }

    pub(super) fn total(self) -> usize {
        self.cached + self.if_files_differ + self.rebuilds
    }
}

/// `3 of 12 layers rebuild, 2 more if files differ`.
pub(super) fn sentence(comparison: &Comparison) -> String {
    let counts = Counts::new(comparison.stages.iter().flat_map(|stage| &stage.layers));
    let all = counts.total();
    match (counts.rebuilds, counts.if_files_differ) {
        (0, 0) if all == 1 => "the layer stays cached".to_owned(),
        (0, 0) => format!("all {all} layers stay cached"),
        (rebuilds, 0) => some(rebuilds, all),
        (0, may) => format!("{}{IF_FILES_DIFFER}", some(may, all)),
        (rebuilds, may) => format!("{}, {may} more{IF_FILES_DIFFER}", some(rebuilds, all)),
    }
}

/// The name of a stage. The last one is the image.
pub(super) fn name(stage: &StageLayers) -> &str {
    stage.name.as_deref().unwrap_or("the image")
}

/// The stages whose layers all stay cached, and the others.
pub(super) fn cached_and_others(comparison: &Comparison) -> (Vec<&StageLayers>, Vec<&StageLayers>) {
    let is_cached = |stage: &&StageLayers| stage.layers.iter().all(|layer| layer.status == Status::Cached);
    comparison.stages.iter().partition(is_cached)
}

/// The layers of a stage in one status.
pub(super) struct Line<'a> {
    pub(super) status: Status,
    pub(super) words: String,
    /// The layers. `None` for all of them.
    pub(super) which: Option<Which<'a>>,
}

/// Some layers of a stage.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    /// One layer.
    One(&'a str),
    /// A layer and those after it.
    From(&'a str),
    /// A layer and a number of others.
    And(&'a str, usize),
}

/// A line for each status but `Cached`.
pub(super) fn lines(stage: &StageLayers) -> Vec<Line<'_>> {
    let all = stage.layers.len();
    let indices = |status: Status| -> Vec<usize> {
        let layers = stage.layers.iter().enumerate();
        layers.filter(|(_, layer)| layer.status == status).map(|(at, _)| at).collect()
    };
    let mut by_status = [Status::IfFilesDiffer, Status::Rebuilds].map(|status| (indices(status), status));
    by_status.sort_by_key(|(indices, _)| indices.first().copied());
    let line = |(indices, status): (Vec<usize>, Status)| {
        let (first, last) = (*indices.first()?, *indices.last()?);
        let count = indices.len();
        let tail = if status == Status::IfFilesDiffer { IF_FILES_DIFFER } else { "" };
        let instruction = stage.layers.get(first)?.instruction.as_str();
        let which = match count {
            count if count == all && all > 1 => None,
            1 => Some(Which::One(instruction)),
            count if last - first + 1 == count => Some(Which::From(instruction)),
            count => Some(Which::And(instruction, count - 1)),
        };
        Some(Line { status, words: some(count, all) + tail, which })
    };
    by_status.into_iter().filter_map(line).collect()
}

fn some(count: usize, all: usize) -> String {
    match (count, all) {
        (1, 1) => "its layer rebuilds".to_owned(),
        (2, 2) => "both layers rebuild".to_owned(),
        (count, all) if count == all => format!("all {all} layers rebuild"),
        (1, all) => format!("1 of {all} layers rebuilds"),
        (count, all) => format!("{count} of {all} layers rebuild"),
    }
}
