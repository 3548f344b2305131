//! The layered layout of `dagre`: rows of boxes, with horizontal positions. Each edge has its own position in each
//! row that it passes.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

/// The distance between two boxes in a row.
const BOX_GAP: f64 = 28.0;

/// The distance between two edges that pass a row, and between such an edge and a box.
const EDGE_GAP: f64 = 14.0;

/// The distance between the ends of two edges at a box.
pub(super) const PORT_GAP: f64 = 14.0;

/// A size, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Size {
    /// Swaps width and height.
    pub(super) fn transpose(self) -> Self {
        Self { width: self.height, height: self.width }
    }
}

/// The input of the layout: boxes, and edges between them with optional labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub(super) boxes: Vec<Size>,
    pub(super) edges: Vec<SceneEdge>,
}

/// An edge of the scene.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SceneEdge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Option<Size>,
}

/// Rows of boxes, and between them rows of labels.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// The row of each box, and the horizontal position of its center.
    pub(super) boxes: Vec<(usize, f64)>,
    pub(super) tracks: Vec<Track>,
}

/// The track of an edge through the rows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Track {
    /// The row of its upper box.
    pub(super) row: usize,
    /// Its horizontal position in each row, from its upper to its lower box.
    pub(super) positions: Vec<f64>,
    /// The index of the position of its label, if it has one.
    pub(super) label: Option<usize>,
}

impl Scene {
    /// Swaps the axes, so that edges lead to the right instead of down.
    pub(super) fn transpose(&self) -> Self {
        let edges = self.edges.iter().map(|line| SceneEdge { label: line.label.map(Size::transpose), ..*line });
        Self { boxes: self.boxes.iter().map(|size| size.transpose()).collect(), edges: edges.collect() }
    }

    /// Widens the boxes to have room for the ends of their edges.
    pub(super) fn widen_boxes(&self) -> Self {
        let mut scene = self.clone();
        let mut ends = vec![(0_usize, 0_usize); self.boxes.len()];
        for line in &self.edges {
            if let Some((outgoing, _)) = ends.get_mut(line.from) {
                *outgoing += 1;
            }
            if let Some((_, incoming)) = ends.get_mut(line.to) {
                *incoming += 1;
            }
        }
        for (size, (outgoing, incoming)) in scene.boxes.iter_mut().zip(ends) {
            size.width = size.width.max(to_f64(outgoing.max(incoming) + 1) * PORT_GAP);
        }
        scene
    }

    /// Lays out the scene. Boxes and labels don't overlap, and edges don't pass through them.
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
        let track = |line: &SceneEdge| {
            let edge = graph.edge(&line.from.to_string(), &line.to.to_string(), None);
            let rows = row(line.to).saturating_sub(row(line.from));
            let points = edge.map(|edge| edge.points.as_slice()).unwrap_or_default();
            let mut positions: Vec<f64> = points.iter().map(|point| point.x).collect();
            positions.resize(rows + 1, positions.last().copied().unwrap_or_default());
            // in the middle row, as in dagre
            Track { row: row(line.from), positions, label: line.label.map(|_| rows.div_ceil(2)) }
        };
        let tracks = self.edges.iter().map(track).collect();
        Layout { boxes, tracks }
    }
}

/// Converts a count to a length.
pub(super) fn to_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
