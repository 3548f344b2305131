//! The paths of edges through the positions of the layout: straight down through a row, and curved between rows.

use super::layout::{Layout, PORT_GAP, Scene, Size, Track};

/// The distance between a row and the curves above it, or the row above if there are none: enough for an arrowhead.
const CLEARANCE: f64 = 15.0;

/// The minimum height of the curves between two rows.
const MIN_CURVE: f64 = 16.0;

/// Additional height for each pixel of horizontal distance: of the longest curve, and of each curve up to a limit.
/// Flat curves would be hard to tell apart.
const LONGEST_FACTOR: f64 = 0.08;
const EACH_FACTOR: f64 = 0.02;
const MAX_EACH: f64 = 9.0;

/// The distance from the corner of a box to the first end of an edge.
const CORNER: f64 = 9.0;

/// The maximum distance between positions that are treated as equal.
const TOLERANCE: f64 = 3.0;

/// A position and a size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) size: Size,
}

/// The positions of everything in a scene.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Placement {
    pub(super) boxes: Vec<Frame>,
    pub(super) labels: Vec<Option<Frame>>,
    /// The path of each edge: its start, its curves with four points each as in SVG, and its end.
    pub(super) paths: Vec<Vec<(f64, f64)>>,
    pub(super) size: Size,
}

impl Placement {
    /// Swaps the axes.
    fn transpose(self) -> Self {
        let transpose = |frame: Frame| Frame { left: frame.top, top: frame.left, size: frame.size.transpose() };
        let paths = self.paths.into_iter().map(|path| path.into_iter().map(|(x, y)| (y, x)).collect());
        Self {
            boxes: self.boxes.into_iter().map(transpose).collect(),
            labels: self.labels.into_iter().map(|label| label.map(transpose)).collect(),
            paths: paths.collect(),
            size: self.size.transpose(),
        }
    }
}

/// The preferred ratio of width to height.
const ASPECT_RATIO: f64 = 1.5;

/// Places everything from top to bottom or from left to right, whichever has the better aspect ratio.
pub(super) fn place(scene: &Scene) -> Placement {
    let down = place_downward(scene);
    let across = place_downward(&scene.transpose()).transpose();
    let extent = |placement: &Placement| (placement.size.width / ASPECT_RATIO).max(placement.size.height);
    if extent(&across) < extent(&down) { across } else { down }
}

/// Places everything from top to bottom.
fn place_downward(scene: &Scene) -> Placement {
    let scene = &scene.widen_boxes();
    let mut layout = scene.lay_out();
    spread_ends(scene, &mut layout);
    let rows = rows(scene, &layout);
    let frame = |row: usize, middle: f64, size: Size| {
        let top = rows.get(row).map_or(0.0, |row| row.top + (row.height - size.height) / 2.0);
        Frame { left: middle - size.width / 2.0, top, size }
    };
    let boxes = scene.boxes.iter().zip(&layout.boxes).map(|(size, (row, middle))| frame(*row, *middle, *size));
    let boxes: Vec<Frame> = boxes.collect();
    let edges = || scene.edges.iter().zip(&layout.tracks);
    let labels = edges().map(|(line, track)| {
        let at = track.label?;
        Some(frame(track.row + at, *track.positions.get(at)?, line.label?))
    });
    let paths = edges().map(|(line, track)| {
        let bottom = boxes.get(line.from).map_or(0.0, |frame| frame.top + frame.size.height);
        let top = boxes.get(line.to).map_or(0.0, |frame| frame.top);
        edge_path(track, &rows, bottom, top)
    });
    move_to_origin(Placement { labels: labels.collect(), paths: paths.collect(), boxes, size: Size::default() })
}

/// Spreads the ends of edges at a box: each is as close to the next position of its edge as the others allow.
fn spread_ends(scene: &Scene, layout: &mut Layout) {
    for (at, (size, (_, middle))) in scene.boxes.iter().zip(&layout.boxes).enumerate() {
        let (left, right) = (middle - size.width / 2.0 + CORNER, middle + size.width / 2.0 - CORNER);
        for is_start in [true, false] {
            let edges = layout.tracks.iter_mut().zip(&scene.edges);
            let edges = edges.filter(|(_, line)| at == if is_start { line.from } else { line.to });
            let mut ends: Vec<(&mut f64, f64)> =
                edges.filter_map(|(track, _)| end(&mut track.positions, is_start)).collect();
            ends.sort_by(|(_, next), (_, other)| next.total_cmp(other));
            let mut min = left;
            for (end, next) in &mut ends {
                **end = next.clamp(left.min(right), right.max(left)).max(min);
                min = **end + PORT_GAP;
            }
            let mut max = right;
            for (end, _) in ends.iter_mut().rev() {
                **end = end.min(max);
                max = **end - PORT_GAP;
            }
        }
    }
    for track in &mut layout.tracks {
        let mut last = f64::INFINITY;
        for position in &mut track.positions {
            // nearly straight edges become straight
            if (*position - last).abs() < TOLERANCE {
                *position = last;
            }
            last = *position;
        }
    }
}

/// An end of an edge, and the position next to it.
fn end(positions: &mut [f64], is_start: bool) -> Option<(&mut f64, f64)> {
    match (is_start, positions) {
        (true, [end, next, ..]) | (false, [.., next, end]) => Some((end, *next)),
        _ => None,
    }
}

/// A row, as high as its tallest box or label, with the curves below it.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    top: f64,
    height: f64,
    curves: f64,
}

fn rows(scene: &Scene, layout: &Layout) -> Vec<Row> {
    let count = layout.boxes.iter().map(|(row, _)| row + 1).max().unwrap_or_default();
    let mut rows = vec![Row::default(); count];
    let boxes = scene.boxes.iter().zip(&layout.boxes).map(|(size, (row, _))| (*row, size.height));
    let labels = scene.edges.iter().zip(&layout.tracks);
    let labels = labels.filter_map(|(line, track)| Some((track.row + track.label?, line.label?.height)));
    for (row, height) in boxes.chain(labels) {
        if let Some(row) = rows.get_mut(row) {
            row.height = row.height.max(height);
        }
    }
    let mut distances = vec![(0.0_f64, 0.0); count];
    for track in &layout.tracks {
        for ((longest, each), distance) in
            distances.iter_mut().skip(track.row).zip(track.positions.windows(2).map(distance))
        {
            *longest = longest.max(distance);
            *each += (distance * EACH_FACTOR).min(MAX_EACH);
        }
    }
    let mut top = 0.0;
    for (row, (longest, each)) in rows.iter_mut().zip(distances) {
        row.top = top;
        row.curves = if longest > 0.0 { MIN_CURVE + longest * LONGEST_FACTOR + each } else { 0.0 };
        top += row.height + row.curves + CLEARANCE;
    }
    rows
}

/// The horizontal distance of an edge between two rows.
fn distance(positions: &[f64]) -> f64 {
    if let [from, to] = positions { (from - to).abs() } else { 0.0 }
}

/// The path of an edge from the bottom of one box to the top of another.
fn edge_path(track: &Track, rows: &[Row], bottom: f64, top: f64) -> Vec<(f64, f64)> {
    let mut path: Vec<(f64, f64)> = track.positions.first().map(|position| (*position, bottom)).into_iter().collect();
    for (row, positions) in rows.iter().skip(track.row).zip(track.positions.windows(2)) {
        if let [from, to] = *positions
            && distance(positions) > 0.0
        {
            let (above, below) = (row.top + row.height, row.top + row.height + row.curves);
            let middle = f64::midpoint(above, below);
            path.extend([(from, above), (from, middle), (to, middle), (to, below)]);
        }
    }
    path.extend(track.positions.last().map(|position| (*position, top)));
    path
}

/// Moves the upper left corner to the origin, and sets the size.
fn move_to_origin(mut placement: Placement) -> Placement {
    let frames: Vec<Frame> = placement.boxes.iter().chain(placement.labels.iter().flatten()).copied().collect();
    let xs = || frames.iter().map(|frame| frame.left).chain(placement.paths.iter().flatten().map(|(x, _)| *x));
    let left = xs().fold(f64::INFINITY, f64::min);
    let left = if left.is_finite() { left } else { 0.0 };
    let rights = frames.iter().map(|frame| frame.left + frame.size.width);
    let right = rights.chain(placement.paths.iter().flatten().map(|(x, _)| *x)).fold(left, f64::max);
    let bottom = frames.iter().map(|frame| frame.top + frame.size.height).fold(0.0, f64::max);
    for frame in placement.boxes.iter_mut().chain(placement.labels.iter_mut().flatten()) {
        frame.left -= left;
    }
    for (x, _) in placement.paths.iter_mut().flatten() {
        *x -= left;
    }
    placement.size = Size { width: right - left, height: bottom };
    placement
}
