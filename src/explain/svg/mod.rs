//! A build as a picture: an SVG file that needs nothing else.

mod boxes;
#[cfg(test)]
mod checks;
mod layout;
mod legend;
mod paint;
mod routes;

use super::changes::Consequences;
use super::graph_view::{Drawing, Edge, Node};
use super::model::{Explanation, Source};
use super::text_fit::line;
use crate::diagnostic::{Code, Diagnostic};
use boxes::{Block, Kind};
use layout::{Line, Scene};
use legend::Contents;
use paint::{Canvas, Stroke};

/// How far everything is from the edges of the picture.
const MARGIN: f64 = 24.0;

/// How many boxes there are in a picture at most, and how often an edge passes a row of them. With
/// more of them it would take its time, and nobody could read it.
const MOST_BOXES: usize = 250;
const MOST_PASSES: usize = 4_000;

/// The picture. `title` is what the plan's file is called. The same plan gives the same bytes
/// everywhere.
///
/// # Errors
/// A build of more steps, or with more copies between them, than a picture can show.
pub fn draw(explanation: &Explanation, consequences: Option<&Consequences>, title: &str) -> Result<String, Diagnostic> {
    let drawing = Drawing::of(explanation, consequences);
    if drawing.nodes.len() > MOST_BOXES || passes(&drawing) > MOST_PASSES {
        let steps = explanation.steps.len();
        let message = format!("{steps} steps, and what they take from each other, are too many for a picture");
        return Err(Diagnostic::new(Code::TooLarge, message).with_help("`--format text` draws as many as there are"));
    }
    let maker = boxes::Maker { explanation, consequences };
    let blocks: Vec<Block> = drawing.nodes.iter().map(|node| maker.block(node)).collect();
    let labels: Vec<Option<Block>> = drawing.edges.iter().map(boxes::label).collect();
    let lines = drawing.edges.iter().zip(&labels).map(|(edge, label)| Line {
        from: edge.from,
        to: edge.to,
        label: label.as_ref().map(Block::size),
    });
    let scene = Scene { boxes: blocks.iter().map(Block::size).collect(), edges: lines.collect() };
    let plan = routes::best(&scene);

    let mut canvas = Canvas::default();
    let title = line(&format!("the build of {title}"), 80);
    canvas.move_to(MARGIN, MARGIN);
    canvas.text_at(Kind::Name, &title, 0.0, 12.0);
    canvas.move_to(MARGIN, MARGIN + 36.0);
    let strokes: Vec<Stroke> = drawing.edges.iter().map(|edge| stroke(explanation, &drawing, edge)).collect();
    // what runs again is not hidden behind the others
    for is_again in [false, true] {
        for (way, stroke) in plan.ways.iter().zip(&strokes).filter(|(_, stroke)| stroke.runs_again == is_again) {
            canvas.edge(way, *stroke);
        }
    }
    for (block, frame) in blocks.iter().zip(&plan.boxes) {
        canvas.block(block, *frame);
    }
    for (label, frame) in labels.iter().zip(&plan.labels) {
        if let (Some(label), Some(frame)) = (label, frame) {
            canvas.block(label, *frame);
        }
    }
    canvas.move_to(MARGIN, MARGIN + 36.0 + plan.size.height + 28.0);
    legend::draw(&mut canvas, contents(&blocks, &drawing));
    Ok(canvas.finish(&title, &description(explanation, consequences), MARGIN))
}

/// How many rows all edges pass together, at most.
fn passes(drawing: &Drawing) -> usize {
    let mut rows = vec![0_usize; drawing.nodes.len()];
    // what leads to a node stands behind what leads to those it takes from
    for edge in &drawing.edges {
        let above = rows.get(edge.from).map_or(0, |row| row + 1);
        if let Some(row) = rows.get_mut(edge.to) {
            *row = above.max(*row);
        }
    }
    let row = |node: usize| rows.get(node).copied().unwrap_or_default();
    drawing.edges.iter().map(|edge| row(edge.to).saturating_sub(row(edge.from))).sum()
}

fn stroke(explanation: &Explanation, drawing: &Drawing, edge: &Edge) -> Stroke {
    let is_left_out = match drawing.nodes.get(edge.to) {
        Some(Node::From(Source::Step(index))) => explanation.steps.get(*index).is_some_and(|step| !step.reaches_image),
        _ => false,
    };
    Stroke { is_base: edge.is_base, runs_again: edge.runs_again, is_left_out }
}

fn contents(blocks: &[Block], drawing: &Drawing) -> Contents {
    Contents {
        copies: drawing.edges.iter().any(|edge| !edge.is_base),
        left_out: blocks.iter().any(|block| block.is_left_out),
        runs_again: blocks.iter().any(|block| block.runs_again),
    }
}

/// The picture in a sentence, for those who can't see it.
fn description(explanation: &Explanation, consequences: Option<&Consequences>) -> String {
    let reaching = explanation.steps.iter().filter(|step| step.reaches_image).count();
    let names: Vec<String> = explanation.steps.iter().map(|step| line(&step.name, 60)).collect();
    let make = if reaching == 1 { "step makes" } else { "steps make" };
    let mut said = format!("{reaching} {make} the image. In build order: {}.", names.join(", "));
    if let Some(consequences) = consequences {
        let again = consequences.steps.keys().filter_map(|index| names.get(*index)).map(String::as_str);
        said.push_str(&format!(" Marked as running again: {}.", again.collect::<Vec<_>>().join(", ")));
    }
    said
}
