//! The way of each edge through the places that the layout gives it: straight down where it passes a row,
//! and in a curve from row to row.

use super::layout::{Course, Layout, PORT_GAP, Scene, Size};

/// Between a row and the curves above it, or the next row: there is room for an arrow's head.
const CLEARANCE: f64 = 15.0;

/// How high the curves between two rows are at least.
const LEAST_CURVE: f64 = 16.0;

/// How much higher they are for how far one goes sideways: the farthest, and each of them up to a limit.
/// Flat ones would be hard to tell from each other.
const FARTHEST: f64 = 0.08;
const EACH: f64 = 0.02;
const MOST_OF_EACH: f64 = 9.0;

/// From a box's corner to the first end of an edge.
const CORNER: f64 = 9.0;

/// What counts as the same place.
const SAME: f64 = 3.0;

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
    /// Each edge's way: its start, its curves, each by four points as in SVG, and its end.
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
    part(scene, &mut layout);
    let rows = rows(scene, &layout);
    let frame = |row: usize, middle: f64, size: Size| {
        let top = rows.get(row).map_or(0.0, |row| row.top + (row.height - size.height) / 2.0);
        Frame { left: middle - size.width / 2.0, top, size }
    };
    let boxes = scene.boxes.iter().zip(&layout.boxes).map(|(size, (row, middle))| frame(*row, *middle, *size));
    let boxes: Vec<Frame> = boxes.collect();
    let edges = || scene.edges.iter().zip(&layout.courses);
    let labels = edges().map(|(line, course)| {
        let at = course.label?;
        Some(frame(course.row + at, *course.places.get(at)?, line.label?))
    });
    let ways = edges().map(|(line, course)| {
        let bottom = boxes.get(line.from).map_or(0.0, |frame| frame.top + frame.size.height);
        let top = boxes.get(line.to).map_or(0.0, |frame| frame.top);
        way(course, &rows, bottom, top)
    });
    settled(Plan { labels: labels.collect(), ways: ways.collect(), boxes, size: Size::default() })
}

/// Parts the ends of edges at a box: each is as near to where its edge goes as the others let it.
fn part(scene: &Scene, layout: &mut Layout) {
    for (at, (size, (_, middle))) in scene.boxes.iter().zip(&layout.boxes).enumerate() {
        let (left, right) = (middle - size.width / 2.0 + CORNER, middle + size.width / 2.0 - CORNER);
        for is_start in [true, false] {
            let edges = layout.courses.iter_mut().zip(&scene.edges);
            let edges = edges.filter(|(_, line)| at == if is_start { line.from } else { line.to });
            let mut ends: Vec<(&mut f64, f64)> =
                edges.filter_map(|(course, _)| end(&mut course.places, is_start)).collect();
            ends.sort_by(|(_, next), (_, other)| next.total_cmp(other));
            let mut least = left;
            for (end, next) in &mut ends {
                **end = next.clamp(left.min(right), right.max(left)).max(least);
                least = **end + PORT_GAP;
            }
            let mut most = right;
            for (end, _) in ends.iter_mut().rev() {
                **end = end.min(most);
                most = **end - PORT_GAP;
            }
        }
    }
    for course in &mut layout.courses {
        let mut last = f64::INFINITY;
        for place in &mut course.places {
            // what is nearly straight is straight
            if (*place - last).abs() < SAME {
                *place = last;
            }
            last = *place;
        }
    }
}

/// An end of an edge, and the place next to it.
fn end(places: &mut [f64], is_start: bool) -> Option<(&mut f64, f64)> {
    match (is_start, places) {
        (true, [end, next, ..]) | (false, [.., next, end]) => Some((end, *next)),
        _ => None,
    }
}

/// A row, as high as the highest box or label in it, and the curves below.
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
    let labels = scene.edges.iter().zip(&layout.courses);
    let labels = labels.filter_map(|(line, course)| Some((course.row + course.label?, line.label?.height)));
    for (row, height) in boxes.chain(labels) {
        if let Some(row) = rows.get_mut(row) {
            row.height = row.height.max(height);
        }
    }
    let mut sideways = vec![(0.0_f64, 0.0); count];
    for course in &layout.courses {
        for ((farthest, each), run) in sideways.iter_mut().skip(course.row).zip(course.places.windows(2).map(run)) {
            *farthest = farthest.max(run);
            *each += (run * EACH).min(MOST_OF_EACH);
        }
    }
    let mut top = 0.0;
    for (row, (farthest, each)) in rows.iter_mut().zip(sideways) {
        row.top = top;
        row.curves = if farthest > 0.0 { LEAST_CURVE + farthest * FARTHEST + each } else { 0.0 };
        top += row.height + row.curves + CLEARANCE;
    }
    rows
}

/// How far an edge goes sideways from one row to the next.
fn run(places: &[f64]) -> f64 {
    if let [from, to] = places { (from - to).abs() } else { 0.0 }
}

/// An edge's way from the bottom of one box to the top of another.
fn way(course: &Course, rows: &[Row], bottom: f64, top: f64) -> Vec<(f64, f64)> {
    let mut way: Vec<(f64, f64)> = course.places.first().map(|place| (*place, bottom)).into_iter().collect();
    for (row, places) in rows.iter().skip(course.row).zip(course.places.windows(2)) {
        if let [from, to] = *places
            && run(places) > 0.0
        {
            let (above, below) = (row.top + row.height, row.top + row.height + row.curves);
            let middle = f64::midpoint(above, below);
            way.extend([(from, above), (from, middle), (to, middle), (to, below)]);
        }
    }
    way.extend(course.places.last().map(|place| (*place, top)));
    way
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
