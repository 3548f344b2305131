//! The source map of a Dockerfile as a file.

use std::path::Path;

use fs_err as fs;
use railpack2docker::escape::escape_invisible_json;
use railpack2docker::header::Header;
use railpack2docker::{Code, Diagnostic, Files, LineIndex, Position, Transpiled};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::plan_file::PlanFile;
use super::read::read_error;
use crate::failure::Failure;

/// The version of the format.
const VERSION: u32 = 1;

/// The source map of one Dockerfile.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct SourceMapFile {
    version: u32,
    /// The checksum in the header of the Dockerfile.
    pub(crate) checksum: String,
    /// The path of the plan, relative to the directory of the Dockerfile.
    pub(crate) plan: String,
    /// The lines that come from a location: all but those in the header and between stages.
    pub(crate) lines: Vec<Entry>,
}

/// The location of one line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    /// The line of the Dockerfile, from 1.
    pub(crate) line: usize,
    pub(crate) location: PlanPosition,
}

/// A position in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct PlanPosition {
    /// The path of the value, such as `steps[0].commands[1].cmd`.
    pub(crate) path: String,
    /// The line of the plan, from 1.
    pub(crate) line: usize,
    /// The column in characters, from 1.
    pub(crate) column: usize,
}

impl From<Position> for PlanPosition {
    fn from(position: Position) -> Self {
        Self { path: position.path, line: position.line, column: position.column }
    }
}

impl SourceMapFile {
    /// The source map of a generated Dockerfile.
    pub(crate) fn new(generated: &Transpiled, plan: &PlanFile, files: &Files) -> Self {
        let checksum = Header::parse(&generated.dockerfile).map(|header| header.stamp.file).unwrap_or_default();
        let index = LineIndex::new(&plan.text);
        let entry = |line| {
            let location = index.position(generated.source_map.location_of(line)?).into();
            Some(Entry { line, location })
        };
        let lines = (1..=generated.dockerfile.lines().count()).filter_map(entry).collect();
        let plan = files.plan.clone().unwrap_or_else(|| "-".to_owned());
        Self { version: VERSION, checksum, plan, lines }
    }

    /// The map as JSON. Each entry is on a line of its own, so that a diff of two maps is readable.
    pub(crate) fn to_json(&self) -> String {
        let escaped = |value: Value| escape_invisible_json(&value.to_string());
        let lines: Vec<String> = self.lines.iter().map(|entry| format!("    {}", escaped(json!(entry)))).collect();
        let head = format!("\"version\": {},\n  \"checksum\": {}", self.version, json!(self.checksum));
        let plan = escaped(json!(self.plan));
        format!("{{\n  {head},\n  \"plan\": {plan},\n  \"lines\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
    }

    /// Reads a source map.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("can't read the source map `{name}`: {}", read_error(&error));
            Diagnostic::new(Code::UnreadableMap, message)
        })?;
        Self::parse(&text).map_err(|why| {
            Diagnostic::new(Code::UnreadableMap, format!("invalid source map `{name}`: {why}"))
                .with_help("write one with `railpack2docker -o Dockerfile --source-map FILE`")
                .into()
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let map: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if map.version == VERSION {
            Ok(map)
        } else {
            Err(format!("unknown version {} (supported: {VERSION})", map.version))
        }
    }

    /// Whether the content of a file is a source map, and may be overwritten with one.
    pub(crate) fn is_source_map(content: &[u8]) -> bool {
        std::str::from_utf8(content).is_ok_and(|text| Self::parse(text).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_parses_as_it_prints_with_one_line_for_each_entry() {
        let location = PlanPosition { path: "a[0].\"b\"".to_owned(), line: 3, column: 4 };
        let entry = |line| Entry { line, location: location.clone() };
        let map = SourceMapFile {
            version: 1,
            checksum: "c".to_owned(),
            plan: "é.json".to_owned(),
            lines: vec![entry(7), entry(8)],
        };
        let text = map.to_json();
        assert_eq!(text.lines().filter(|line| line.contains("\"location\"")).count(), 2);
        let read = SourceMapFile::parse(&text).unwrap();
        assert_eq!(read.to_json(), text);
        assert!(SourceMapFile::is_source_map(text.as_bytes()));
        assert!(!SourceMapFile::is_source_map(b"{}"));
        assert!(!SourceMapFile::is_source_map(text.replace("1,", "2,").as_bytes()));
    }
}
