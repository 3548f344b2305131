//! The build as a picture: a self-contained SVG file.

mod boxes;
#[cfg(test)]
mod checks;
mod layout;
mod legend;
mod paint;
mod routes;

use super::changes::Consequences;
use super::graph_view::{GraphView, ViewEdge, ViewNode};
use super::model::{Explanation, Source};
use super::text_fit::fit_line;
use crate::diagnostic::{Code, Diagnostic};
use boxes::{Block, LineKind};
use layout::{Scene, SceneEdge};
use legend::Contents;
use paint::{Canvas, Stroke};

/// The margin of the picture.
const MARGIN: f64 = 24.0;

/// The maximum number of boxes in a picture, and of rows that edges pass. A larger picture would take a long time
/// to lay out, and would not be readable.
const MAX_BOXES: usize = 250;
const MAX_PASSES: usize = 4_000;

/// Renders the build as a picture. `title` is the name of the plan's file. The output is deterministic.
///
/// # Errors
/// The build has too many steps, or too many copies between them.
pub fn render(
    explanation: &Explanation,
    consequences: Option<&Consequences>,
    title: &str,
) -> Result<String, Diagnostic> {
    let view = GraphView::new(explanation, consequences);
    if view.nodes.len() > MAX_BOXES || passes(&view) > MAX_PASSES {
        let steps = explanation.steps.len();
        let message = format!("a picture can't show this many steps and copies ({steps} steps)");
        return Err(Diagnostic::new(Code::TooLarge, message).with_help("use `--format text`, which has no limit"));
    }
    let builder = boxes::BlockBuilder { explanation, consequences };
    let blocks: Vec<Block> = view.nodes.iter().map(|node| builder.block(node)).collect();
    let labels: Vec<Option<Block>> = view.edges.iter().map(boxes::label).collect();
    let lines = view.edges.iter().zip(&labels).map(|(edge, label)| SceneEdge {
        from: edge.from,
        to: edge.to,
        label: label.as_ref().map(Block::size),
    });
    let scene = Scene { boxes: blocks.iter().map(Block::size).collect(), edges: lines.collect() };
    let placement = routes::place(&scene);

    let mut canvas = Canvas::default();
    let title = fit_line(&format!("Build of {title}"), 80);
    canvas.move_to(MARGIN, MARGIN);
    canvas.text_at(LineKind::Name, &title, 0.0, 12.0);
    canvas.move_to(MARGIN, MARGIN + 36.0);
    let strokes: Vec<Stroke> = view.edges.iter().map(|edge| stroke(explanation, &view, edge)).collect();
    // edges that a change propagates along are drawn last, on top of the others
    for is_rerun in [false, true] {
        for (path, stroke) in placement.paths.iter().zip(&strokes).filter(|(_, stroke)| stroke.is_rerun == is_rerun) {
            canvas.edge(path, *stroke);
        }
    }
    for (block, frame) in blocks.iter().zip(&placement.boxes) {
        canvas.block(block, *frame);
    }
    for (label, frame) in labels.iter().zip(&placement.labels) {
        if let (Some(label), Some(frame)) = (label, frame) {
            canvas.block(label, *frame);
        }
    }
    canvas.move_to(MARGIN, MARGIN + 36.0 + placement.size.height + 28.0);
    legend::draw(&mut canvas, contents(&blocks, &view));
    Ok(canvas.finish(&title, &description(explanation, consequences), MARGIN))
}

/// An upper bound on the number of rows that all edges pass together.
fn passes(view: &GraphView) -> usize {
    let mut rows = vec![0_usize; view.nodes.len()];
    // edges to a node come after the edges to its dependencies
    for edge in &view.edges {
        let above = rows.get(edge.from).map_or(0, |row| row + 1);
        if let Some(row) = rows.get_mut(edge.to) {
            *row = above.max(*row);
        }
    }
    let row = |node: usize| rows.get(node).copied().unwrap_or_default();
    view.edges.iter().map(|edge| row(edge.to).saturating_sub(row(edge.from))).sum()
}

fn stroke(explanation: &Explanation, view: &GraphView, edge: &ViewEdge) -> Stroke {
    let is_unused = match view.nodes.get(edge.to) {
        Some(ViewNode::Source(Source::Step(index))) => {
            explanation.steps.get(*index).is_some_and(|step| !step.reaches_image)
        }
        _ => false,
    };
    Stroke { is_base: edge.is_base, is_rerun: edge.is_rerun, is_unused }
}

fn contents(blocks: &[Block], view: &GraphView) -> Contents {
    Contents {
        copies: view.edges.iter().any(|edge| !edge.is_base),
        unused: blocks.iter().any(|block| block.is_unused),
        reruns: blocks.iter().any(|block| block.is_rerun),
    }
}

/// A description of the picture, for screen readers.
fn description(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
    let reaching = explanation.steps.iter().filter(|step| step.reaches_image).count();
    let names: Vec<String> = explanation.steps.iter().map(|step| fit_line(&step.name, 60)).collect();
    let steps = if reaching == 1 { "step" } else { "steps" };
    let mut text = format!("The image depends on {reaching} {steps}. Steps in build order: {}.", names.join(", "));
    if let Some(consequences) = consequences {
        let reruns = consequences.steps.keys().filter_map(|index| names.get(*index)).map(String::as_str);
        text.push_str(&format!(" Steps that re-run: {}.", reruns.collect::<Vec<_>>().join(", ")));
    }
    text
}
