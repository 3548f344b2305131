//! Takes corners out of the ways of edges that the layout leaves in them.

use super::layout::{EDGE_GAP, Layout, Scene};

/// What keeps others off: from where to where, and whose it is.
#[derive(Clone, Copy, Debug)]
struct Item {
    left: f64,
    right: f64,
    edge: Option<usize>,
}

/// Lets edges pass each row right below where they passed the one above, or above where they go, as long
/// as they need not change places with anything there. Labels stay where they are.
pub(super) fn straighten(scene: &Scene, layout: &mut Layout, starts: &[f64], ends: &[f64]) {
    let mut rows = rows(scene, layout);
    for edge in 0..scene.edges.len() {
        let Some(line) = scene.edges.get(edge) else { continue };
        let first = layout.boxes.get(line.from).map_or(0, |(row, _)| row + 1);
        let label = layout.labels.get(edge).copied().flatten();
        let Some(passes) = layout.passes.get_mut(edge) else { continue };
        let mut last = starts.get(edge).copied().unwrap_or_default();
        for (row, pass) in (first..).zip(passes.iter_mut()) {
            if Some(row) != label {
                move_to(&mut rows, row, edge, pass, last);
            }
            last = *pass;
        }
        let mut next = ends.get(edge).copied().unwrap_or_default();
        let above: Vec<f64> = starts.get(edge).into_iter().chain(passes.iter()).copied().take(passes.len()).collect();
        for ((at, pass), above) in passes.iter_mut().enumerate().zip(above).rev() {
            let row = first + at;
            if Some(row) != label && (*pass - above).abs() > f64::EPSILON {
                move_to(&mut rows, row, edge, pass, next);
            }
            next = *pass;
        }
    }
}

/// What stands in each row.
fn rows(scene: &Scene, layout: &Layout) -> Vec<Vec<Item>> {
    let count = layout.boxes.iter().map(|(row, _)| row + 1).max().unwrap_or_default();
    let mut rows: Vec<Vec<Item>> = vec![Vec::new(); count];
    let mut put = |row: usize, middle: f64, width: f64, edge| {
        if let Some(items) = rows.get_mut(row) {
            items.push(Item { left: middle - width / 2.0, right: middle + width / 2.0, edge });
        }
    };
    for (size, (row, middle)) in scene.boxes.iter().zip(&layout.boxes) {
        put(*row, *middle, size.width, None);
    }
    for ((edge, line), passes) in scene.edges.iter().enumerate().zip(&layout.passes) {
        let first = layout.boxes.get(line.from).map_or(0, |(row, _)| row + 1);
        let label = layout.labels.get(edge).copied().flatten();
        for (row, middle) in (first..).zip(passes) {
            let width = line.label.filter(|_| label == Some(row)).map_or(0.0, |size| size.width);
            put(row, *middle, width, Some(edge));
        }
    }
    rows
}

fn move_to(rows: &mut [Vec<Item>], row: usize, edge: usize, pass: &mut f64, to: f64) {
    let Some(items) = rows.get_mut(row) else { return };
    let (left, right) = (pass.min(to) - EDGE_GAP + 1.0, pass.max(to) + EDGE_GAP - 1.0);
    let is_other = |item: &&Item| item.edge != Some(edge);
    if items.iter().filter(is_other).any(|item| item.left < right && left < item.right) {
        return;
    }
    *pass = to;
    for item in items.iter_mut().filter(|item| item.edge == Some(edge)) {
        *item = Item { left: to, right: to, edge: Some(edge) };
    }
}
