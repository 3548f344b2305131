//! A generated text under construction, with the origin of each line.

use super::Renderer;
use super::operand::MARK;
use super::values::Values;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Location};
use crate::dockerfile::{LONGEST_LINE, fold};
use crate::source_map::SourceMap;

/// Adds rendered templates to a text, line by line.
pub(super) struct Writer<'r> {
    renderer: &'r Renderer,
    text: String,
    lines: usize,
    source_map: SourceMap,
}

impl<'r> Writer<'r> {
    pub(super) fn new(renderer: &'r Renderer) -> Self {
        Self { renderer, text: String::new(), lines: 0, source_map: SourceMap::default() }
    }

    /// The number of lines so far.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Counts a line that is added to the text later.
    pub(super) fn skip_line(&mut self) {
        self.lines += 1;
    }

    /// Adds the lines of a template. Their origin is `location`, except for the lines of an operand with
    /// an origin of its own, including the line on which it ends. A line that is too long is folded.
    ///
    /// Fails on an error in the template, and on a line that is too long and can't be folded.
    pub(super) fn write(
        &mut self,
        template: &str,
        values: Values<'_>,
        location: Option<&Location>,
    ) -> Result<(), Diagnostics> {
        let Values { fields, origins } = values;
        let text = self.renderer.text(template, fields)?;
        if origins.is_empty() {
            return text.split_terminator('\n').try_for_each(|line| self.line(line, location));
        }
        let (mut open, mut of_line) = (None, None);
        let mut line = String::new();
        for (index, part) in text.split(MARK).enumerate() {
            if index % 2 == 1 {
                // the marks at the end of an operand enclose no index
                open = part.parse::<usize>().ok().and_then(|index| origins.get(index).copied());
                of_line = open.or(of_line);
                continue;
            }
            for piece in part.split_inclusive('\n') {
                match piece.strip_suffix('\n') {
                    None => line.push_str(piece),
                    Some(end) => {
                        line.push_str(end);
                        self.line(&line, of_line.or(location))?;
                        line.clear();
                        of_line = open;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a line, given without its line ending.
    pub(super) fn line(&mut self, line: &str, location: Option<&Location>) -> Result<(), Diagnostics> {
        if line.len() <= LONGEST_LINE {
            self.push(line, location);
            return Ok(());
        }
        let folded = fold(line.to_owned()).map_err(|why| {
            let found = Diagnostic::new(Code::Inexpressible, format!("an instruction {why}"))
                .with_help("change it in the plan: a Dockerfile can't express this");
            Diagnostics(vec![match location {
                Some(location) => found.at(location),
                None => found,
            }])
        })?;
        folded.split('\n').for_each(|line| self.push(line, location));
        Ok(())
    }

    fn push(&mut self, line: &str, location: Option<&Location>) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
        self.source_map.push(self.lines, location);
    }

    /// The text, and the origin of each of its lines.
    pub(super) fn finish(self) -> (String, SourceMap) {
        (self.text, self.source_map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::JsonPath;

    fn location(key: &'static str) -> Location {
        Location::new(JsonPath::default().key(key), 0..0)
    }

    #[test]
    fn folded_line_keeps_its_origin() {
        let renderer = Renderer::new().unwrap();
        let mut writer = Writer::new(&renderer);
        let long = format!("COPY {}y z", "--exclude=x ".repeat(15_000));
        for (line, key) in [("FROM x\r", "a"), (long.as_str(), "b"), ("RUN y", "c")] {
            writer.line(line, Some(&location(key))).unwrap();
        }
        let (text, map) = writer.finish();
        assert_eq!(text.replace("\\\n", ""), format!("FROM x\r\n{long}\nRUN y\n"));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 6 && lines.iter().all(|line| line.len() <= LONGEST_LINE), "{}", lines.len());
        let paths = (1..=6).map(|line| map.location_of(line).unwrap().path().to_string());
        assert_eq!(paths.collect::<Vec<_>>(), ["a", "b", "b", "b", "b", "c"]);
    }

    #[test]
    fn line_that_cannot_be_folded_is_reported() {
        let renderer = Renderer::new().unwrap();
        let errors = Writer::new(&renderer).line(&"\\".repeat(70_000), None).unwrap_err();
        assert_eq!(errors.0[0].code, Code::Inexpressible);
    }
}
