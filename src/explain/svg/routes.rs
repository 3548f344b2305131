//! The way of each edge: down and sideways only. Sideways it goes between two rows, on a track that it
//! shares with no edge it could be taken for.

use super::layout::{Layout, Line, PORT_GAP, Scene, Size, number};
use super::straight::straighten;

/// Between two tracks.
const TRACK: f64 = 9.0;

/// Between a row and the next track, or the next row: there is room for an arrow's head.
const CLEARANCE: f64 = 15.0;

/// From a box's corner to the first end of an edge.
const CORNER: f64 = 9.0;

/// What counts as the same place.
const SAME: f64 = 0.5;

/// A place and a size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) size: Size,
}

/// A scene with everything in its place.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) boxes: Vec<Frame>,
    pub(super) labels: Vec<Option<Frame>>,
    /// The corners of each edge's way.
    pub(super) ways: Vec<Vec<(f64, f64)>>,
    pub(super) size: Size,
}

impl Plan {
    fn turned(self) -> Self {
        let turn = |frame: Frame| Frame { left: frame.top, top: frame.left, size: frame.size.turned() };
        let ways = self.ways.into_iter().map(|way| way.into_iter().map(|(x, y)| (y, x)).collect());
        Self {
            boxes: self.boxes.into_iter().map(turn).collect(),
            labels: self.labels.into_iter().map(|label| label.map(turn)).collect(),
            ways: ways.collect(),
            size: self.size.turned(),
        }
    }
}

/// An edge between two rows.
#[derive(Clone, Copy, Debug)]
struct Hop {
    edge: usize,
    /// The upper row.
    row: usize,
    from: f64,
    to: f64,
}

impl Hop {
    fn is_straight(&self) -> bool {
        (self.from - self.to).abs() < f64::EPSILON
    }

    /// Whether both go sideways over a common stretch, or nearly.
    fn meets(&self, other: &Self) -> bool {
        let (left, right) = (self.from.min(self.to), self.from.max(self.to));
        let (other_left, other_right) = (other.from.min(other.to), other.from.max(other.to));
        left < other_right + TRACK && other_left < right + TRACK
    }

    /// Whether it has to be on a higher track: it comes down where the other goes on down.
    fn must_be_above(&self, other: &Self) -> bool {
        (self.from - other.to).abs() < TRACK
    }

    /// Whether it is better on a higher track, to cross the other one as seldom as can be.
    fn should_be_above(&self, other: &Self) -> bool {
        let (goes_right, other_goes_right) = (self.to > self.from, other.to > other.from);
        match (goes_right, other_goes_right) {
            (true, true) => self.from > other.from,
            (false, false) => self.from < other.from,
            _ => false,
        }
    }
}

/// How many times wider than high a picture is, at best.
const SHAPE: f64 = 1.5;

/// Gives everything its place: from top to bottom or from left to right, whichever has the better
/// shape.
pub(super) fn best(scene: &Scene) -> Plan {
    let down = of(scene);
    let across = of(&scene.turned()).turned();
    let extent = |plan: &Plan| (plan.size.width / SHAPE).max(plan.size.height);
    if extent(&across) < extent(&down) { across } else { down }
}

/// Gives everything its place, from top to bottom.
fn of(scene: &Scene) -> Plan {
    let scene = &scene.with_room();
    let mut layout = scene.lay_out();
    let (starts, ends) = ports(scene, &layout);
    straighten(scene, &mut layout, &starts, &ends);
    let layout = &layout;
    let (starts, ends) = ports(scene, layout);
    let hops = hops(scene, layout, &starts, &ends);
    let rows = layout.boxes.iter().map(|(row, _)| row + 1).max().unwrap_or_default();
    let heights = row_heights(scene, layout, rows);
    let mut gaps: Vec<Vec<Hop>> = vec![Vec::new(); rows];
    for hop in hops.iter().flatten() {
        if let Some(gap) = gaps.get_mut(hop.row).filter(|_| !hop.is_straight()) {
            gap.push(*hop);
        }
    }
    let tracks: Vec<Vec<usize>> = gaps.iter().map(|gap| tracks(gap)).collect();
    let mut tops = Vec::with_capacity(rows);
    let mut at = 0.0;
    for (height, tracks) in heights.iter().zip(&tracks) {
        tops.push(at);
        let sideways = tracks.iter().max().map_or(0.0, |most| number(*most) * TRACK + CLEARANCE);
        at += height + CLEARANCE + sideways;
    }
    let geometry = Geometry { tops, heights, gaps, tracks };
    let boxes = scene.boxes.iter().zip(&layout.boxes).map(|(size, (row, middle))| geometry.frame(*row, *middle, *size));
    let boxes: Vec<Frame> = boxes.collect();
    let labels = scene.edges.iter().enumerate().map(|(edge, line)| geometry.label(layout, edge, line));
    let labels: Vec<Option<Frame>> = labels.collect();
    let ways = hops.iter().zip(&scene.edges).map(|(hops, line)| {
        let bottom = boxes.get(line.from).map_or(0.0, |frame| frame.top + frame.size.height);
        let top = boxes.get(line.to).map_or(0.0, |frame| frame.top);
        geometry.way(hops, bottom, top)
    });
    settled(Plan { ways: ways.collect(), boxes, labels, size: Size::default() })
}

/// Where each edge leaves its upper box, and where it meets its lower one.
fn ports(scene: &Scene, layout: &Layout) -> (Vec<f64>, Vec<f64>) {
    let middle = |at: usize| layout.boxes.get(at).map_or(0.0, |(_, middle)| *middle);
    let (mut starts, mut ends) = (vec![0.0; scene.edges.len()], vec![0.0; scene.edges.len()]);
    for (at, size) in scene.boxes.iter().enumerate() {
        let outgoing = scene.edges.iter().enumerate().filter(|(_, line)| line.from == at);
        let wanted = |edge: usize, other: usize, first: bool| {
            let passes = layout.passes.get(edge).map(Vec::as_slice).unwrap_or_default();
            let pass = if first { passes.first() } else { passes.last() };
            (edge, pass.copied().unwrap_or_else(|| middle(other)))
        };
        let outgoing: Vec<(usize, f64)> = outgoing.map(|(edge, line)| wanted(edge, line.to, true)).collect();
        let incoming = scene.edges.iter().enumerate().filter(|(_, line)| line.to == at);
        let incoming: Vec<(usize, f64)> = incoming.map(|(edge, line)| wanted(edge, line.from, false)).collect();
        for (wanted, placed) in [(outgoing, &mut starts), (incoming, &mut ends)] {
            for (edge, x) in spread(wanted, middle(at), size.width) {
                if let Some(location) = placed.get_mut(edge) {
                    *location = x;
                }
            }
        }
    }
    (starts, ends)
}

/// Places at the side of a box, each as near to where it is wanted as the others let it.
fn spread(mut wanted: Vec<(usize, f64)>, middle: f64, width: f64) -> Vec<(usize, f64)> {
    let (left, right) = (middle - width / 2.0 + CORNER, middle + width / 2.0 - CORNER);
    wanted.sort_by(|(edge, x), (other, y)| x.total_cmp(y).then(edge.cmp(other)));
    let mut least = left;
    for (_, x) in &mut wanted {
        *x = x.clamp(left.min(right), right.max(left)).max(least);
        least = *x + PORT_GAP;
    }
    let mut most = right;
    for (_, x) in wanted.iter_mut().rev() {
        *x = x.min(most);
        most = *x - PORT_GAP;
    }
    wanted
}

/// The hops of each edge, from row to row.
fn hops(scene: &Scene, layout: &Layout, starts: &[f64], ends: &[f64]) -> Vec<Vec<Hop>> {
    let of = |(edge, line): (usize, &Line)| {
        let row = layout.boxes.get(line.from).map_or(0, |(row, _)| *row);
        let passes = layout.passes.get(edge).map(Vec::as_slice).unwrap_or_default();
        let start = starts.get(edge).copied().unwrap_or_default();
        let end = ends.get(edge).copied().unwrap_or_default();
        let mut from = start;
        let hop = |(to, row): (f64, usize)| {
            // what is nearly straight is straight
            let to = if (from - to).abs() < SAME { from } else { to };
            Hop { edge, row, from: std::mem::replace(&mut from, to), to }
        };
        passes.iter().copied().chain([end]).zip(row..).map(hop).collect()
    };
    scene.edges.iter().enumerate().map(of).collect()
}

/// The height of each row: that of the highest box or label in it.
fn row_heights(scene: &Scene, layout: &Layout, rows: usize) -> Vec<f64> {
    let mut heights = vec![0.0_f64; rows];
    let boxes = scene.boxes.iter().zip(&layout.boxes).map(|(size, (row, _))| (*row, size.height));
    let labels = scene.edges.iter().zip(&layout.labels);
    let labels = labels.filter_map(|(line, row)| Some(((*row)?, line.label?.height)));
    for (row, height) in boxes.chain(labels) {
        if let Some(highest) = heights.get_mut(row) {
            *highest = highest.max(height);
        }
    }
    heights
}

/// A track for each hop of a gap, from the top: below all that have to be above it.
fn tracks(hops: &[Hop]) -> Vec<usize> {
    let follows = |at: usize, other: usize, is_above: fn(&Hop, &Hop) -> bool| match (hops.get(at), hops.get(other)) {
        (Some(hop), Some(other)) => other.meets(hop) && is_above(other, hop),
        _ => false,
    };
    let mut tracks: Vec<Option<usize>> = vec![None; hops.len()];
    for _ in 0..hops.len() {
        let open: Vec<usize> =
            tracks.iter().enumerate().filter(|(_, track)| track.is_none()).map(|(at, _)| at).collect();
        let waits = |at: usize, is_above| open.iter().any(|other| *other != at && follows(at, *other, is_above));
        let may_go = |at: &usize| !waits(*at, Hop::must_be_above);
        let is_free = |at: &usize| may_go(at) && !waits(*at, Hop::should_be_above);
        // where they wait for each other in a circle, one has to begin
        let next = open.iter().copied().find(is_free).or_else(|| open.iter().copied().find(may_go));
        let Some(next) = next.or_else(|| open.first().copied()) else { break };
        let above = tracks.iter().enumerate().filter_map(|(at, track)| Some((hops.get(at)?, (*track)?)));
        let meeting = above.filter(|(other, _)| hops.get(next).is_some_and(|hop| hop.meets(other)));
        let track = meeting.map(|(_, track)| track + 1).max().unwrap_or_default();
        if let Some(slot) = tracks.get_mut(next) {
            *slot = Some(track);
        }
    }
    tracks.into_iter().map(Option::unwrap_or_default).collect()
}

/// Where rows and tracks are.
struct Geometry {
    tops: Vec<f64>,
    heights: Vec<f64>,
    gaps: Vec<Vec<Hop>>,
    tracks: Vec<Vec<usize>>,
}

impl Geometry {
    fn top(&self, row: usize) -> f64 {
        self.tops.get(row).copied().unwrap_or_default()
    }

    fn height(&self, row: usize) -> f64 {
        self.heights.get(row).copied().unwrap_or_default()
    }

    /// The frame of something in the middle of a row.
    fn frame(&self, row: usize, middle: f64, size: Size) -> Frame {
        let top = self.top(row) + (self.height(row) - size.height) / 2.0;
        Frame { left: middle - size.width / 2.0, top, size }
    }

    fn label(&self, layout: &Layout, edge: usize, line: &Line) -> Option<Frame> {
        let row = layout.labels.get(edge).copied().flatten()?;
        let first = layout.boxes.get(line.from).map_or(0, |(row, _)| row + 1);
        let middle = layout.passes.get(edge)?.get(row.checked_sub(first)?)?;
        Some(self.frame(row, *middle, line.label?))
    }

    /// The corners of an edge's way, from the bottom of one box to the top of another.
    fn way(&self, hops: &[Hop], bottom: f64, top: f64) -> Vec<(f64, f64)> {
        let mut corners: Vec<(f64, f64)> = hops.first().map(|hop| (hop.from, bottom)).into_iter().collect();
        for hop in hops.iter().filter(|hop| !hop.is_straight()) {
            let in_gap = self.gaps.get(hop.row).and_then(|gap| gap.iter().position(|other| other.edge == hop.edge));
            let track = in_gap.and_then(|at| self.tracks.get(hop.row)?.get(at)).copied().unwrap_or_default();
            let y = self.top(hop.row) + self.height(hop.row) + CLEARANCE + number(track) * TRACK;
            corners.extend([(hop.from, y), (hop.to, y)]);
        }
        corners.extend(hops.last().map(|hop| (hop.to, top)));
        corners
    }
}

/// The same with its upper left corner at the origin, and with its size.
fn settled(mut plan: Plan) -> Plan {
    let frames: Vec<Frame> = plan.boxes.iter().chain(plan.labels.iter().flatten()).copied().collect();
    let xs = || frames.iter().map(|frame| frame.left).chain(plan.ways.iter().flatten().map(|(x, _)| *x));
    let left = xs().fold(f64::INFINITY, f64::min);
    let left = if left.is_finite() { left } else { 0.0 };
    let rights = frames.iter().map(|frame| frame.left + frame.size.width);
    let right = rights.chain(plan.ways.iter().flatten().map(|(x, _)| *x)).fold(left, f64::max);
    let bottom = frames.iter().map(|frame| frame.top + frame.size.height).fold(0.0, f64::max);
    for frame in plan.boxes.iter_mut().chain(plan.labels.iter_mut().flatten()) {
        frame.left -= left;
    }
    for (x, _) in plan.ways.iter_mut().flatten() {
        *x -= left;
    }
    plan.size = Size { width: right - left, height: bottom };
    plan
}
