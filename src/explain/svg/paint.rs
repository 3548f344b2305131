//! The SVG file: elements, escapes and colors.

use std::fmt::Write;

use super::boxes::{Block, LineKind, Shape, text_width};
use super::layout::Size;
use super::routes::Frame;

/// The length of an arrowhead, and half of its width.
const HEAD: (f64, f64) = (8.0, 4.0);

const STYLE: &str = include_str!("style.css");

/// A picture under construction.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    body: String,
    left: f64,
    top: f64,
    size: Size,
}

/// The meaning of an edge, which determines its style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) is_base: bool,
    pub(super) is_rerun: bool,
    pub(super) is_unused: bool,
}

impl Stroke {
    fn class(self) -> String {
        let mut class = if self.is_base { "edge base" } else { "edge" }.to_owned();
        class.push_str(if self.is_rerun { " rerun" } else { "" });
        class.push_str(if self.is_unused { " unused" } else { "" });
        class
    }
}

impl Canvas {
    /// Sets the origin of the following elements.
    pub(super) fn move_to(&mut self, left: f64, top: f64) {
        self.left = left;
        self.top = top;
    }

    /// Draws an edge along a path, with an arrowhead at its end.
    pub(super) fn edge(&mut self, path: &[(f64, f64)], stroke: Stroke) {
        let path: Vec<(f64, f64)> = path.iter().map(|(x, y)| (x + self.left, y + self.top)).collect();
        let [start, curves @ .., end] = path.as_slice() else { return };
        let class = stroke.class();
        let (length, half) = if stroke.is_base { (HEAD.0 + 2.0, HEAD.1 + 1.0) } else { HEAD };
        let before = curves.last().unwrap_or(start);
        let leads_down = (end.1 - before.1).abs() > (end.0 - before.0).abs();
        let before_end = |by: f64, aside: f64| {
            Point(if leads_down { (end.0 + aside, end.1 - by) } else { (end.0 - by, end.1 + aside) })
        };
        let mut line = format!("M{}", Point(*start));
        for curve in curves.chunks(4) {
            if let [from, leaving, arriving, to] = *curve {
                line.push_str(&format!("L{}C{} {} {}", Point(from), Point(leaving), Point(arriving), Point(to)));
            }
        }
        self.add(&format!(r#"<path class="{class}" d="{line}L{}"/>"#, before_end(length - 2.0, 0.0)));
        let (left, tip, right) = (before_end(length, -half), Point(*end), before_end(length, half));
        self.add(&format!(r#"<path class="{class} head" d="M{left}L{tip}L{right}Z"/>"#));
    }

    /// Draws a block: its frame and its lines.
    pub(super) fn block(&mut self, block: &Block, frame: Frame) {
        let frame = Frame { left: frame.left + self.left, top: frame.top + self.top, ..frame };
        self.size.width = self.size.width.max(frame.left + frame.size.width);
        self.size.height = self.size.height.max(frame.top + frame.size.height);
        let rerun = if block.is_rerun { " rerun" } else { "" };
        let unused = if block.is_unused { " unused" } else { "" };
        let shape = match block.shape {
            Shape::Step => "step",
            Shape::Context => "context",
            Shape::External => "external",
            Shape::Image => "image",
            Shape::Label => "label",
        };
        self.add(&format!(r#"<g class="{shape}{rerun}{unused}">"#));
        if let Some(title) = &block.title {
            self.add(&format!("<title>{}</title>", Escaped(title)));
        }
        self.outline(block.shape, frame);
        let height: f64 = block.lines.iter().map(|(kind, _)| kind.height()).sum();
        let mut top = frame.top + (frame.size.height - height) / 2.0;
        let is_centred = block.shape != Shape::Step;
        let (across, _) = block.padding();
        let x = if is_centred { frame.left + frame.size.width / 2.0 } else { frame.left + across };
        for (kind, text) in &block.lines {
            // the baseline is at about three quarters of the letters' height
            let baseline = top + kind.height() / 2.0 + kind.size() * 0.35;
            self.text(*kind, text, x, baseline, is_centred);
            top += kind.height();
        }
        self.add("</g>");
    }

    fn outline(&mut self, shape: Shape, frame: Frame) {
        let Frame { left, top, size: Size { width, height } } = frame;
        let rect = |left: f64, top: f64, width: f64, height: f64, round: f64, class: &str| {
            format!(
                r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>"#,
                Length(left),
                Length(top),
                Length(width),
                Length(height),
                Length(round)
            )
        };
        match shape {
            Shape::Label => self.add(&rect(left, top, width, height, 2.0, "frame")),
            Shape::Step => self.add(&rect(left, top, width, height, 4.0, "frame")),
            Shape::External => self.add(&rect(left, top, width, height, 12.0, "frame")),
            Shape::Image => {
                self.add(&rect(left, top, width, height, 4.0, "frame"));
                self.add(&rect(left + 4.0, top + 4.0, width - 8.0, height - 8.0, 2.0, "inner"));
            }
            Shape::Context => {
                // a folder with its tab
                let tab = width.min(60.0) / 2.0;
                self.add(&format!(
                    r#"<path class="frame" d="M{} {}h{}l5 6H{}V{}H{}Z"/>"#,
                    Length(left),
                    Length(top),
                    Length(tab),
                    Length(left + width),
                    Length(top + height),
                    Length(left)
                ));
            }
        }
    }

    /// Draws a line of text that starts at a point.
    pub(super) fn text_at(&mut self, kind: LineKind, text: &str, x: f64, y: f64) {
        self.text(kind, text, x + self.left, y + self.top, false);
    }

    fn text(&mut self, kind: LineKind, text: &str, x: f64, y: f64, is_centred: bool) {
        let class = match kind {
            LineKind::Name => "name",
            LineKind::Text => "text",
            LineKind::Faint => "faint",
            LineKind::Secret => "secret",
            LineKind::Rerun => "reason",
            LineKind::Small => "small",
        };
        let anchor = if is_centred { r#" text-anchor="middle""# } else { "" };
        // characters outside ASCII may come from fonts with other widths
        let width = text_width(kind, text);
        let fit = if text.is_ascii() {
            String::new()
        } else {
            format!(r#" textLength="{}" lengthAdjust="spacingAndGlyphs""#, Length(width))
        };
        self.add(&format!(
            r#"<text class="{class}" x="{}" y="{}"{anchor}{fit}>{}</text>"#,
            Length(x),
            Length(y),
            Escaped(text)
        ));
        let right = if is_centred { x + width / 2.0 } else { x + width };
        self.size.width = self.size.width.max(right);
        self.size.height = self.size.height.max(y + kind.size() * 0.3);
    }

    /// Renders the whole file.
    pub(super) fn finish(self, title: &str, description: &str, margin: f64) -> String {
        let (width, height) = (Length((self.size.width + margin).ceil()), Length((self.size.height + margin).ceil()));
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" class="r2d" role="img" "#,
                r#"width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#,
                "\n<title>{title}</title>\n<desc>{description}</desc>\n<style>\n{style}</style>\n",
                r#"<rect class="paper" width="{width}" height="{height}"/>"#,
                "\n{body}</svg>\n"
            ),
            width = width,
            height = height,
            title = Escaped(title),
            description = Escaped(description),
            style = STYLE,
            body = self.body
        )
    }

    fn add(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }
}

/// A point of a path.
struct Point((f64, f64));

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", Length(self.0.0), Length(self.0.1))
    }
}

/// A length with at most one decimal.
struct Length(f64);

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.1}", self.0);
        let text = text.strip_suffix(".0").unwrap_or(&text);
        f.write_str(if text == "-0" { "0" } else { text })
    }
}

/// Text escaped for XML. Characters that XML can't represent are replaced.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
