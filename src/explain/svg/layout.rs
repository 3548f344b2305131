//! Where things stand, from left to right and in which row: the layered layout of `dagre`, which gives
//! each edge a place of its own in each row that it passes.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

/// Between two boxes of a row.
const BOX_GAP: f64 = 28.0;

/// Between two edges that pass a row, and between such an edge and a box.
const EDGE_GAP: f64 = 14.0;

/// Between the ends of two edges at a box.
pub(super) const PORT_GAP: f64 = 14.0;

/// How large something is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Size {
    /// The same on its side.
    pub(super) fn turned(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// What is laid out: boxes, and edges from one to another, some of them with a label.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) boxes: Vec<Size>,
    pub(super) edges: Vec<Line>,
}

/// An edge of the scene.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Option<Size>,
}

/// Rows of boxes, and between them rows of labels.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// The row of each box, and its middle.
    pub(super) boxes: Vec<(usize, f64)>,
    pub(super) courses: Vec<Course>,
}

/// Where an edge goes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Course {
    /// The row of its upper box.
    pub(super) row: usize,
    /// Its place in that row and in each one below, down to that of its lower box.
    pub(super) places: Vec<f64>,
    /// The place that its label has, if it has one.
    pub(super) label: Option<usize>,
}

impl Scene {
    /// The same on its side: what leads down leads to the right.
    pub(super) fn turned(&self) -> Self {
        let edges = self.edges.iter().map(|line| Line { label: line.label.map(Size::turned), ..*line });
        Self { boxes: self.boxes.iter().map(|size| size.turned()).collect(), edges: edges.collect() }
    }

    /// The same with boxes as wide as the ends of their edges need.
    pub(super) fn with_room(&self) -> Self {
        let mut roomy = self.clone();
        let mut ends = vec![(0_usize, 0_usize); self.boxes.len()];
        for line in &self.edges {
            if let Some((outgoing, _)) = ends.get_mut(line.from) {
                *outgoing += 1;
            }
            if let Some((_, incoming)) = ends.get_mut(line.to) {
                *incoming += 1;
            }
        }
        for (size, (outgoing, incoming)) in roomy.boxes.iter_mut().zip(ends) {
            size.width = size.width.max(number(outgoing.max(incoming) + 1) * PORT_GAP);
        }
        roomy
    }

    /// Lays the scene out. No two boxes or labels overlap, and no edge passes a row through one.
    pub(super) fn lay_out(&self) -> Layout {
        let mut graph: Graph<NodeLabel, EdgeLabel> =
            Graph::with_options(GraphOptions { directed: true, multigraph: false, compound: false });
        for (at, size) in self.boxes.iter().enumerate() {
            let node = NodeLabel { width: size.width, height: size.height, ..NodeLabel::default() };
            graph.set_node(at.to_string(), Some(node));
        }
        for line in &self.edges {
            let size = line.label.unwrap_or_default();
            let edge = EdgeLabel {
                width: size.width,
                height: size.height,
                labelpos: LabelPos::Center,
                ..EdgeLabel::default()
            };
            graph.set_edge(line.from.to_string(), line.to.to_string(), Some(edge), None);
        }
        let options = LayoutOptions { nodesep: BOX_GAP, edgesep: EDGE_GAP, ..LayoutOptions::default() };
        dagre::layout(&mut graph, Some(options));
        let boxes: Vec<(usize, f64)> = (0..self.boxes.len())
            .map(|at| {
                let node = graph.node(&at.to_string());
                let row = node.and_then(|node| node.rank).and_then(|rank| usize::try_from(rank).ok());
                (row.unwrap_or_default(), node.and_then(|node| node.x).unwrap_or_default())
            })
            .collect();
        let row = |at: usize| boxes.get(at).map_or(0, |(row, _)| *row);
        let course = |line: &Line| {
            let edge = graph.edge(&line.from.to_string(), &line.to.to_string(), None);
            let rows = row(line.to).saturating_sub(row(line.from));
            let points = edge.map(|edge| edge.points.as_slice()).unwrap_or_default();
            let mut places: Vec<f64> = points.iter().map(|point| point.x).collect();
            places.resize(rows + 1, places.last().copied().unwrap_or_default());
            // the middle one, as in dagre
            Course { row: row(line.from), places, label: line.label.map(|_| rows.div_ceil(2)) }
        };
        let courses = self.edges.iter().map(course).collect();
        Layout { boxes, courses }
    }
}

/// A count as a length.
pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
