//! The layout of long operands: lines that end with a backslash, of at most 120 columns where that is
//! possible.
//!
//! The parser joins such lines with nothing between them, and keeps the blanks at the start of each. So a
//! break adds blanks, and is legal only where a number of blanks means the same as one.

mod packages;
mod pieces;
mod script;

use std::fmt;

use super::spelling::LONGEST_ARGUMENT;

/// The maximum width of a line. A column is a character: a later version of the Unicode tables does not
/// change the bytes of a generated file.
const MAX_COLUMNS: usize = 120;

/// The columns of `RUN `, and of the indentation of lines that continue an instruction.
const INDENT: usize = 4;

/// The columns of the backslash that ends a line, and the blank before it.
const CONTINUATION: usize = 2;

/// An operand in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout(Vec<Line>);

/// A line without its indentation, which the first line of an operand does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    indent: usize,
    text: String,
}

impl Layout {
    /// Lays out a script. If the operand is `nested`, it is on a line below its instruction, with an
    /// indentation of its own.
    pub(super) fn script(script: &str, nested: bool) -> Self {
        let layout = Self(script::lines(script, nested));
        // the shell gets the blanks, too
        if layout.joined_length() > LONGEST_ARGUMENT { Self::line(script) } else { layout }
    }

    /// Lays out an operand whose pieces are separated by single blanks, of which any number is allowed.
    pub(super) fn pieces(pieces: &[String], nested: bool) -> Self {
        let line = pieces.join(" ");
        if fits(&line, INDENT) {
            return Self::line(&line);
        }
        let mut lines = Vec::new();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        fill(&pieces, INDENT, inner_indent(nested), &mut lines);
        Self(lines)
    }

    /// An operand on one line.
    fn line(text: &str) -> Self {
        Self(vec![Line { indent: INDENT, text: text.to_owned() }])
    }

    /// The number of bytes after the parser has joined the lines.
    pub(super) fn joined_length(&self) -> usize {
        let length = |line: &Line| 1 + line.indent + line.text.len();
        self.0.iter().map(length).sum::<usize>().saturating_sub(1 + INDENT)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Line { indent, text }) in self.0.iter().enumerate() {
            if at > 0 {
                write!(f, " \\\n{:indent$}", "")?;
            }
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// Whether a text of one line fits after the columns that come before it.
pub(super) fn fits(text: &str, before: usize) -> bool {
    before + columns(text) <= MAX_COLUMNS
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The indentation of lines that continue a line of a nested or multi-line operand.
fn inner_indent(nested: bool) -> usize {
    if nested { 2 * INDENT } else { INDENT }
}

/// Adds lines with as many pieces as fit. A piece that fits on no line stays on the line before it: a line
/// of its own would gain nothing.
fn fill(pieces: &[&str], first_indent: usize, indent: usize, lines: &mut Vec<Line>) {
    let Some((first, others)) = pieces.split_first() else { return };
    let mut line = Line { indent: first_indent, text: (*first).to_owned() };
    let mut end = first_indent + columns(first);
    for piece in others {
        let width = columns(piece);
        let fits_after = |end: usize| end + width + CONTINUATION <= MAX_COLUMNS;
        if !fits_after(end + 1) && fits_after(indent) {
            lines.push(std::mem::replace(&mut line, Line { indent, text: String::new() }));
            end = indent;
        } else {
            line.text.push(' ');
            end += 1;
        }
        line.text.push_str(piece);
        end += width;
    }
    lines.push(line);
}

/// Splits operands into groups that each fit on an indented line.
pub(super) fn groups<T>(operands: &[T], spell: impl Fn(&T) -> String) -> Vec<&[T]> {
    let mut groups = Vec::new();
    let (mut start, mut line) = (0, String::new());
    for (at, operand) in operands.iter().map(spell).enumerate() {
        if at > start && !fits(&operand, INDENT + columns(&line) + CONTINUATION) {
            groups.extend(operands.get(start..at));
            (start, line) = (at, String::new());
        }
        line.push_str(&operand);
        line.push(' ');
    }
    groups.extend(operands.get(start..).filter(|rest| !rest.is_empty()));
    groups
}
