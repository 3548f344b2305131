//! The file that says for each line of a Dockerfile where in the plan it comes from.

use std::path::Path;

use fs_err as fs;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::files::{Failure, PlanFile, why_unreadable};
use crate::diagnostic::{Lines, Location};
use crate::escape::escape_invisible_json;
use crate::header::Header;
use crate::{Diagnostic, Files, Transpiled};

/// The shape of the file. Another number is another shape.
const VERSION: u32 = 1;

/// The map of one Dockerfile.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MapFile {
    version: u32,
    /// The checksum in the Dockerfile's header.
    pub(super) checksum: String,
    /// The plan, as a path from the Dockerfile's folder.
    pub(super) plan: String,
    /// Lines of the header, and between stages, are not there.
    pub(super) lines: Vec<Entry>,
}

/// Where one line comes from.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    /// Of the Dockerfile, from 1.
    pub(super) line: usize,
    /// In the plan, such as `steps[0].commands[1].cmd`.
    pub(super) path: String,
    /// Where that stands in the plan's text, from 1.
    pub(super) plan_line: usize,
    /// In characters, from 1.
    pub(super) plan_column: usize,
    /// The place itself, where it was not read from a file.
    #[serde(skip)]
    pub(super) location: Option<Location>,
}

/// The lines of a Dockerfile that come from somewhere.
fn entries(made: &Transpiled, plan: &PlanFile) -> Vec<Entry> {
    let lines = Lines::of(&plan.text);
    (1..=made.dockerfile.lines().count()).filter_map(|line| entry(made, &lines, line)).collect()
}

/// Where a line comes from, if it comes from somewhere. `lines` are those of the plan.
pub(super) fn entry(made: &Transpiled, lines: &Lines<'_>, line: usize) -> Option<Entry> {
    let location = made.source_map.location_of(line)?;
    let (plan_line, plan_column) = lines.position(location.span().start);
    Some(Entry { line, path: location.path().to_string(), plan_line, plan_column, location: Some(location.clone()) })
}

impl MapFile {
    /// The map of a Dockerfile that was made of a plan.
    pub(super) fn of(made: &Transpiled, plan: &PlanFile, files: &Files) -> Self {
        let checksum = Header::of(&made.dockerfile).map(|header| header.checksum).unwrap_or_default();
        let plan_name = files.plan.clone().unwrap_or_else(|| "-".to_owned());
        Self { version: VERSION, checksum, plan: plan_name, lines: entries(made, plan) }
    }

    /// As JSON: a line for each line of the Dockerfile, so that a diff of two maps can be read.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> =
            self.lines.iter().map(|entry| format!("    {}", escape_invisible_json(&json!(entry)))).collect();
        let head = format!("\"version\": {},\n  \"checksum\": {}", self.version, json!(self.checksum));
        let plan = escape_invisible_json(&json!(self.plan));
        format!("{{\n  {head},\n  \"plan\": {plan},\n  \"lines\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
    }

    /// Reads a file that was written here.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| {
            let message = format!("can't read the source map `{shown}`: {}", why_unreadable(&error));
            Diagnostic::new(Code::UnreadableMap, message)
        })?;
        Self::parse(&text).map_err(|why| {
            Diagnostic::new(Code::UnreadableMap, format!("`{shown}` is no source map: {why}"))
                .with_help("`railpack2docker -o Dockerfile --source-map FILE` writes one")
                .into()
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let map: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if map.version == VERSION { Ok(map) } else { Err(format!("it has version {}, not {VERSION}", map.version)) }
    }

    /// Whether a file's content is a map, and so may be overwritten.
    pub(super) fn is_one(content: &[u8]) -> bool {
        std::str::from_utf8(content).is_ok_and(|text| Self::parse(text).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_is_a_line_for_each_line() {
        let location = None;
        let entry = |line| Entry {
            line,
            path: "a[0].\"b\"".to_owned(),
            plan_line: 3,
            plan_column: 4,
            location: location.clone(),
        };
        let map = MapFile {
            version: 1,
            checksum: "c".to_owned(),
            plan: "é.json".to_owned(),
            lines: vec![entry(7), entry(8)],
        };
        let text = map.text();
        assert_eq!(text.lines().filter(|line| line.contains("planLine")).count(), 2);
        let read = MapFile::parse(&text).unwrap();
        assert_eq!(read.text(), text);
        assert!(MapFile::is_one(text.as_bytes()));
        assert!(!MapFile::is_one(b"{}") && !MapFile::is_one(text.replace("1,", "2,").as_bytes()));
    }
}
