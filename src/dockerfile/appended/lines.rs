//! Splits a text into instructions: comments, continuations and heredocs.

use super::heredocs::{self, Heredoc};
use super::{Fault, Place};

/// The parser directives. They have an effect only at the top of a Dockerfile.
const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// The instructions that can contain heredocs.
const WITH_HEREDOCS: [&str; 3] = ["RUN", "COPY", "ADD"];

/// The blanks between an instruction and its operands.
const BLANKS: [char; 5] = ['\t', '\u{b}', '\u{c}', '\r', ' '];

/// An instruction with its continuation lines joined.
#[derive(Debug, Default)]
pub(super) struct Statement {
    text: String,
    /// The start of each physical line in the text, with its place.
    lines: Vec<(usize, Place)>,
}

impl Statement {
    /// Adds a physical line, and returns whether the next line continues it: it ends in a backslash with no other
    /// backslash before it.
    fn push(&mut self, line: &str, place: Place) -> bool {
        self.lines.push((self.text.len(), place));
        match line.trim_end_matches([' ', '\t']).strip_suffix('\\') {
            Some(start) if !start.ends_with('\\') => {
                self.text.push_str(start);
                true
            }
            _ => {
                self.text.push_str(line);
                false
            }
        }
    }

    /// The whole text, without blanks at its end.
    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// The instruction's name, in upper case.
    pub(super) fn keyword(&self) -> String {
        self.split().0.to_uppercase()
    }

    /// The start of the operands in the text.
    pub(super) fn operands(&self) -> usize {
        let rest = self.split().1;
        self.text().len() - rest.trim_start_matches(BLANKS).len()
    }

    fn split(&self) -> (&str, &str) {
        let text = self.text().trim_start();
        text.split_at(text.find(BLANKS).unwrap_or(text.len()))
    }

    /// The place of the first character that is not blank.
    pub(super) fn start(&self) -> Place {
        self.place(self.text().len() - self.text().trim_start().len())
    }

    /// The place of a byte of the text.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.lines.iter().rfind(|(start, _)| *start <= at);
        line.map_or(Place { line: 1, column: 1 }, |(start, place)| {
            let before = self.text.get(*start..at).unwrap_or_default();
            Place { column: place.column + before.chars().count(), ..*place }
        })
    }
}

/// The instructions of a text with LF line endings.
pub(super) fn statements(text: &str, faults: &mut Vec<Fault>) -> Vec<Statement> {
    let mut lines = (1..).zip(text.split_terminator('\n'));
    let mut statements = Vec::new();
    while let Some((number, line)) = lines.next() {
        let start = line.trim_start();
        let place = Place { line: number, column: line.chars().count() - start.chars().count() + 1 };
        if start.is_empty() {
            continue;
        }
        if start.starts_with('#') {
            faults.extend(directive(start, number, line));
            continue;
        }
        let mut statement = Statement::default();
        let mut goes_on = statement.push(start, place);
        while goes_on {
            let Some((number, line)) = lines.next() else {
                faults.push(Fault::new(statement.start(), "the instruction continues after the end of the file"));
                return statements;
            };
            let start = line.trim_start();
            if start.starts_with('#') {
                faults.extend(directive(start, number, line));
            } else if !start.is_empty() {
                goes_on = statement.push(line, Place { line: number, column: 1 });
            }
        }
        if WITH_HEREDOCS.contains(&statement.keyword().as_str()) {
            match heredocs::find(statement.text()) {
                Ok(heredocs) => {
                    for heredoc in heredocs {
                        if !skip_body(&heredoc, &mut lines) {
                            let message = format!("the heredoc `{}` has no end", heredoc.name);
                            faults.push(Fault::new(statement.place(heredoc.at), message));
                        }
                    }
                }
                // the lines that follow may be those of a heredoc
                Err((at, message)) => {
                    faults.push(Fault::new(statement.place(at), message));
                    return statements;
                }
            }
        }
        statements.push(statement);
    }
    statements
}

/// Skips the lines of a heredoc, and returns whether it has an end.
fn skip_body<'t>(heredoc: &Heredoc, lines: &mut impl Iterator<Item = (usize, &'t str)>) -> bool {
    lines.any(|(_, line)| {
        let line = if heredoc.chomp { line.trim_start_matches('\t') } else { line };
        line == heredoc.name
    })
}

/// The fault of a comment that Docker would obey at the top of a file.
fn directive(comment: &str, number: usize, line: &str) -> Option<Fault> {
    let name = comment.strip_prefix('#')?.split_once('=')?.0.trim().to_ascii_lowercase();
    let name = DIRECTIVES.into_iter().find(|directive| *directive == name)?;
    let column = line.chars().count() - comment.chars().count() + 1;
    let message = format!("the directive `{name}` is allowed only at the top of a Dockerfile");
    let help = match name {
        "syntax" => "remove it; `--syntax` sets the image of the generated Dockerfile",
        _ => "remove it",
    };
    Some(Fault::new(Place { line: number, column }, message).with_help(help))
}
