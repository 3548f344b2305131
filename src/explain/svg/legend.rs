//! What the strokes and frames mean, under the picture.

use super::boxes::{Block, Kind, Shape};
use super::layout::Size;
use super::paint::{Canvas, Stroke};
use super::routes::Frame;

/// Which kinds of things are in the picture.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contents {
    pub(super) copies: bool,
    pub(super) left_out: bool,
    pub(super) runs_again: bool,
}

/// From one entry to the next.
const HEIGHT: f64 = 24.0;

/// The room for a sample.
const SAMPLE: f64 = 34.0;

/// Draws the entries under each other.
pub(super) fn draw(canvas: &mut Canvas, contents: Contents) {
    let plain = Stroke { is_base: false, runs_again: false, is_left_out: false };
    let mut top = 0.0;
    let mut entry = |canvas: &mut Canvas, text: &str, sample: &dyn Fn(&mut Canvas, f64)| {
        sample(canvas, top);
        canvas.text_at(Kind::Faint, text, SAMPLE + 8.0, top + HEIGHT / 2.0 + 4.0);
        top += HEIGHT;
    };
    let line = |stroke: Stroke| {
        move |canvas: &mut Canvas, top: f64| canvas.edge(&[(SAMPLE / 2.0, top), (SAMPLE / 2.0, top + 20.0)], stroke)
    };
    entry(canvas, "base: the next one starts from it", &line(Stroke { is_base: true, ..plain }));
    if contents.copies {
        entry(canvas, "copy: the next one takes these files", &line(plain));
    }
    let frame = |runs_again: bool, is_left_out: bool| {
        move |canvas: &mut Canvas, top: f64| {
            let block = Block { shape: Shape::Step, runs_again, is_left_out, lines: Vec::new(), title: None };
            canvas.block(&block, Frame { left: 0.0, top: top + 4.0, size: Size { width: SAMPLE, height: 16.0 } });
        }
    };
    if contents.left_out {
        entry(canvas, "left out: nothing of it reaches the image", &frame(false, true));
    }
    if contents.runs_again {
        entry(canvas, "runs again, unless all that it copies is the same as before", &frame(true, false));
    }
}
