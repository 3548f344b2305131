//! What becomes of the layers, in a few words.

use crate::diff::{Comparison, Layer, StageLayers, Status};

const IF_FILES_DIFFER: &str = " if files differ";

/// How many layers are in each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) cached: usize,
    pub(super) if_files_differ: usize,
    pub(super) rebuilds: usize,
}

impl Counts {
    pub(super) fn of<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Self {
        let mut counts = Self::default();
        for layer in layers {
            *match layer.status {
                Status::Cached => &mut counts.cached,
                Status::IfFilesDiffer => &mut counts.if_files_differ,
                Status::Rebuilds => &mut counts.rebuilds,
            } += 1;
        }
        counts
    }

    pub(super) fn all(self) -> usize {
        self.cached + self.if_files_differ + self.rebuilds
    }
}

/// `3 of 12 layers rebuild, 2 more if files differ`.
pub(super) fn sentence(comparison: &Comparison) -> String {
    let counts = Counts::of(comparison.stages.iter().flat_map(|stage| &stage.layers));
    let all = counts.all();
    match (counts.rebuilds, counts.if_files_differ) {
        (0, 0) if all == 1 => "the layer stays cached".to_owned(),
        (0, 0) => format!("all {all} layers stay cached"),
        (rebuilds, 0) => some(rebuilds, all),
        (0, may) => format!("{}{IF_FILES_DIFFER}", some(may, all)),
        (rebuilds, may) => format!("{}, {may} more{IF_FILES_DIFFER}", some(rebuilds, all)),
    }
}

/// The stage's name in the Dockerfile, or what the last one is.
pub(super) fn name(stage: &StageLayers) -> &str {
    stage.name.as_deref().unwrap_or("the image")
}

/// The stages whose layers all stay, and those of which some do not.
pub(super) fn parted(comparison: &Comparison) -> (Vec<&StageLayers>, Vec<&StageLayers>) {
    let is_cached = |stage: &&StageLayers| stage.layers.iter().all(|layer| layer.status == Status::Cached);
    comparison.stages.iter().partition(is_cached)
}

/// What the layers of one status are called together.
pub(super) struct Line<'a> {
    pub(super) status: Status,
    pub(super) words: String,
    /// Which ones, where it is not all of them.
    pub(super) which: Option<Which<'a>>,
}

/// Some layers of a stage.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    /// This one.
    One(&'a str),
    /// This one and those that follow, up to the end or to what is worse.
    From(&'a str),
    /// This one and a number of others.
    And(&'a str, usize),
}

/// What becomes of a stage's layers: a line for each status but that of those that stay cached.
pub(super) fn lines(stage: &StageLayers) -> Vec<Line<'_>> {
    let all = stage.layers.len();
    let locations = |status: Status| -> Vec<usize> {
        let layers = stage.layers.iter().enumerate();
        layers.filter(|(_, layer)| layer.status == status).map(|(at, _)| at).collect()
    };
    let mut by_status = [Status::IfFilesDiffer, Status::Rebuilds].map(|status| (locations(status), status));
    by_status.sort_by_key(|(locations, _)| locations.first().copied());
    let line = |(locations, status): (Vec<usize>, Status)| {
        let (first, last) = (*locations.first()?, *locations.last()?);
        let count = locations.len();
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
