//! The legend below the picture.

use super::boxes::{Block, LineKind, Shape};
use super::layout::Size;
use super::paint::{Canvas, Stroke};
use super::routes::Frame;

/// Flags for the elements of the picture that need an entry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Contents {
    pub(super) copies: bool,
    pub(super) unused: bool,
    pub(super) reruns: bool,
}

/// The height of an entry.
const HEIGHT: f64 = 24.0;

/// The width of a sample.
const SAMPLE: f64 = 34.0;

/// Draws the entries, one below the other.
pub(super) fn draw(canvas: &mut Canvas, contents: Contents) {
    let plain = Stroke { is_base: false, is_rerun: false, is_unused: false };
    let mut top = 0.0;
    let mut entry = |canvas: &mut Canvas, text: &str, sample: &dyn Fn(&mut Canvas, f64)| {
        sample(canvas, top);
        canvas.text_at(LineKind::Faint, text, SAMPLE + 8.0, top + HEIGHT / 2.0 + 4.0);
        top += HEIGHT;
    };
    let line = |stroke: Stroke| {
        move |canvas: &mut Canvas, top: f64| canvas.edge(&[(SAMPLE / 2.0, top), (SAMPLE / 2.0, top + 20.0)], stroke)
    };
    entry(canvas, "base: the target starts from it", &line(Stroke { is_base: true, ..plain }));
    if contents.copies {
        entry(canvas, "copy: the target copies these files", &line(plain));
    }
    let frame = |is_rerun: bool, is_unused: bool| {
        move |canvas: &mut Canvas, top: f64| {
            let block = Block { shape: Shape::Step, is_rerun, is_unused, lines: Vec::new(), title: None };
            canvas.block(&block, Frame { left: 0.0, top: top + 4.0, size: Size { width: SAMPLE, height: 16.0 } });
        }
    };
    if contents.unused {
        entry(canvas, "unused: the image does not depend on it", &frame(false, true));
    }
    if contents.reruns {
        entry(canvas, "re-runs, unless everything that it copies is unchanged", &frame(true, false));
    }
}
